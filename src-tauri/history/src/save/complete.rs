//! Completing a folder: its tree, its part of the sidecar, and what changed in it.

use std::collections::BTreeSet;

use undercroft_foundation::Result;

use super::narrow::totals_of;
use super::pending_folder::{Content, PendingFolder, Slot};
use super::tree_scan::{TreeScan, locked};
use crate::disk::stat_cache::{CachedFolder, ScannedFolder};
use crate::store::{Deflater, ObjectKind, TreeLine, TreeMode, encode_tree};
use crate::tree::folder_view::StoredFolder;
use crate::tree::names::SIDECAR;
use crate::tree::sidecar::{Entries, Line, Totals};
use crate::version::EntryKind;

impl TreeScan<'_> {
    /// Writes a folder all of whose slots are settled.
    pub(super) fn complete(
        &self,
        folder: &PendingFolder,
        deflater: &mut Deflater,
    ) -> Result<(StoredFolder, Totals)> {
        let mut slots = std::mem::take(&mut *locked(&folder.slots));
        slots.retain(|slot| !matches!(slot.content, Content::Missing));
        slots.sort_unstable_by(|a, b| a.line.name.cmp(&b.line.name));
        self.note_changes(folder, &slots)?;
        if let Some(rest) = locked(&folder.rest).take() {
            self.remember(folder, &slots, Some(rest.names()));
            return self.complete_narrow(folder, rest, &slots, deflater);
        }
        let totals = totals_of(slots.iter().map(|slot| (&slot.line, slot.is_file())));
        let mut tree: Vec<TreeLine> = slots.iter().filter_map(Slot::tree_line).collect();
        let mut sidecar: Vec<TreeLine> = slots.iter().filter_map(Slot::sidecar_line).collect();
        self.remember(folder, &slots, None);
        let lines = slots.into_iter().map(|slot| slot.line).collect();
        for (name, blob) in (Entries { own: folder.own.clone(), totals, lines }).encode() {
            let id = self.writer.put(deflater, ObjectKind::Blob, &blob)?;
            sidecar.push(TreeLine { name, mode: TreeMode::File, id });
        }
        let sidecar = encode_tree(&mut sidecar);
        let previous = folder.previous.stored;
        let sidecar = self.writer.put_tree(deflater, &sidecar, previous.sidecar)?;
        if folder.path.is_root() {
            tree.push(TreeLine { name: SIDECAR.to_vec(), mode: TreeMode::Folder, id: sidecar });
        }
        let tree = if tree.is_empty() {
            None
        } else {
            Some(self.writer.put_tree(deflater, &encode_tree(&mut tree), previous.tree)?)
        };
        Ok((StoredFolder { tree, sidecar: Some(sidecar) }, totals))
    }

    fn note_changes(&self, folder: &PendingFolder, slots: &[Slot]) -> Result<()> {
        if self.is_first {
            return Ok(());
        }
        let previous = &folder.previous;
        let mut outcome = locked(&self.outcome);
        let changes = &mut outcome.changes;
        let was = &previous.entries.own;
        changes.folders_differ |= !previous.was_there()
            || was.mode != folder.own.mode
            || was.extended != folder.own.extended;
        for slot in slots {
            let line = &slot.line;
            let before = previous.entries.find(&line.name);
            match &slot.content {
                Content::Blob(_, blob) => {
                    let was = previous.blob(&line.name).map(|(_, id)| id).zip(before);
                    changes.compare(&folder.path, line, *blob, was);
                }
                Content::Noted => changes.folders_differ |= before.is_none(),
                Content::Folder(_) | Content::Missing => {}
            }
        }
        let is_still = |line: &Line| {
            let at = slots.binary_search_by(|slot| slot.line.name.cmp(&line.name));
            at.is_ok_and(|at| {
                let is_folder = slots[at].line.kind == EntryKind::Folder;
                is_folder == (line.kind == EntryKind::Folder)
            })
        };
        for line in previous.entries.lines.iter().filter(|line| !is_still(line)) {
            match line.kind {
                EntryKind::Folder => {
                    let path = folder.path.join(&line.name);
                    changes.gone_folder(self.store, &path, previous.folder(&line.name))?;
                }
                _ => match previous.blob(&line.name) {
                    // A folder took its name: the file is one change, not two.
                    Some((_, blob)) => changes.gone(&folder.path, line, blob),
                    None => changes.folders_differ = true,
                },
            }
        }
        Ok(())
    }

    /// Notes how the files look now, for the next time: all of the folder's, or `only` these.
    fn remember(&self, folder: &PendingFolder, slots: &[Slot], only: Option<BTreeSet<Vec<u8>>>) {
        if !folder.is_listed {
            return;
        }
        let files: CachedFolder = slots
            .iter()
            .filter_map(|slot| slot.known.map(|known| (slot.line.name.clone(), known)))
            .collect();
        let folder = folder.path.clone();
        locked(&self.outcome).known.push(ScannedFolder { folder, files, only });
    }
}
