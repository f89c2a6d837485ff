//! The catalog's row of a commit.

use undercroft_foundation::{ProjectId, VersionId};

use crate::tree::commit::Commit;
use crate::tree::sidecar::Totals;
use crate::version::{Change, ChangeKind, GitId, Version};

/// The catalog's row of a commit.
pub(crate) fn version_of(
    commit: &Commit,
    id: GitId,
    project: ProjectId,
    parent: Option<VersionId>,
    totals: Totals,
    changed: &[Change],
) -> Version {
    let count = |kind| changed.iter().filter(|change| change.kind == kind).count() as u64;
    Version {
        id: commit.version,
        project,
        workspace: commit.workspace,
        seq: commit.seq,
        time: commit.time,
        author: commit.author.clone(),
        message: commit.message.clone(),
        trigger: commit.trigger,
        name: None,
        note: None,
        pinned: false,
        parent,
        commit: id,
        files: totals.files,
        size_bytes: totals.bytes,
        stored_bytes: commit.stored_bytes,
        added: if commit.parent.is_none() { totals.files } else { count(ChangeKind::Added) },
        modified: count(ChangeKind::Modified) + count(ChangeKind::Metadata),
        removed: count(ChangeKind::Removed),
        renamed: count(ChangeKind::Renamed),
    }
}
