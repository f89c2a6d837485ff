//! `undercroft repo diff`: show what differs between two snapshots, or on disk since one.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};
use undercroft_foundation::{Result, escape_name};
use undercroft_repository::diff::{Change, ChangeKind, DiffSide, DiffSummary};
use undercroft_repository::{Repository, Snapshot};

use crate::exit_status::ExitStatus;
use crate::jobs::progress;
use crate::output::Output;
use crate::output::format::{grouped, size};
use crate::repository::{Filter, Spec};
use crate::session::Session;

/// Show what differs between two snapshots, or on disk since one
///
/// + was added, - was removed, M has other content, T is of another kind, U has other metadata.
#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// The older snapshot; `SNAPSHOT:PATH` compares a folder
    before: OsString,
    /// The newer snapshot; `SNAPSHOT:PATH` compares a folder
    #[arg(required_unless_present = "disk")]
    after: Option<OsString>,
    /// Compare with this folder on disk instead; `SNAPSHOT:PATH` says what in the snapshot it was
    #[arg(long, value_name = "DIR", conflicts_with = "after")]
    disk: Option<PathBuf>,
    /// Leave out what matches this pattern (again for more)
    #[arg(long, short, value_name = "PATTERN", requires = "disk")]
    exclude: Vec<String>,
    /// Show changed times, modes and owners too
    #[arg(long)]
    metadata: bool,
}

impl Diff {
    pub(super) fn run(self, session: &Session, repository: &Repository) -> Result<ExitStatus> {
        let find = |spec| Spec::parse(spec)?.find_folder(repository, Filter::default());
        let before = find(&self.before)?;
        let out = &session.out;
        let mut each = |change: Change| {
            if self.metadata || change.kind != ChangeKind::Metadata {
                print(out, &change);
            }
        };
        let Some(after) = &self.after else {
            let folder = self.disk.clone().unwrap_or_default();
            let (summary, warned) = progress::work(session, "Comparing", |job| {
                let exclude = &self.exclude;
                let summary =
                    repository.diff_with_folder(&before, &folder, exclude, job, &mut each)?;
                Ok((summary, !job.warnings().is_empty()))
            })?;
            print_sum(out, &before, None, &summary);
            return Ok(if warned { ExitStatus::Incomplete } else { ExitStatus::Done });
        };
        let after = find(after)?;
        let summary = repository.diff(&before, &after, &mut each)?;
        print_sum(out, &before, Some(&after), &summary);
        Ok(ExitStatus::Done)
    }
}

fn print_sum(out: &Output, before: &Snapshot, after: Option<&Snapshot>, summary: &DiffSummary) {
    if !out.is_json() {
        return print_summary(out, summary);
    }
    out.record(&json!({
        "message_type": "statistics",
        "source_snapshot": before.id.to_string(),
        "target_snapshot": after.map(|after| after.id.to_string()),
        "changed_files": summary.changed_files,
        "added": side(&summary.added),
        "removed": side(&summary.removed),
    }));
}

fn print(out: &Output, change: &Change) {
    let (letter, path) = (change.kind.letter(), escape_name(&change.path));
    if out.is_json() {
        out.record(&json!({
            "message_type": "change",
            "path": path,
            "modifier": letter.to_string(),
            "size_before": change.size_before,
            "size_after": change.size_after,
        }));
    } else {
        out.line(format!("{letter}    {path}"));
    }
}

fn side(side: &DiffSide) -> Value {
    json!({
        "files": side.files,
        "dirs": side.dirs,
        "others": side.others,
        "data_blobs": side.data_blobs,
        "tree_blobs": side.tree_blobs,
        "bytes": side.bytes,
    })
}

fn print_summary(out: &Output, summary: &DiffSummary) {
    let DiffSummary { changed_files, added, removed } = summary;
    let pair =
        |before: u64, after: u64| format!("{} new, {} gone", grouped(after), grouped(before));
    out.note(format!(
        "Files: {}, {} changed",
        pair(removed.files, added.files),
        grouped(*changed_files)
    ));
    out.note(format!("Folders: {}", pair(removed.dirs, added.dirs)));
    out.note(format!("Content: {} new, {} gone", size(added.bytes), size(removed.bytes)));
}
