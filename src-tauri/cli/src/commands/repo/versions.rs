//! `undercroft repo versions`: what a file was in each snapshot.

use std::ffi::OsString;

use clap::Args;
use serde_json::json;
use undercroft_foundation::Result;
use undercroft_repository::Repository;
use undercroft_repository::find::{FileVersions, PathState};

use crate::exit_status::ExitStatus;
use crate::output::format::{count, local_time, size};
use crate::output::{Align, Output, Table};
use crate::repository::{Filter, names};
use crate::session::Session;

/// Show what a file was in each snapshot
#[derive(Debug, Args)]
pub(crate) struct Versions {
    /// The file, by its path from the root of the snapshots
    file: OsString,
    #[command(flatten)]
    filter: Filter,
}

impl Versions {
    pub(super) fn run(self, session: &Session, repository: &Repository) -> Result<ExitStatus> {
        let begun = session.world.clock.steady();
        let seen = repository.file_versions(&names(&self.file), &self.filter.into())?;
        let took = session.world.clock.steady().saturating_sub(begun);
        let out = &session.out;
        if out.is_json() {
            print_records(out, &seen);
            out.record(&json!({
                "message_type": "summary",
                "versions": seen.versions.len(),
                "snapshots": seen.by_snapshot.len(),
                "total_duration": took.as_secs_f64(),
            }));
        } else {
            print_table(out, &seen);
        }
        let mut unreadable = false;
        for entry in &seen.by_snapshot {
            if let PathState::Unreadable(why) = &entry.found {
                out.warning(&format!("Snapshot {}", entry.snapshot.id.short()), why);
                unreadable = true;
            }
        }
        Ok(if unreadable { ExitStatus::Incomplete } else { ExitStatus::Done })
    }
}

fn print_records(out: &Output, seen: &FileVersions) {
    for version in &seen.versions {
        let snapshots: Vec<_> = version.snapshots.iter().map(ToString::to_string).collect();
        out.record(&json!({
            "message_type": "version",
            "type": version.node.kind.name(),
            "size": version.node.size,
            "mtime": version.node.mtime.timestamp().to_string(),
            "snapshots": snapshots,
        }));
    }
}

fn print_table(out: &Output, seen: &FileVersions) {
    let mut table = Table::new(&[
        ("CHANGED", Align::Left),
        ("SIZE", Align::Right),
        ("SNAPSHOTS", Align::Left),
        ("NEWEST", Align::Left),
        ("OLDEST", Align::Left),
    ]);
    for version in &seen.versions {
        let times = seen.by_snapshot.iter().map(|entry| &entry.snapshot);
        let mut times = times.filter(|snapshot| version.snapshots.contains(&snapshot.id));
        let newest = times.next();
        let label = |snapshot: Option<&undercroft_repository::Snapshot>| {
            snapshot
                .map(|it| format!("{} {}", it.id.short(), local_time(it.time)))
                .unwrap_or_default()
        };
        table.row([
            local_time(version.node.mtime.timestamp()),
            size(version.node.size),
            count(version.snapshots.len() as u64, "snapshot"),
            label(newest),
            label(times.next_back().or(newest)),
        ]);
    }
    table.print(out, "No snapshot has it");
}
