//! A blob's way back out of a pack: open, decompress, compare.

use std::io;

use undercroft_foundation::{Code, Error, Result, text};
use zstd::bulk::Decompressor;

use super::large_blob::LargeBlob;
use super::sealed::refused;
use crate::format::chunker::MAX_CHUNK;
use crate::format::crypto::Key;
use crate::format::id::BlobId;

/// No blob is larger when it is decompressed: a tree of some ten million entries.
const BLOB_MAX: usize = 4 << 30;

/// Opens and decompresses blobs; keeps its tables and buffers between them.
pub(crate) struct BlobDecoder {
    decompressor: Decompressor<'static>,
    scratch: Vec<u8>,
    opened: Vec<u8>,
}

impl BlobDecoder {
    pub(crate) fn new() -> Result<Self> {
        let decompressor = Decompressor::new().map_err(refused)?;
        Ok(Self { decompressor, scratch: Vec::new(), opened: Vec::new() })
    }

    /// Opens and decompresses `sealed` into `plain`, and holds the content against its id.
    pub(crate) fn decode(
        &mut self,
        key: &Key,
        id: &BlobId,
        sealed: &mut [u8],
        raw_length: Option<u32>,
        plain: &mut Vec<u8>,
    ) -> Result<()> {
        self.decode_stored(key, id, sealed, raw_length, plain).map(|_| ())
    }

    /// As [`BlobDecoder::decode`]; returns what was sealed: the content, or what it is compressed
    /// to.
    pub(crate) fn decode_stored<'s>(
        &mut self,
        key: &Key,
        id: &BlobId,
        sealed: &'s mut [u8],
        raw_length: Option<u32>,
        plain: &mut Vec<u8>,
    ) -> Result<&'s [u8]> {
        let opened = self.open(key, id, sealed, raw_length, plain)?;
        if raw_length.is_none() {
            plain.clear();
            plain.extend_from_slice(opened);
        }
        Ok(opened)
    }

    /// As [`BlobDecoder::decode`]; keeps nothing of the content.
    pub(crate) fn verify(
        &mut self,
        key: &Key,
        id: &BlobId,
        sealed: &mut [u8],
        raw_length: Option<u32>,
    ) -> Result<()> {
        if let Some(length) = raw_length.filter(|&length| length as usize > MAX_CHUNK) {
            return LargeBlob::verify(key, id, sealed, length);
        }
        let mut plain = std::mem::take(&mut self.scratch);
        let opened = self.open(key, id, sealed, raw_length, &mut plain).map(|_| ());
        self.scratch = plain;
        opened
    }

    /// As [`BlobDecoder::verify`]; leaves the sealed bytes as they are.
    pub(crate) fn verify_kept(
        &mut self,
        key: &Key,
        id: &BlobId,
        sealed: &[u8],
        raw_length: Option<u32>,
    ) -> Result<()> {
        let mut opened = std::mem::take(&mut self.opened);
        opened.clear();
        opened.extend_from_slice(sealed);
        let verified = self.verify(key, id, &mut opened, raw_length);
        self.opened = opened;
        verified
    }

    /// Opens `sealed`, decompresses it into `plain` where it is compressed, and holds the content
    /// against its id.
    fn open<'s>(
        &mut self,
        key: &Key,
        id: &BlobId,
        sealed: &'s mut [u8],
        raw_length: Option<u32>,
        plain: &mut Vec<u8>,
    ) -> Result<&'s [u8]> {
        let damaged =
            |why: &str| Error::new(Code::Damaged, text!("Cannot read blob {id}", id)).why(why);
        let opened = key.open(sealed).map_err(|_| damaged("Its seal is broken"))?;
        if let Some(length) = raw_length {
            decompress(&mut self.decompressor, opened, length as usize, plain)
                .map_err(|source| damaged("It does not decompress").because(source))?;
        }
        let content = if raw_length.is_some() { &plain[..] } else { &*opened };
        if BlobId::of(content) != *id {
            return Err(damaged("Its content is not what was written"));
        }
        Ok(opened)
    }
}

/// Decompresses into `plain` what is `length` bytes long then.
pub(super) fn decompress(
    decompressor: &mut Decompressor<'static>,
    compressed: &[u8],
    length: usize,
    plain: &mut Vec<u8>,
) -> io::Result<()> {
    if length > BLOB_MAX {
        return Err(io::Error::other("it claims to be larger than any blob"));
    }
    plain.clear();
    plain.reserve_exact(length);
    decompressor.decompress_to_buffer(compressed, plain)?;
    if plain.len() == length { Ok(()) } else { Err(io::Error::other("it has another length")) }
}
