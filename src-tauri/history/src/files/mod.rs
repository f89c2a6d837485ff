//! Files of the user that are put into a workspace, or taken out of it, through Undercroft. Links
//! on the way are not followed, and nothing outside the workspace is ever touched. What is replaced
//! or removed passes the guard.

mod copy_in;
mod incoming;
mod lines;
mod replaced_file;
mod saving;

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, Mode, OFlags, fchmod, fstat, mkdirat, openat, unlinkat};
use rustix::io::Errno;
use undercroft_foundation::{
    Code, Error, IoContext, Job, Result, TreePath, escape_path, reach_write_point, text,
};
use undercroft_repository::fs_at::{Entry, Stat, TemporaryRecord, create_file, descend};

use crate::guard::{GuardedEntry, HeldTree, check_file};
use crate::restore::files_record;
use crate::rules::own_configuration;

use replaced_file::ReplacedFile;

pub use copy_in::{Conflict, CopyInReport};
pub use lines::{LinesBack, content_digest};
pub use saving::{UnsavedPolicy, WriteOutcome};

/// The bytes that are compared or copied at once.
const PIECE: u64 = 1 << 20;

/// The folder of a workspace, open for writing into.
pub(crate) struct WorkspaceFiles<'a> {
    root: PathBuf,
    folder: OwnedFd,
    /// Undercroft's own configuration in it.
    own: Option<TreePath>,
    /// The tree that may be replaced; nothing where nothing may be.
    held: Option<&'a HeldTree>,
    /// The record of the temporary names that are given.
    record: Option<TemporaryRecord>,
}

impl<'a> WorkspaceFiles<'a> {
    /// Opens the folder at `root`, whose files may be replaced as far as a version holds them.
    ///
    /// # Errors
    /// [`Code::SourceMissing`] when it is not there.
    pub(crate) fn open(root: &Path, held: Option<&'a HeldTree>) -> Result<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        match rustix::fs::open(root, flags, Mode::empty()) {
            Ok(folder) => {
                let (root, own) = (root.to_owned(), own_configuration(root));
                Ok(Self { root, folder, own, held, record: None })
            }
            Err(Errno::NOENT | Errno::NOTDIR) => {
                let what = text!("The folder {root} is not there", root = escape_path(root));
                Err(Error::new(Code::SourceMissing, what))
            }
            Err(source) => Err(Error::io("open", root, source.into())),
        }
    }

    /// Records the temporary names that are given, so that what a killed process left is swept: see
    /// [`crate::HistoryWriter::sweep_interrupted_restores`].
    pub(crate) fn recorded_in(self, library: &Path) -> Self {
        Self { record: TemporaryRecord::begin(&files_record(library)), ..self }
    }

    /// Notes that something gets a temporary name before it is at a path.
    fn note_temporary(&self, at: &Path) {
        if let Some(record) = &self.record {
            record.note(at);
        }
    }

    /// The file at `path`, for one that takes its place; nothing when there is none.
    pub(crate) fn replaced(&self, path: &TreePath) -> Option<ReplacedFile> {
        let (parent, name) = path.split()?;
        ReplacedFile::of(self.folder(&parent).ok()?.as_fd(), name)
    }

    /// Makes `bytes` the content of the file at `path`, durably, and says whether they were not
    /// before. Folders that are missing are made. Permissions, owner and extended attributes are
    /// those of `replaced`, and what cannot be so becomes a warning; without one, the permissions
    /// are those of the folder.
    ///
    /// # Errors
    /// [`Code::Invalid`] when something that is no file, or a link, is in the way, or the path is
    /// git's; [`Code::NotKept`] when no version holds what is there.
    pub(crate) fn put(
        &self,
        path: &TreePath,
        bytes: &[u8],
        replaced: Option<&ReplacedFile>,
        job: &Job,
    ) -> Result<bool> {
        check_file(self.own.as_ref(), path)?;
        let (parent, name) = path.split().ok_or_else(|| no_file(&self.root))?;
        let folder = self.make_folder(&parent)?;
        let at = path.below(&self.root);
        match Stat::of(Entry::In(folder.as_fd(), name)) {
            Ok(stat) if !stat.is_file() => return Err(in_the_way(&at)),
            Ok(stat) if stat.size() == bytes.len() as u64 && holds(folder.as_fd(), name, bytes) => {
                return Ok(false);
            }
            Ok(_) | Err(Errno::NOENT) => {}
            Err(source) => return Err(Error::io("look at", &at, source.into())),
        }
        let held = self.held.map(|held| held.folder(&parent)).transpose()?;
        let (held, folder_fd) = (held.as_ref(), folder.as_fd());
        let place = GuardedEntry { held, folder: folder_fd, name, path: &at, job };
        self.note_temporary(&at);
        fill(&place, |file| {
            file.write_all(bytes)?;
            let Some(replaced) = replaced else { return Ok(folder_mode(folder.as_fd()) & 0o666) };
            let (mode, all) = replaced.apply_to(file);
            if !all {
                job.warn(escape_path(&at), "Its owner or other attributes could not all be kept");
            }
            Ok(mode)
        })?;
        sync(folder.as_fd(), &at)?;
        Ok(true)
    }

    fn folder(&self, path: &TreePath) -> rustix::io::Result<OwnedFd> {
        descend(self.folder.as_fd(), &path.names().collect::<Vec<_>>())
    }

    /// Opens a folder, and makes it and those above it where they are missing.
    fn make_folder(&self, path: &TreePath) -> Result<OwnedFd> {
        match self.folder(path) {
            Ok(folder) => return Ok(folder),
            Err(Errno::NOENT) => {}
            Err(source) => return Err(link_or(&path.below(&self.root), source)),
        }
        let mut folder =
            self.folder(&TreePath::root()).map_err(io::Error::from).at("open", &self.root)?;
        for name in path.names() {
            let at = || path.below(&self.root);
            let mode = Mode::from_raw_mode(folder_mode(folder.as_fd()) & 0o777);
            match mkdirat(&folder, name, mode) {
                Ok(()) => sync(folder.as_fd(), &at())?,
                Err(Errno::EXIST) => {}
                Err(source) => return Err(Error::io("create", &at(), source.into())),
            }
            folder = descend(folder.as_fd(), &[name]).map_err(|it| link_or(&at(), it))?;
        }
        Ok(folder)
    }
}

/// Fills a file under a temporary name and gives it its own once it is durable. `content` says which
/// permissions it gets.
fn fill(
    place: &GuardedEntry<'_>,
    content: impl FnOnce(&mut File) -> io::Result<u32>,
) -> Result<()> {
    let (folder, at) = (place.folder, place.path);
    let (mut file, temporary) =
        create_file(folder, place.name).map_err(io::Error::from).at("create", at)?;
    let filled = content(&mut file)
        .and_then(|mode| Ok(fchmod(&file, Mode::from_raw_mode(mode))?))
        .and_then(|()| file.sync_all());
    if filled.is_err() {
        // Best effort: what stays is met, and removed, by the next try.
        let _ = unlinkat(folder, &*temporary, AtFlags::empty());
    }
    filled.at("write", at)?;
    reach_write_point("workspace.file-written");
    place.put(&temporary)?;
    reach_write_point("workspace.file-placed");
    Ok(())
}

/// Whether a file has this content; one that cannot be read is written anew.
fn holds(folder: BorrowedFd<'_>, name: &[u8], bytes: &[u8]) -> bool {
    let Some(mut file) = open_file(folder, name) else { return false };
    let mut piece = vec![0; PIECE as usize];
    let same = bytes.chunks(PIECE as usize).all(|expected| {
        file.read_exact(&mut piece[..expected.len()]).is_ok()
            && piece[..expected.len()] == *expected
    });
    same && matches!(file.read(&mut piece), Ok(0))
}

/// A file that is there and may be read.
fn open_file(folder: BorrowedFd<'_>, name: &[u8]) -> Option<File> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    openat(folder, name, flags, Mode::empty()).ok().map(File::from)
}

fn folder_mode(folder: BorrowedFd<'_>) -> u32 {
    fstat(folder).map_or(0o700, |stat| stat.st_mode)
}

fn sync(folder: BorrowedFd<'_>, at: &Path) -> Result<()> {
    rustix::fs::fsync(folder).map_err(io::Error::from).at("sync the folder of", at)
}

fn no_file(root: &Path) -> Error {
    Error::new(Code::Invalid, text!("{root} is the workspace itself", root = escape_path(root)))
        .next("Name something in it")
}

fn in_the_way(at: &Path) -> Error {
    Error::new(Code::Invalid, text!("Cannot write {at}", at = escape_path(at)))
        .why("Something that is no file, such as a folder or a link, has this name")
        .next("Choose another name, or move away what is there")
}

fn link_or(at: &Path, source: Errno) -> Error {
    match source {
        Errno::LOOP | Errno::NOTDIR => {
            Error::new(Code::Invalid, text!("Cannot reach {at}", at = escape_path(at)))
                .why("A link, or something that is no folder, is on the way")
                .next("Use the folder that the link leads to")
        }
        source => Error::io("open", at, source.into()),
    }
}

#[cfg(test)]
mod tests;
