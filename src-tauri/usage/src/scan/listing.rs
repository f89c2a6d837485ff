//! One folder: the names in it, and what the system tells of each.

use std::ffi::CStr;
use std::os::fd::OwnedFd;

use rustix::fs::{AtFlags, FileType, Mode, OFlags, Stat};
use rustix::io::Errno;
use undercroft_foundation::{Job, Result};

use crate::class::FileClass;
use crate::tree::{File, SPECIAL};

/// So many files are looked at between two looks at whether the job was cancelled.
const FILES_AT_A_TIME: usize = 4096;

/// A name in a folder, in `Listing::names`.
#[derive(Debug, Clone, Copy)]
struct Entry {
    inode: u64,
    start: u32,
    /// With the zero at its end.
    end: u32,
    kind: FileType,
}

/// The content of a folder, read into the same memory again and again.
#[derive(Debug, Default)]
pub(super) struct Listing {
    names: Vec<u8>,
    entries: Vec<Entry>,
    files: Vec<(Entry, File, Option<u64>)>,
    folders: Vec<Entry>,
    /// Something in it could not be read.
    pub(super) is_partial: bool,
    #[cfg(target_os = "linux")]
    buffer: Vec<u8>,
}

impl Listing {
    /// Reads the folder: names first, then each in the order of the inodes, as they lie on disk.
    pub(super) fn read(&mut self, folder: &OwnedFd, job: &Job) -> Result<()> {
        self.names.clear();
        self.entries.clear();
        self.files.clear();
        self.folders.clear();
        self.is_partial = false;
        if self.read_names(folder).is_err() {
            self.is_partial = true;
        }
        self.entries.sort_unstable_by_key(|entry| entry.inode);
        for (at, entry) in self.entries.iter().enumerate() {
            if at % FILES_AT_A_TIME == FILES_AT_A_TIME - 1 {
                job.check_cancelled()?;
            }
            if entry.kind == FileType::Directory {
                self.folders.push(*entry);
                continue;
            }
            let Ok(name) = CStr::from_bytes_with_nul(text(&self.names, entry)) else { continue };
            match rustix::fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW) {
                Ok(found) if FileType::from_raw_mode(found.st_mode) == FileType::Directory => {
                    self.folders.push(*entry);
                }
                Ok(found) => {
                    let link = (found.st_nlink > 1).then_some(found.st_ino);
                    self.files.push((*entry, file(name.to_bytes(), &found), link));
                }
                // It went away in the meantime.
                Err(Errno::NOENT) => {}
                Err(_) => self.is_partial = true,
            }
        }
        let names = &self.names;
        self.files.sort_unstable_by(|(a, ..), (b, ..)| text(names, a).cmp(text(names, b)));
        Ok(())
    }

    /// The files by name; each with its inode where it has other names.
    pub(super) fn files(&self) -> impl Iterator<Item = (&[u8], File, Option<u64>)> {
        let files = self.files.iter();
        files.map(|(entry, file, link)| (bare(&self.names, entry), *file, *link))
    }

    /// The names of the folders in it.
    pub(super) fn folders(&self) -> impl Iterator<Item = &[u8]> {
        self.folders.iter().map(|entry| bare(&self.names, entry))
    }

    #[cfg(target_os = "linux")]
    fn read_names(&mut self, folder: &OwnedFd) -> rustix::io::Result<()> {
        if self.buffer.capacity() == 0 {
            self.buffer.reserve(128 << 10);
        }
        let mut names = rustix::fs::RawDir::new(folder, self.buffer.spare_capacity_mut());
        while let Some(entry) = names.next() {
            let entry = entry?;
            let name = entry.file_name();
            add(&mut self.names, &mut self.entries, name, entry.ino(), entry.file_type());
        }
        Ok(())
    }

    #[cfg(not(target_os = "linux"))]
    fn read_names(&mut self, folder: &OwnedFd) -> rustix::io::Result<()> {
        for entry in rustix::fs::Dir::read_from(folder)? {
            let entry = entry?;
            let name = entry.file_name();
            add(&mut self.names, &mut self.entries, name, entry.ino(), entry.file_type());
        }
        Ok(())
    }
}

fn add(names: &mut Vec<u8>, entries: &mut Vec<Entry>, name: &CStr, inode: u64, kind: FileType) {
    if matches!(name.to_bytes(), b"." | b"..") {
        return;
    }
    let start = names.len();
    names.extend_from_slice(name.to_bytes_with_nul());
    if let (Ok(start), Ok(end)) = (u32::try_from(start), u32::try_from(names.len())) {
        entries.push(Entry { inode, start, end, kind });
    }
}

fn text<'n>(names: &'n [u8], entry: &Entry) -> &'n [u8] {
    &names[entry.start as usize..entry.end as usize]
}

fn bare<'n>(names: &'n [u8], entry: &Entry) -> &'n [u8] {
    &names[entry.start as usize..entry.end as usize - 1]
}

fn file(name: &[u8], found: &Stat) -> File {
    let kind = FileType::from_raw_mode(found.st_mode);
    // The size of a device or pipe means something else.
    let has_size = matches!(kind, FileType::RegularFile | FileType::Symlink);
    let (class, special) = match kind {
        FileType::RegularFile => (FileClass::of_name(name), 0),
        _ => (FileClass::Other, SPECIAL),
    };
    File {
        apparent: if has_size { u64::try_from(found.st_size).unwrap_or(0) } else { 0 },
        bytes: bytes_on_disk(found),
        modified: u32::try_from(found.st_mtime.max(0)).unwrap_or(u32::MAX),
        mark: class as u8 | special,
    }
}

/// The system counts in halves of a kilobyte, whatever the size of a block.
pub(super) fn bytes_on_disk(found: &Stat) -> u64 {
    u64::try_from(found.st_blocks).unwrap_or(0).saturating_mul(512)
}

/// Opens a folder for listing, never through a symbolic link.
pub(super) fn open_folder(parent: &OwnedFd, name: &[u8]) -> rustix::io::Result<OwnedFd> {
    rustix::fs::openat(parent, name, FOLDER, Mode::empty())
}

/// The flags to open a folder with.
pub(super) const FOLDER: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC)
    .union(OFlags::NONBLOCK);
