//! `undercroft repo diff`: show what differs between two snapshots.

use std::ffi::OsString;

use clap::Args;
use serde_json::{Value, json};
use undercroft_foundation::{Result, escape_name};
use undercroft_repository::{Change, ChangeKind, DiffSide, DiffSummary, Repository};

use super::spec::{Filter, Spec};
use crate::ending::Ending;
use crate::output::Output;
use crate::session::Session;
use crate::words::{grouped, size};

/// Show what differs between two snapshots
///
/// + was added, - was removed, M has other content, T is of another kind, U has other metadata.
#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// The older snapshot; `SNAPSHOT:PATH` compares a folder
    before: OsString,
    /// The newer snapshot; `SNAPSHOT:PATH` compares a folder
    after: OsString,
    /// Show changed times, modes and owners too
    #[arg(long)]
    metadata: bool,
}

impl Diff {
    pub(super) fn run(self, session: &Session, repository: &Repository) -> Result<Ending> {
        let find = |spec| Spec::parse(spec)?.find_folder(repository, Filter::default());
        let (before, after) = (find(&self.before)?, find(&self.after)?);
        let out = &session.out;
        let summary = repository.diff(&before, &after, &mut |change| {
            if self.metadata || change.kind != ChangeKind::Metadata {
                print(out, &change);
            }
        })?;
        if out.is_json() {
            out.record(&json!({
                "message_type": "statistics",
                "source_snapshot": before.id.to_string(),
                "target_snapshot": after.id.to_string(),
                "changed_files": summary.changed_files,
                "added": side(&summary.added),
                "removed": side(&summary.removed),
            }));
        } else {
            print_summary(out, &summary);
        }
        Ok(Ending::Done)
    }
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
