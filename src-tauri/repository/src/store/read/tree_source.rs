//! Reads trees by an index that may be incomplete.

use undercroft_foundation::Result;

use crate::format::blob::{BlobDecoder, BlobKind};
use crate::format::file_kind::FileKind;
use crate::format::id::BlobId;
use crate::format::tree::{Links, Nodes, Tree, TreeText};
use crate::store::index::{Index, Location};
use crate::store::repository::Repository;

/// A reader of trees that relies on nothing but the index that it is given.
pub(crate) struct TreeSource<'a> {
    repository: &'a Repository,
    index: &'a Index,
    decoder: BlobDecoder,
}

impl<'a> TreeSource<'a> {
    pub(crate) fn new(repository: &'a Repository, index: &'a Index) -> Result<Self> {
        Ok(Self { repository, index, decoder: BlobDecoder::new()? })
    }

    /// The tree of this id.
    pub(crate) fn tree(&mut self, id: &BlobId) -> Result<Tree> {
        Ok(Tree { nodes: self.nodes(id)?.collect::<Result<_>>()? })
    }

    /// The entries of the tree of this id; the text of a large one is never held whole.
    pub(crate) fn nodes(&mut self, id: &BlobId) -> Result<Nodes> {
        self.read(id)?.nodes()
    }

    /// The links of the tree of this id.
    pub(crate) fn links(&mut self, id: &BlobId) -> Result<Links> {
        self.read(id)?.links()
    }

    fn read(&mut self, id: &BlobId) -> Result<TreeText> {
        let Location { pack, blob } = self.index.locate(BlobKind::Tree, id)?;
        let path = FileKind::Pack.path(pack);
        let provider = &self.repository.storage.provider;
        let sealed = provider.read_range(&path, blob.offset.into(), blob.length as usize)?;
        TreeText::decode(&mut self.decoder, &self.repository.key, id, sealed, blob.raw_length)
    }
}
