//! Marks the blobs that the snapshots need.

use std::collections::HashSet;

use undercroft_foundation::{Code, Error, Job, Result, text};

use crate::format::blob::BlobKind;
use crate::format::id::BlobId;
use crate::format::snapshot::Snapshot;
use crate::store::index::{Index, SharedEntrySet};
use crate::store::read::{BlobReader, ParallelTreeWalk, walk_trees_in_parallel};
use crate::store::repository::Repository;
use crate::store::threads::threads;

/// The meaning of something that is in no index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// It is lost.
    All,
    /// Another program removed it, rightly.
    WhatIsThere,
}

/// Marks what these snapshots need, of each blob the copy that the index finds.
pub(super) fn mark(
    repository: &Repository,
    index: &Index,
    marked: &SharedEntrySet,
    (snapshots, need): (&[Snapshot], Need),
    job: &Job,
) -> Result<()> {
    let mut marking = Marking { index, marked, need };
    // Each tree is marked before it is looked at: an error ends all of it.
    let roots: HashSet<BlobId> = snapshots.iter().map(|snapshot| snapshot.tree).collect();
    let roots = marking.unmarked(roots)?;
    walk_trees_in_parallel(&mut marking, roots, (repository, index), threads(), job)
}

struct Marking<'a> {
    index: &'a Index,
    marked: &'a SharedEntrySet,
    need: Need,
}

impl ParallelTreeWalk for Marking<'_> {
    type Tree = BlobId;

    /// The trees in it that nobody came to before.
    type Look = Vec<BlobId>;

    fn look(&self, reader: &mut BlobReader<'_>, tree: &BlobId) -> Result<Vec<BlobId>> {
        let links = reader.links(tree)?;
        for content in &links.content {
            if let Some(position) = self.position_of(BlobKind::Data, content)? {
                self.marked.insert(position);
            }
        }
        self.unmarked(links.folders.into_iter().map(|(_, subtree)| subtree))
    }

    fn take_in(&mut self, _: &BlobId, below: Vec<BlobId>) -> Result<Vec<BlobId>> {
        Ok(below)
    }
}

impl Marking<'_> {
    /// Marks trees; returns those that were not marked before.
    fn unmarked(&self, trees: impl IntoIterator<Item = BlobId>) -> Result<Vec<BlobId>> {
        let mut new = Vec::new();
        for tree in trees {
            let position = self.position_of(BlobKind::Tree, &tree)?;
            if position.is_some_and(|position| self.marked.insert(position)) {
                new.push(tree);
            }
        }
        Ok(new)
    }

    fn position_of(&self, kind: BlobKind, id: &BlobId) -> Result<Option<usize>> {
        match self.index.position(kind, id) {
            None if self.need == Need::All => Err(Error::new(
                Code::Damaged,
                text!("There is no {kind} {id}", kind = kind.name(), id),
            )
            .why("A snapshot needs it, and no index lists it")),
            position => Ok(position),
        }
    }
}
