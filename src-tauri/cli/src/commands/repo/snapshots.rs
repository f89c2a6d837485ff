//! `undercroft repo snapshots`: list snapshots.

use clap::Args;
use undercroft_foundation::Result;
use undercroft_repository::{Repository, Snapshot, SnapshotFilter};

use crate::exit_status::ExitStatus;
use crate::output::format::{local_time, size};
use crate::output::{Align, Output, Table};
use crate::repository::{Filter, chosen, to_json};
use crate::session::Session;

/// List snapshots
#[derive(Debug, Args)]
pub(crate) struct Snapshots {
    /// Only these: ids, or the beginnings of them, or `latest`
    #[arg(value_name = "SNAPSHOT")]
    ids: Vec<String>,
    #[command(flatten)]
    filter: Filter,
}

impl Snapshots {
    pub(super) fn run(self, session: &Session, repository: &Repository) -> Result<ExitStatus> {
        let filter = SnapshotFilter::from(self.filter);
        let snapshots = chosen(repository, &self.ids, &filter)?;
        print(&session.out, &snapshots);
        Ok(ExitStatus::Done)
    }
}

fn print(out: &Output, snapshots: &[Snapshot]) {
    if out.is_json() {
        return out.record(&snapshots.iter().map(to_json).collect::<Vec<_>>());
    }
    let mut table = Table::new(&[
        ("ID", Align::Left),
        ("TIME", Align::Left),
        ("HOST", Align::Left),
        ("TAGS", Align::Left),
        ("SIZE", Align::Right),
        ("PATHS", Align::Left),
    ]);
    for snapshot in snapshots {
        let weight = snapshot.summary.map(|summary| size(summary.total_bytes_processed));
        table.row([
            snapshot.id.short(),
            local_time(snapshot.time),
            snapshot.hostname.clone(),
            snapshot.tags.join(","),
            weight.unwrap_or_default(),
            snapshot.paths.join(", "),
        ]);
    }
    table.print(out, "No snapshots");
}
