//! The folders of snapshots, by tree: those that were read last are kept.

use std::sync::{Arc, Mutex};

use undercroft_foundation::Result;

use super::contents::lock;
use crate::format::id::BlobId;
use crate::format::tree::Node;
use crate::store::cache::FifoCache;
use crate::store::repository::Repository;

/// The number of entries that are kept, of all folders together.
const ENTRIES_MAX: usize = 40_000;

/// The entries of a folder.
#[derive(Debug)]
pub(super) struct Folder(Vec<Arc<Node>>);

impl Folder {
    /// All entries, by name.
    pub(super) fn entries(&self) -> &[Arc<Node>] {
        &self.0
    }

    /// The entry of this name.
    pub(super) fn find(&self, name: &[u8]) -> Option<&Arc<Node>> {
        let found = self.0.binary_search_by(|node| node.name[..].cmp(name));
        found.ok().map(|at| &self.0[at])
    }
}

/// The folders of all trees.
pub(super) struct Folders {
    repository: Arc<Repository>,
    kept: Mutex<FifoCache<BlobId, Arc<Folder>>>,
}

impl Folders {
    pub(super) fn new(repository: Arc<Repository>) -> Self {
        Self { repository, kept: Mutex::new(FifoCache::new(ENTRIES_MAX)) }
    }

    /// The folder of a tree. Entries whose names are none are left out.
    pub(super) fn of(&self, tree: &BlobId) -> Result<Arc<Folder>> {
        if let Some(folder) = lock(&self.kept).get(tree) {
            return Ok(folder);
        }
        let mut nodes = self.repository.tree(tree)?.nodes;
        nodes.retain(|node| {
            let name = &node.name[..];
            !matches!(name, b"" | b"." | b"..") && !name.contains(&b'/') && !name.contains(&0)
        });
        nodes.sort_by(|a, b| a.name.cmp(&b.name));
        nodes.dedup_by(|a, b| a.name == b.name);
        let folder = Arc::new(Folder(nodes.into_iter().map(Arc::new).collect()));
        lock(&self.kept).insert(*tree, Arc::clone(&folder), folder.0.len() + 1);
        Ok(folder)
    }
}
