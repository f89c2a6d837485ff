//! Reading blobs one by one, by their ids, wherever they lie.

use std::sync::Arc;

use undercroft_foundation::{Code, Result};

use crate::format::blob::{BlobDecoder, BlobKind};
use crate::format::file_kind::FileKind;
use crate::format::id::BlobId;
use crate::format::tree::{Links, Nodes, Tree, TreeText};
use crate::store::index::{Index, Location};
use crate::store::repository::Repository;
use crate::store::storage::pack_missing;

/// Reads blobs; keeps its tables and buffers between them.
pub(crate) struct BlobReader<'r> {
    repository: &'r Repository,
    /// The index to go by; the repository's own when `None`.
    index: Option<&'r Index>,
    decoder: BlobDecoder,
}

impl Repository {
    /// A reader of blobs, for one thread. The index must have been refreshed.
    pub(crate) fn reader(&self) -> Result<BlobReader<'_>> {
        Ok(self.reader_with(BlobDecoder::new()?))
    }

    /// A reader of blobs with tables and buffers that another gave back.
    pub(crate) fn reader_with(&self, decoder: BlobDecoder) -> BlobReader<'_> {
        BlobReader { repository: self, index: None, decoder }
    }

    /// A reader of blobs, for one thread, that relies on nothing but this index, which may be
    /// incomplete. A pack that is missing is [`Code::NotFound`] to it.
    pub(crate) fn reader_by<'r>(&'r self, index: &'r Index) -> Result<BlobReader<'r>> {
        Ok(BlobReader { index: Some(index), ..self.reader()? })
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

    /// The bytes of a blob as they are stored, and the length of its content where that is
    /// compressed.
    fn read_sealed(&self, kind: BlobKind, id: &BlobId) -> Result<(Vec<u8>, Option<u32>)> {
        let repository = self.repository;
        if let Some(index) = self.index {
            return read_located(repository, index.locate(kind, id)?);
        }
        let read_listed = || {
            let location = repository.locate_blob(kind, id)?;
            let read = read_located(repository, location);
            read.map_err(|error| pack_missing(&FileKind::Pack.path(location.pack), error))
        };
        match read_listed() {
            // A prune may have moved it since the index was read.
            Err(error) if error.code() == Code::Damaged => {
                repository.refresh_index()?;
                read_listed()
            }
            read => read,
        }
    }
}

/// The bytes at a location; a pack that is not there is [`Code::NotFound`].
fn read_located(repository: &Repository, at: Location) -> Result<(Vec<u8>, Option<u32>)> {
    let Location { pack, blob } = at;
    let (path, length) = (FileKind::Pack.path(pack), blob.length as usize);
    let sealed = repository.storage.provider.read_range(&path, blob.offset.into(), length)?;
    Ok((sealed, blob.raw_length))
}
