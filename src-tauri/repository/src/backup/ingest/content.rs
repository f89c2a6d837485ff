//! Content on its way into the repository: cut, stored chunk by chunk, and hashed as a whole.

use std::collections::HashMap;
use std::io::Read;
use std::path::Path;

use sha2::{Digest, Sha256};
use undercroft_foundation::{IoContext, Result};

use crate::format::blob::{BlobEncoder, BlobKind};
use crate::format::chunker::{ChunkStream, Chunker};
use crate::format::id::BlobId;
use crate::store::repository::Repository;
use crate::store::write::BlobWriter;

/// Content that was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredContent {
    /// Its blobs in order; none for no content.
    pub blobs: Vec<BlobId>,
    /// Its bytes.
    pub size: u64,
    /// The digest of the whole.
    pub sha256: [u8; 32],
    /// The bytes that it took in packs; what was there already took none.
    pub stored_bytes: u64,
}

/// Stores content, for one thread; keeps its tables and buffers between one and the next.
pub struct ContentWriter<'w, 'r> {
    repository: &'r Repository,
    writer: &'w BlobWriter<'r>,
    chunker: Chunker,
    encoder: BlobEncoder,
    chunk: Vec<u8>,
}

impl<'w, 'r> ContentWriter<'w, 'r> {
    pub(super) fn new(
        repository: &'r Repository,
        writer: &'w BlobWriter<'r>,
        chunker: Chunker,
        encoder: BlobEncoder,
    ) -> Self {
        Self { repository, writer, chunker, encoder, chunk: Vec::new() }
    }

    /// The bytes of what `reader` yields that are not stored yet, before they are compressed;
    /// `path` is what errors call it.
    ///
    /// # Errors
    /// The reader's, with `path`.
    pub fn missing_bytes(&mut self, reader: &mut dyn Read, path: &Path) -> Result<u64> {
        let mut chunks = ChunkStream::new(self.chunker.clone(), reader);
        let mut missing = HashMap::new();
        while chunks.next(&mut self.chunk).at("read", path)? {
            let id = BlobId::of(&self.chunk);
            if self.repository.stored_bytes(&id).is_none() {
                missing.insert(id, self.chunk.len() as u64);
            }
        }
        Ok(missing.into_values().sum())
    }

    /// Stores all that `reader` yields; `path` is what errors call it.
    ///
    /// Holds a few chunks in memory, however much there is.
    ///
    /// # Errors
    /// The reader's, with `path`, or a failure of the storage.
    pub fn store(&mut self, reader: &mut dyn Read, path: &Path) -> Result<StoredContent> {
        let mut chunks = ChunkStream::new(self.chunker.clone(), reader);
        let mut whole = Sha256::new();
        let mut stored =
            StoredContent { blobs: Vec::new(), size: 0, sha256: [0; 32], stored_bytes: 0 };
        while chunks.next(&mut self.chunk).at("read", path)? {
            whole.update(&self.chunk);
            let id = if stored.blobs.is_empty() {
                // Most content is one chunk: its digest is that of the whole.
                BlobId(whole.clone().finalize().into())
            } else {
                BlobId::of(&self.chunk)
            };
            stored.stored_bytes +=
                self.writer.put_as(&mut self.encoder, BlobKind::Data, id, &self.chunk)?;
            stored.size += self.chunk.len() as u64;
            stored.blobs.push(id);
        }
        stored.sha256 = whole.finalize().into();
        Ok(stored)
    }
}
