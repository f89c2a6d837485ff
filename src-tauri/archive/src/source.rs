//! The bytes of an archive, wherever they lie.

use std::fmt;
use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use undercroft_foundation::{Error, IoContext as _, Job, Result};

use crate::format::frame::damaged;

/// The bytes that are read at once where all of an archive is.
const PIECE: usize = 4 << 20;

/// The bytes of an archive; several threads read at once.
pub trait ArchiveSource: fmt::Debug + Send + Sync {
    /// The number of bytes.
    fn size(&self) -> u64;

    /// Fills `buffer` with the bytes from `at` on.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::Damaged`] where there are fewer, and whatever keeps them from
    /// being read.
    fn read_at(&self, at: u64, buffer: &mut [u8]) -> Result<()>;
}

/// An archive's file on this disk.
#[derive(Debug)]
pub(crate) struct FileSource {
    file: File,
    path: PathBuf,
    size: u64,
}

impl FileSource {
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let file = File::open(path).at("open", path)?;
        let size = file.metadata().at("read", path)?.len();
        Ok(Self { file, path: path.to_owned(), size })
    }
}

impl ArchiveSource for FileSource {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, at: u64, buffer: &mut [u8]) -> Result<()> {
        self.file.read_exact_at(buffer, at).map_err(|source| match source.kind() {
            std::io::ErrorKind::UnexpectedEof => damaged(),
            _ => Error::io("read", &self.path, source),
        })
    }
}

/// Reads all of a source, gives each piece to `each`, and returns the SHA-256 of the whole in
/// hexadecimal digits.
pub(crate) fn read_whole(
    source: &dyn ArchiveSource,
    job: &Job,
    each: &mut dyn FnMut(&[u8]) -> Result<()>,
) -> Result<String> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; PIECE];
    let (mut at, size) = (0, source.size());
    while at < size {
        job.check_cancelled()?;
        let length = usize::try_from(size - at).unwrap_or(PIECE).min(PIECE);
        let piece = &mut buffer[..length];
        source.read_at(at, piece)?;
        hash.update(&*piece);
        each(piece)?;
        at += length as u64;
        job.add_bytes_done(length as u64);
    }
    Ok(hex::encode(hash.finalize()))
}
