//! The journal's file: found or made, followed as other processes write to it, appended to, and
//! written anew.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{Mode, OFlags};
use undercroft_foundation::{
    Code, Error, IoContext, Result, escape_path, reach_write_point, replace_file, sync_folder, text,
};

use super::record::{HEAD, Head, Record, read_head};
use super::scan::{ScanResult, look};

/// A larger journal was not written by us: it is written anew long before, and else does not grow.
const LARGEST_BYTES: u64 = 2 * 1024 * 1024 * 1024;
/// This many damages are told apart.
const DAMAGES: usize = 100;

/// Bytes of the journal that are not as they were written, and were passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Damage {
    /// The offset of the first of them.
    pub at: u64,
    /// The number of bytes.
    pub size_bytes: u64,
}

/// The journal as far as it was read.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    lock: Arc<File>,
    file: Arc<File>,
    /// Up to where it was read: all of it, unless somebody else wrote since.
    end: u64,
    damages: Vec<Damage>,
    /// The bytes of a record on their way.
    outgoing: Vec<u8>,
}

/// The right to write to the journal.
pub(super) struct JournalLock(Arc<File>);

impl Drop for JournalLock {
    fn drop(&mut self) {
        // The lock goes with the file at the latest.
        let _ = self.0.unlock();
    }
}

impl Journal {
    /// Opens the journal in `folder`, which is made where it is missing. Nothing is read yet.
    pub(super) fn open(folder: &Path) -> Result<Self> {
        match DirBuilder::new().mode(0o700).create(folder) {
            Ok(()) => sync_folder(folder.parent().unwrap_or(Path::new("/")))?,
            Err(source) if source.kind() == io::ErrorKind::AlreadyExists => {}
            Err(source) => return Err(Error::io("make", folder, source)),
        }
        let lock_path = folder.join("lock");
        let lock = Arc::new(open_plain(&lock_path, OFlags::CREATE)?);
        let path = folder.join("journal");
        let held = take_lock(&lock, &lock_path)?;
        let file = Arc::new(open_or_begin(&path)?);
        drop(held);
        Ok(Self { path, lock, file, end: 0, damages: Vec::new(), outgoing: Vec::new() })
    }

    /// Waits for the right to write.
    pub(super) fn lock(&self) -> Result<JournalLock> {
        take_lock(&self.lock, &self.path)
    }

    /// The file, for syncing it while others write.
    pub(super) fn file(&self) -> (Arc<File>, &Path) {
        (Arc::clone(&self.file), &self.path)
    }

    /// The length.
    pub(super) fn size_bytes(&self) -> u64 {
        self.end
    }

    /// The parts that were passed over.
    pub(super) fn damages(&self) -> &[Damage] {
        &self.damages
    }

    /// Whether nobody else wrote to it since it was read.
    pub(super) fn is_current(&self) -> Result<bool> {
        let found = rustix::fs::fstat(&*self.file).map_err(io::Error::from);
        let found = found.at("look at", &self.path)?;
        Ok(found.st_nlink > 0 && u64::try_from(found.st_size) == Ok(self.end))
    }

    /// Reads what others wrote since, record by record; `take` says whether it could. It hears
    /// first whether it is another file now, of which everything comes. The right to write is held:
    /// nobody is in the middle of a record.
    pub(super) fn follow(&mut self, mut take: impl FnMut(JournalEvent) -> bool) -> Result<()> {
        if self.is_current()? {
            return Ok(());
        }
        let found = rustix::fs::fstat(&*self.file).map_err(io::Error::from);
        let found = found.at("look at", &self.path)?;
        let mut size = u64::try_from(found.st_size).unwrap_or(0);
        if found.st_nlink == 0 || size < self.end || self.end == 0 {
            // Until it is found good, nothing counts as read.
            self.end = 0;
            self.file = Arc::new(open_or_begin(&self.path)?);
            size = self.file.metadata().at("look at", &self.path)?.len();
            if size > LARGEST_BYTES {
                return Err(damaged(&self.path, "It is larger than drafts can be"));
            }
            self.damages.clear();
            self.end = self.begin()?;
            take(JournalEvent::Everything);
        }
        while self.end < size {
            let (next, is_fine) = match look(&self.file, self.end, size).at("read", &self.path)? {
                ScanResult::Whole(record, next) => (next, take(JournalEvent::Record(record))),
                ScanResult::Damaged(next) => (next, false),
                // Nobody heard that this was written, and nobody is writing it.
                ScanResult::Torn => return self.file.set_len(self.end).at("shorten", &self.path),
            };
            if !is_fine && self.damages.len() < DAMAGES {
                self.damages.push(Damage { at: self.end, size_bytes: next - self.end });
            }
            self.end = next;
        }
        Ok(())
    }

    /// The offset at which the records begin.
    fn begin(&mut self) -> Result<u64> {
        let mut head = [0; HEAD.len()];
        self.file.read_exact_at(&mut head, 0).at("read", &self.path)?;
        match read_head(&head) {
            Head::Ours => {}
            Head::Newer => {
                let what = text!("Cannot understand {path}", path = escape_path(&self.path));
                return Err(Error::new(Code::TooNew, what));
            }
            Head::Damaged => self.damages.push(Damage { at: 0, size_bytes: HEAD.len() as u64 }),
        }
        Ok(HEAD.len() as u64)
    }

    /// Adds records, all or none; the right to write is held and nobody else wrote since.
    pub(super) fn append<'a>(
        &mut self,
        records: impl IntoIterator<Item = &'a Record>,
    ) -> Result<()> {
        self.outgoing.clear();
        for record in records {
            record.encode(self.end, &mut self.outgoing);
        }
        if self.end + self.outgoing.len() as u64 > LARGEST_BYTES {
            let what = text!("Cannot write {path}", path = escape_path(&self.path));
            return Err(Error::new(Code::StorageFull, what)
                .why("It is full of what is no longer needed")
                .next("Make room on the disk, so that it can be written anew"));
        }
        let written = self.file.write_all_at(&self.outgoing, self.end).at("write", &self.path);
        if written.is_err() {
            // Best effort: what stays is taken for torn.
            let _ = self.file.set_len(self.end);
            return written;
        }
        self.end += self.outgoing.len() as u64;
        self.outgoing.shrink_to(1024 * 1024);
        reach_write_point("session.appended");
        Ok(())
    }

    /// Writes it anew, durably, with these records alone. A damaged one is kept beside it.
    pub(super) fn rewrite<'a>(
        &mut self,
        records: impl IntoIterator<Item = &'a Record>,
    ) -> Result<()> {
        if !self.damages.is_empty() {
            let aside = self.path.with_extension("damaged");
            fs::copy(&self.path, &aside).at("keep a copy as", &aside)?;
        }
        let mut bytes = HEAD.to_vec();
        for record in records {
            record.encode(0, &mut bytes);
        }
        replace_file(&self.path, &bytes, 0o600)?;
        reach_write_point("session.compacted");
        self.file = Arc::new(open_plain(&self.path, OFlags::empty())?);
        self.end = bytes.len() as u64;
        self.damages.clear();
        Ok(())
    }
}

/// An event of reading the journal.
pub(super) enum JournalEvent {
    /// It is another file: what was read before counts no more.
    Everything,
    /// A record.
    Record(Record),
}

fn take_lock(lock: &Arc<File>, path: &Path) -> Result<JournalLock> {
    lock.lock().at("lock", path)?;
    Ok(JournalLock(Arc::clone(lock)))
}

/// The journal at `path`, with its head written. The right to write is held.
fn open_or_begin(path: &Path) -> Result<File> {
    let file = open_plain(path, OFlags::CREATE)?;
    if file.metadata().at("look at", path)?.len() < HEAD.len() as u64 {
        // New, or its maker ended before it had a head, and so before it had a record.
        file.write_all_at(HEAD, 0).at("write", path)?;
        sync_folder(path.parent().unwrap_or(Path::new("/")))?;
    }
    Ok(file)
}

/// Opens an ordinary file, and nothing else.
fn open_plain(path: &Path, flags: OFlags) -> Result<File> {
    let flags = flags | OFlags::RDWR | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let mode = Mode::from_raw_mode(0o600);
    let file = rustix::fs::open(path, flags, mode).map_err(io::Error::from).at("open", path)?;
    let file = File::from(file);
    match file.metadata().at("look at", path)?.is_file() {
        true => Ok(file),
        false => Err(damaged(path, "It is not an ordinary file")),
    }
}

fn damaged(path: &Path, why: &str) -> Error {
    Error::new(Code::Damaged, text!("Cannot use {path}", path = escape_path(path)))
        .why(why)
        .next("Move it away; without it, scratch files and drafts begin anew")
}
