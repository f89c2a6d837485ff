//! A blob of which only the stored form is held, never the whole content: the tree of a wide folder.

use std::io::{self, Cursor, Read};

use sha2::{Digest, Sha256};
use undercroft_foundation::{Code, Error, Result};
use zstd::stream::read::Decoder;

use crate::crypto::Key;
use crate::id::BlobId;

/// Blobs of at least this many bytes of content are large.
const LARGE: u32 = 4 << 20;

/// A compressed blob that was opened and held against its id.
#[derive(Debug)]
pub(crate) struct LargeBlob {
    /// What it is compressed to, and how much of it there is.
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
        let damaged =
            |why: &str| Error::new(Code::Damaged, format!("Cannot read blob {id}")).why(why);
        let stored = key.open(&mut sealed).map_err(|_| damaged("Its seal is broken"))?.len();
        sealed.drain(..Key::START);
        sealed.truncate(stored);
        let blob = Self { compressed: Cursor::new(sealed), length: length.into() };
        let digest = blob.read().and_then(digest_of);
        let digest = digest.map_err(|source| damaged("It does not decompress").because(source))?;
        if digest != *id {
            return Err(damaged("Its content is not what was written"));
        }
        Ok(blob)
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

/// The id of what is read.
pub(crate) fn digest_of(mut content: impl Read) -> io::Result<BlobId> {
    let mut digest = Sha256::new();
    let mut piece = vec![0; 64 << 10];
    loop {
        match content.read(&mut piece)? {
            0 => return Ok(BlobId(digest.finalize().into())),
            length => digest.update(&piece[..length]),
        }
    }
}
