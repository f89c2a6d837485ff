//! Which blobs the snapshots need.

use std::collections::HashSet;

use undercroft_foundation::{Code, Error, Job, Result};

use crate::blob::BlobKind;
use crate::check::TreeSource;
use crate::id::BlobId;
use crate::index::Index;
use crate::repository::Repository;
use crate::snapshot::Snapshot;
use crate::tree::NodeKind;

/// The places in the index of all blobs that are needed: one bit each.
pub(super) struct Used(Vec<u64>);

impl Used {
    fn none_of(index: &Index) -> Self {
        Self(vec![0; index.len().div_ceil(64)])
    }

    /// Marks a place; `false` when it was marked before.
    fn insert(&mut self, place: usize) -> bool {
        let bit = 1 << (place % 64);
        let word = &mut self.0[place / 64];
        let new = *word & bit == 0;
        *word |= bit;
        new
    }

    pub(super) fn contains(&self, place: usize) -> bool {
        self.0[place / 64] & (1 << (place % 64)) != 0
    }
}

/// Marks what these snapshots need, of each blob the copy that the index finds.
pub(super) fn mark(
    repository: &Repository,
    index: &Index,
    snapshots: &[Snapshot],
    job: &Job,
) -> Result<Used> {
    let mut used = Used::none_of(index);
    let mut source = TreeSource::new(repository, index)?;
    // A snapshot's tree is mostly that of another; a stack of those to come stays small.
    let roots: HashSet<BlobId> = snapshots.iter().map(|snapshot| snapshot.tree).collect();
    let mut todo: Vec<BlobId> = roots.into_iter().collect();
    while let Some(id) = todo.pop() {
        job.check_cancelled()?;
        if !used.insert(place_of(index, BlobKind::Tree, &id)?) {
            continue;
        }
        for node in source.tree(&id)?.nodes {
            if node.kind == NodeKind::Dir {
                let subtree = node.subtree.ok_or_else(|| {
                    Error::new(Code::Damaged, format!("Cannot follow tree {id}"))
                        .why("A folder in it names no tree")
                })?;
                todo.push(subtree);
            }
            for content in node.content.iter().flatten() {
                used.insert(place_of(index, BlobKind::Data, content)?);
            }
        }
    }
    Ok(used)
}

fn place_of(index: &Index, kind: BlobKind, id: &BlobId) -> Result<usize> {
    index.place(kind, id).ok_or_else(|| {
        Error::new(Code::Damaged, format!("There is no {} {id}", kind.name()))
            .why("A snapshot needs it, and no index lists it")
    })
}
