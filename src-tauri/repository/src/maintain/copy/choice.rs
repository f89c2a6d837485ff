//! The choice of the snapshots that are still to be copied.

use std::collections::{HashMap, HashSet};

use undercroft_foundation::Result;

use super::CopiedSnapshot;
use crate::format::id::{BlobId, SnapshotId};
use crate::format::snapshot::{Snapshot, find_parent};
use crate::store::repository::Repository;

/// The snapshots to copy, and those that are there already.
pub(super) struct Choice {
    /// The oldest first, each with the tree of its nearest relative in the target.
    pub(super) wanted: Vec<(Snapshot, Option<BlobId>)>,
    pub(super) skipped: Vec<CopiedSnapshot>,
}

pub(super) fn choose(
    source: &Repository,
    target: &Repository,
    snapshots: &[SnapshotId],
) -> Result<Choice> {
    let there = target.snapshots()?;
    let mut copies: HashMap<SnapshotId, Vec<&Snapshot>> = HashMap::new();
    for snapshot in &there {
        copies.entry(persistent_id(snapshot)).or_default().push(snapshot);
        copies.entry(snapshot.id).or_default().push(snapshot);
    }
    let mut choice = Choice { wanted: Vec::new(), skipped: Vec::new() };
    let mut asked = HashSet::new();
    for id in snapshots.iter().filter(|id| asked.insert(**id)) {
        let snapshot = source.read_snapshot(*id)?;
        let same = copies.get(&persistent_id(&snapshot)).into_iter().flatten();
        match same.into_iter().find(|copy| is_copy(copy, &snapshot)) {
            Some(copy) => {
                choice.skipped.push(CopiedSnapshot { source: *id, target: copy.id });
            }
            None => {
                let relative = find_parent(&there, &snapshot.hostname, &snapshot.paths);
                choice.wanted.push((snapshot, relative.map(|relative| relative.tree)));
            }
        }
    }
    choice.wanted.sort_by_key(|(snapshot, _)| (snapshot.time, snapshot.id));
    Ok(choice)
}

/// The id that all copies of a snapshot name.
fn persistent_id(snapshot: &Snapshot) -> SnapshotId {
    snapshot.original.unwrap_or(snapshot.id)
}

/// Tags do not count: they may be others on purpose.
fn is_copy(copy: &Snapshot, snapshot: &Snapshot) -> bool {
    copy.time == snapshot.time
        && copy.tree == snapshot.tree
        && copy.hostname == snapshot.hostname
        && copy.paths == snapshot.paths
}
