//! Packs: blobs one after the other, then a sealed header that lists them, then its length
//! (restic's design document, "Pack Format").

use std::num::TryFromIntError;

use undercroft_foundation::{Code, Error, Random, Result};

use crate::format::blob::{BlobKind, SealedBlob};
use crate::format::chunker::MAX_CHUNK;
use crate::format::crypto::{Key, OVERHEAD};
use crate::format::id::{BlobId, PackId};

/// A pack is closed when it has grown to this many bytes.
pub(crate) const PACK_TARGET: usize = 16 << 20;

/// The header of a pack may not be longer, sealed.
const HEADER_MAX: usize = 16 << 20;

/// restic's limit for an index file, and with it ours.
pub(crate) const INDEX_BLOBS_MAX: usize = 50_000;

/// As many blobs as an index file lists, since those of a pack stand in one; they fit in a header of
/// at most [`HEADER_MAX`].
const BLOBS_MAX: usize = INDEX_BLOBS_MAX;

/// Bytes of a pack's buffer: room for the last blob too, since to grow would double it. What is not
/// used costs nothing.
pub(crate) const BUFFER: usize = PACK_TARGET + MAX_CHUNK + (1 << 20);

const PLAIN_ENTRY: usize = 1 + 4 + 32;
const COMPRESSED_ENTRY: usize = PLAIN_ENTRY + 4;

/// The position of a blob in its pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PackedBlob {
    pub(crate) kind: BlobKind,
    pub(crate) id: BlobId,
    pub(crate) offset: u32,
    pub(crate) length: u32,
    /// The length of the content, where it is compressed.
    pub(crate) raw_length: Option<u32>,
}

/// The size of a pack that holds these blobs, header included.
pub(crate) fn pack_size<'a>(blobs: impl Iterator<Item = &'a PackedBlob>) -> u64 {
    blobs.fold((OVERHEAD + 4) as u64, |size, blob| {
        let entry = if blob.raw_length.is_some() { COMPRESSED_ENTRY } else { PLAIN_ENTRY };
        size + u64::from(blob.length) + entry as u64
    })
}

/// A pack in the making.
#[derive(Debug, Default)]
pub(crate) struct PackBuilder {
    bytes: Vec<u8>,
    blobs: Vec<PackedBlob>,
}

/// A pack, whole, with its name and what is in it.
#[derive(Debug)]
pub(crate) struct FinishedPack {
    pub(crate) id: PackId,
    pub(crate) bytes: Vec<u8>,
    pub(crate) blobs: Vec<PackedBlob>,
}

impl PackBuilder {
    /// An empty pack that grows in `buffer`, whatever that held.
    pub(crate) fn with_buffer(mut buffer: Vec<u8>) -> Self {
        buffer.clear();
        buffer.reserve_exact(BUFFER);
        Self { bytes: buffer, blobs: Vec::new() }
    }

    /// A pack of one blob: these sealed bytes.
    pub(crate) fn of(
        kind: BlobKind,
        id: BlobId,
        raw_length: Option<u32>,
        bytes: Vec<u8>,
    ) -> Result<Self> {
        let length = u32::try_from(bytes.len()).map_err(too_large)?;
        Ok(Self { bytes, blobs: vec![PackedBlob { kind, id, offset: 0, length, raw_length }] })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.blobs.is_empty()
    }

    pub(crate) fn is_full(&self) -> bool {
        self.bytes.len() >= PACK_TARGET || self.blobs.len() >= BLOBS_MAX
    }

    pub(crate) fn add(
        &mut self,
        kind: BlobKind,
        id: BlobId,
        sealed: &SealedBlob<'_>,
    ) -> Result<()> {
        let offset = u32::try_from(self.bytes.len()).map_err(too_large)?;
        let length = u32::try_from(sealed.bytes.len()).map_err(too_large)?;
        self.bytes.extend_from_slice(sealed.bytes);
        self.blobs.push(PackedBlob { kind, id, offset, length, raw_length: sealed.raw_length });
        Ok(())
    }

    pub(crate) fn finish(mut self, key: &Key, random: &dyn Random) -> Result<FinishedPack> {
        let header = encode_header(&self.blobs);
        let start = self.bytes.len();
        key.seal(random, &header, &mut self.bytes);
        let length = u32::try_from(self.bytes.len() - start)
            .map_err(|_| Error::new(Code::Internal, "A pack's header is too long"))?;
        self.bytes.extend_from_slice(&length.to_le_bytes());
        Ok(FinishedPack { id: PackId::of(&self.bytes), bytes: self.bytes, blobs: self.blobs })
    }
}

fn encode_header(blobs: &[PackedBlob]) -> Vec<u8> {
    let mut header = Vec::with_capacity(blobs.len() * COMPRESSED_ENTRY);
    for blob in blobs {
        header.push(match (blob.kind, blob.raw_length) {
            (BlobKind::Data, None) => 0,
            (BlobKind::Tree, None) => 1,
            (BlobKind::Data, Some(_)) => 2,
            (BlobKind::Tree, Some(_)) => 3,
        });
        header.extend_from_slice(&blob.length.to_le_bytes());
        if let Some(raw_length) = blob.raw_length {
            header.extend_from_slice(&raw_length.to_le_bytes());
        }
        header.extend_from_slice(&blob.id.0);
    }
    header
}

/// The length of the sealed header, from the last four bytes of a pack of `size` bytes.
pub(crate) fn header_length(last_four: [u8; 4], size: u64) -> Result<usize> {
    let length = u32::from_le_bytes(last_four) as usize;
    if !(OVERHEAD..=HEADER_MAX).contains(&length) || length as u64 + 4 > size {
        return Err(unsound("The length of its header makes no sense"));
    }
    Ok(length)
}

/// Opens a pack's sealed header, the bytes before the last four.
pub(crate) fn decode_header(key: &Key, sealed: &mut [u8]) -> Result<Vec<PackedBlob>> {
    let mut rest: &[u8] =
        key.open(sealed).map_err(|_| unsound("Its header was not sealed with this key"))?;
    let mut blobs = Vec::with_capacity(rest.len() / PLAIN_ENTRY);
    let mut offset = 0u32;
    while !rest.is_empty() {
        let (blob, length) =
            decode_entry(rest, offset).ok_or_else(|| unsound("Its header is cut or unknown"))?;
        offset = offset
            .checked_add(blob.length)
            .ok_or_else(|| unsound("Its blobs are longer than a pack can be"))?;
        blobs.push(blob);
        rest = &rest[length..];
    }
    Ok(blobs)
}

fn decode_entry(bytes: &[u8], offset: u32) -> Option<(PackedBlob, usize)> {
    let (kind, compressed) = match bytes.first()? {
        0 => (BlobKind::Data, false),
        1 => (BlobKind::Tree, false),
        2 => (BlobKind::Data, true),
        3 => (BlobKind::Tree, true),
        _ => return None,
    };
    let number = |at: usize| Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    let length = number(1)?;
    let raw_length = if compressed { Some(number(5)?) } else { None };
    let entry = if compressed { COMPRESSED_ENTRY } else { PLAIN_ENTRY };
    let id = BlobId(bytes.get(entry - 32..entry)?.try_into().ok()?);
    Some((PackedBlob { kind, id, offset, length, raw_length }, entry))
}

fn too_large(_: TryFromIntError) -> Error {
    Error::new(Code::Invalid, "A pack would grow beyond 4 GiB")
}

fn unsound(why: &str) -> Error {
    Error::new(Code::Damaged, "Cannot read a pack's header").why(why)
}

#[cfg(test)]
mod tests {
    use super::*;
    use undercroft_foundation::OsRandom;

    #[test]
    fn the_header_lists_what_was_added() {
        let key = Key::random(&OsRandom);
        let mut builder = PackBuilder::default();
        let blobs =
            [(BlobKind::Data, &b"sealed one"[..], Some(400)), (BlobKind::Tree, b"two", None)];
        for (kind, bytes, raw_length) in blobs {
            builder.add(kind, BlobId::of(bytes), &SealedBlob { bytes, raw_length }).expect("added");
        }
        let pack = builder.finish(&key, &OsRandom).expect("finished");
        assert_eq!(pack.bytes.len() as u64, pack_size(pack.blobs.iter()));
        let size = pack.bytes.len();
        let last: [u8; 4] = pack.bytes[size - 4..].try_into().expect("four");
        let length = header_length(last, size as u64).expect("sound");
        let mut header = pack.bytes[size - 4 - length..size - 4].to_vec();
        assert_eq!(decode_header(&key, &mut header.clone()).expect("opens"), pack.blobs);
        header[0] ^= 1;
        assert_eq!(decode_header(&key, &mut header).map_err(|e| e.code()), Err(Code::Damaged));
        assert!(header_length(u32::MAX.to_le_bytes(), size as u64).is_err());
    }
}
