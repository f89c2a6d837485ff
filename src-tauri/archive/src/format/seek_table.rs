//! The seek table at the end of an archive, as zstd's seekable format has it (version 0.1.1,
//! `contrib/seekable_format` of zstd): the compressed and the opened size of each frame.

use undercroft_foundation::{Code, Error, Result};

use super::cursor::Cursor;
use super::frame::{SEEK_TABLE_MAGIC, skippable};

/// The last four bytes of a seekable file.
const SEEKABLE_MAGIC: u32 = 0x8F92_EAB1;
/// The bytes after the entries: the number of frames, a descriptor, the magic number.
pub(crate) const FOOTER_BYTES: usize = 9;
const ENTRY_BYTES: usize = 8;

/// A frame's place in an archive and in its tar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FramePlace {
    /// The offset of the frame in the file.
    pub(crate) at: u64,
    /// Its size in the file.
    pub(crate) stored: u32,
    /// The offset of its content in the tar.
    pub(crate) start: u64,
    /// The size of its content; 0 for one that is skipped.
    pub(crate) length: u32,
}

impl FramePlace {
    /// The offset in the tar that follows its content.
    pub(crate) fn end(&self) -> u64 {
        self.start + u64::from(self.length)
    }
}

/// The seek table's frame.
pub(crate) fn encode(frames: &[FramePlace]) -> Result<Vec<u8>> {
    let mut content = Vec::with_capacity(frames.len() * ENTRY_BYTES + FOOTER_BYTES);
    for frame in frames {
        content.extend_from_slice(&frame.stored.to_le_bytes());
        content.extend_from_slice(&frame.length.to_le_bytes());
    }
    let count = u32::try_from(frames.len())
        .map_err(|_| Error::new(Code::Invalid, "The project is too large for one archive"))?;
    content.extend_from_slice(&count.to_le_bytes());
    content.push(0);
    content.extend_from_slice(&SEEKABLE_MAGIC.to_le_bytes());
    skippable(SEEK_TABLE_MAGIC, &content)
}

/// The size of the whole seek table by its footer; nothing where the bytes are not a footer.
pub(crate) fn size_of(footer: &[u8]) -> Option<u64> {
    let mut cursor = Cursor::new(footer);
    let count = u32::from_le_bytes(cursor.array().ok()?);
    let [descriptor] = cursor.array().ok()?;
    let magic = u32::from_le_bytes(cursor.array().ok()?);
    let is_ours = descriptor == 0 && magic == SEEKABLE_MAGIC;
    is_ours.then(|| 8 + u64::from(count) * ENTRY_BYTES as u64 + FOOTER_BYTES as u64)
}

/// The frames by a whole seek table that lies at `at` in its file; nothing where it makes no sense.
pub(crate) fn decode(table: &[u8], at: u64) -> Option<Vec<FramePlace>> {
    let mut cursor = Cursor::new(table);
    let magic = u32::from_le_bytes(cursor.array().ok()?);
    let length = u32::from_le_bytes(cursor.array().ok()?) as usize;
    if magic != SEEK_TABLE_MAGIC || length + 8 != table.len() {
        return None;
    }
    let entries = cursor.take(length.checked_sub(FOOTER_BYTES)?).ok()?;
    let mut frames: Vec<FramePlace> = Vec::with_capacity(entries.len() / ENTRY_BYTES);
    let (mut offset, mut start) = (0_u64, 0_u64);
    for entry in entries.chunks_exact(ENTRY_BYTES) {
        let mut entry = Cursor::new(entry);
        let stored = u32::from_le_bytes(entry.array().ok()?);
        let length = u32::from_le_bytes(entry.array().ok()?);
        frames.push(FramePlace { at: offset, stored, start, length });
        offset += u64::from(stored);
        start += u64::from(length);
    }
    (offset == at).then_some(frames)
}
