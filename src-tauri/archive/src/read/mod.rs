//! Reading archives: what is in one, any file of it alone, and whether all of it can be read.

mod frames;
mod listing;
mod salvage;
mod units;
mod verify;

use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest as _, Sha256};
use undercroft_foundation::{Code, Error, IoContext as _, Result};

use crate::format::frame::{INDEX_MAGIC, damaged};
use crate::format::index::{Digest, EntryKind, Index};
use crate::format::seek_table::{self, FramePlace};
use crate::source::{ArchiveSource, FileSource};

pub(crate) use frames::FrameReader;
pub use listing::{ArchiveEntry, Hit, Part};
pub use verify::Verification;

/// An index that is larger is not one of ours.
const LARGEST_INDEX_FRAME: u64 = 2 << 30;

/// An open archive.
#[derive(Debug)]
pub struct ArchiveReader {
    source: Box<dyn ArchiveSource>,
    frames: Vec<FramePlace>,
    index: Index,
    is_salvaged: bool,
    bytes_read: AtomicU64,
}

impl ArchiveReader {
    /// Opens an archive on this disk by its index; where that is damaged, by what is left of the
    /// rest.
    ///
    /// # Errors
    /// [`Code::NotFound`], and [`Code::Damaged`] for what holds nothing of an archive.
    pub fn open(path: &Path) -> Result<Self> {
        Self::over(Box::new(FileSource::open(path)?))
    }

    /// Opens the archive that has these bytes, in the same way.
    ///
    /// # Errors
    /// The errors of the source, and [`Code::Damaged`] for what holds nothing of an archive.
    pub fn over(source: Box<dyn ArchiveSource>) -> Result<Self> {
        let size = source.size();
        let mut this = Self {
            source,
            frames: Vec::new(),
            index: Index::default(),
            is_salvaged: false,
            bytes_read: AtomicU64::new(0),
        };
        let table = this.seek_table(size)?;
        if let Some(frames) = table {
            this.frames = frames;
            if let Some(index) = this.find_index()? {
                this.index = index;
                return Ok(this);
            }
        }
        this.salvage(size)?;
        Ok(this)
    }

    /// Whether its index was damaged, and what is listed was found by reading the rest.
    pub fn is_salvaged(&self) -> bool {
        self.is_salvaged
    }

    /// The bytes of the archive that were read so far.
    pub fn bytes_read(&self) -> u64 {
        self.bytes_read.load(Ordering::Relaxed)
    }

    /// The seek table at the end; nothing where there is none that makes sense.
    fn seek_table(&self, size: u64) -> Result<Option<Vec<FramePlace>>> {
        let footer = seek_table::FOOTER_BYTES as u64;
        if size < footer {
            return Ok(None);
        }
        let footer = self.read_at(size - footer, seek_table::FOOTER_BYTES)?;
        let Some(length) = seek_table::size_of(&footer).filter(|length| *length <= size) else {
            return Ok(None);
        };
        let Ok(bytes) = usize::try_from(length) else { return Ok(None) };
        let at = size - length;
        Ok(seek_table::decode(&self.read_at(at, bytes)?, at))
    }

    /// The index, which is the last frame before the seek table.
    fn find_index(&self) -> Result<Option<Index>> {
        let Some(frame) = self.frames.last() else { return Ok(None) };
        if frame.length != 0 || frame.stored < 8 || u64::from(frame.stored) > LARGEST_INDEX_FRAME {
            return Ok(None);
        }
        let bytes = self.read_at(frame.at, frame.stored as usize)?;
        if bytes[..4] != INDEX_MAGIC.to_le_bytes() {
            return Ok(None);
        }
        let index = Index::decode(&bytes[8..]).ok();
        let end = self.frames.last().map_or(0, FramePlace::end);
        // An index of another archive would lead behind the end.
        let fits = |index: &Index| {
            index.entries().iter().all(|entry| {
                entry.kind != EntryKind::File || entry.content.saturating_add(entry.size) <= end
            })
        };
        Ok(index.filter(fits))
    }

    /// Bytes of the archive; fewer than `length` only at its end, which is an error.
    fn read_at(&self, at: u64, length: usize) -> Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        self.source.read_at(at, &mut bytes)?;
        self.bytes_read.fetch_add(length as u64, Ordering::Relaxed);
        Ok(bytes)
    }

    pub(crate) fn index(&self) -> &Index {
        &self.index
    }

    /// The number of the frame that holds this offset of the tar.
    fn frame_at(&self, offset: u64) -> Result<usize> {
        let after = self.frames.partition_point(|frame| frame.start <= offset);
        // Of a skipped frame and the one after it, which begin alike, the latter has content.
        after
            .checked_sub(1)
            .filter(|number| offset < self.frames[*number].end())
            .ok_or_else(damaged)
    }

    /// Writes a file's content to `into`, and compares its digest: what was written is right only
    /// when this returns.
    ///
    /// # Errors
    /// [`Code::Invalid`] for what is not a file, [`Code::Damaged`], and the errors of `into`.
    pub fn read(&self, entry: u32, into: &mut dyn Write) -> Result<()> {
        self.read_with(&mut FrameReader::new(self)?, entry, into)
    }

    /// The beginning of a file, for a preview: at most `limit` bytes.
    ///
    /// # Errors
    /// The errors of [`ArchiveReader::read`]; a digest is compared only where the whole was read.
    pub fn head(&self, entry: u32, limit: u64) -> Result<Vec<u8>> {
        let entry = self.file_entry(entry)?;
        let mut head = Vec::new();
        if self.index.entry(entry).size <= limit {
            self.read(entry, &mut head)?;
            return Ok(head);
        }
        let mut reader = FrameReader::new(self)?;
        let at = self.index.entry(entry).content;
        reader.pieces(at, limit, &mut |piece| {
            head.extend_from_slice(piece);
            Ok(())
        })?;
        Ok(head)
    }

    /// The file that an entry is, or is another name of.
    pub(crate) fn file_entry(&self, number: u32) -> Result<u32> {
        let entry = self.index.entries().get(number as usize);
        match entry.map(|entry| entry.kind) {
            Some(EntryKind::File) => Ok(number),
            Some(EntryKind::HardLink) => Ok(self.index.entry(number).original),
            _ => Err(Error::new(Code::Invalid, "It is not a file").next("Choose a file")),
        }
    }

    pub(crate) fn read_with(
        &self,
        reader: &mut FrameReader<'_>,
        entry: u32,
        into: &mut dyn Write,
    ) -> Result<()> {
        let entry = *self.index.entry(self.file_entry(entry)?);
        let mut hash = Sha256::new();
        reader.pieces(entry.content, entry.size, &mut |piece| {
            hash.update(piece);
            into.write_all(piece).at("write", Path::new("the file"))
        })?;
        let is_known = entry.digest != Digest::default();
        if is_known && Digest::from(hash.finalize()) != entry.digest {
            return Err(damaged());
        }
        Ok(())
    }
}
