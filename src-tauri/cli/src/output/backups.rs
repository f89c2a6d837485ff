//! The list of backups, as a table.

use undercroft_api::wire::Snapshot;

use super::format::{grouped, local_time, size};
use super::streams::Output;
use super::table::{Align, Table};

/// Prints backups, newest first as they come.
pub(crate) fn print_backups(snapshots: &[Snapshot], out: &Output) {
    let mut table = Table::new(&[
        ("BACKUP", Align::Left),
        ("TIME", Align::Left),
        ("FILES", Align::Right),
        ("SIZE", Align::Right),
        ("ADDED", Align::Right),
        ("IN", Align::Left),
        ("OF", Align::Left),
    ]);
    for snapshot in snapshots {
        table.row([
            snapshot.short_id.clone(),
            local_time(snapshot.time),
            snapshot.files.map(grouped).unwrap_or_default(),
            snapshot.size_bytes.map(size).unwrap_or_default(),
            snapshot.added_bytes.map(size).unwrap_or_default(),
            snapshot.destination_name.clone(),
            snapshot.paths.join(", "),
        ]);
    }
    table.print(out, "No backups yet: undercroft backup run PROJECT --to DESTINATION");
}
