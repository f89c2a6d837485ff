//! The doctor: looks for whatever could keep Undercroft from doing its work, and says what to do.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use undercroft_foundation::{Error, IoContext, Result, escape_path, replace_file};

use crate::Api;
use crate::wire::{
    Destination, Finding, FindingLevel, Nothing, Project, ProjectFilter, SnapshotFilter,
};

/// A lock that was not refreshed for this long has no owner any more.
const STALE_AFTER: SignedDuration = SignedDuration::from_mins(30);
/// With less room than this, work is about to fail.
const LOW_BYTES: u64 = 1 << 30;
/// With less room than this, the catalog itself is in danger.
const CRITICAL_BYTES: u64 = 64 << 20;

impl Api {
    /// Looks for whatever could keep Undercroft from doing its work.
    ///
    /// # Errors
    /// None: what cannot be looked at is a finding.
    pub fn doctor(&self, _: Nothing) -> Result<Vec<Finding>> {
        let mut findings =
            vec![self.examine_library(), self.examine_room(), self.examine_catalog()];
        findings.push(self.examine_settings());
        findings.extend(self.examine_destinations());
        findings.extend(self.examine_projects());
        Ok(findings)
    }

    fn examine_library(&self) -> Finding {
        let root = self.root();
        match write_something(root) {
            Ok(()) => well("library", format!("The library {} can be written", escape_path(root))),
            Err(error) => unwell("library", &error),
        }
    }

    fn examine_room(&self) -> Finding {
        let root = self.root();
        let room = match free_bytes(root) {
            Ok(room) => room,
            Err(error) => return unwell("library", &error),
        };
        let what = format!("{} free where the library is", megabytes(room));
        match room {
            CRITICAL_BYTES.. if room >= LOW_BYTES => well("library", what),
            CRITICAL_BYTES.. => warning(
                "library",
                what,
                "Little room is left: backups that are kept there may fail",
                "Free some room on that disk",
            ),
            _ => Finding {
                level: FindingLevel::Error,
                ..warning(
                    "library",
                    what,
                    "Not even the catalog may have room to grow",
                    "Free some room on that disk now",
                )
            },
        }
    }

    fn examine_catalog(&self) -> Finding {
        match self.0.library.catalog().check() {
            Ok(faults) if faults.is_empty() => well("catalog", "The catalog is whole".to_owned()),
            Ok(faults) => Finding {
                level: FindingLevel::Error,
                ..warning(
                    "catalog",
                    format!("The catalog is damaged: {}", faults.join("; ")),
                    "Stored bytes are not the bytes that were written",
                    "Keep catalog.db aside, then put back the newest copy of it beside it",
                )
            },
            Err(error) => unwell("catalog", &error),
        }
    }

    fn examine_settings(&self) -> Finding {
        let settings = match self.0.library.settings(&self.0.overrides) {
            Ok(settings) => settings,
            Err(error) => return unwell("settings", &error),
        };
        let file = escape_path(settings.path());
        match settings.unknown_keys() {
            [] => well("settings", format!("The settings in {file} are understood")),
            unknown => warning(
                "settings",
                format!("{file} has settings that mean nothing here: {}", unknown.join(", ")),
                "They are misspelt, or a newer Undercroft wrote them",
                "Correct them, or take them out",
            ),
        }
    }

    fn examine_destinations(&self) -> Vec<Finding> {
        let destinations = match self.destination_list(Nothing {}) {
            Ok(destinations) => destinations,
            Err(error) => return vec![unwell("destination", &error)],
        };
        if destinations.is_empty() {
            return vec![warning(
                "destination",
                "There is no destination yet".to_owned(),
                "Backups need a place to go to",
                "Add a destination, best on another drive",
            )];
        }
        destinations.iter().flat_map(|destination| self.examine_destination(destination)).collect()
    }

    /// Opens it, which wants its password and its own repository, and reads its snapshots.
    fn examine_destination(&self, destination: &Destination) -> Vec<Finding> {
        let Destination { name, display, .. } = destination;
        if !destination.present {
            return vec![warning(
                "destination",
                format!("{name}: {display} is not there"),
                "It was moved or deleted, or its drive is away",
                "Connect the drive, or forget the destination; what it holds stays there",
            )];
        }
        let filter = SnapshotFilter { project: None, destination: Some(destination.id.clone()) };
        let mut findings = vec![match self.snapshot_list(filter) {
            Ok(snapshots) => well(
                "destination",
                format!("{name}: {display} opens and holds {} backups", snapshots.len()),
            ),
            Err(error) => unwell("destination", &error),
        }];
        findings.extend(self.examine_locks(destination));
        findings
    }

    fn examine_locks(&self, destination: &Destination) -> Option<Finding> {
        let path = self.0.backups.find_destination(&destination.id).ok()?.path;
        let now = self.0.library.world().clock.now();
        let stale = match count_stale_locks(&path.join("locks"), now) {
            Ok(0) => return None,
            Ok(stale) => stale,
            Err(error) => return Some(unwell("destination", &error)),
        };
        let locks = if stale == 1 { "1 lock".to_owned() } else { format!("{stale} locks") };
        Some(warning(
            "destination",
            format!("{}: {locks} that nobody holds any more", destination.name),
            "A program that worked there was stopped before it could clean up",
            &format!("Run: undercroft repo -r {} unlock", destination.display),
        ))
    }

    fn examine_projects(&self) -> Vec<Finding> {
        let projects = match self.project_list(ProjectFilter::default()) {
            Ok(projects) => projects,
            Err(error) => return vec![unwell("project", &error)],
        };
        let examine = |project: Project| match project.present {
            true => well("project", format!("{}: {} is there", project.name, project.path)),
            false => warning(
                "project",
                format!("{}: {} is not there", project.name, project.path),
                "It was moved or deleted, or its drive is away",
                "Bring the folder or drive back, or forget the project; its backups are kept",
            ),
        };
        projects.into_iter().map(examine).collect()
    }
}

/// All is well with this.
fn well(area: &str, what: String) -> Finding {
    let (area, why, next) = (area.to_owned(), String::new(), String::new());
    Finding { level: FindingLevel::Ok, area, what, why, next, fix: None }
}

/// It works, but somebody should look.
fn warning(area: &str, what: String, why: &str, next: &str) -> Finding {
    Finding {
        level: FindingLevel::Warning,
        area: area.to_owned(),
        what,
        why: why.to_owned(),
        next: next.to_owned(),
        fix: None,
    }
}

/// It does not work.
fn unwell(area: &str, error: &Error) -> Finding {
    Finding {
        level: FindingLevel::Error,
        area: area.to_owned(),
        what: error.what_text().to_owned(),
        why: error.why_text().to_owned(),
        next: error.next_text().to_owned(),
        fix: None,
    }
}

fn write_something(folder: &Path) -> Result<()> {
    let path = folder.join(".doctor");
    replace_file(&path, b"written by the doctor", 0o600)?;
    std::fs::remove_file(&path).at("remove", &path)
}

/// A lock is written anew every few minutes by whoever holds it.
fn count_stale_locks(folder: &Path, now: Timestamp) -> Result<usize> {
    let mut stale = 0;
    for entry in std::fs::read_dir(folder).at("read", folder)? {
        let path = entry.at("read", folder)?.path();
        // One that is gone by now was nobody's fault.
        let Ok(modified) = std::fs::metadata(&path).and_then(|found| found.modified()) else {
            continue;
        };
        let modified = Timestamp::try_from(modified).unwrap_or(now);
        if now.duration_since(modified) > STALE_AFTER {
            stale += 1;
        }
    }
    Ok(stale)
}

fn free_bytes(folder: &Path) -> Result<u64> {
    let room = rustix::fs::statvfs(folder)
        .map_err(|source| Error::io("ask for the free room of", folder, source.into()))?;
    Ok(room.f_bavail.saturating_mul(room.f_frsize))
}

fn megabytes(bytes: u64) -> String {
    match bytes / 1_000_000 {
        megabytes @ 0..10_000 => format!("{megabytes} MB"),
        megabytes => format!("{} GB", megabytes / 1000),
    }
}
