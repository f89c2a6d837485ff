//! Reads stored content from any place in it.

use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;

use undercroft_foundation::{Code, Error, Result, text};

use crate::format::blob::BlobKind;
use crate::format::id::BlobId;
use crate::store::read::BlobReader;
use crate::store::repository::Repository;

/// The blobs that content is made of, and where each of them ends in it. Clones share the list.
#[derive(Debug, Clone)]
pub struct ContentLayout(Arc<[(BlobId, u64)]>);

/// The content that is made of a list of blobs, for one thread; several may read the same.
///
/// Every blob is held against its id before a byte of it is handed out. The last one is kept, so
/// that reading on costs one decoding a blob.
pub struct ContentReader<'r> {
    reader: BlobReader<'r>,
    blobs: ContentLayout,
    /// The number of the blob that `plain` holds.
    loaded: Option<usize>,
    plain: Vec<u8>,
    position: u64,
}

impl Repository {
    /// Opens content for reading.
    ///
    /// # Errors
    /// [`Code::Damaged`] when no index lists one of the blobs.
    pub fn open_content(&self, blobs: &[BlobId]) -> Result<ContentReader<'_>> {
        self.read_content(&self.locate_content(blobs)?)
    }

    /// Opens content of which it is known already where its blobs end.
    ///
    /// # Errors
    /// None but a lack of memory.
    pub fn read_content(&self, layout: &ContentLayout) -> Result<ContentReader<'_>> {
        let (reader, blobs) = (self.reader()?, layout.clone());
        Ok(ContentReader { reader, blobs, loaded: None, plain: Vec::new(), position: 0 })
    }

    /// Finds out where each of these blobs ends in the content that they make.
    ///
    /// # Errors
    /// [`Code::Damaged`] when no index lists one of them.
    pub fn locate_content(&self, blobs: &[BlobId]) -> Result<ContentLayout> {
        let known = |id| self.find_blob(BlobKind::Data, id).is_some();
        // An index file that cannot be read is no reason to withhold what the others list.
        let refreshed = if blobs.iter().all(known) { Ok(()) } else { self.refresh_index() };
        if !blobs.iter().all(known) {
            refreshed?;
        }
        let mut end = 0;
        let mut located = Vec::with_capacity(blobs.len());
        for id in blobs {
            end += self.locate_blob(BlobKind::Data, id)?.plain_length();
            located.push((*id, end));
        }
        Ok(ContentLayout(located.into()))
    }
}

impl ContentLayout {
    /// The bytes of the content.
    pub fn size(&self) -> u64 {
        self.0.last().map_or(0, |(_, end)| *end)
    }
}

impl ContentReader<'_> {
    /// The bytes of the content.
    pub fn size(&self) -> u64 {
        self.blobs.size()
    }

    /// Fills `buffer` from `offset` on, as far as the content goes; says how far that was.
    ///
    /// # Errors
    /// [`Code::Damaged`], or a failure of the storage.
    pub fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> Result<usize> {
        let mut filled = 0;
        while filled < buffer.len() {
            let copied = self.read_some(offset + filled as u64, &mut buffer[filled..])?;
            if copied == 0 {
                break;
            }
            filled += copied;
        }
        Ok(filled)
    }

    /// Bytes of one blob from `offset` on; nothing at the end.
    fn read_some(&mut self, offset: u64, buffer: &mut [u8]) -> Result<usize> {
        let number = self.blobs.0.partition_point(|(_, end)| *end <= offset);
        let Some(&(id, end)) = self.blobs.0.get(number) else { return Ok(0) };
        if self.loaded != Some(number) {
            self.loaded = None;
            self.reader.read(BlobKind::Data, &id, &mut self.plain)?;
            self.loaded = Some(number);
        }
        let from_end = usize::try_from(end - offset).unwrap_or(usize::MAX);
        let rest = self.plain.len().checked_sub(from_end).map(|start| &self.plain[start..]);
        let rest = rest.ok_or_else(|| {
            Error::new(Code::Damaged, text!("Cannot read blob {id}", id))
                .why("The index tells another length")
        })?;
        let length = rest.len().min(buffer.len());
        buffer[..length].copy_from_slice(&rest[..length]);
        Ok(length)
    }
}

impl Read for ContentReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.read_some(self.position, buffer).map_err(io::Error::other)?;
        self.position += read as u64;
        Ok(read)
    }
}

impl Seek for ContentReader<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::End(distance) => self.size().checked_add_signed(distance),
            SeekFrom::Current(distance) => self.position.checked_add_signed(distance),
        };
        self.position = position.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.position)
    }
}
