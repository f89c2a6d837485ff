//! The trees of a repository, and the way from a snapshot's root to an entry.

use undercroft_foundation::{Code, Error, Result, escape_name, text};

use crate::format::blob::BlobKind;
use crate::format::id::BlobId;
use crate::format::snapshot::Snapshot;
use crate::format::tree::{Node, NodeKind, Nodes, Tree};
use crate::store::repository::Repository;

impl Repository {
    /// The tree of this id.
    ///
    /// # Errors
    /// [`Code::NotFound`] when the index does not know it, [`Code::Damaged`].
    pub fn tree(&self, id: &BlobId) -> Result<Tree> {
        Ok(Tree { nodes: self.nodes(id)?.collect::<Result<_>>()? })
    }

    /// The entries of the tree of this id, one after the other.
    pub(crate) fn nodes(&self, id: &BlobId) -> Result<Nodes> {
        if self.find_blob(BlobKind::Tree, id).is_none() {
            let refreshed = self.refresh_index();
            if self.find_blob(BlobKind::Tree, id).is_none() {
                refreshed?;
            }
        }
        self.reader()?.nodes(id)
    }

    /// The entry at `path` (names from the root of the snapshot); `None` for the root itself.
    ///
    /// # Errors
    /// [`Code::NotFound`] when there is none.
    pub fn find_node(&self, snapshot: &Snapshot, path: &[Vec<u8>]) -> Result<Option<Node>> {
        let mut tree = snapshot.tree;
        let mut found = None;
        for (depth, name) in path.iter().enumerate() {
            // Other writers may have sorted differently: a missed entry would be a lie.
            let is_it = |node: &Result<Node>| node.as_ref().map_or(true, |it| it.name == *name);
            let node = self.nodes(&tree)?.find(is_it).transpose()?.ok_or_else(|| {
                let path: Vec<_> = path[..=depth].iter().map(|name| escape_name(name)).collect();
                let path = path.join("/");
                let snapshot = snapshot.id.short();
                Error::new(
                    Code::NotFound,
                    text!("There is no /{path} in snapshot {snapshot}", path, snapshot),
                )
            })?;
            if let (NodeKind::Dir, Some(subtree)) = (&node.kind, node.subtree) {
                tree = subtree;
            } else if depth + 1 < path.len() {
                let name = escape_name(name);
                return Err(Error::new(Code::NotFound, text!("{name} is not a folder", name)));
            }
            found = Some(node);
        }
        Ok(found)
    }
}
