//! What the kernel tells of a workspace: the watched folders, and those that are yet to be.

use std::collections::VecDeque;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::inotify::ReadFlags;
use rustix::io::Errno;
use undercroft_foundation::Error;

use super::Included;
use super::folders::{Folders, Placed};
use super::inotify::{Inotify, Notice, WatchId};
use super::limits::Limits;
use super::pending::Pending;
use crate::path::TreePath;

/// Folders to begin to watch, or to give up, before the kernel is listened to again.
const STEP: usize = 256;

/// Everything that is watched of one root.
pub(super) struct View {
    root: PathBuf,
    included: Arc<dyn Included>,
    inotify: Inotify,
    folders: Folders,
    /// Folders that the kernel told of, new in their place.
    fresh: Vec<(WatchId, Vec<u8>)>,
    /// Folders found below others.
    found: VecDeque<(WatchId, Vec<u8>)>,
}

/// What the kernel said, beside what changed.
#[derive(Default)]
pub(super) struct Heard {
    /// There may be more to hear.
    pub(super) more: bool,
    /// Some notices were lost.
    pub(super) lost: bool,
    /// Something happened to the root itself.
    pub(super) root: bool,
}

impl View {
    /// Begins to watch `root`; the folders below it follow step by step.
    pub(super) fn open(
        root: &Path,
        included: Arc<dyn Included>,
        limits: &mut Limits,
    ) -> Result<Self, Errno> {
        let inotify = Inotify::open().inspect_err(|_| limits.no_queue = true)?;
        let id = inotify.add(root).inspect_err(|error| match *error {
            Errno::NOSPC => limits.no_room = true,
            error => limits.note(root, &words(root, error.into())),
        })?;
        let (fresh, found) = (Vec::new(), VecDeque::new());
        let root = root.to_owned();
        let mut view = Self { root, included, inotify, folders: Folders::new(id), fresh, found };
        view.look_into(id, &TreePath::root(), limits);
        Ok(view)
    }

    pub(super) fn folders(&self) -> &Folders {
        &self.folders
    }

    /// Whether folders wait to be watched.
    pub(super) fn is_growing(&self) -> bool {
        !self.fresh.is_empty() || !self.found.is_empty()
    }

    /// Whether there is anything to do at once.
    pub(super) fn has_work(&self) -> bool {
        self.is_growing() || self.folders.has_loose()
    }

    /// Hears the kernel.
    pub(super) fn hear(&mut self, pending: &mut Pending) -> Heard {
        let mut heard = Heard::default();
        let (folders, fresh) = (&mut self.folders, &mut self.fresh);
        let read = self.inotify.read(|notice| note(&notice, folders, fresh, pending, &mut heard));
        // A queue that cannot be read is as good as one that overflowed.
        heard.lost |= read.is_err();
        heard.more = read.unwrap_or(false);
        heard
    }

    /// Watches some of the folders that are not yet, or gives some up that left; whether
    /// everything is still as was thought.
    pub(super) fn step(&mut self, pending: &mut Pending, limits: &mut Limits) -> bool {
        let mut sound = true;
        // The kernel's own are all taken, as they come faster than a step.
        for (parent, name) in std::mem::take(&mut self.fresh) {
            match self.grow(parent, &name, limits) {
                Grown::There(id) => pending.visit(id),
                Grown::Unsound => sound = false,
                Grown::Nothing => {}
            }
        }
        for _ in 0..STEP {
            if let Some((parent, name)) = self.found.pop_front() {
                sound &= !matches!(self.grow(parent, &name, limits), Grown::Unsound);
            } else if let Some(folder) = self.folders.take_loose() {
                self.inotify.remove(folder);
            }
        }
        sound
    }

    /// Watches one folder, and finds those in it. It is watched before it is read, so that no
    /// folder that comes meanwhile is missed.
    fn grow(&mut self, parent: WatchId, name: &[u8], limits: &mut Limits) -> Grown {
        let Some(path) = self.folders.path(parent).map(|parent| parent.join(name)) else {
            return Grown::Nothing;
        };
        if is_own_git(self.folders.root(), parent, name) || !self.included.folder(&path) {
            return Grown::Nothing;
        }
        let place = path.below(&self.root);
        let id = match self.inotify.add(&place) {
            Ok(id) => id,
            Err(error) => {
                self.refused(parent, name, &place, error, limits);
                return Grown::Nothing;
            }
        };
        if let Some(other) = self.folders.path(id)
            && other != path
            && is_same_folder(&other.below(&self.root), &place)
        {
            limits.note(&place, &format!("It is the same folder as {other}"));
            return Grown::Nothing;
        }
        match self.folders.put(id, parent, name) {
            Placed::Before => return Grown::Nothing,
            Placed::Never => return Grown::Unsound,
            Placed::Anew => {}
        }
        self.look_into(id, &path, limits);
        Grown::There(id)
    }

    fn look_into(&mut self, id: WatchId, path: &TreePath, limits: &mut Limits) {
        let place = path.below(&self.root);
        let entries = match std::fs::read_dir(&place) {
            Ok(entries) => entries,
            Err(error) if is_no_matter(&error) => return,
            Err(error) => return limits.note(&place, &words(&place, error)),
        };
        for entry in entries.flatten() {
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                self.found.push_back((id, entry.file_name().as_bytes().to_vec()));
            }
        }
    }

    fn refused(
        &mut self,
        parent: WatchId,
        name: &[u8],
        place: &Path,
        error: Errno,
        limits: &mut Limits,
    ) {
        match error {
            // It is gone, or no folder any more.
            Errno::NOENT | Errno::NOTDIR | Errno::LOOP => self.folders.detach(parent, name),
            Errno::NOSPC => limits.no_room = true,
            error => {
                let error = io::Error::from(error);
                if !is_no_matter(&error) {
                    limits.note(place, &words(place, error));
                }
            }
        }
    }
}

impl AsFd for View {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.inotify.as_fd()
    }
}

enum Grown {
    There(WatchId),
    Nothing,
    Unsound,
}

/// Takes one notice down.
fn note(
    notice: &Notice<'_>,
    folders: &mut Folders,
    fresh: &mut Vec<(WatchId, Vec<u8>)>,
    pending: &mut Pending,
    heard: &mut Heard,
) {
    let (folder, what) = (notice.folder, notice.what);
    let is_root = folder == folders.root();
    if what.contains(ReadFlags::QUEUE_OVERFLOW) {
        heard.lost = true;
        return;
    }
    if what.contains(ReadFlags::IGNORED) {
        heard.root |= is_root;
        return folders.forget(folder);
    }
    if !folders.contains(folder) {
        return;
    }
    let Some(name) = notice.name else {
        return note_itself(folder, what, folders, fresh, pending, heard);
    };
    if is_own_git(folders.root(), folder, name) {
        return;
    }
    pending.touch(folder, name);
    if what.contains(ReadFlags::ISDIR) {
        if what.intersects(ReadFlags::MOVED_FROM | ReadFlags::DELETE) {
            folders.detach(folder, name);
        } else {
            // One whose access changed may have become readable.
            fresh.push((folder, name.to_vec()));
        }
    }
}

/// Takes down what happened to a folder itself, as far as the folder above it says nothing of it.
fn note_itself(
    folder: WatchId,
    what: ReadFlags,
    folders: &Folders,
    fresh: &mut Vec<(WatchId, Vec<u8>)>,
    pending: &mut Pending,
    heard: &mut Heard,
) {
    if folder == folders.root() {
        let gone = ReadFlags::DELETE_SELF | ReadFlags::MOVE_SELF | ReadFlags::UNMOUNT;
        heard.root |= what.intersects(gone);
        if what.contains(ReadFlags::ATTRIB) {
            pending.list(folder);
        }
    } else if what.contains(ReadFlags::UNMOUNT)
        && let Some((parent, name)) = folders.place(folder)
    {
        // What the drive hid is there again.
        pending.touch(parent, name);
        fresh.push((parent, name.to_vec()));
    }
}

/// The repository that the user keeps at the root is his own affair.
fn is_own_git(root: WatchId, parent: WatchId, name: &[u8]) -> bool {
    parent == root && name == b".git"
}

/// What cannot be read cannot be versioned, and is told of when it is read; what is gone was
/// noticed.
fn is_no_matter(error: &io::Error) -> bool {
    use io::ErrorKind::{NotADirectory, NotFound, PermissionDenied};
    matches!(error.kind(), NotFound | NotADirectory | PermissionDenied)
}

fn is_same_folder(one: &Path, other: &Path) -> bool {
    let id =
        |path: &Path| path.symlink_metadata().ok().map(|metadata| (metadata.dev(), metadata.ino()));
    id(one).is_some_and(|one| id(other) == Some(one))
}

fn words(path: &Path, error: io::Error) -> String {
    Error::io("watch", path, error).why_text().to_owned()
}
