//! Walks trees, and says of each and of each piece of content where it stands in the index.

use undercroft_foundation::{Code, Error, Job, Result, text};

use crate::format::blob::BlobKind;
use crate::format::id::BlobId;
use crate::format::tree::{Node, NodeKind};
use crate::store::index::Index;
use crate::store::read::{BlobReader, walk_trees};
use crate::store::repository::Repository;

/// A visitor of what a walk finds.
pub(super) trait Visitor {
    /// Comes to the tree at a position; says whether it is to be read.
    fn enter(&mut self, position: usize) -> bool;

    /// Comes to an entry of a folder, whose path ends with `/`. `content` are the positions of its
    /// blobs.
    fn entry(&mut self, folder: &[u8], node: &Node, content: &[usize]);
}

/// Walks one tree after the other.
pub(super) struct Walk<'a> {
    index: &'a Index,
    reader: BlobReader<'a>,
    job: &'a Job,
}

impl<'a> Walk<'a> {
    pub(super) fn new(repository: &'a Repository, index: &'a Index, job: &'a Job) -> Result<Self> {
        Ok(Self { index, reader: repository.reader_by(index)?, job })
    }

    /// Shows the visitor a tree and all below it.
    pub(super) fn run(&mut self, root: BlobId, visitor: &mut impl Visitor) -> Result<()> {
        let mut content = Vec::new();
        walk_trees(vec![(root, b"/".to_vec())], |(id, path)| {
            self.job.check_cancelled()?;
            let mut below = Vec::new();
            if !visitor.enter(position_of(self.index, BlobKind::Tree, &id)?) {
                return Ok(below);
            }
            for node in self.reader.nodes(&id)? {
                let node = node?;
                if node.kind == NodeKind::Dir {
                    let subtree = node.subtree.ok_or_else(|| {
                        Error::new(Code::Damaged, text!("Cannot follow tree {id}", id))
                            .why("A folder in it names no tree")
                    })?;
                    below.push((subtree, [&path[..], &node.name, b"/"].concat()));
                }
                content.clear();
                for blob in node.content.iter().flatten() {
                    content.push(position_of(self.index, BlobKind::Data, blob)?);
                }
                visitor.entry(&path, &node, &content);
            }
            Ok(below)
        })
    }
}

fn position_of(index: &Index, kind: BlobKind, id: &BlobId) -> Result<usize> {
    index.position(kind, id).ok_or_else(|| {
        Error::new(Code::Damaged, text!("There is no {kind} {id}", kind = kind.name(), id))
            .why("A snapshot needs it, and no index lists it")
    })
}

/// The bytes that the blob at a position takes.
pub(super) fn stored_bytes(index: &Index, position: usize) -> u64 {
    index.at(position).blob.length.into()
}
