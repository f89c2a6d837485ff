//! Writing entries of an archive into a new, empty folder.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rustix::fs::{
    AtFlags, FileType, Mode, OFlags, Timespec, Timestamps, fchmod, futimens, linkat, mkdirat,
    mknodat, openat, symlinkat, syncfs, unlinkat, utimensat,
};
use undercroft_foundation::{
    Code, IoContext as _, Job, Result, escape_name, reach_write_point, text,
};
use xattr::FileExt as _;

use super::Extracted;
use super::chain::{FolderChain, failed};
use crate::format::index::{Attributes, Entry, EntryKind, Index, Xattr};
use crate::read::{ArchiveReader, FrameReader};
use crate::write::source::is_kept;

/// Zeros of this many bytes in a row become a hole.
const HOLE: usize = 4 << 10;

pub(super) struct Extraction<'a> {
    archive: &'a ArchiveReader,
    index: &'a Index,
    /// The entry that becomes the folder.
    root: u32,
    folder: PathBuf,
}

impl<'a> Extraction<'a> {
    pub(super) fn new(archive: &'a ArchiveReader, root: u32, folder: &Path) -> Result<Self> {
        Ok(Self { archive, index: archive.index(), root, folder: folder.to_owned() })
    }

    /// Writes all entries, and makes them durable.
    pub(super) fn run(&self, wanted: &[u32], job: &Job) -> Result<Extracted> {
        let (mut folders, mut files, mut links) = (Vec::new(), Vec::new(), Vec::new());
        let set: HashSet<u32> = wanted.iter().copied().collect();
        let mut bytes = 0;
        for number in wanted.iter().copied() {
            let entry = self.index.entry(number);
            match entry.kind {
                EntryKind::Folder => folders.push(number),
                _ if is_file_among(entry, &set) => files.push(number),
                _ => links.push(number),
            }
            bytes += entry.size;
        }
        job.add_total(files.len() as u64, bytes);
        job.settle_totals();
        let mut chain = self.chain()?;
        for number in folders.iter().copied().filter(|number| *number != self.root) {
            let name = self.index.name(number);
            mkdirat(chain.parent_of(number)?, name, Mode::RWXU)
                .map_err(|errno| failed(self.index, number, "create", errno))?;
        }
        let mut extracted = self.write_files(files, job)?;
        for number in links {
            job.check_cancelled()?;
            if let Err(error) = self.link(&mut chain, number) {
                let is_copied = self.index.entry(number).kind == EntryKind::HardLink
                    && self.copy_original(&mut chain, number, job).is_ok();
                if !is_copied {
                    job.warn(escape_name(self.index.name(number)), error.to_string());
                    extracted.skipped.push(self.path(number)?);
                }
            }
        }
        // The deepest first: writing into a folder changes its time.
        for number in folders.iter().rev().copied() {
            let folder = chain.folder(number)?;
            set_xattrs(folder, self.index.xattrs(number), job);
            set_attributes(folder, self.index.entry(number).attributes)
                .map_err(|errno| failed(self.index, number, "change", errno))?;
        }
        let folder = File::open(&self.folder).at("open", &self.folder)?;
        syncfs(&folder).map_err(io::Error::from).at("sync", &self.folder)?;
        extracted.damaged.sort();
        Ok(extracted)
    }

    fn chain(&self) -> Result<FolderChain<'a>> {
        FolderChain::new(self.index, self.root, &self.folder)
    }

    fn write_files(&self, files: Vec<u32>, job: &Job) -> Result<Extracted> {
        let outcome = Mutex::new(Extracted::default());
        let outcome_of = || outcome.lock().unwrap_or_else(PoisonError::into_inner);
        self.archive.for_each_file(files, job, &|| {
            let mut chain = self.chain()?;
            Ok(Box::new(move |reader, number| {
                let written = self.write_file(&mut chain, number, job, &mut |into| {
                    self.archive.read_with(reader, number, into)
                });
                let size = self.index.entry(number).size;
                match written {
                    Ok(()) => {
                        let mut outcome = outcome_of();
                        outcome.files += 1;
                        outcome.bytes += size;
                    }
                    Err(error) if error.code() == Code::Damaged => {
                        outcome_of().damaged.push(self.path(number)?);
                        job.warn(escape_name(self.index.name(number)), error.what_text());
                    }
                    Err(error) => return Err(error),
                }
                job.add_files_done(1);
                job.add_bytes_done(size);
                Ok(())
            }))
        })?;
        Ok(outcome.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    /// The path below the folder.
    fn path(&self, number: u32) -> Result<undercroft_foundation::TreePath> {
        let depth = self.index.path(self.root)?.names().count();
        undercroft_foundation::TreePath::from_names(self.index.path(number)?.names().skip(depth))
    }

    fn write_file(
        &self,
        chain: &mut FolderChain<'_>,
        number: u32,
        job: &Job,
        read: &mut dyn FnMut(&mut dyn Write) -> Result<()>,
    ) -> Result<()> {
        let name = self.index.name(number);
        let entry = self.index.entry(self.archive.file_entry(number)?);
        let folder = chain.parent_of(number)?;
        let flags =
            OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = openat(folder, name, flags, Mode::RUSR | Mode::WUSR)
            .map_err(|errno| failed(self.index, number, "create", errno))?;
        let file = File::from(file);
        let written = if entry.is_sparse {
            let mut holes = HoleWriter { file: &file, skipped: 0 };
            read(&mut holes)
                .and_then(|()| file.set_len(entry.size).at("write", Path::new(&escape_name(name))))
        } else {
            read(&mut &file)
        };
        if let Err(error) = written {
            // Half a file must not look like one.
            let _ = unlinkat(folder, name, AtFlags::empty());
            return Err(error);
        }
        set_xattrs(&file, self.index.xattrs(number), job);
        // Another name of a file may have been a file of its own, with attributes of its own.
        set_attributes(&file, self.index.entry(number).attributes)
            .map_err(|errno| failed(self.index, number, "change", errno))?;
        reach_write_point("archive.file-extracted");
        Ok(())
    }

    /// Writes a file of its own where the file system knows no hard links.
    fn copy_original(&self, chain: &mut FolderChain<'_>, number: u32, job: &Job) -> Result<()> {
        let mut reader = FrameReader::new(self.archive)?;
        self.write_file(chain, number, job, &mut |into| {
            self.archive.read_with(&mut reader, number, into)
        })
    }

    fn link(&self, chain: &mut FolderChain<'_>, number: u32) -> Result<()> {
        let entry = self.index.entry(number);
        let name = self.index.name(number);
        let error = |errno| failed(self.index, number, "create", errno);
        if entry.kind == EntryKind::HardLink {
            let mut originals = self.chain()?;
            let original = originals.parent_of(entry.original)?;
            let from = self.index.name(entry.original);
            return linkat(original, from, chain.parent_of(number)?, name, AtFlags::empty())
                .map_err(error);
        }
        let folder = chain.parent_of(number)?;
        if entry.kind == EntryKind::Symlink {
            symlinkat(self.index.target(number), folder, name).map_err(error)?;
        } else {
            let mode = Mode::from_raw_mode(entry.attributes.mode);
            mknodat(folder, name, FileType::Fifo, mode, 0).map_err(error)?;
        }
        utimensat(folder, name, &times(entry.attributes), AtFlags::SYMLINK_NOFOLLOW).map_err(error)
    }
}

/// Whether an entry becomes a file of its own where these entries are wanted.
pub(super) fn is_file_among(entry: &Entry, wanted: &HashSet<u32>) -> bool {
    match entry.kind {
        EntryKind::File => true,
        // Without its original there is nothing that it could be another name of.
        EntryKind::HardLink => !wanted.contains(&entry.original),
        EntryKind::Folder | EntryKind::Symlink | EntryKind::Pipe => false,
    }
}

fn set_attributes(file: impl AsFd, attributes: Attributes) -> rustix::io::Result<()> {
    fchmod(&file, Mode::from_raw_mode(attributes.mode))?;
    futimens(&file, &times(attributes))
}

fn times(attributes: Attributes) -> Timestamps {
    let (seconds, nanoseconds) = attributes.modified;
    let time = Timespec { tv_sec: seconds, tv_nsec: i64::from(nanoseconds) };
    Timestamps { last_access: time, last_modification: time }
}

/// Sets attributes where the file system knows them.
fn set_xattrs(file: impl AsFd, xattrs: &[Xattr], job: &Job) {
    if xattrs.is_empty() {
        return;
    }
    let Ok(file) = file.as_fd().try_clone_to_owned().map(File::from) else { return };
    // An archive may come from elsewhere: it grants no privileges.
    for (name, value) in xattrs.iter().filter(|(name, _)| is_kept(name)) {
        use std::os::unix::ffi::OsStrExt as _;
        if let Err(error) = file.set_xattr(std::ffi::OsStr::from_bytes(name), value) {
            job.warn(
                escape_name(name),
                text!("This attribute cannot be set: {error}", error = error.to_string()),
            );
        }
    }
}

/// Writes a file, and leaves out zeros.
struct HoleWriter<'a> {
    file: &'a File,
    skipped: u64,
}

impl Write for HoleWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        use std::io::{Seek as _, SeekFrom};
        let piece = &bytes[..bytes.len().min(HOLE)];
        if piece.iter().all(|byte| *byte == 0) {
            self.skipped += piece.len() as u64;
            return Ok(piece.len());
        }
        if self.skipped > 0 {
            self.file.seek(SeekFrom::Current(self.skipped.cast_signed()))?;
            self.skipped = 0;
        }
        self.file.write_all(piece)?;
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
