//! A pack of git in the making, and its index (git's `gitformat-pack`, versions 2).
//!
//! A pack is built in memory, because its head says how many objects follow, and is closed before
//! it is large. What is a delta names the object that it is one of, which must be in the same pack;
//! so every pack can be copied into another as it is, entry by entry.

use libdeflater::{CompressionLvl, Compressor, Decompressor};
use sha1::{Digest, Sha1};
use undercroft_foundation::{Code, Error, Result};

use super::checksum::is_whole;
use super::object::ObjectKind;
use crate::version::GitId;

/// A pack is closed when it is this large.
const PACK_BYTES: usize = 16 << 20;

/// A tree of at least this size is wide: it is kept as what differs from an earlier one.
pub(super) const WIDE_BYTES: usize = 64 << 10;

/// Twice as fast as git's usual level, and 6 % larger on source code.
const LEVEL: i32 = 3;

/// Deflates objects; one for each thread.
pub(crate) struct Deflater {
    compressor: Compressor,
    decompressor: Decompressor,
    entry: Vec<u8>,
    check: Vec<u8>,
}

impl Deflater {
    pub(crate) fn new() -> Self {
        let level = CompressionLvl::new(LEVEL).unwrap_or_default();
        Self {
            compressor: Compressor::new(level),
            decompressor: Decompressor::new(),
            entry: Vec::new(),
            check: Vec::new(),
        }
    }

    /// The pack entry of an object, which is inflated again and compared before it is given out.
    pub(crate) fn entry(&mut self, kind: ObjectKind, content: &[u8]) -> Result<&[u8]> {
        self.entry.clear();
        push_entry_head(&mut self.entry, kind as u8, content.len());
        self.deflate(content)
    }

    /// The pack entry of what differs from another object.
    pub(super) fn delta_entry(&mut self, base: GitId, delta: &[u8]) -> Result<&[u8]> {
        self.entry.clear();
        push_entry_head(&mut self.entry, REF_DELTA, delta.len());
        self.entry.extend_from_slice(&base.0);
        self.deflate(delta)
    }

    /// Puts the content behind the head that is there.
    fn deflate(&mut self, content: &[u8]) -> Result<&[u8]> {
        let entry = &mut self.entry;
        let head = entry.len();
        entry.resize(head + self.compressor.zlib_compress_bound(content.len()), 0);
        let written = self.compressor.zlib_compress(content, &mut entry[head..]);
        let length = written.map_err(|_| internal("An object could not be compressed"))?;
        entry.truncate(head + length);
        self.check.resize(content.len(), 0);
        let inflated = self.decompressor.zlib_decompress(&entry[head..], &mut self.check);
        if inflated != Ok(content.len()) || self.check != content {
            return Err(internal("An object was compressed wrongly"));
        }
        Ok(entry)
    }
}

fn internal(what: &str) -> Error {
    Error::new(Code::Internal, what).why("The compression library, or the memory, is faulty")
}

/// The number of a delta that names its base.
const REF_DELTA: u8 = 7;

fn push_entry_head(entry: &mut Vec<u8>, kind: u8, size: usize) {
    let mut byte = (kind << 4) | (size & 0x0f) as u8;
    let mut rest = size >> 4;
    while rest > 0 {
        entry.push(byte | 0x80);
        byte = (rest & 0x7f) as u8;
        rest >>= 7;
    }
    entry.push(byte);
}

/// The content of an entry of a pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packed {
    /// An object.
    Whole(ObjectKind),
    /// The difference from an object of the same pack.
    RefDelta(GitId),
    /// A delta that is found by its place, and can be copied nowhere.
    Fixed,
}

/// The head of an entry of a pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct EntryHead {
    pub(crate) packed: Packed,
    /// The size of what is deflated.
    pub(crate) size: usize,
    /// The offset at which that begins.
    pub(crate) length: usize,
}

impl EntryHead {
    /// The head of `entry`; nothing for what is none.
    pub(crate) fn of(entry: &[u8]) -> Option<Self> {
        let first = *entry.first()?;
        let (mut size, mut shift, mut length) = (usize::from(first & 0x0f), 4, 1);
        let mut byte = first;
        while byte & 0x80 != 0 {
            byte = *entry.get(length)?;
            size |= usize::from(byte & 0x7f).checked_shl(shift)?;
            (shift, length) = (shift + 7, length + 1);
        }
        let number = (first >> 4) & 7;
        let packed = match ObjectKind::from_number(number) {
            Some(kind) => Packed::Whole(kind),
            None if number == REF_DELTA => {
                let base = entry.get(length..length + 20)?;
                length += 20;
                Packed::RefDelta(GitId(base.try_into().ok()?))
            }
            None => Packed::Fixed,
        };
        Some(Self { packed, size, length })
    }

    /// Whether it is of a tree that is kept as what differs from an earlier one, or is that one.
    pub(super) fn is_wide(&self) -> bool {
        match self.packed {
            Packed::Whole(kind) => kind == ObjectKind::Tree && self.size >= WIDE_BYTES,
            Packed::RefDelta(_) => true,
            Packed::Fixed => false,
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Indexed {
    id: GitId,
    crc: u32,
    offset: u32,
}

/// A pack that objects are added to.
#[derive(Debug)]
pub(crate) struct PackBuilder {
    bytes: Vec<u8>,
    objects: Vec<Indexed>,
}

/// A pack and its index, ready to be written.
#[derive(Debug)]
pub(crate) struct FinishedPack {
    /// The name of both: a digest of the ids in it, as git does.
    pub(crate) name: GitId,
    pub(crate) pack: Vec<u8>,
    pub(crate) index: Vec<u8>,
}

impl PackBuilder {
    pub(crate) fn new() -> Self {
        Self::in_buffer(Vec::new())
    }

    /// One that is gathered in a buffer that was used before: giving large pieces of memory back and
    /// taking others scatters it.
    pub(crate) fn in_buffer(mut bytes: Vec<u8>) -> Self {
        bytes.clear();
        bytes.extend_from_slice(b"PACK\0\0\0\x02\0\0\0\0");
        Self { bytes, objects: Vec::new() }
    }

    /// Adds an entry. The caller adds no id twice.
    pub(crate) fn add(&mut self, id: GitId, entry: &[u8]) {
        // A pack is closed long before an offset needs more.
        let offset = u32::try_from(self.bytes.len()).unwrap_or(u32::MAX);
        self.objects.push(Indexed { id, crc: crc32fast::hash(entry), offset });
        self.bytes.extend_from_slice(entry);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.objects.len()
    }

    pub(super) fn contains(&self, id: GitId) -> bool {
        self.objects.iter().any(|object| object.id == id)
    }

    /// Whether it should be closed before `more` bytes are added.
    pub(crate) fn is_full_with(&self, more: usize) -> bool {
        !self.is_empty() && self.bytes.len() + more > PACK_BYTES
    }

    pub(crate) fn finish(mut self) -> FinishedPack {
        let count = u32::try_from(self.objects.len()).unwrap_or(u32::MAX);
        self.bytes[8..12].copy_from_slice(&count.to_be_bytes());
        let checksum: [u8; 20] = Sha1::digest(&self.bytes).into();
        self.bytes.extend_from_slice(&checksum);
        self.objects.sort_unstable_by_key(|object| object.id);
        let mut name = Sha1::new();
        self.objects.iter().for_each(|object| name.update(object.id.0));
        // Two packs of the same objects may differ in their bytes, and must not share a name.
        name.update(checksum);
        FinishedPack {
            name: GitId(name.finalize().into()),
            index: encode_index(&self.objects, checksum),
            pack: self.bytes,
        }
    }
}

fn encode_index(sorted: &[Indexed], pack_checksum: [u8; 20]) -> Vec<u8> {
    let mut index = Vec::with_capacity(8 + 1024 + sorted.len() * 28 + 40);
    index.extend_from_slice(b"\xfftOc\0\0\0\x02");
    let mut below = 0_u32;
    for first in 0..=u8::MAX {
        let count = sorted[below as usize..].iter().take_while(|object| object.id.0[0] == first);
        below += count.count() as u32;
        index.extend_from_slice(&below.to_be_bytes());
    }
    sorted.iter().for_each(|object| index.extend_from_slice(&object.id.0));
    sorted.iter().for_each(|object| index.extend_from_slice(&object.crc.to_be_bytes()));
    sorted.iter().for_each(|object| index.extend_from_slice(&object.offset.to_be_bytes()));
    index.extend_from_slice(&pack_checksum);
    let checksum: [u8; 20] = Sha1::digest(&index).into();
    index.extend_from_slice(&checksum);
    index
}

/// The places of the entries of a pack, read from its index: each id with its first byte and its
/// end. Nothing for an index that is damaged or larger than those that we write.
pub(crate) fn entries_of(index: &[u8], pack_length: usize) -> Option<Vec<(GitId, usize, usize)>> {
    let ids_at = 8 + 1024;
    if index.get(..8)? != b"\xfftOc\0\0\0\x02" || !is_whole(index) {
        return None;
    }
    let number = |at: usize| Some(u32::from_be_bytes(index.get(at..at + 4)?.try_into().ok()?));
    let count = number(ids_at - 4)? as usize;
    let offsets_at = ids_at + count * 24;
    let mut entries = Vec::with_capacity(count);
    for at in 0..count {
        let id = index.get(ids_at + at * 20..ids_at + at * 20 + 20)?;
        let offset = number(offsets_at + at * 4)?;
        if offset & 0x8000_0000 != 0 {
            return None;
        }
        entries.push((GitId(id.try_into().ok()?), offset as usize, 0));
    }
    entries.sort_unstable_by_key(|entry| entry.1);
    let end = pack_length.checked_sub(20)?;
    for at in 0..entries.len() {
        entries[at].2 = entries.get(at + 1).map_or(end, |next| next.1);
    }
    let in_order = entries.iter().all(|entry| entry.1 < entry.2 && entry.2 <= end);
    in_order.then_some(entries)
}
