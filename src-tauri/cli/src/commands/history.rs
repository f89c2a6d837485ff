//! `undercroft history`: begin, watch and keep the histories of projects.

use std::time::Duration;

use clap::{Args, Subcommand};
use undercroft_api::Api;
use undercroft_api::wire::{
    BackendEvent, HistoryPlan, JobView, Layer, LayerRule, Nothing, ProjectRef, Rules, RulesChange,
    WatchFilter, WatchState,
};
use undercroft_foundation::{Code, Error, Result};

use crate::exit_status::{self, ExitStatus};
use crate::jobs::{interrupt, progress};
use crate::options::{NamedProject, YesNo};
use crate::output::format::{count, grouped, local_time, size};
use crate::output::{Align, Output, Table, watch_name};
use crate::session::Session;

/// The time between two looks whether the user had enough.
const PERIOD: Duration = Duration::from_millis(200);

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Say what the first version of a project would hold
    Preview(NamedProject),
    /// Make the first version of a project
    Start(NamedProject),
    /// Make a version of whatever changes, until Ctrl-C
    Watch,
    /// Stop making versions of what changes in a project, or in any
    Pause(Filter),
    /// Go on making versions of what changes
    Resume(Filter),
    /// Show whose changes are noticed
    Status,
    /// Show and change what of a project is versioned, and where it goes
    Rules(RulesArguments),
    /// Store the versions of a project in less room
    Compact(NamedProject),
    /// Check that the versions of a project are sound
    Check(NamedProject),
}

#[derive(Debug, Args)]
pub(crate) struct Filter {
    /// The project: its name, its id or the beginning of it; without it, all
    project: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct RulesArguments {
    /// The project: its name, its id or the beginning of it
    project: String,
    /// Leave out what the project's .gitignore ignores
    #[arg(long, value_name = "yes|no", num_args = 0..=1, default_missing_value = "yes")]
    follow_gitignore: Option<YesNo>,
    /// Leave out what matches this pattern (again for more)
    #[arg(long, short, value_name = "PATTERN", alias = "leave-out")]
    exclude: Vec<String>,
    /// Keep what matches this pattern, whatever else says no (again for more)
    #[arg(long, value_name = "PATTERN")]
    keep: Vec<String>,
    /// Send what matches a pattern to git or to the objects (again for more)
    #[arg(long, value_name = "PATTERN=git|objects", value_parser = layer_rule)]
    #[arg(alias = "layer")]
    send: Vec<LayerRule>,
    /// Take this pattern away from every rule (again for more)
    #[arg(long, value_name = "PATTERN")]
    remove: Vec<String>,
}

fn layer_rule(text: &str) -> Result<LayerRule, String> {
    let (pattern, layer) = text.rsplit_once('=').unwrap_or((text, ""));
    let layer = match layer {
        "git" => Layer::Git,
        "objects" => Layer::Objects,
        _ => return Err("after the pattern comes =git or =objects".to_owned()),
    };
    Ok(LayerRule { pattern: pattern.to_owned(), layer })
}

impl Command {
    pub(crate) fn run(self, session: &Session) -> Result<ExitStatus> {
        let api = session.api()?;
        let out = &session.out;
        match self {
            Self::Preview(named) => return preview(session, &api, named.request()),
            Self::Start(named) => return follow(session, &api, Api::history_start, named),
            Self::Compact(named) => return follow(session, &api, Api::history_compact, named),
            Self::Check(named) => return follow(session, &api, Api::history_check, named),
            Self::Watch => return watch(session, &api),
            Self::Pause(Filter { project }) => {
                show_states(&api.history_pause(WatchFilter { project })?, out);
            }
            Self::Resume(Filter { project }) => {
                show_states(&api.history_resume(WatchFilter { project })?, out);
            }
            Self::Status => show_states(&api.watch_list(Nothing {})?, out),
            Self::Rules(arguments) => {
                let rules = arguments.run(&api)?;
                out.show(&rules, |rules| print_rules(rules, out));
            }
        }
        Ok(ExitStatus::Done)
    }
}

fn follow(
    session: &Session,
    api: &Api,
    start: impl FnOnce(&Api, ProjectRef) -> Result<JobView>,
    named: NamedProject,
) -> Result<ExitStatus> {
    exit_status::of_job(&progress::run(session, api, || start(api, named.request()))?)
}

fn preview(session: &Session, api: &Api, request: ProjectRef) -> Result<ExitStatus> {
    interrupt::watch();
    let job = progress::wait(session, api, &api.history_preview(request.clone())?)?;
    let status = exit_status::of_job(&job)?;
    let plan = api.history_plan(request)?;
    session.out.show(&plan, |plan| print_plan(plan, &session.out));
    Ok(status)
}

fn watch(session: &Session, api: &Api) -> Result<ExitStatus> {
    let out = &session.out;
    interrupt::watch();
    let live = api.subscribe();
    api.start_watching();
    out.note("Watching; Ctrl-C stops");
    while !interrupt::is_stopped() && !out.is_closed() {
        if let Ok(BackendEvent::Event { event }) = live.recv_timeout(PERIOD)
            && (event.kind == "version.made" || event.kind == "watch.changed")
        {
            out.show(&event, |event| {
                out.line(format!("{}  {}", local_time(event.time), event.text));
            });
        }
    }
    api.shut_down();
    Ok(ExitStatus::Done)
}

impl RulesArguments {
    fn run(self, api: &Api) -> Result<Rules> {
        let rules = api.rules_show(ProjectRef { project: self.project.clone() })?;
        let is_question = self.follow_gitignore.is_none()
            && [&self.exclude, &self.keep, &self.remove].iter().all(|list| list.is_empty())
            && self.send.is_empty();
        if is_question {
            return Ok(rules);
        }
        for pattern in &self.remove {
            let is_known = rules.leave_out.contains(pattern)
                || rules.keep.contains(pattern)
                || rules.layers.iter().any(|rule| rule.pattern == *pattern);
            if !is_known {
                return Err(Error::new(
                    Code::NotFound,
                    format!("No rule has the pattern {pattern}"),
                )
                .next("See undercroft history rules PROJECT"));
            }
        }
        let merged = |mut old: Vec<String>, new: Vec<String>| {
            old.retain(|pattern| !self.remove.contains(pattern) && !new.contains(pattern));
            old.extend(new);
            Some(old)
        };
        let mut layers = rules.layers;
        layers.retain(|old| {
            !self.remove.contains(&old.pattern)
                && self.send.iter().all(|new| new.pattern != old.pattern)
        });
        layers.extend(self.send);
        api.rules_change(RulesChange {
            project: self.project,
            follow_gitignore: self.follow_gitignore.map(YesNo::is_yes),
            leave_out: merged(rules.leave_out, self.exclude),
            keep: merged(rules.keep, self.keep),
            layers: Some(layers),
        })
    }
}

fn show_states(states: &Vec<WatchState>, out: &Output) {
    out.show(states, |states| {
        let mut table = Table::new(&[
            ("WORKSPACE", Align::Left),
            ("CHANGES", Align::Left),
            ("WAITING", Align::Right),
            ("LAST VERSION", Align::Left),
            ("WHY", Align::Left),
        ]);
        for state in states {
            table.row([
                state.name.clone(),
                watch_name(state.state).to_owned(),
                grouped(state.pending_changes),
                state.last_version.map_or_else(|| "none yet".to_owned(), local_time),
                state.why.as_ref().map(ToString::to_string).unwrap_or_default(),
            ]);
        }
        table.print(out, "No project has a history yet: undercroft history start PROJECT");
    });
}

fn print_plan(plan: &HistoryPlan, out: &Output) {
    out.line(format!("{} ({})", count(plan.files, "file"), size(plan.size_bytes)));
    let layers = &plan.layers;
    out.line(format!("  in git: {} ({})", grouped(layers.git_files), size(layers.git_bytes)));
    let objects = (grouped(layers.object_files), size(layers.object_bytes));
    out.line(format!("  as objects: {} ({})", objects.0, objects.1));
    if !plan.left_out.is_empty() {
        out.line("Left out:");
    }
    for item in &plan.left_out {
        let path = item.path.join("/");
        out.line(format!("  {:>10}  {path}: {}", size(item.size_bytes), item.why));
    }
    if !plan.secrets.is_empty() {
        out.line("Kept although they look like secrets (backups hold them too, encrypted):");
    }
    for path in &plan.secrets {
        out.line(format!("  {}", path.join("/")));
    }
}

fn print_rules(rules: &Rules, out: &Output) {
    let follow = if rules.follow_gitignore { "yes" } else { "no" };
    out.line(format!("What .gitignore ignores is left out: {follow}"));
    for pattern in &rules.leave_out {
        out.line(format!("left out  {pattern}"));
    }
    for pattern in &rules.keep {
        out.line(format!("kept      {pattern}"));
    }
    for rule in &rules.layers {
        let layer = match rule.layer {
            Layer::Git => "to git",
            Layer::Objects => "to objects",
            Layer::Memory => "to memory",
        };
        out.line(format!("{layer:<9} {}", rule.pattern));
    }
}
