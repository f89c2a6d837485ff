//! Completing a folder: its tree, its part of the sidecar, and what changed in it.

use std::collections::BTreeSet;

use undercroft_foundation::Result;

use super::building::{Building, Content, Slot};
use super::narrow::totals_of;
use super::pass::{Pass, locked};
use crate::folder_view::StoredFolder;
use crate::names::SIDECAR;
use crate::sidecar::{Entries, Line, Totals};
use crate::stat_cache::{KnownFolder, Looked};
use crate::store::{Deflater, ObjectKind, TreeLine, TreeMode, encode_tree};
use crate::version::EntryKind;

impl Pass<'_> {
    /// Writes a folder all of whose slots are settled.
    pub(super) fn complete(
        &self,
        folder: &Building,
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
            let id = self.writing.put(deflater, ObjectKind::Blob, &blob)?;
            sidecar.push(TreeLine { name, mode: TreeMode::File, id });
        }
        let sidecar = encode_tree(&mut sidecar);
        let previous = folder.previous.stored;
        let sidecar = self.writing.put_tree(deflater, &sidecar, previous.sidecar)?;
        if folder.path.is_root() {
            tree.push(TreeLine { name: SIDECAR.to_vec(), mode: TreeMode::Folder, id: sidecar });
        }
        let tree = if tree.is_empty() {
            None
        } else {
            Some(self.writing.put_tree(deflater, &encode_tree(&mut tree), previous.tree)?)
        };
        Ok((StoredFolder { tree, sidecar: Some(sidecar) }, totals))
    }

    fn note_changes(&self, folder: &Building, slots: &[Slot]) -> Result<()> {
        if self.is_first {
            return Ok(());
        }
        let previous = &folder.previous;
        let mut outcome = locked(&self.outcome);
        let found = &mut outcome.found;
        let was = &previous.entries.own;
        found.folders_differ |= !previous.was_there()
            || was.mode != folder.own.mode
            || was.extended != folder.own.extended;
        for slot in slots {
            let line = &slot.line;
            let before = previous.entries.find(&line.name);
            match &slot.content {
                Content::Blob(_, blob) => {
                    let was = previous.blob(&line.name).map(|(_, id)| id).zip(before);
                    found.compare(&folder.path, line, *blob, was);
                }
                Content::Noted => found.folders_differ |= before.is_none(),
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
                    found.gone_folder(self.store, &path, previous.folder(&line.name))?;
                }
                _ => match previous.blob(&line.name) {
                    // A folder took its name: the file is one change, not two.
                    Some((_, blob)) => found.gone(&folder.path, line, blob),
                    None => found.folders_differ = true,
                },
            }
        }
        Ok(())
    }

    /// Notes how the files look now, for the next time: all of the folder's, or `only` these.
    fn remember(&self, folder: &Building, slots: &[Slot], only: Option<BTreeSet<Vec<u8>>>) {
        if !folder.is_listed {
            return;
        }
        let files: KnownFolder = slots
            .iter()
            .filter_map(|slot| slot.known.map(|known| (slot.line.name.clone(), known)))
            .collect();
        locked(&self.outcome).known.push(Looked { folder: folder.path.clone(), files, only });
    }
}
