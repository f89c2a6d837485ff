//! The kernel's events, taken down: where something changed, and which folders are to be looked at.

use std::collections::HashSet;

use rustix::fs::inotify::ReadFlags;

use super::folders::Folders;
use super::inotify::{Notice, WatchId};
use super::look_queue::{Look, LookQueue};
use super::pending::Pending;
use super::{AffectedFolders, FolderFilter};

/// A folder that the kernel told of.
pub(super) struct Arrival {
    pub(super) parent: WatchId,
    pub(super) name: Vec<u8>,
    pub(super) how: ArrivalKind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum ArrivalKind {
    Created,
    Moved,
    /// Its attributes changed.
    Changed,
}

/// The kernel's news beside what changed.
#[derive(Default)]
pub(super) struct NoticeSummary {
    /// Anything at all.
    pub(super) any: bool,
    /// There may be more to read.
    pub(super) more: bool,
    /// Some notices were lost.
    pub(super) lost: bool,
    /// Something happened to the root itself.
    pub(super) root: bool,
    /// Folders came or went.
    pub(super) folders: bool,
}

/// Takes notices down.
pub(super) struct NoticeRecorder<'a> {
    pub(super) filter: &'a dyn FolderFilter,
    pub(super) folders: &'a mut Folders,
    pub(super) closed: &'a mut HashSet<WatchId>,
    pub(super) arrivals: &'a mut Vec<Arrival>,
    pub(super) looks: &'a mut LookQueue,
    pub(super) pending: &'a mut Pending,
    pub(super) summary: NoticeSummary,
}

impl NoticeRecorder<'_> {
    pub(super) fn note(&mut self, notice: &Notice<'_>) {
        let (folder, what) = (notice.folder, notice.what);
        self.summary.any = true;
        if what.contains(ReadFlags::QUEUE_OVERFLOW) {
            self.summary.lost = true;
            return;
        }
        if what.contains(ReadFlags::IGNORED) {
            self.summary.root |= folder == self.folders.root();
            self.closed.remove(&folder);
            return self.folders.forget(folder);
        }
        if !self.folders.contains(folder) {
            return;
        }
        let Some(name) = notice.name else {
            return self.note_itself(folder, what);
        };
        if is_own_git(self.folders.root(), folder, name) {
            return;
        }
        let is_closed = self.closed.contains(&folder);
        if !is_closed {
            self.pending.touch(folder, name);
        }
        match what.contains(ReadFlags::ISDIR) {
            true if is_closed => {}
            true => self.note_folder(folder, name, what),
            // A file that is written to says so when it is closed.
            false if what.intersects(ReadFlags::MODIFY | ReadFlags::ATTRIB) => {}
            false => self.note_decision(folder, name, is_closed),
        }
    }

    fn note_folder(&mut self, parent: WatchId, name: &[u8], what: ReadFlags) {
        let how = if what.contains(ReadFlags::ATTRIB) {
            // It may have become readable.
            ArrivalKind::Changed
        } else if what.contains(ReadFlags::MOVED_TO) {
            ArrivalKind::Moved
        } else {
            ArrivalKind::Created
        };
        self.summary.folders |= how != ArrivalKind::Changed;
        if what.intersects(ReadFlags::MOVED_FROM | ReadFlags::DELETE) {
            self.folders.detach(parent, name);
        } else {
            self.arrivals.push(Arrival { parent, name: name.to_vec(), how });
        }
    }

    /// Takes down what a file decides about: a changed `.gitignore`, a manifest that came or went.
    fn note_decision(&mut self, folder: WatchId, name: &[u8], is_closed: bool) {
        let affected = self.filter.affected_by(name);
        if affected == AffectedFolders::Nothing {
            return;
        }
        if let Some((parent, name)) = self.folders.place(folder) {
            let arrival = Arrival { parent, name: name.to_vec(), how: ArrivalKind::Changed };
            self.arrivals.push(arrival);
            self.pending.touch(parent, name);
        }
        let deep = affected == AffectedFolders::Below;
        if !is_closed {
            self.looks.add(folder, Look { deep, covered: deep, idle: false });
        }
        if deep && !is_closed {
            self.pending.visit(folder);
        }
    }

    /// Takes down what happened to a folder itself, as far as the folder above it says nothing of
    /// it.
    fn note_itself(&mut self, folder: WatchId, what: ReadFlags) {
        if folder == self.folders.root() {
            let gone = ReadFlags::DELETE_SELF | ReadFlags::MOVE_SELF | ReadFlags::UNMOUNT;
            self.summary.root |= what.intersects(gone);
            if what.contains(ReadFlags::ATTRIB) {
                self.pending.list(folder);
            }
        } else if what.contains(ReadFlags::UNMOUNT)
            && let Some((parent, name)) = self.folders.place(folder)
        {
            // What the drive hid is there again.
            self.pending.touch(parent, name);
            self.arrivals.push(Arrival { parent, name: name.to_vec(), how: ArrivalKind::Moved });
        }
    }
}

/// The repository that the user keeps at the root is his own affair.
pub(super) fn is_own_git(root: WatchId, parent: WatchId, name: &[u8]) -> bool {
    parent == root && name == b".git"
}
