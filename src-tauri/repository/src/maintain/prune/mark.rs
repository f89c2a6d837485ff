//! Marks the blobs that the snapshots need.

use std::collections::HashSet;

use undercroft_foundation::{Code, Error, Job, Result};

use crate::format::blob::BlobKind;
use crate::format::id::BlobId;
use crate::format::snapshot::Snapshot;
use crate::store::index::{Index, SharedEntrySet};
use crate::store::read::TreeSource;
use crate::store::repository::Repository;
use crate::store::threads::{Tasks, on_threads, threads};

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
    let marking = Marking { index, marked, need, trees: Tasks::new() };
    let roots: HashSet<BlobId> = snapshots.iter().map(|snapshot| snapshot.tree).collect();
    for root in roots {
        marking.reach(root)?;
    }
    on_threads(threads(), || {
        let mut source = TreeSource::new(repository, index)?;
        marking.trees.work(|id| {
            job.check_cancelled()?;
            marking.follow(&mut source, id)
        })
    })
}

struct Marking<'a> {
    index: &'a Index,
    marked: &'a SharedEntrySet,
    need: Need,
    /// Trees that are marked and not followed yet.
    trees: Tasks<BlobId>,
}

impl Marking<'_> {
    fn reach(&self, tree: BlobId) -> Result<()> {
        if let Some(position) = self.position_of(BlobKind::Tree, &tree)?
            && self.marked.insert(position)
        {
            self.trees.push([tree]);
        }
        Ok(())
    }

    fn follow(&self, source: &mut TreeSource<'_>, tree: BlobId) -> Result<()> {
        let links = source.links(&tree)?;
        for content in &links.content {
            if let Some(position) = self.position_of(BlobKind::Data, content)? {
                self.marked.insert(position);
            }
        }
        links.folders.into_iter().try_for_each(|(_, subtree)| self.reach(subtree))
    }

    fn position_of(&self, kind: BlobKind, id: &BlobId) -> Result<Option<usize>> {
        match self.index.position(kind, id) {
            None if self.need == Need::All => {
                Err(Error::new(Code::Damaged, format!("There is no {} {id}", kind.name()))
                    .why("A snapshot needs it, and no index lists it"))
            }
            position => Ok(position),
        }
    }
}
