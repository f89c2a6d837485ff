//! The differences from the last version, and which of them are renames.

use undercroft_foundation::{Result, TreePath};

use super::renames::{FoundChange, rename_same};
use super::similar::rename_similar;
use crate::store::HistoryStore;
use crate::tree::folder_view::StoredFolder;
use crate::tree::sidecar::Line;
use crate::version::{Change, ChangeKind, EntryKind, GitId};

/// The differences that were found.
#[derive(Debug, Default)]
pub(crate) struct ChangeSet {
    pub(crate) changes: Vec<FoundChange>,
    /// Folders came, went or have another mode: no file's affair, but a version's.
    pub(crate) folders_differ: bool,
}

impl ChangeSet {
    /// A file or link as it is now, beside what it was.
    pub(crate) fn compare(
        &mut self,
        folder: &TreePath,
        line: &Line,
        blob: GitId,
        before: Option<(GitId, &Line)>,
    ) {
        let kind = match before {
            None => ChangeKind::Added,
            Some((was, _)) if was != blob => ChangeKind::Modified,
            Some((_, was)) if was.kind != line.kind => ChangeKind::Modified,
            Some((_, was)) => {
                let (was, is) = (&was.attributes, &line.attributes);
                if was.mode == is.mode && was.extended == is.extended {
                    return;
                }
                ChangeKind::Metadata
            }
        };
        self.push(folder, line, blob, kind);
    }

    /// A file or link that is gone.
    pub(crate) fn gone(&mut self, folder: &TreePath, line: &Line, blob: GitId) {
        self.push(folder, line, blob, ChangeKind::Removed);
    }

    /// A whole folder that is gone.
    pub(crate) fn gone_folder(
        &mut self,
        store: &HistoryStore,
        path: &TreePath,
        folder: StoredFolder,
    ) -> Result<()> {
        self.folders_differ = true;
        self.whole_folder(store, path, folder, ChangeKind::Removed)
    }

    /// Every file of a folder that is only on one side.
    pub(crate) fn whole_folder(
        &mut self,
        store: &HistoryStore,
        path: &TreePath,
        folder: StoredFolder,
        kind: ChangeKind,
    ) -> Result<()> {
        let mut open = vec![(path.clone(), folder)];
        while let Some((path, folder)) = open.pop() {
            let view = folder.view(store)?;
            for line in &view.entries.lines {
                if line.kind == EntryKind::Folder {
                    open.push((path.join(&line.name), view.folder(&line.name)));
                } else if let Some((_, blob)) = view.blob(&line.name) {
                    self.push(&path, line, blob, kind);
                }
            }
        }
        Ok(())
    }

    fn push(&mut self, folder: &TreePath, line: &Line, blob: GitId, kind: ChangeKind) {
        let is_there = kind != ChangeKind::Removed;
        let change = Change {
            path: folder.join(&line.name),
            from: None,
            kind,
            size_bytes: is_there.then_some(line.totals.bytes),
            layer: line.layer.map(|(layer, _)| layer).filter(|_| is_there),
        };
        self.changes.push(FoundChange { change, blob });
    }

    /// Whether there is anything to make a version of.
    pub(crate) fn is_empty(&self) -> bool {
        self.changes.is_empty() && !self.folders_differ
    }

    /// Whether files came as well as went.
    pub(crate) fn may_hold_renames(&self) -> bool {
        let some = |kind| self.changes.iter().any(|found| found.change.kind == kind);
        some(ChangeKind::Added) && some(ChangeKind::Removed)
    }

    /// The changes by path. Where something was removed and the same, or something like it, was
    /// added, the two become one rename.
    pub(crate) fn pair_renames(mut self, store: &HistoryStore) -> Result<Vec<Change>> {
        // In whatever order they were met, the same pairs are renames.
        self.changes.sort_unstable_by(|a, b| a.change.path.cmp(&b.change.path));
        let (removed, mut others): (Vec<_>, Vec<_>) =
            self.changes.into_iter().partition(|found| found.change.kind == ChangeKind::Removed);
        let mut removed: Vec<Option<FoundChange>> = removed.into_iter().map(Some).collect();
        rename_same(&mut removed, &mut others);
        rename_similar(store, &mut removed, &mut others)?;
        let mut changes: Vec<Change> =
            others.into_iter().chain(removed.into_iter().flatten()).map(|it| it.change).collect();
        changes.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        Ok(changes)
    }
}
