//! Reads blobs by an index that may be incomplete.

use undercroft_foundation::{Code, Error, Result};

use crate::blob::BlobKind;
use crate::codec::{Codec, Compression};
use crate::id::BlobId;
use crate::index::Index;
use crate::repository::Repository;
use crate::storage::FileKind;
use crate::tree::{Links, Tree, decode_links, decode_tree};

/// A reader of trees that relies on nothing but the index that it is given.
pub(crate) struct TreeSource<'a> {
    repository: &'a Repository,
    index: &'a Index,
    codec: Codec,
    json: Vec<u8>,
}

impl<'a> TreeSource<'a> {
    pub(crate) fn new(repository: &'a Repository, index: &'a Index) -> Result<Self> {
        Ok(Self { repository, index, codec: Codec::new(Compression::Auto)?, json: Vec::new() })
    }

    /// The tree of this id.
    pub(crate) fn tree(&mut self, id: &BlobId) -> Result<Tree> {
        self.load(id)?;
        decode_tree(&self.json)
    }

    /// What the tree of this id leads to.
    pub(crate) fn links(&mut self, id: &BlobId) -> Result<Links> {
        self.load(id)?;
        decode_links(&self.json)
    }

    /// Puts the text of a tree into `self.json`.
    fn load(&mut self, id: &BlobId) -> Result<()> {
        let location = self.index.find(BlobKind::Tree, id).ok_or_else(|| {
            Error::new(Code::Damaged, format!("There is no tree {id}"))
                .why("No index of the repository lists it")
        })?;
        let (path, blob) = (FileKind::Pack.path(location.pack), location.blob);
        let provider = &self.repository.storage.provider;
        let mut sealed = provider.read_range(&path, blob.offset.into(), blob.length as usize)?;
        let key = &self.repository.key;
        self.codec.decode(key, id, &mut sealed, blob.raw_length, &mut self.json)
    }
}
