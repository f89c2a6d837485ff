//! Names looked for in all backups, and two backups compared.

use clap::Args;
use undercroft_api::Api;
use undercroft_api::wire::{
    ChangeKind, EntryKind, SnapshotCompare, SnapshotDifference, SnapshotHit, SnapshotSearch,
};
use undercroft_foundation::Result;

use crate::options::{FromDestination, OfProject, OptionalFrom};
use crate::output::format::{count, grouped, local_time, size};
use crate::output::{Align, Output, Table};

#[derive(Debug, Args)]
pub(crate) struct Search {
    /// A part of a name, or a pattern with * and ?
    text: String,
    #[command(flatten)]
    from: OptionalFrom,
    #[command(flatten)]
    project: OfProject,
    /// How many at most
    #[arg(long, value_name = "COUNT", default_value_t = 200)]
    limit: u32,
}

#[derive(Debug, Args)]
pub(crate) struct Compare {
    /// The older backup
    #[arg(value_name = "BACKUP")]
    older: String,
    /// The newer backup; without it, what is on disk
    #[arg(value_name = "BACKUP")]
    newer: Option<String>,
    #[command(flatten)]
    from: FromDestination,
}

impl Search {
    pub(crate) fn run(self, api: &Api, out: &Output) -> Result<()> {
        let Self { text, from, project, limit } = self;
        let (destination, project) = (from.from, project.project);
        let request = SnapshotSearch { text, destination, project, limit: Some(limit) };
        out.show(&api.snapshot_search(request)?, |hits| print_hits(hits, out));
        Ok(())
    }
}

impl Compare {
    pub(crate) fn run(self, api: &Api, out: &Output) -> Result<()> {
        let Self { older, newer, from } = self;
        let request = SnapshotCompare { destination: from.from, from: older, to: newer };
        out.show(&api.snapshot_compare(request)?, |found| print_difference(found, out));
        Ok(())
    }
}

fn print_hits(hits: &[SnapshotHit], out: &Output) {
    let mut table = Table::new(&[
        ("LAST IN", Align::Left),
        ("TIME", Align::Left),
        ("BACKUPS", Align::Right),
        ("SIZE", Align::Right),
        ("PATH", Align::Left),
    ]);
    for hit in hits {
        let weight = match hit.kind {
            EntryKind::File => size(hit.size_bytes),
            _ => String::new(),
        };
        table.row([
            hit.snapshot.chars().take(8).collect(),
            local_time(hit.time),
            grouped(hit.backups),
            weight,
            hit.path.join("/"),
        ]);
    }
    table.print(out, "No backup that is there holds such a name");
}

fn print_difference(found: &SnapshotDifference, out: &Output) {
    for change in &found.changes {
        let mark = match change.kind {
            ChangeKind::Added => '+',
            ChangeKind::Removed => '-',
            ChangeKind::Modified => 'M',
            ChangeKind::Renamed => 'R',
            ChangeKind::Metadata => 'U',
        };
        out.line(format!("{mark}  {}", change.path.join("/")));
    }
    if found.total > found.changes.len() as u64 {
        out.note(format!("{} more", grouped(found.total - found.changes.len() as u64)));
    }
    out.line(format!(
        "{}: {} added, {} gone",
        count(found.total, "difference"),
        size(found.added_bytes),
        size(found.removed_bytes)
    ));
}
