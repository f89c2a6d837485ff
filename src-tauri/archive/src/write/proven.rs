//! A file that is written, made durable and read back piece by piece, while what comes next is made:
//! in the end little is left to wait for.

use std::fs::File;
use std::io::Write as _;
use std::num::NonZero;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use undercroft_foundation::{Code, Error, IoContext as _, Result};

use crate::format::index::Digest;

/// The bytes after which a piece is proven.
const PIECE: u64 = 16 << 20;
/// The bytes of the largest page of memory that is usual.
const PAGE: u64 = 64 << 10;

/// A new file of which every byte is to be read back.
#[derive(Debug)]
pub(crate) struct ProvenFile {
    file: File,
    path: PathBuf,
    /// The digest of what was given.
    given: Sha256,
    bytes: u64,
    /// The digest of what was read back, and its bytes.
    found: Sha256,
    proven: u64,
    buffer: Vec<u8>,
}

impl ProvenFile {
    pub(crate) fn new(file: File, path: &Path) -> Self {
        Self {
            file,
            path: path.to_owned(),
            given: Sha256::new(),
            bytes: 0,
            found: Sha256::new(),
            proven: 0,
            buffer: vec![0; 1 << 20],
        }
    }

    /// The bytes so far.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(crate) fn append(&mut self, bytes: &[u8]) -> Result<()> {
        self.file.write_all(bytes).at("write", &self.path)?;
        self.given.update(bytes);
        self.bytes += bytes.len() as u64;
        if self.bytes - self.proven >= PIECE { self.prove() } else { Ok(()) }
    }

    /// Makes what was written durable, and reads it from the disk.
    fn prove(&mut self) -> Result<()> {
        self.file.sync_data().at("sync", &self.path)?;
        // What was just written would come from memory else. Pages go as a whole or not at all.
        let start = self.proven - self.proven % PAGE;
        let length = NonZero::new(self.bytes - start);
        let _ = rustix::fs::fadvise(&self.file, start, length, rustix::fs::Advice::DontNeed);
        while self.proven < self.bytes {
            let most = self.buffer.len().min((self.bytes - self.proven) as usize);
            let count = self.file.read_at(&mut self.buffer[..most], self.proven);
            let count = count.at("read", &self.path)?;
            if count == 0 {
                return Err(not_as_written());
            }
            self.found.update(&self.buffer[..count]);
            self.proven += count as u64;
        }
        Ok(())
    }

    /// Proves the rest, and gives the digest of the whole.
    pub(crate) fn finish(mut self) -> Result<Digest> {
        self.prove()?;
        self.file.sync_all().at("sync", &self.path)?;
        let digest = Digest::from(self.given.finalize());
        if Digest::from(self.found.finalize()) == digest {
            Ok(digest)
        } else {
            Err(not_as_written())
        }
    }
}

fn not_as_written() -> Error {
    Error::new(Code::Damaged, "The archive cannot be read back as it was written")
        .why("The disk gave other bytes than it was given")
        .next("Check the disk that the library is on; the project is untouched")
}
