//! Whether all that a snapshot needs is still there.

use std::collections::HashSet;

use undercroft_foundation::{Code, Error, Job, Result, text};

use crate::format::blob::BlobKind;
use crate::format::snapshot::Snapshot;
use crate::format::tree::NodeKind;
use crate::store::read::walk_trees;
use crate::store::repository::Repository;

/// Walks the snapshot's trees and looks each blob up in the index, which must be fresh.
pub(crate) fn require_complete(
    repository: &Repository,
    snapshot: &Snapshot,
    job: &Job,
) -> Result<()> {
    let index = repository.index();
    let mut reader = repository.reader_by(&index)?;
    let mut seen = HashSet::from([snapshot.tree]);
    walk_trees(vec![snapshot.tree], |id| {
        job.check_cancelled()?;
        let tree = reader.tree(&id).map_err(|error| match error.code() {
            Code::Damaged | Code::NotFound => pruned(snapshot).because(error),
            _ => error,
        })?;
        let mut below = Vec::new();
        for node in tree.nodes {
            let mut contents = node.content.iter().flatten();
            if contents.any(|content| !index.contains(BlobKind::Data, content)) {
                return Err(pruned(snapshot));
            }
            let subtree = node.subtree.filter(|_| node.kind == NodeKind::Dir);
            below.extend(subtree.filter(|subtree| seen.insert(*subtree)));
        }
        Ok(below)
    })
}

fn pruned(snapshot: &Snapshot) -> Error {
    let what = text!(
        "Snapshot {snapshot} cannot come back out of the trash",
        snapshot = snapshot.id.short()
    );
    Error::new(Code::Damaged, what)
        .why("Another program, which does not know the trash, removed content that it needs")
        .next("Empty the trash; the other snapshots are not affected")
}
