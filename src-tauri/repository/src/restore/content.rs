//! The content of files: from packs into files, and from files to be compared.

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use undercroft_foundation::{Code, Error, IoContext, Job, Result};

use super::same::{file_holds, locate};
use crate::codec::{Codec, Compression};
use crate::id::{BlobId, PackId};
use crate::index::{Index, Location};
use crate::repository::Repository;
use crate::storage::FileKind;

/// Bytes read at once: the blobs of neighbouring files mostly lie side by side.
const AHEAD: u32 = 512 << 10;

/// Files of at least this many blobs are written by several threads.
const PARALLEL_FROM: usize = 8;

/// Runs of zeros become holes in steps of the file systems' usual block.
const BLOCK: usize = 4096;

/// Where the blobs of each pack end and its header begins.
pub(super) struct PackEnds(HashMap<PackId, u32>);

impl PackEnds {
    pub(super) fn of(index: &Index) -> Self {
        let mut ends = HashMap::new();
        for Location { pack, blob } in index.iter() {
            let end: &mut u32 = ends.entry(pack).or_default();
            *end = (*end).max(blob.offset.saturating_add(blob.length));
        }
        Self(ends)
    }
}

/// A stretch of a pack.
struct Window {
    pack: PackId,
    start: u32,
    bytes: Vec<u8>,
}

/// The file that content is written to.
pub(super) struct Destination<'a> {
    pub(super) file: &'a File,
    pub(super) path: &'a Path,
    pub(super) sparse: bool,
    pub(super) job: &'a Job,
    /// Bytes written so far.
    pub(super) written: &'a AtomicU64,
}

/// Reads content, for one thread.
pub(super) struct Content<'a> {
    repository: &'a Repository,
    ends: &'a PackEnds,
    codec: Codec,
    window: Option<Window>,
    sealed: Vec<u8>,
    plain: Vec<u8>,
}

impl<'a> Content<'a> {
    pub(super) fn new(repository: &'a Repository, ends: &'a PackEnds) -> Result<Self> {
        let codec = Codec::new(Compression::Auto)?;
        Ok(Self { repository, ends, codec, window: None, sealed: Vec::new(), plain: Vec::new() })
    }

    /// Writes blobs one after the other into a file that is empty.
    pub(super) fn write(&mut self, blobs: &[BlobId], to: &Destination<'_>) -> Result<()> {
        let mut located = Vec::with_capacity(blobs.len());
        let mut end = 0;
        for id in blobs {
            let location = locate(self.repository, id)?;
            located.push((location, end));
            end += location.plain_length();
        }
        if located.len() < PARALLEL_FROM {
            for (location, offset) in located {
                self.write_blob(&location, offset, to)?;
            }
        } else {
            self.write_in_parallel(&located, to)?;
        }
        if to.sparse { to.file.set_len(end).at("write", to.path) } else { Ok(()) }
    }

    fn write_in_parallel(&self, located: &[(Location, u64)], to: &Destination<'_>) -> Result<()> {
        let next = AtomicUsize::new(0);
        let run = || {
            let mut content = Content::new(self.repository, self.ends)?;
            while let Some((location, offset)) = located.get(next.fetch_add(1, Ordering::Relaxed)) {
                if let Err(error) = content.write_blob(location, *offset, to) {
                    next.store(located.len(), Ordering::Relaxed);
                    return Err(error);
                }
            }
            Ok(())
        };
        std::thread::scope(|scope| {
            let other = scope.spawn(run);
            let own = run();
            own.and(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
        })
    }

    fn write_blob(&mut self, location: &Location, offset: u64, to: &Destination<'_>) -> Result<()> {
        to.job.check_cancelled()?;
        self.load(location)?;
        let written = if to.sparse {
            write_around_zeros(to.file, &self.plain, offset)
        } else {
            to.file.write_all_at(&self.plain, offset)
        };
        written.at("write", to.path)?;
        let length = self.plain.len() as u64;
        to.written.fetch_add(length, Ordering::Relaxed);
        to.job.add_bytes_done(length);
        Ok(())
    }

    /// Whether a file holds exactly these blobs.
    pub(super) fn is_in(&mut self, blobs: &[BlobId], file: &File, path: &Path) -> Result<bool> {
        file_holds(self.repository, blobs, file, path, &mut self.plain)
    }

    /// Room for one blob, which whatever comes next overwrites.
    pub(super) fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.plain
    }

    /// Puts the content of a blob into `self.plain`.
    fn load(&mut self, location: &Location) -> Result<()> {
        let blob = location.blob;
        if blob.length > AHEAD / 2 {
            self.sealed = self.read(location, blob.length)?;
        } else {
            self.load_window(location)?;
            let Some(window) = &self.window else {
                return Err(Error::new(Code::Internal, "A pack was read and is gone"));
            };
            let start = (blob.offset - window.start) as usize;
            self.sealed.clear();
            self.sealed.extend_from_slice(&window.bytes[start..start + blob.length as usize]);
        }
        let key = &self.repository.key;
        self.codec.decode(key, &blob.id, &mut self.sealed, blob.raw_length, &mut self.plain)
    }

    /// Sees to it that the window holds a blob.
    fn load_window(&mut self, location: &Location) -> Result<()> {
        let blob = location.blob;
        let holds = |window: &Window| {
            let end = u64::from(window.start) + window.bytes.len() as u64;
            let blob_end = u64::from(blob.offset) + u64::from(blob.length);
            window.pack == location.pack && window.start <= blob.offset && blob_end <= end
        };
        if self.window.as_ref().is_some_and(holds) {
            return Ok(());
        }
        let end = self.ends.0.get(&location.pack).copied().unwrap_or(0);
        let length = AHEAD.min(end.saturating_sub(blob.offset)).max(blob.length);
        let bytes = match self.read(location, length) {
            // A pack that was cut off may still hold this blob.
            Err(error) if error.code() == Code::Damaged => self.read(location, blob.length)?,
            read => read?,
        };
        self.window = Some(Window { pack: location.pack, start: blob.offset, bytes });
        Ok(())
    }

    fn read(&self, location: &Location, length: u32) -> Result<Vec<u8>> {
        let path = FileKind::Pack.path(location.pack);
        let provider = &self.repository.storage.provider;
        let read = provider.read_range(&path, location.blob.offset.into(), length as usize);
        read.map_err(|error| match error.code() {
            Code::NotFound => Error::new(Code::Damaged, format!("Cannot read {path}"))
                .why("The file is missing")
                .because(error),
            _ => error,
        })
    }
}

/// Writes all but the blocks of nothing but zeros; what is not written of a new file is zero.
fn write_around_zeros(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    let zeros = [0; BLOCK];
    let is_hole = |block: &[u8]| *block == zeros[..block.len()];
    let mut at = 0;
    while at < bytes.len() {
        let blocks = bytes[at..].chunks(BLOCK);
        let hole: usize = blocks.take_while(|block| is_hole(block)).map(<[u8]>::len).sum();
        at += hole;
        let blocks = bytes[at..].chunks(BLOCK);
        let solid: usize = blocks.take_while(|block| !is_hole(block)).map(<[u8]>::len).sum();
        file.write_all_at(&bytes[at..at + solid], offset + at as u64)?;
        at += solid;
    }
    Ok(())
}
