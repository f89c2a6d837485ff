//! Reading blobs one by one, by their ids, wherever they lie.

use std::sync::Arc;

use undercroft_foundation::{Code, Result};

use crate::format::blob::{BlobDecoder, BlobKind};
use crate::format::id::BlobId;
use crate::format::tree::{Links, Nodes, Tree, TreeText};
use crate::store::index::Location;
use crate::store::repository::Repository;

/// Reads blobs; keeps its tables and buffers between them.
pub(crate) struct BlobReader<'r> {
    repository: &'r Repository,
    decoder: BlobDecoder,
}

impl Repository {
    /// A reader of blobs, for one thread. The index must have been refreshed.
    pub(crate) fn reader(&self) -> Result<BlobReader<'_>> {
        Ok(BlobReader { repository: self, decoder: BlobDecoder::new()? })
    }

    /// A reader of blobs with tables and buffers that another gave back.
    pub(crate) fn reader_with(&self, decoder: BlobDecoder) -> BlobReader<'_> {
        BlobReader { repository: self, decoder }
    }
}

impl BlobReader<'_> {
    /// Gives its tables and buffers back.
    pub(crate) fn into_decoder(self) -> BlobDecoder {
        self.decoder
    }

    /// Reads a blob into `plain` and holds it against its id.
    pub(crate) fn read(&mut self, kind: BlobKind, id: &BlobId, plain: &mut Vec<u8>) -> Result<()> {
        let (mut sealed, raw_length) = self.read_sealed(kind, id)?;
        self.decoder.decode(&self.repository.key, id, &mut sealed, raw_length, plain)
    }

    /// The bytes of a blob as they are stored, and the length of its content where that is
    /// compressed.
    fn read_sealed(&self, kind: BlobKind, id: &BlobId) -> Result<(Vec<u8>, Option<u32>)> {
        match self.read_listed(kind, id) {
            // A prune may have moved it since the index was read.
            Err(error) if error.code() == Code::Damaged => {
                self.repository.refresh_index()?;
                self.read_listed(kind, id)
            }
            read => read,
        }
    }

    fn read_listed(&self, kind: BlobKind, id: &BlobId) -> Result<(Vec<u8>, Option<u32>)> {
        let Location { pack, blob } = self.repository.locate_blob(kind, id)?;
        let storage = &self.repository.storage;
        let sealed = storage.read_pack_range(pack, blob.offset.into(), blob.length as usize)?;
        Ok((sealed, blob.raw_length))
    }

    /// The text of a tree, kept for who asks for it again.
    pub(crate) fn tree_text(&mut self, id: &BlobId) -> Result<Arc<[u8]>> {
        let cache = &self.repository.cache;
        if let Some(text) = cache.tree_text(id) {
            return Ok(text);
        }
        let mut json = Vec::new();
        self.read(BlobKind::Tree, id, &mut json)?;
        let text: Arc<[u8]> = json.into();
        cache.keep_tree_text(*id, &text);
        Ok(text)
    }

    /// Reads a tree.
    pub(crate) fn tree(&mut self, id: &BlobId) -> Result<Tree> {
        Ok(Tree { nodes: self.nodes(id)?.collect::<Result<_>>()? })
    }

    /// Reads the entries of a tree; the text of a large one is never held whole.
    pub(crate) fn nodes(&mut self, id: &BlobId) -> Result<Nodes> {
        self.read_tree(id)?.nodes()
    }

    /// Reads what a tree leads to.
    pub(crate) fn links(&mut self, id: &BlobId) -> Result<Links> {
        self.read_tree(id)?.links()
    }

    fn read_tree(&mut self, id: &BlobId) -> Result<TreeText> {
        let (sealed, raw_length) = self.read_sealed(BlobKind::Tree, id)?;
        TreeText::decode(&mut self.decoder, &self.repository.key, id, sealed, raw_length)
    }
}
