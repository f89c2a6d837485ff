//! The blobs that the snapshots need and the target lacks.
//!
//! That the target lists a tree does not say that it has all below it: a copy that was killed may
//! have brought the one without the other. What a snapshot of the target leads to is all there, so
//! a folder that its relative has just so is passed over; every other tree is followed.

use std::collections::{HashMap, HashSet};

use undercroft_foundation::Result;

use crate::format::blob::BlobKind;
use crate::format::id::BlobId;
use crate::format::tree::Links;
use crate::store::read::BlobReader;
use crate::store::repository::Repository;

/// A tree of the source, and the one at its place in the target's relative.
pub(super) type Step = (BlobId, Option<BlobId>);

/// A tree that was visited.
pub(super) struct Visited {
    /// The tree and the content in it, as far as the target lacks them.
    pub(super) lacking: Vec<(BlobKind, BlobId)>,
    /// The trees in it.
    pub(super) below: Vec<Step>,
}

pub(super) struct Walk<'r> {
    source: BlobReader<'r>,
    relatives: BlobReader<'r>,
    target: &'r Repository,
    seen: HashSet<BlobId>,
}

impl<'r> Walk<'r> {
    pub(super) fn new(source: &'r Repository, target: &'r Repository) -> Result<Self> {
        let (source, relatives) = (source.reader()?, target.reader()?);
        Ok(Self { source, relatives, target, seen: HashSet::new() })
    }

    /// Visits a tree; `None` where all in it was seen to be there or on its way.
    pub(super) fn visit(&mut self, (id, relative): Step) -> Result<Option<Visited>> {
        if relative == Some(id) || !self.seen.insert(id) {
            return Ok(None);
        }
        let links = self.source.links(&id)?;
        let mut theirs = self.folders_of_relative(relative);
        let folders = links.folders.into_iter();
        let below = folders.map(|(name, subtree)| (subtree, theirs.remove(&name))).collect();
        let content = links.content.into_iter().map(|id| (BlobKind::Data, id));
        let mut lacking: Vec<_> = content.chain([(BlobKind::Tree, id)]).collect();
        let index = self.target.index();
        lacking.retain(|(kind, id)| !index.contains(*kind, id));
        Ok(Some(Visited { lacking, below }))
    }

    /// The folders of the target's tree; of one that cannot be read, none.
    fn folders_of_relative(&mut self, relative: Option<BlobId>) -> HashMap<String, BlobId> {
        let links = relative.and_then(|id| self.relatives.links(&id).ok());
        links.map(|Links { folders, .. }| folders).into_iter().flatten().collect()
    }
}
