//! A blob's way into a pack: compress, seal, and see that it comes back.

use undercroft_foundation::{Code, Error, Random, Result};
use zstd::bulk::{Compressor, Decompressor};
use zstd::zstd_safe::CParameter;

use super::compression::Compression;
use super::decoder::decompress;
use super::kind::BlobKind;
use super::sealed::{SealedBlob, faulty, refused, seal_verified};
use crate::format::crypto::Key;

/// Content of at least this many bytes is sampled before it is compressed whole.
const SAMPLED_FROM: usize = 64 << 10;
const SAMPLE: usize = 4 << 10;

/// Compresses and seals blobs; keeps its tables and buffers between them.
pub(crate) struct BlobEncoder {
    compression: Compression,
    compressor: Compressor<'static>,
    sampler: Compressor<'static>,
    decompressor: Decompressor<'static>,
    compressed: Vec<u8>,
    sealed: Vec<u8>,
    restored: Vec<u8>,
}

impl BlobEncoder {
    pub(crate) fn new(compression: Compression) -> Result<Self> {
        let compressor = |level| Compressor::new(level).map_err(refused);
        Ok(Self {
            compression,
            compressor: compressor(compression.level())?,
            sampler: compressor(1)?,
            decompressor: Decompressor::new().map_err(refused)?,
            compressed: Vec::new(),
            sealed: Vec::new(),
            restored: Vec::new(),
        })
    }

    /// Seals a blob, and sees to it that it would open and decompress to the same.
    ///
    /// # Errors
    /// [`Code::Internal`] when it would not: memory or a library is faulty.
    pub(crate) fn encode(
        &mut self,
        key: &Key,
        random: &dyn Random,
        kind: BlobKind,
        plain: &[u8],
        version: u32,
    ) -> Result<SealedBlob<'_>> {
        let compress =
            version >= 2 && !plain.is_empty() && self.is_worth_compressing(kind, plain)?;
        let compressed = compress && self.compress(kind, plain)?;
        let stored = if compressed { &self.compressed[..] } else { plain };
        seal_verified(key, random, stored, &mut self.sealed)?;
        let decompresses = !compressed || {
            decompress(&mut self.decompressor, stored, plain.len(), &mut self.restored)
                .map_err(|_| faulty())?;
            self.restored == plain
        };
        if !decompresses {
            return Err(faulty());
        }
        let raw_length = compressed.then(|| u32::try_from(plain.len())).transpose();
        let raw_length =
            raw_length.map_err(|_| Error::new(Code::Invalid, "A blob is too large"))?;
        Ok(SealedBlob { bytes: &self.sealed, raw_length })
    }

    fn is_worth_compressing(&mut self, kind: BlobKind, plain: &[u8]) -> Result<bool> {
        if kind == BlobKind::Tree {
            return Ok(true);
        }
        if self.compression == Compression::Off {
            return Ok(false);
        }
        if plain.len() < SAMPLED_FROM {
            return Ok(true);
        }
        // Media and archives are told by three samples at a fraction of the cost of the whole.
        let middle = plain.len() / 2;
        let mut total = 0;
        for start in [0, middle, plain.len() - SAMPLE] {
            total += self.sampler.compress(&plain[start..start + SAMPLE]).map_err(refused)?.len();
        }
        Ok(total * 100 < 3 * SAMPLE * 97)
    }

    /// Compresses into `self.compressed`; says whether that is worth keeping.
    fn compress(&mut self, kind: BlobKind, plain: &[u8]) -> Result<bool> {
        self.compressed.clear();
        self.compressed.reserve(zstd::zstd_safe::compress_bound(plain.len()));
        let min_match = CParameter::MinMatch(self.compression.min_match(plain.len()));
        self.compressor.set_parameter(min_match).map_err(refused)?;
        self.compressor.compress_to_buffer(plain, &mut self.compressed).map_err(refused)?;
        Ok(kind == BlobKind::Tree || self.compressed.len() < plain.len())
    }
}

#[cfg(test)]
mod tests {
    use undercroft_foundation::OsRandom;

    use super::super::BlobDecoder;
    use super::*;
    use crate::format::id::BlobId;

    fn round_trip(compression: Compression, kind: BlobKind, plain: &[u8]) -> (usize, Option<u32>) {
        let key = Key::random(&OsRandom);
        let mut encoder = BlobEncoder::new(compression).expect("an encoder");
        let sealed = encoder.encode(&key, &OsRandom, kind, plain, 2).expect("sealed");
        let (mut bytes, raw_length) = (sealed.bytes.to_vec(), sealed.raw_length);
        let stored = bytes.len();
        let mut back = Vec::new();
        let mut decoder = BlobDecoder::new().expect("a decoder");
        let id = BlobId::of(plain);
        decoder.decode(&key, &id, &mut bytes, raw_length, &mut back).expect("opened");
        assert_eq!(back, plain);
        (stored, raw_length)
    }

    #[test]
    fn text_shrinks_and_noise_is_kept_as_it_is() {
        let text = b"all work and no play ".repeat(10_000);
        let (stored, raw_length) = round_trip(Compression::Auto, BlobKind::Data, &text);
        assert!(stored < text.len() / 10 && raw_length == Some(210_000));
        let mut noise = vec![0; 200_000];
        OsRandom.fill(&mut noise);
        assert_eq!(round_trip(Compression::Auto, BlobKind::Data, &noise), (200_032, None));
        assert_eq!(round_trip(Compression::Off, BlobKind::Data, &text), (210_032, None));
        assert_eq!(round_trip(Compression::Auto, BlobKind::Data, b""), (32, None));
        assert!(round_trip(Compression::Off, BlobKind::Tree, b"{\"nodes\":[]}\n").1.is_some());
    }

    #[test]
    fn a_frame_that_grows_beyond_its_length_is_refused() {
        let key = Key::random(&OsRandom);
        let mut encoder = BlobEncoder::new(Compression::Auto).expect("an encoder");
        let mut decoder = BlobDecoder::new().expect("a decoder");
        let plain = vec![0; 100_000];
        let sealed = encoder.encode(&key, &OsRandom, BlobKind::Data, &plain, 2).expect("sealed");
        let bytes = sealed.bytes.to_vec();
        let id = BlobId::of(&plain);
        for wrong in [1, 99_999, 100_001] {
            let decoded =
                decoder.decode(&key, &id, &mut bytes.clone(), Some(wrong), &mut Vec::new());
            assert_eq!(decoded.map_err(|e| e.code()), Err(Code::Damaged));
        }
    }
}
