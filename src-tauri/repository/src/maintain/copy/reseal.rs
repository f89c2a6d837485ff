//! A blob from one key to another.

use undercroft_foundation::Result;

use crate::format::blob::{BlobDecoder, BlobEncoder, BlobKind, SealedBlob, seal_verified};
use crate::format::pack::PackedBlob;
use crate::store::repository::Repository;

/// Opens with one repository's key, and seals with that of another.
pub(super) struct Resealing<'r> {
    source: &'r Repository,
    target: &'r Repository,
    decoder: BlobDecoder,
    encoder: BlobEncoder,
    plain: Vec<u8>,
    sealed: Vec<u8>,
}

impl<'r> Resealing<'r> {
    pub(super) fn new(source: &'r Repository, target: &'r Repository) -> Result<Self> {
        Ok(Self {
            source,
            target,
            decoder: BlobDecoder::new()?,
            encoder: BlobEncoder::new(target.compression)?,
            plain: Vec::new(),
            sealed: Vec::new(),
        })
    }

    /// Holds a blob against its id and seals it anew, compressed as it was unless the target's
    /// version of the format has it otherwise.
    pub(super) fn reseal(
        &mut self,
        blob: &PackedBlob,
        sealed: &mut [u8],
    ) -> Result<SealedBlob<'_>> {
        let raw_length = blob.raw_length;
        let key = &self.source.key;
        let stored =
            self.decoder.decode_stored(key, &blob.id, sealed, raw_length, &mut self.plain)?;
        let (key, version) = (&self.target.key, self.target.config.version);
        let random = &*self.target.storage.world.random;
        let fits = match blob.kind {
            // Only the first version has trees that are not compressed.
            BlobKind::Tree => raw_length.is_some() == (version >= 2),
            BlobKind::Data => raw_length.is_none() || version >= 2,
        };
        if !fits {
            return self.encoder.encode(key, random, blob.kind, &self.plain, version);
        }
        seal_verified(key, random, stored, &mut self.sealed)?;
        Ok(SealedBlob { bytes: &self.sealed, raw_length })
    }
}
