//! A thread that compares and writes files as the walk finds them.

use std::os::fd::{AsFd, OwnedFd};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, PoisonError};

use undercroft_foundation::{Code, Error, Result, TreePath, escape_path};

use super::Restore;
use super::target_entry::{State, TargetEntry};
use super::walk::{gits_own, untouched};
use crate::disk::Stat;
use crate::guard::{HeldFolder, content_of};
use crate::rules::LeaveOutReason;
use crate::tree::sidecar::Line;
use crate::version::{Change, ChangeKind, GitId};

/// A file or link, and what is in its place.
pub(super) struct Task {
    /// The folder that it goes into, below the target.
    pub(super) folder: TreePath,
    /// The path in the version.
    pub(super) path: TreePath,
    pub(super) line: Line,
    pub(super) blob: GitId,
    pub(super) found: Option<Stat>,
    /// Why no version would hold what is in its place.
    pub(super) left_out: Option<LeaveOutReason>,
    /// The folder in the version made just before, in a workspace.
    pub(super) held: Option<Arc<HeldFolder>>,
    /// The `.git` that it is in, or is, which was there already.
    pub(super) git: Option<TreePath>,
}

/// A worker thread, with what it keeps between files.
pub(super) struct RestoreWorker<'a> {
    restore: &'a Restore<'a>,
    /// The folder of the last file, which is mostly that of the next, too.
    opened: Option<(TreePath, OwnedFd)>,
}

impl<'a> RestoreWorker<'a> {
    pub(super) fn new(restore: &'a Restore<'a>) -> Self {
        Self { restore, opened: None }
    }

    /// Does what comes until nothing more does; after a cancel, lets it pass.
    pub(super) fn run(&mut self, receive: &Mutex<Receiver<Task>>) {
        let next = || receive.lock().unwrap_or_else(PoisonError::into_inner).recv();
        while let Ok(task) = next() {
            if self.restore.job.is_cancelled() {
                continue;
            }
            let at = task.folder.join(&task.line.name);
            self.restore.job.set_current(escape_path(&self.restore.target.path_of(&at)));
            match self.place(&task, &at) {
                Err(error) if error.code() == Code::Cancelled => {}
                Err(error) => self.restore.tally.failed(&at, &error),
                Ok(()) => {}
            }
            self.restore.job.add_files_done(1);
            self.restore.job.add_bytes_done(task.line.totals.bytes);
        }
    }

    fn place(&mut self, task: &Task, at: &TreePath) -> Result<()> {
        let restore = self.restore;
        let needs_folder = restore.acts || task.found.is_some();
        let folder = if needs_folder { Some(self.open(&task.folder)?) } else { None };
        let content = content_of(restore.store, &task.line, task.blob)?;
        let path = restore.target.path_of(at);
        let entry = folder.map(|folder| TargetEntry { restore, folder, task, content, path });
        let state = match (&task.found, &entry) {
            (Some(found), Some(entry)) => entry.state(found)?,
            _ => State::Missing,
        };
        let is_other = !matches!(state, State::Same | State::OtherTime);
        if let Some(git) = task.git.as_ref().filter(|_| restore.acts) {
            if is_other {
                restore.tally.failed_once(git, &gits_own(git));
            } else {
                restore.tally.identical();
            }
            return Ok(());
        }
        let kind = match state {
            State::Same | State::OtherTime => None,
            State::OtherAttributes => Some(ChangeKind::Metadata),
            State::Other => Some(ChangeKind::Modified),
            State::Missing => Some(ChangeKind::Added),
        };
        if let Some(why) = task.left_out.as_ref().filter(|_| state == State::Other) {
            return Err(untouched(at, why));
        }
        if state == State::Other {
            restore.check_replaces(at)?;
        }
        if let Some(entry) = entry.filter(|_| restore.acts) {
            entry.make(state)?;
        }
        let Some(kind) = kind else {
            restore.tally.identical();
            return Ok(());
        };
        let size = task.line.totals.bytes;
        let layer = task.line.layer.map(|(layer, _)| layer);
        let change = Change { path: at.clone(), from: None, kind, size_bytes: Some(size), layer };
        let bytes = if kind == ChangeKind::Metadata { 0 } else { size };
        restore.tally.written(change, bytes);
        Ok(())
    }

    fn open(&mut self, folder: &TreePath) -> Result<std::os::fd::BorrowedFd<'_>> {
        if self.opened.as_ref().is_none_or(|(open, _)| open != folder) {
            self.opened = Some((folder.clone(), self.restore.target.descend(folder)?));
        }
        let opened = self.opened.as_ref().map(|(_, opened)| opened.as_fd());
        opened.ok_or_else(|| Error::new(Code::Internal, "The folder was not opened"))
    }
}
