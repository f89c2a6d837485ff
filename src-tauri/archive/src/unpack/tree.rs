//! Writing below the temporary folder: every name is opened in the folder that holds it, and no
//! link is ever followed.

mod attributes;

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use rustix::fs::{AtFlags, FileType, Mode, OFlags};
use rustix::io::Errno;
use undercroft_foundation::Result;

use super::left_out::LeftOut;
use super::meter::Meter;
use super::names::{EntryPath, Lead, lead};
use super::refuse;

pub(super) use attributes::{Attributes, TopAttributes};

const FOLDER: OFlags =
    OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);
const NEW_FILE: OFlags = OFlags::WRONLY
    .union(OFlags::CREATE)
    .union(OFlags::EXCL)
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC);

/// The outcome of an entry that met something in its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Put<T> {
    Done(T),
    /// Something else has its name, or that of a folder above; the reason.
    Blocked(&'static str),
}

/// Whether an entry may replace an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Replace {
    Yes,
    No,
}

/// The tree that is being written, shared by all threads.
#[derive(Debug)]
pub(super) struct Tree<'a> {
    root: BorrowedFd<'a>,
    pub(super) meter: &'a Meter<'a>,
    pub(super) left_out: &'a LeftOut,
    attributes: Mutex<attributes::FolderAttributes>,
    through_root: Mutex<Vec<EntryPath>>,
    files: AtomicU64,
    folders: AtomicU64,
    symlinks: AtomicU64,
    bytes: AtomicU64,
}

/// The folder that a thread wrote to last: the next entry is mostly in the same one.
#[derive(Debug, Default)]
pub(super) struct Cursor {
    last: Option<(Vec<u8>, OwnedFd)>,
}

impl<'a> Tree<'a> {
    pub(super) fn new(root: BorrowedFd<'a>, meter: &'a Meter<'a>, left_out: &'a LeftOut) -> Self {
        Self {
            root,
            meter,
            left_out,
            attributes: Mutex::default(),
            through_root: Mutex::default(),
            files: AtomicU64::default(),
            folders: AtomicU64::default(),
            symlinks: AtomicU64::default(),
            bytes: AtomicU64::default(),
        }
    }

    /// The root's descriptor.
    pub(super) fn root(&self) -> BorrowedFd<'a> {
        self.root
    }

    /// Makes a folder, or gives one that is there its attributes.
    pub(super) fn folder(
        &self,
        cursor: &mut Cursor,
        path: &EntryPath,
        attributes: Attributes,
        replace: Replace,
    ) -> Result<Put<()>> {
        let (above, name) = path.split();
        let parent = match self.open(cursor, above, true, path)? {
            Put::Done(parent) => parent,
            Put::Blocked(reason) => return Ok(Put::Blocked(reason)),
        };
        match rustix::fs::mkdirat(parent, name, Mode::from_raw_mode(0o777)) {
            Ok(()) => {}
            Err(Errno::EXIST) if kind_of(parent, name) == Some(FileType::Directory) => {}
            Err(Errno::EXIST) if replace == Replace::Yes => {
                let made = rustix::fs::unlinkat(parent, name, AtFlags::empty())
                    .and_then(|()| rustix::fs::mkdirat(parent, name, Mode::from_raw_mode(0o777)));
                made.map_err(|error| refuse::write(path.bytes(), error.into()))?;
            }
            Err(Errno::EXIST) => return Ok(Put::Blocked("Something else has its name")),
            Err(error) => return Err(refuse::write(path.bytes(), error.into())),
        }
        locked(&self.attributes).add(path, attributes);
        self.folders.fetch_add(1, Relaxed);
        self.meter.job.add_files_done(1);
        Ok(Put::Done(()))
    }

    /// Makes a new file.
    pub(super) fn file(
        &self,
        cursor: &mut Cursor,
        path: &EntryPath,
        replace: Replace,
    ) -> Result<Put<File>> {
        let new = |parent: BorrowedFd<'_>, name: &[u8]| {
            rustix::fs::openat(parent, name, NEW_FILE, Mode::RUSR | Mode::WUSR)
        };
        Ok(match self.place(cursor, path, replace, new)? {
            Put::Done(file) => Put::Done(File::from(file)),
            Put::Blocked(reason) => Put::Blocked(reason),
        })
    }

    /// Gives a file that was written its attributes.
    pub(super) fn finish_file(
        &self,
        file: &File,
        path: &EntryPath,
        bytes: u64,
        attributes: Attributes,
    ) -> Result<()> {
        attributes.apply_to(file).map_err(|error| refuse::write(path.bytes(), error))?;
        self.files.fetch_add(1, Relaxed);
        self.bytes.fetch_add(bytes, Relaxed);
        self.meter.job.add_files_done(1);
        Ok(())
    }

    /// Makes a symbolic link, unless it leads out.
    pub(super) fn symlink(
        &self,
        cursor: &mut Cursor,
        path: &EntryPath,
        target: &[u8],
        attributes: Attributes,
        replace: Replace,
    ) -> Result<Put<()>> {
        let found = lead(path, target);
        if let Lead::LeftOut(reason) = found {
            return Ok(Put::Blocked(reason));
        }
        let times = attributes.timestamps();
        let new = |parent: BorrowedFd<'_>, name: &[u8]| {
            rustix::fs::symlinkat(target, parent, name)?;
            rustix::fs::utimensat(parent, name, &times, AtFlags::SYMLINK_NOFOLLOW)
        };
        let put = self.place(cursor, path, replace, new)?;
        if put == Put::Done(()) {
            if found == Lead::ThroughRoot {
                locked(&self.through_root).push(path.clone());
            }
            self.symlinks.fetch_add(1, Relaxed);
            self.meter.job.add_files_done(1);
        }
        Ok(put)
    }

    /// Makes a hard link to a file that was written earlier.
    pub(super) fn hard_link(
        &self,
        cursor: &mut Cursor,
        path: &EntryPath,
        source: &EntryPath,
    ) -> Result<Put<()>> {
        const MISSING: Put<()> = Put::Blocked("It is a hard link to a file that is not there");
        let (above, source_name) = source.split();
        let Ok(Put::Done(from)) =
            self.open(&mut Cursor::default(), above, false, source).map(|put| match put {
                Put::Done(fd) => fd.try_clone_to_owned().map_or(MISSING_FD, Put::Done),
                Put::Blocked(reason) => Put::Blocked(reason),
            })
        else {
            return Ok(MISSING);
        };
        if kind_of(from.as_fd(), source_name) != Some(FileType::RegularFile) {
            return Ok(MISSING);
        }
        if source != path {
            let new = |parent: BorrowedFd<'_>, name: &[u8]| {
                rustix::fs::linkat(&from, source_name, parent, name, AtFlags::empty())
            };
            if let Put::Blocked(reason) = self.place(cursor, path, Replace::Yes, new)? {
                return Ok(Put::Blocked(reason));
            }
        }
        self.files.fetch_add(1, Relaxed);
        self.meter.job.add_files_done(1);
        Ok(Put::Done(()))
    }

    /// Does `new` for a name, after what has the name is removed, where that may be.
    fn place<T>(
        &self,
        cursor: &mut Cursor,
        path: &EntryPath,
        replace: Replace,
        new: impl Fn(BorrowedFd<'_>, &[u8]) -> rustix::io::Result<T>,
    ) -> Result<Put<T>> {
        let (above, name) = path.split();
        let parent = match self.open(cursor, above, true, path)? {
            Put::Done(parent) => parent,
            Put::Blocked(reason) => return Ok(Put::Blocked(reason)),
        };
        let failed = |error: Errno| refuse::write(path.bytes(), error.into());
        match new(parent, name) {
            Ok(made) => return Ok(Put::Done(made)),
            Err(Errno::EXIST) if replace == Replace::Yes => {}
            Err(Errno::EXIST) => return Ok(Put::Blocked("Something else has its name")),
            Err(error) => return Err(failed(error)),
        }
        if kind_of(parent, name) == Some(FileType::Directory) {
            match rustix::fs::unlinkat(parent, name, AtFlags::REMOVEDIR) {
                Ok(()) => {}
                Err(Errno::NOTEMPTY | Errno::EXIST) => {
                    return Ok(Put::Blocked("A folder that is not empty has its name"));
                }
                Err(error) => return Err(failed(error)),
            }
        } else {
            rustix::fs::unlinkat(parent, name, AtFlags::empty()).map_err(failed)?;
        }
        let made = new(parent, name).map_err(failed)?;
        // The folder that was last written to may be the one that was just removed.
        cursor.last = None;
        Ok(Put::Done(made))
    }

    /// Opens a folder name by name, and makes what is missing if that is wanted.
    fn open<'c>(
        &self,
        cursor: &'c mut Cursor,
        folder: &[u8],
        make: bool,
        path: &EntryPath,
    ) -> Result<Put<BorrowedFd<'c>>>
    where
        'a: 'c,
    {
        if folder.is_empty() {
            return Ok(Put::Done(self.root));
        }
        let is_last = cursor.last.as_ref().is_some_and(|(last, _)| last == folder);
        if !is_last {
            match self.walk(folder, make) {
                Ok(opened) => cursor.last = Some((folder.to_vec(), opened)),
                Err(Errno::LOOP | Errno::NOTDIR) => {
                    return Ok(Put::Blocked("A name above it is a link or a file, not a folder"));
                }
                Err(Errno::NOENT) if !make => {
                    return Ok(Put::Blocked("A folder above it is not there"));
                }
                Err(error) => return Err(refuse::write(path.bytes(), error.into())),
            }
        }
        match &cursor.last {
            Some((_, opened)) => Ok(Put::Done(opened.as_fd())),
            None => Ok(Put::Done(self.root)),
        }
    }

    fn walk(&self, folder: &[u8], make: bool) -> rustix::io::Result<OwnedFd> {
        let mut opened: Option<OwnedFd> = None;
        for name in folder.split(|b| *b == b'/') {
            let above = opened.as_ref().map_or(self.root, AsFd::as_fd);
            let next = match rustix::fs::openat(above, name, FOLDER, Mode::empty()) {
                Err(Errno::NOENT) if make => {
                    match rustix::fs::mkdirat(above, name, Mode::from_raw_mode(0o777)) {
                        // Another thread was faster.
                        Ok(()) | Err(Errno::EXIST) => {}
                        Err(error) => return Err(error),
                    }
                    rustix::fs::openat(above, name, FOLDER, Mode::empty())?
                }
                other => other?,
            };
            opened = Some(next);
        }
        opened.ok_or(Errno::NOENT)
    }
}

const MISSING_FD: Put<OwnedFd> = Put::Blocked("It is a hard link to a file that is not there");

fn kind_of(parent: BorrowedFd<'_>, name: &[u8]) -> Option<FileType> {
    let found = rustix::fs::statat(parent, name, AtFlags::SYMLINK_NOFOLLOW).ok()?;
    Some(FileType::from_raw_mode(found.st_mode))
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn system(error: Errno) -> io::Error {
    error.into()
}
