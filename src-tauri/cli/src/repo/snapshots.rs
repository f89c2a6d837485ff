//! `undercroft repo snapshots`: list snapshots.

use clap::Args;
use serde_json::{Value, json};
use undercroft_foundation::Result;
use undercroft_repository::{Repository, Snapshot, SnapshotFilter};

use super::spec::Filter;
use crate::exit_status::ExitStatus;
use crate::format::{local_time, size};
use crate::output::Output;
use crate::session::Session;
use crate::table::{Align, Table};

/// List snapshots
#[derive(Debug, Args)]
pub(crate) struct Snapshots {
    /// Only these: ids, or the beginnings of them, or `latest`
    #[arg(value_name = "SNAPSHOT")]
    ids: Vec<String>,
    #[command(flatten)]
    filter: Filter,
}

/// The snapshots of these ids, or, without any, all that the filter accepts.
pub(super) fn chosen(
    repository: &Repository,
    ids: &[String],
    filter: &SnapshotFilter,
) -> Result<Vec<Snapshot>> {
    if ids.is_empty() {
        return Ok(repository.snapshots()?.into_iter().filter(|it| filter.accepts(it)).collect());
    }
    ids.iter().map(|id| repository.find_snapshot(id, filter)).collect()
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

/// As restic prints it.
pub(super) fn to_json(snapshot: &Snapshot) -> Value {
    let mut value = json!({
        "time": snapshot.time_text(),
        "tree": snapshot.tree.to_string(),
        "paths": snapshot.paths,
        "hostname": snapshot.hostname,
        "username": snapshot.username,
        "uid": snapshot.uid,
        "gid": snapshot.gid,
        "program_version": snapshot.program_version,
        "id": snapshot.id.to_string(),
        "short_id": snapshot.id.short(),
    });
    if !snapshot.tags.is_empty() {
        value["tags"] = json!(snapshot.tags);
    }
    if !snapshot.excludes.is_empty() {
        value["excludes"] = json!(snapshot.excludes);
    }
    if let Some(parent) = snapshot.parent {
        value["parent"] = json!(parent.to_string());
    }
    if let Some(original) = snapshot.original {
        value["original"] = json!(original.to_string());
    }
    if let Some(summary) = &snapshot.summary {
        value["summary"] = json!(summary);
    }
    value
}
