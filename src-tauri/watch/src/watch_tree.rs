//! The kernel's view of a workspace: the watched folders, and those that are yet to be.
//!
//! A path may be out of date whenever it is used, as what the kernel told last may be unheard. So a
//! folder is opened first, and is the one that is meant when the kernel has the same number for it;
//! what is in it is then found through that opening alone. One that is not where it was thought to
//! be is looked for from the folder above, and so on upward. What moved is looked through again with
//! all that is below it.

use std::collections::{BTreeSet, HashSet};
use std::ffi::OsStr;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{Dir, FileType, Mode, OFlags};
use rustix::io::Errno;
use undercroft_foundation::{Error, Text, TreePath, text};

use super::FolderFilter;
use super::folders::{Folders, Placed};
use super::inotify::{Inotify, WatchId};
use super::limits::Limits;
use super::look_queue::{Look, LookQueue};
use super::mounts::is_one_mount;
use super::notices::{Arrival, ArrivalKind, NoticeRecorder, NoticeSummary, is_own_git};
use super::pending::Pending;

/// Folders to look into, or to give up, before the kernel is listened to again.
const STEP: usize = 256;

/// The same, while nothing hurries.
const SMALL_STEP: usize = 32;

/// So many folders may be somewhere else than was thought without a word of the kernel.
const MOST_LOST: u32 = 1000;

/// The look into a folder that is visited from its root on.
const NEW: Look = Look { deep: true, covered: true, idle: false };

const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

/// Everything that is watched of one root.
pub(super) struct WatchTree {
    root: PathBuf,
    filter: Arc<dyn FolderFilter>,
    inotify: Inotify,
    folders: Folders,
    /// The folders that do not belong to the versions, and are watched for what could change that.
    closed: HashSet<WatchId>,
    arrivals: Vec<Arrival>,
    looks: LookQueue,
    /// Folders to be compared with the disk when nothing else is to be done.
    verifying: LookQueue,
    lost: u32,
}

/// The places where the watcher notes what it finds.
pub(super) struct Notes<'a> {
    pub(super) pending: &'a mut Pending,
    pub(super) limits: &'a mut Limits,
}

/// The watched folders are too far out of date to be corrected one by one.
pub(super) struct OutOfSync;

impl WatchTree {
    /// Begins to watch `root`; the folders below it follow step by step.
    pub(super) fn open(
        root: &Path,
        filter: Arc<dyn FolderFilter>,
        limits: &mut Limits,
    ) -> Result<Self, Errno> {
        let inotify = Inotify::open().inspect_err(|_| limits.no_queue = true)?;
        let folder = rustix::fs::open(root, FOLDER, Mode::empty());
        let id = folder.and_then(|folder| inotify.add(folder.as_fd()));
        let id = id.inspect_err(|error| match *error {
            Errno::NOSPC => limits.no_room = true,
            error => limits.note(root, words(root, error)),
        })?;
        let mut looks = LookQueue::default();
        looks.add(id, NEW);
        Ok(Self {
            root: root.to_owned(),
            filter,
            inotify,
            folders: Folders::new(id),
            closed: HashSet::new(),
            arrivals: Vec::new(),
            looks,
            verifying: LookQueue::default(),
            lost: 0,
        })
    }

    pub(super) fn folders(&self) -> &Folders {
        &self.folders
    }

    /// Whether folders wait to be watched.
    pub(super) fn is_growing(&self) -> bool {
        !self.arrivals.is_empty() || !self.looks.is_empty()
    }

    /// Whether there is anything to do at once.
    pub(super) fn has_work(&self) -> bool {
        self.is_growing() || self.folders.has_loose()
    }

    /// Whether folders are still to be compared with the disk.
    pub(super) fn is_verifying(&self) -> bool {
        !self.verifying.is_empty()
    }

    /// Compares all that is watched with the disk, bit by bit, when nothing else is to be done.
    pub(super) fn verify(&mut self) {
        let look = Look { deep: true, covered: false, idle: true };
        self.verifying.add(self.folders.root(), look);
    }

    /// Notes that a drive came or went at `path`.
    pub(super) fn note_mount(&mut self, path: &TreePath, pending: &mut Pending) {
        let Some((above, name)) = path.split() else { return };
        let child = |folder, name: &[u8]| self.folders.child(folder, name);
        let Some(parent) = above.names().try_fold(self.folders.root(), child) else { return };
        if !self.closed.contains(&parent) {
            pending.touch(parent, name);
            self.arrivals.push(Arrival { parent, name: name.to_vec(), how: ArrivalKind::Moved });
        }
    }

    /// Takes down the kernel's notices.
    pub(super) fn read_notices(&mut self, pending: &mut Pending) -> NoticeSummary {
        let mut recorder = NoticeRecorder {
            filter: &*self.filter,
            folders: &mut self.folders,
            closed: &mut self.closed,
            arrivals: &mut self.arrivals,
            looks: &mut self.looks,
            pending,
            summary: NoticeSummary::default(),
        };
        let read = self.inotify.read(|notice| recorder.note(&notice));
        let mut summary = recorder.summary;
        if summary.any {
            self.lost = 0;
        }
        // A queue that cannot be read is as good as one that overflowed.
        summary.lost |= read.is_err();
        summary.more = read.unwrap_or(false);
        summary
    }

    /// Looks into some of the folders that wait for it, or gives some up that left.
    pub(super) fn step(&mut self, notes: &mut Notes<'_>) -> Result<(), OutOfSync> {
        // The kernel's own are all taken, as they come faster than a step.
        for arrival in std::mem::take(&mut self.arrivals) {
            self.arrive(&arrival, notes)?;
        }
        for _ in 0..STEP {
            if let Some((folder, look)) = self.looks.next() {
                self.look_into(folder, look, notes)?;
            } else if let Some(folder) = self.folders.take_loose() {
                self.inotify.remove(folder);
                self.closed.remove(&folder);
            } else {
                break;
            }
        }
        for _ in 0..SMALL_STEP {
            if self.has_work() {
                break;
            }
            let Some((folder, look)) = self.verifying.next() else { break };
            self.look_into(folder, look, notes)?;
        }
        Ok(())
    }

    /// Watches a folder where the kernel told of it.
    fn arrive(&mut self, arrival: &Arrival, notes: &mut Notes<'_>) -> Result<(), OutOfSync> {
        let Arrival { parent, name, how } = arrival;
        // One that is on its way elsewhere is looked into there.
        let Some(path) = self.folders.path(*parent) else { return Ok(()) };
        let folder = match self.open_folder(*parent, &path) {
            Ok(folder) => folder,
            Err(error) => return self.not_opened(*parent, &path, error, notes),
        };
        if *how == ArrivalKind::Changed && self.folders.child(*parent, name).is_none() {
            // It became readable, or goes by another name where case does not matter: the listing
            // has the right one.
            self.looks.add(*parent, Look { deep: false, covered: false, idle: false });
            return Ok(());
        }
        let look = Look { deep: *how == ArrivalKind::Moved, covered: false, idle: false };
        self.place(folder.as_fd(), *parent, &path.join(name), look, notes)?;
        match self.folders.child(*parent, name) {
            Some(id) if *how == ArrivalKind::Moved => notes.pending.visit(id),
            Some(id) if *how == ArrivalKind::Changed => notes.pending.list(id),
            _ => {}
        }
        Ok(())
    }

    /// Finds the folders in one that is watched. It is watched before it is read, so that no folder
    /// that comes meanwhile is missed.
    fn look_into(
        &mut self,
        id: WatchId,
        look: Look,
        notes: &mut Notes<'_>,
    ) -> Result<(), OutOfSync> {
        let Some(path) = self.folders.path(id) else { return Ok(()) };
        if self.closed.contains(&id) {
            return Ok(());
        }
        let opened = self.open_folder(id, &path);
        let listed = opened.and_then(|folder| Ok((folders_in(&folder)?, folder)));
        let (names, folder) = match listed {
            Ok(listed) => listed,
            Err(error) => return self.not_opened(id, &path, error, notes),
        };
        self.folders.retain_below(id, |name| names.contains(name));
        for name in &names {
            self.place(folder.as_fd(), id, &path.join(name), look, notes)?;
        }
        Ok(())
    }

    /// Opens a watched folder. That there is another at its path by now is as if there were none.
    fn open_folder(&self, id: WatchId, path: &TreePath) -> Result<OwnedFd, Errno> {
        let follows = if path.is_root() { OFlags::empty() } else { OFlags::NOFOLLOW };
        let folder = rustix::fs::open(path.below(&self.root), FOLDER | follows, Mode::empty())?;
        let found = self.inotify.add(folder.as_fd())?;
        if found == id {
            return Ok(folder);
        }
        if !self.folders.contains(found) {
            self.inotify.remove(found);
        }
        Err(Errno::NOENT)
    }

    /// A watched folder is not where it was thought to be, or cannot be read.
    fn not_opened(
        &mut self,
        id: WatchId,
        path: &TreePath,
        error: Errno,
        notes: &mut Notes<'_>,
    ) -> Result<(), OutOfSync> {
        let Some((parent, name)) = self.folders.place(id) else {
            // The root itself.
            return if is_gone(error) { Err(OutOfSync) } else { self.told(path, error, notes) };
        };
        if is_gone(error) && self.lost < MOST_LOST {
            self.lost += 1;
            self.looks.add(parent, Look { deep: false, covered: false, idle: false });
        } else if !is_refused(error) {
            return self.told(path, error, notes);
        }
        let name = name.to_vec();
        self.folders.detach(parent, &name);
        Ok(())
    }

    fn told(&self, path: &TreePath, error: Errno, notes: &mut Notes<'_>) -> Result<(), OutOfSync> {
        let place = path.below(&self.root);
        match error {
            Errno::NOSPC => notes.limits.no_room = true,
            error => notes.limits.note(&place, words(&place, error)),
        }
        Ok(())
    }

    /// Watches the folder at `path`, which `folder` holds, and has it looked into when it is new
    /// there.
    fn place(
        &mut self,
        folder: BorrowedFd<'_>,
        parent: WatchId,
        path: &TreePath,
        look: Look,
        notes: &mut Notes<'_>,
    ) -> Result<(), OutOfSync> {
        let name = path.name().unwrap_or_default();
        let is_own_git = is_own_git(self.folders.root(), parent, name);
        let is_included = !is_own_git && self.filter.includes(path);
        if is_own_git || !is_included && !self.filter.is_closed(path) {
            self.folders.detach(parent, name);
            return Ok(());
        }
        let flags = FOLDER | OFlags::NOFOLLOW;
        let opened = rustix::fs::openat(folder, OsStr::from_bytes(name), flags, Mode::empty());
        let watched = opened.and_then(|folder| Ok((self.inotify.add(folder.as_fd())?, folder)));
        let (id, found) = match watched {
            Ok(watched) => watched,
            Err(error) => {
                self.folders.detach(parent, name);
                // What is gone was noticed; what cannot be read is told of when it is read.
                let is_no_matter = is_gone(error) || is_refused(error);
                return if is_no_matter { Ok(()) } else { self.told(path, error, notes) };
            }
        };
        if let Some(other) = self.folders.path(id)
            && other != *path
            && let Ok(there) = self.open_folder(id, &other)
            // On one mount it has one place at a time, and was renamed between the two openings.
            && !is_one_mount(found.as_fd(), there.as_fd())
        {
            let why = text!("It is the same folder as {other}", other);
            notes.limits.note(&path.below(&self.root), why);
            return Ok(());
        }
        let placed = self.folders.put(id, parent, name);
        if !is_included {
            self.closed.insert(id);
            self.folders.retain_below(id, |_| false);
            return Ok(());
        }
        // One that was watched for that alone is as good as new.
        let is_opened = self.closed.remove(&id);
        match placed {
            Placed::Before if is_opened => self.looks.add(id, NEW),
            Placed::Never => return Err(OutOfSync),
            Placed::Before if look.deep && look.idle => self.verifying.add(id, look),
            Placed::Before if look.deep => self.looks.add(id, look),
            Placed::Before => {}
            Placed::Anew => {
                if look.idle {
                    tracing::warn!(%path, "a folder was not watched");
                }
                if !look.covered {
                    notes.pending.visit(id);
                }
                self.looks.add(id, NEW);
            }
        }
        Ok(())
    }
}

impl AsFd for WatchTree {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.inotify.as_fd()
    }
}

/// The names of the folders in a folder, and of what may be one.
fn folders_in(folder: &OwnedFd) -> Result<BTreeSet<Vec<u8>>, Errno> {
    let mut names = BTreeSet::new();
    for entry in Dir::read_from(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_bytes();
        let may_be_folder = matches!(entry.file_type(), FileType::Directory | FileType::Unknown);
        if may_be_folder && name != b"." && name != b".." {
            names.insert(name.to_vec());
        }
    }
    Ok(names)
}

fn is_gone(error: Errno) -> bool {
    matches!(error, Errno::NOENT | Errno::NOTDIR | Errno::LOOP | Errno::STALE)
}

fn is_refused(error: Errno) -> bool {
    matches!(error, Errno::ACCESS | Errno::PERM)
}

fn words(path: &Path, error: Errno) -> Text {
    Error::io("watch", path, io::Error::from(error)).reason()
}
