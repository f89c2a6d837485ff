//! Blobs of which only the stored form is held, never the whole content: the trees of wide folders.

use std::io::{self, Cursor, Read, Write as _};

use sha2::{Digest, Sha256};
use undercroft_foundation::{Code, Error, Random, Result, text};
use zstd::stream::read::Decoder;
use zstd::stream::write::Encoder;

use super::sealed::{SealedBlob, faulty, refused};
use crate::format::crypto::{Key, OVERHEAD};
use crate::format::id::BlobId;

/// Blobs of at least this many bytes of content are large.
const LARGE: u32 = 4 << 20;

/// Bytes that a growing blob has room for at first, so that it is not copied again and again as it
/// grows. What is not used costs nothing.
const ROOM: usize = 64 << 20;

/// A compressed blob that was opened and held against its id.
#[derive(Debug)]
pub(crate) struct LargeBlob {
    /// The compressed content, and the length of the content itself.
    compressed: Cursor<Vec<u8>>,
    length: u64,
}

impl LargeBlob {
    /// The length of a blob's content, where it is compressed and large.
    pub(crate) fn length_of(raw_length: Option<u32>) -> Option<u32> {
        raw_length.filter(|&length| length >= LARGE)
    }

    /// Opens a blob, and holds its content against its id and length.
    ///
    /// # Errors
    /// [`Code::Damaged`].
    pub(crate) fn open(key: &Key, id: &BlobId, mut sealed: Vec<u8>, length: u32) -> Result<Self> {
        let opened = key.open(&mut sealed);
        let stored = opened.map_err(|_| damaged(id, "Its seal is broken"))?.len();
        sealed.drain(..Key::START);
        sealed.truncate(stored);
        let blob = Self { compressed: Cursor::new(sealed), length: length.into() };
        hold_against(id, length, blob.read().and_then(digest_of))?;
        Ok(blob)
    }

    /// As [`LargeBlob::open`]; keeps nothing, and leaves the sealed bytes as they are.
    ///
    /// # Errors
    /// [`Code::Damaged`].
    pub(crate) fn verify(key: &Key, id: &BlobId, sealed: &[u8], length: u32) -> Result<()> {
        let opened = key.read(sealed).map_err(|_| damaged(id, "Its seal is broken"))?;
        let content = Decoder::new(opened).map(|content| content.take(u64::from(length) + 1));
        hold_against(id, length, content.and_then(digest_of))
    }

    /// Its content, while it is kept.
    ///
    /// # Errors
    /// None but a lack of memory.
    pub(crate) fn read(&self) -> io::Result<impl Read> {
        Ok(Decoder::with_buffer(&self.compressed.get_ref()[..])?.take(self.length + 1))
    }

    /// Its content.
    ///
    /// # Errors
    /// None but a lack of memory.
    pub(crate) fn into_read(self) -> io::Result<impl Read + Send + 'static> {
        Ok(Decoder::with_buffer(self.compressed)?.take(self.length))
    }
}

/// A blob that is stored bit by bit as its content comes.
pub(crate) struct LargeBlobBuilder {
    digest: Sha256,
    length: u64,
    stored: Stored,
}

/// The stored form so far, after room for what the seal puts before it.
enum Stored {
    Plain(Vec<u8>),
    Compressed(Encoder<'static, Vec<u8>>),
}

/// A blob that has all its content, not sealed yet.
pub(crate) struct FinishedBlob {
    pub(crate) id: BlobId,
    pub(crate) length: u64,
    is_compressed: bool,
    bytes: Vec<u8>,
}

impl LargeBlobBuilder {
    /// A blob without content; compressed at this level, if at all.
    ///
    /// # Errors
    /// None but a lack of memory.
    pub(crate) fn new(level: Option<i32>) -> Result<Self> {
        let mut room = Vec::with_capacity(ROOM);
        room.resize(Key::START, 0);
        let stored = match level {
            Some(level) => Stored::Compressed(Encoder::new(room, level).map_err(refused)?),
            None => Stored::Plain(room),
        };
        Ok(Self { digest: Sha256::new(), length: 0, stored })
    }

    /// Adds content.
    ///
    /// # Errors
    /// None but a lack of memory.
    pub(crate) fn write(&mut self, content: &[u8]) -> Result<()> {
        self.digest.update(content);
        self.length += content.len() as u64;
        match &mut self.stored {
            Stored::Plain(bytes) => bytes.extend_from_slice(content),
            Stored::Compressed(encoder) => encoder.write_all(content).map_err(refused)?,
        }
        Ok(())
    }

    /// Ends the content.
    ///
    /// # Errors
    /// None but a lack of memory.
    pub(crate) fn finish(self) -> Result<FinishedBlob> {
        let (is_compressed, bytes) = match self.stored {
            Stored::Plain(bytes) => (false, bytes),
            Stored::Compressed(encoder) => (true, encoder.finish().map_err(refused)?),
        };
        let id = BlobId(self.digest.finalize().into());
        Ok(FinishedBlob { id, length: self.length, is_compressed, bytes })
    }
}

impl FinishedBlob {
    /// The bytes that it takes when it is sealed.
    pub(crate) fn stored_length(&self) -> usize {
        self.bytes.len() + OVERHEAD - Key::START
    }

    /// Seals it, and sees to it that it would open and decompress to the same.
    ///
    /// # Errors
    /// [`Code::Internal`] when it would not: memory or a library is faulty. [`Code::Invalid`] for
    /// more than a blob can be.
    pub(crate) fn seal(&mut self, key: &Key, random: &dyn Random) -> Result<SealedBlob<'_>> {
        let raw_length = self.is_compressed.then(|| u32::try_from(self.length)).transpose();
        let raw_length =
            raw_length.map_err(|_| Error::new(Code::Invalid, "A blob is too large"))?;
        key.seal_in_place(random, &mut self.bytes);
        let opened = key.read(&self.bytes).map_err(|_| faulty())?;
        let back = match self.is_compressed {
            true => Decoder::new(opened).and_then(digest_of),
            false => digest_of(opened),
        };
        if back.is_ok_and(|found| found == (self.id, self.length)) {
            Ok(SealedBlob { bytes: &self.bytes, raw_length })
        } else {
            Err(faulty())
        }
    }

    /// The bytes as they are now: sealed, if it was sealed.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

fn hold_against(id: &BlobId, length: u32, content: io::Result<(BlobId, u64)>) -> Result<()> {
    match content {
        Ok((digest, read)) if digest == *id && read == u64::from(length) => Ok(()),
        Ok((digest, _)) if digest == *id => Err(damaged(id, "It has another length")),
        Ok(_) => Err(damaged(id, "Its content is not what was written")),
        Err(source) => Err(damaged(id, "It does not decompress").because(source)),
    }
}

fn damaged(id: &BlobId, why: &str) -> Error {
    Error::new(Code::Damaged, text!("Cannot read blob {id}", id)).why(why)
}

/// The id of what is read, and its length in bytes.
fn digest_of(mut content: impl Read) -> io::Result<(BlobId, u64)> {
    let mut digest = Sha256::new();
    let mut read = 0;
    let mut piece = vec![0; 64 << 10];
    loop {
        match content.read(&mut piece)? {
            0 => return Ok((BlobId(digest.finalize().into()), read)),
            length => {
                digest.update(&piece[..length]);
                read += length as u64;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use undercroft_foundation::OsRandom;

    use super::*;

    #[test]
    fn a_large_blob_of_another_length_than_is_told_is_damaged() {
        let key = Key::random(&OsRandom);
        let mut builder = LargeBlobBuilder::new(Some(1)).unwrap();
        builder.write(&[7; 1000]).unwrap();
        let mut blob = builder.finish().unwrap();
        let id = blob.id;
        blob.seal(&key, &OsRandom).unwrap();
        let sealed = blob.into_bytes();
        assert!(LargeBlob::verify(&key, &id, &sealed, 1000).is_ok());
        for length in [999, 1001, 9 << 20] {
            let verified = LargeBlob::verify(&key, &id, &sealed, length);
            assert_eq!(verified.unwrap_err().code(), Code::Damaged);
            assert!(LargeBlob::open(&key, &id, sealed.clone(), length).is_err());
        }
    }
}
