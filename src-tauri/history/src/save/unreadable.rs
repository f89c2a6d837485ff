//! Unreadable entries stay in the version as they were, are told, and are tried again.

use std::path::Path;
use std::sync::Arc;

use undercroft_foundation::{Code, Error, TreePath, escape_path, text};

use super::pending_folder::{Content, PendingFolder, Slot};
use super::tree_scan::{TreeScan, locked};
use crate::disk::DiskFolder;
use crate::tree::folder_view::StoredFolder;
use crate::version::EntryKind;

impl TreeScan<'_> {
    /// Warns that an entry could not be read, and has it tried again.
    fn warn(&self, path: TreePath, why: &Error) {
        self.job.warn(escape_path(&self.disk.path_of(&path)), why.to_string());
        locked(&self.outcome).unread.push(path);
    }

    /// Warns that an entry could not even be looked at, and leaves what was there before.
    pub(super) fn keep_previous_entry(
        &self,
        folder: &Arc<PendingFolder>,
        name: &[u8],
        why: &Error,
    ) {
        let Some(line) = folder.previous.entries.find(name) else {
            return self.warn(folder.path.join(name), why);
        };
        let slot = Slot { line: line.clone(), content: Content::Noted, known: None };
        let at = folder.push_slot(slot);
        match line.kind {
            EntryKind::Folder => {
                self.keep_previous_folder(folder, at, folder.previous.folder(name), why);
            }
            _ => self.keep_previous(folder, at, why),
        }
    }

    /// Whether a folder is only the place where a drive was mounted.
    pub(super) fn is_away(&self, path: &TreePath, disk: &DiskFolder, is_emptied: bool) -> bool {
        let was_mount = self.mounts.contains(path);
        let is_mount = !path.is_root() && disk.is_mount();
        let is_away = self.keeps_absent_mounts && was_mount && !is_mount && is_emptied;
        if was_mount != is_mount && !is_away {
            locked(&self.outcome).mounts.push((path.clone(), is_mount));
        }
        is_away
    }

    /// Warns that an entry could not be read, and leaves what was there before.
    pub(super) fn keep_previous(&self, folder: &PendingFolder, slot: usize, why: &Error) {
        let mut slots = locked(&folder.slots);
        let slot = &mut slots[slot];
        self.warn(folder.path.join(&slot.line.name), why);
        let name = &slot.line.name;
        if let Some(((mode, id), line)) =
            folder.previous.blob(name).zip(folder.previous.entries.find(name))
        {
            slot.content = Content::Blob(mode, id);
            slot.line = line.clone();
        }
    }

    /// The same for a folder.
    pub(super) fn keep_previous_folder(
        &self,
        parent: &PendingFolder,
        slot: usize,
        before: StoredFolder,
        why: &Error,
    ) {
        let mut slots = locked(&parent.slots);
        let slot = &mut slots[slot];
        self.warn(parent.path.join(&slot.line.name), why);
        if before.sidecar.is_some() {
            slot.content = Content::Folder(before);
            if let Some(line) = parent.previous.entries.find(&slot.line.name) {
                slot.line = line.clone();
            }
        }
    }
}

/// The place of a drive that is not there.
pub(super) fn away(path: &Path) -> Error {
    let what = text!("There is nothing left in {path}", path = escape_path(path));
    Error::new(Code::SourceMissing, what)
        .why("The drive that was mounted there may be away")
        .next("Bring the drive back, or save a version by hand")
}
