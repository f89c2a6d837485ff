//! The differences between two versions. Only folders that differ are looked into.

use std::collections::HashSet;

use undercroft_foundation::{Result, TreePath};

use crate::store::HistoryStore;
use crate::tree::change_set::ChangeSet;
use crate::tree::folder_view::StoredFolder;
use crate::version::{Change, ChangeKind, EntryKind};

/// The changes that lead from one folder to the other, by path; renames are recognised.
pub(crate) fn changes_between(
    store: &HistoryStore,
    path: &TreePath,
    before: StoredFolder,
    after: StoredFolder,
) -> Result<Vec<Change>> {
    let mut changes = ChangeSet::default();
    let mut open = vec![(path.clone(), before, after)];
    while let Some((path, before, after)) = open.pop() {
        if before == after {
            continue;
        }
        let (old, new) = (before.view(store)?, after.view(store)?);
        for line in &new.entries.lines {
            let was = old.entries.find(&line.name);
            if line.kind == EntryKind::Folder {
                let (from, to) = (old.folder(&line.name), new.folder(&line.name));
                let place = path.join(&line.name);
                if from.sidecar.is_some() {
                    open.push((place, from, to));
                } else {
                    changes.whole_folder(store, &place, to, ChangeKind::Added)?;
                }
            } else if let Some((_, blob)) = new.blob(&line.name) {
                let before = old.blob(&line.name).map(|(_, id)| id).zip(was);
                changes.compare(&path, line, blob, before);
            }
        }
        let is_still: HashSet<(&[u8], bool)> = new
            .entries
            .lines
            .iter()
            .map(|line| (&*line.name, line.kind == EntryKind::Folder))
            .collect();
        for line in &old.entries.lines {
            let is_folder = line.kind == EntryKind::Folder;
            if is_still.contains(&(&*line.name, is_folder)) {
                continue;
            }
            if is_folder {
                changes.gone_folder(store, &path.join(&line.name), old.folder(&line.name))?;
            } else if let Some((_, blob)) = old.blob(&line.name) {
                changes.gone(&path, line, blob);
            }
        }
    }
    changes.pair_renames(store)
}
