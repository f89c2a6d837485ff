//! A walk over the blobs that the snapshots need and the target lacks.
//!
//! That the target lists a tree does not say that it has all below it: a copy that was killed may
//! have brought the one without the other. What a snapshot of the target leads to is all there, so
//! a folder that its relative has just so is passed over; every other tree is followed.

use std::collections::{HashMap, HashSet};

use undercroft_foundation::Result;

use crate::format::blob::BlobKind;
use crate::format::id::BlobId;
use crate::format::tree::Links;
use crate::store::repository::Repository;

/// A tree of the source, and the one at its place in the target's relative.
type Step = (BlobId, Option<BlobId>);

pub(super) struct Walk<'r> {
    source: &'r Repository,
    target: &'r Repository,
    todo: Vec<Step>,
    seen: HashSet<BlobId>,
}

impl<'r> Walk<'r> {
    pub(super) fn new(source: &'r Repository, target: &'r Repository) -> Self {
        Self { source, target, todo: Vec::new(), seen: HashSet::new() }
    }

    /// Goes on with the tree of a snapshot; `relative` is one that the target has whole.
    pub(super) fn begin(&mut self, tree: BlobId, relative: Option<BlobId>) {
        self.todo.push((tree, relative));
    }

    /// The next tree and the content in it, as far as the target lacks them; `None` at the end.
    pub(super) fn next_tree(&mut self) -> Result<Option<Vec<(BlobKind, BlobId)>>> {
        while let Some((id, relative)) = self.todo.pop() {
            if relative == Some(id) || !self.seen.insert(id) {
                continue;
            }
            let links = self.source.reader()?.links(&id)?;
            let mut theirs = self.folders_of_relative(relative);
            for (name, subtree) in links.folders {
                let relative = theirs.remove(&name);
                self.todo.push((subtree, relative));
            }
            let content = links.content.into_iter().map(|id| (BlobKind::Data, id));
            let mut needed: Vec<_> = content.chain([(BlobKind::Tree, id)]).collect();
            let index = self.target.index();
            needed.retain(|(kind, id)| !index.contains(*kind, id));
            return Ok(Some(needed));
        }
        Ok(None)
    }

    /// The folders of the target's tree; of one that cannot be read, none.
    fn folders_of_relative(&self, relative: Option<BlobId>) -> HashMap<String, BlobId> {
        let read = |id| self.target.reader().and_then(|mut reader| reader.links(&id));
        let links = relative.and_then(|id| read(id).ok()).map(|Links { folders, .. }| folders);
        links.into_iter().flatten().collect()
    }
}
