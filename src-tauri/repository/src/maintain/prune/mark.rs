//! Marks the blobs that the snapshots need.

use std::collections::HashSet;

use undercroft_foundation::{Code, Error, Job, Result, text};

use crate::browse::usage::{FolderSize, FolderSizes};
use crate::format::blob::BlobKind;
use crate::format::id::BlobId;
use crate::format::snapshot::Snapshot;
use crate::format::tree::NodeKind;
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

/// Marks what these snapshots need, of each blob the copy that the index finds; notes the sizes of
/// the folders on the way where that is asked for.
pub(super) fn mark(
    repository: &Repository,
    index: &Index,
    marked: &SharedEntrySet,
    (snapshots, need): (&[Snapshot], Need),
    sizes: Option<&mut FolderSizes>,
    job: &Job,
) -> Result<()> {
    let mut marking = Marking { index, marked, need, sizes };
    // Each tree is marked before it is looked at: an error ends all of it.
    let roots: HashSet<BlobId> = snapshots.iter().map(|snapshot| snapshot.tree).collect();
    let roots = marking.unmarked(roots)?;
    walk_trees_in_parallel(&mut marking, roots, (repository, index), threads(), job)
}

struct Marking<'a> {
    index: &'a Index,
    marked: &'a SharedEntrySet,
    need: Need,
    sizes: Option<&'a mut FolderSizes>,
}

impl ParallelTreeWalk for Marking<'_> {
    type Tree = BlobId;

    /// The trees in it that nobody came to before, and the folder's size where it is asked for.
    type Look = (Vec<BlobId>, Option<FolderSize>);

    fn look(&self, reader: &mut BlobReader<'_>, tree: &BlobId) -> Result<Self::Look> {
        if self.sizes.is_some() {
            return self.look_and_weigh(reader, tree);
        }
        let links = reader.links(tree)?;
        self.mark_content(&links.content)?;
        let below = links.folders.into_iter().map(|(_, subtree)| subtree);
        Ok((self.unmarked(below)?, None))
    }

    fn take_in(&mut self, tree: &BlobId, (below, size): Self::Look) -> Result<Vec<BlobId>> {
        if let (Some(sizes), Some(size)) = (&mut self.sizes, size) {
            sizes.insert(tree, size, self.index)?;
        }
        Ok(below)
    }
}

impl Marking<'_> {
    fn look_and_weigh(
        &self,
        reader: &mut BlobReader<'_>,
        tree: &BlobId,
    ) -> Result<(Vec<BlobId>, Option<FolderSize>)> {
        let (mut size, mut below) = (FolderSize::default(), Vec::new());
        for node in reader.nodes(tree)? {
            let node = node?;
            size.add(&node, self.index)?;
            self.mark_content(node.content.iter().flatten())?;
            below.extend(node.subtree.filter(|_| node.kind == NodeKind::Dir));
        }
        Ok((self.unmarked(below)?, Some(size)))
    }

    fn mark_content<'c>(&self, content: impl IntoIterator<Item = &'c BlobId>) -> Result<()> {
        for id in content {
            if let Some(position) = self.position_of(BlobKind::Data, id)? {
                self.marked.insert(position);
            }
        }
        Ok(())
    }

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
