//! The files of the diagnostics.

use std::fmt::Write as _;
use std::fs;
use std::thread;

use undercroft_foundation::{Result, SettingsLayer, escape_path, size_text};
use undercroft_library::ProjectFilter;

use super::scrub::Scrub;
use crate::Api;
use crate::base::wire::Nothing;
use crate::doctor::wire::FindingLevel;
use crate::jobs::wire::Outcome;
use crate::runs::wire::{LogLevel, LogLine, Run, RunFilter, RunRef};

/// The number of runs that are told of.
const RUNS: u32 = 50;
/// The number of runs that ended badly whose log is told.
const LOGS: usize = 10;
/// The number of lines that are told of one log.
const LINES: usize = 40;
/// The number of events that are told of.
const EVENTS: usize = 200;

/// The number of events in which names are looked for.
const REMEMBERED: usize = 10_000;

const READ_ME: &str = "\
What helps to find out what is wrong with Undercroft. It has no passwords, keys or tokens, and no
content of files. Look through it before you send it to anybody.

about.txt     the program, the machine, the version of each table of the catalog
settings.txt  the settings, and where each comes from
library.txt   counts and sizes
findings.txt  what the self-check finds
runs.txt      the latest runs, and how they ended
log.txt       what the runs that ended badly logged, and the latest events
";

impl Api {
    /// The files of the diagnostics, by name; with the names of things in them, or without.
    pub(super) fn collect_diagnostics(&self, names: bool) -> Vec<(&'static str, String)> {
        let scrub = match names {
            true => Scrub::secrets(),
            false => Scrub::all(self.names_of_things()),
        };
        let said = |told: Result<String>| {
            told.unwrap_or_else(|error| format!("Not known: {}\n", error.code().name()))
        };
        let note = match names {
            true => "Names of projects, folders and files are in it, as was asked for.\n",
            false => "Other names stand in the place of those of projects, folders and files.\n",
        };
        vec![
            ("README.txt", format!("{READ_ME}\n{note}")),
            ("about.txt", self.tell_about()),
            ("settings.txt", said(self.tell_settings(&scrub))),
            ("library.txt", said(self.tell_library(&scrub))),
            ("findings.txt", said(self.tell_findings(&scrub))),
            ("runs.txt", said(self.tell_runs(&scrub))),
            ("log.txt", said(self.tell_log(&scrub))),
        ]
    }

    /// Each name that a text may have, and what stands in its place. What cannot be read is in no
    /// text either.
    fn names_of_things(&self) -> Vec<(String, String)> {
        let mut names = Vec::new();
        let mut add =
            |name: String, kind: &str, at: usize| names.push((name, format!("{kind}-{at}")));
        let projects = self.0.library.projects().list(&ProjectFilter::default());
        for (at, project) in projects.unwrap_or_default().into_iter().enumerate() {
            add(escape_path(&project.root), "project-folder", at + 1);
            add(project.name, "project", at + 1);
            project.tags.into_iter().for_each(|tag| add(tag, "tag-of-project", at + 1));
        }
        let destinations = self.0.backups.destinations().list().unwrap_or_default();
        for (at, destination) in destinations.into_iter().enumerate() {
            add(escape_path(&destination.path), "destination-folder", at + 1);
            add(destination.name, "destination", at + 1);
        }
        let plans = self.plan_list(Nothing {}).unwrap_or_default();
        for (at, plan) in plans.into_iter().enumerate() {
            add(plan.draft.name, "plan", at + 1);
        }
        let workspaces = self.0.history.workspaces(None).unwrap_or_default();
        for (at, workspace) in workspaces.into_iter().enumerate() {
            add(escape_path(&workspace.root), "workspace-folder", at + 1);
            if workspace.name != undercroft_history::MAIN {
                add(workspace.name, "workspace", at + 1);
            }
        }
        for (at, archive) in self.0.archives.list().unwrap_or_default().into_iter().enumerate() {
            add(archive.manifest.project.name, "archived-project", at + 1);
        }
        // The names that projects had before, or had until they went.
        let events = self.0.library.events().latest(REMEMBERED).unwrap_or_default();
        let of_projects = events.iter().filter(|event| event.kind.starts_with("project."));
        for name in of_projects.filter_map(|event| subject_of(&event.text)) {
            add(name.to_owned(), "former-project", 0);
        }
        add(escape_path(self.root()), "library-folder", 1);
        if let Some(home) = self.0.host.surroundings().home {
            let user = home.file_name().map(|name| name.to_string_lossy().into_owned());
            user.into_iter().for_each(|user| add(user, "user", 1));
            add(escape_path(&home), "home", 1);
        }
        let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        add(host.trim().to_owned(), "machine", 1);
        names
    }

    fn tell_about(&self) -> String {
        let mut text = String::new();
        let abilities = self.0.host.abilities();
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
        let system = read("/etc/os-release");
        let system = system.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="));
        let cores = thread::available_parallelism().map_or(0, usize::from);
        let memory = read("/proc/meminfo");
        let memory = memory.lines().find_map(|line| line.strip_prefix("MemTotal:"));
        tell(&mut text, "Undercroft", env!("CARGO_PKG_VERSION"));
        tell(
            &mut text,
            "Built for",
            format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        );
        tell(&mut text, "System", system.unwrap_or("not known").trim_matches('"'));
        tell(&mut text, "Kernel", read("/proc/sys/kernel/osrelease").trim());
        tell(&mut text, "Processors", cores);
        tell(&mut text, "Memory", memory.unwrap_or("not known").trim());
        tell(&mut text, "Made", self.0.library.world().clock.now());
        tell(
            &mut text,
            "Face",
            if abilities.can_pick { "window" } else { "command line or browser" },
        );
        tell(&mut text, "Tray", abilities.tray);
        text.push_str("\nTables of the catalog\n");
        match self.0.library.catalog().table_versions() {
            Ok(tables) => {
                for (table, version) in &tables {
                    tell(&mut text, table, version);
                }
            }
            Err(error) => tell(&mut text, "Not known", error.code().name()),
        }
        text
    }

    fn tell_settings(&self, scrub: &Scrub) -> Result<String> {
        let settings = self.0.library.settings(&self.0.overrides)?;
        let mut text = String::new();
        for setting in settings.iter() {
            let from = match setting.layer {
                SettingsLayer::Default => "default",
                SettingsLayer::File => "file",
                SettingsLayer::Environment => "environment",
                SettingsLayer::Flag => "flag",
            };
            let value = scrub.text(&setting.value.to_string());
            tell(&mut text, setting.rule.key, format!("{value} ({from})"));
        }
        Ok(text)
    }

    fn tell_library(&self, scrub: &Scrub) -> Result<String> {
        let usage = self.usage_overview(Nothing {})?;
        let memory = self.memory_stats(Nothing {})?;
        let mut text = String::new();
        tell(&mut text, "Projects", usage.projects);
        tell(&mut text, "In use", usage.active);
        tell(&mut text, "Archived", usage.archived);
        tell(&mut text, "In the trash", usage.trashed);
        tell(&mut text, "Workspaces", self.0.history.workspaces(None)?.len());
        tell(&mut text, "Plans", self.plan_list(Nothing {})?.len());
        tell(&mut text, "Library", size_text(usage.library_bytes));
        tell(&mut text, "All of it", size_text(usage.bytes));
        tell(&mut text, "Can be freed", size_text(usage.reclaimable_bytes));
        if let Some(disk) = usage.disk {
            tell(&mut text, "Disk", size_text(disk.capacity_bytes));
            tell(&mut text, "Free on it", size_text(disk.free_bytes));
        }
        tell(&mut text, "Drafts", memory.drafts);
        tell(&mut text, "Content held", size_text(memory.used_bytes));
        text.push_str("\nDestinations\n");
        for destination in usage.destinations {
            let there = if destination.present { "there" } else { "away" };
            let size = destination.bytes.map_or_else(|| "not counted".to_owned(), size_text);
            tell(&mut text, &scrub.text(&destination.name), format!("{there}, {size}"));
        }
        text.push_str("\nProjects: files, size, versions\n");
        for project in self.0.library.projects().list(&ProjectFilter::default())? {
            let main = self.0.history.main_workspace(project.id).ok();
            let versions = main.and_then(|it| self.0.history.moments(it.id).ok());
            let versions = versions.map_or(0, |moments| moments.len());
            let size = size_text(project.size_bytes);
            let counts = format!("{}, {size}, {versions}", project.files);
            tell(&mut text, &scrub.text(&project.name), counts);
        }
        Ok(text)
    }

    fn tell_findings(&self, scrub: &Scrub) -> Result<String> {
        let mut text = String::new();
        for finding in self.doctor(Nothing {})? {
            let level = match finding.level {
                FindingLevel::Ok => "ok",
                FindingLevel::Warning => "warning",
                FindingLevel::Error => "error",
            };
            tell(&mut text, level, format!("{}: {}", finding.area, scrub.text(&finding.what)));
            if finding.level != FindingLevel::Ok {
                tell(&mut text, "", scrub.text(&finding.why));
                tell(&mut text, "", scrub.text(&finding.next));
            }
        }
        Ok(text)
    }

    fn latest_runs(&self) -> Result<Vec<Run>> {
        self.run_list(RunFilter { limit: Some(RUNS), ..RunFilter::default() })
    }

    fn tell_runs(&self, scrub: &Scrub) -> Result<String> {
        let mut text = String::new();
        for run in self.latest_runs()? {
            let ended = run.ended.map_or_else(|| "runs".to_owned(), |time| time.to_string());
            let _ = writeln!(text, "{} {:?} {:?} {}", run.started, run.kind, run.state, run.id);
            if scrub.keeps_names() {
                tell(&mut text, "  title", scrub.text(&run.title));
            }
            tell(&mut text, "  ended", ended);
            tell(
                &mut text,
                "  read",
                format!("{} files, {}", run.files_done, size_text(run.bytes_done)),
            );
            if let Some(outcome) = &run.outcome {
                tell_outcome(&mut text, outcome, scrub);
            }
        }
        Ok(text)
    }

    fn tell_log(&self, scrub: &Scrub) -> Result<String> {
        let mut text = String::new();
        let ended_badly = |run: &Run| {
            run.outcome.as_ref().is_some_and(|it| it.error.is_some() || it.warnings_total > 0)
        };
        for run in self.latest_runs()?.into_iter().filter(ended_badly).take(LOGS) {
            let _ = writeln!(text, "Run {}", run.id);
            let log = self.run_show(RunRef { run: run.id })?.log;
            // What went well is told of things by their names.
            let is_told = |it: &&LogLine| scrub.keeps_names() || it.level != LogLevel::Info;
            let log: Vec<_> = log.iter().filter(is_told).collect();
            for line in log.iter().skip(log.len().saturating_sub(LINES)) {
                let _ = writeln!(text, "{} {:?} {}", line.time, line.level, scrub.line(&line.text));
            }
        }
        text.push_str("Events\n");
        for event in self.0.library.events().latest(EVENTS)? {
            let said = if scrub.keeps_names() { scrub.line(&event.text) } else { String::new() };
            let _ = writeln!(text, "{} {} {said}", event.time, event.kind);
        }
        Ok(text)
    }
}

/// The name that a sentence about a project begins with.
fn subject_of(text: &str) -> Option<&str> {
    let ends = [" is now ", " was ", " is ", " has "].iter().filter_map(|verb| text.find(verb));
    let name = &text[..ends.min()?];
    (name.chars().count() > 2).then_some(name)
}

fn tell_outcome(text: &mut String, outcome: &Outcome, scrub: &Scrub) {
    if scrub.keeps_names() {
        tell(text, "  outcome", scrub.text(&outcome.summary));
    }
    if outcome.warnings_total > 0 {
        tell(text, "  warnings", outcome.warnings_total);
    }
    if let Some(error) = &outcome.error {
        tell(text, "  error", scrub.text(&error.what));
        tell(text, "  why", scrub.text(&error.why));
    }
}

fn tell(text: &mut String, what: &str, value: impl std::fmt::Display) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{what:<24}{value}");
}
