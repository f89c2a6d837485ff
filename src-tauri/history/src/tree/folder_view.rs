//! A folder as the last version has it.

use std::collections::{HashMap, HashSet};

use undercroft_foundation::{Code, Error, Result, TreePath, text};

use crate::store::{HistoryStore, ObjectKind, TreeLine, TreeMode, lines_of};
use crate::tree::names::{SIDECAR, real_name, stored_name};
use crate::tree::sidecar::{
    ENTRIES, Entries, Line, Totals, damaged, decode_lines, folder_name, parts,
};
use crate::version::{EntryKind, GitId};

/// The place of a folder of a version in the history.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct StoredFolder {
    /// Its tree; none when nothing in it is held by git.
    pub(crate) tree: Option<GitId>,
    /// Its part of the sidecar.
    pub(crate) sidecar: Option<GitId>,
}

/// A folder as a version has it.
#[derive(Debug, Default)]
pub(crate) struct FolderView {
    /// By real name.
    blobs: HashMap<Vec<u8>, (TreeMode, GitId)>,
    sidecars: HashMap<Vec<u8>, GitId>,
    pub(crate) entries: Entries,
    /// The place of the folder in the history.
    pub(crate) stored: StoredFolder,
}

impl StoredFolder {
    /// The root folder of the version whose commit has this tree.
    pub(crate) fn root(store: &HistoryStore, tree: GitId) -> Result<Self> {
        let lines = store.tree(tree)?;
        let sidecar = lines.iter().find(|line| line.name == SIDECAR).map(|line| line.id);
        Ok(Self { tree: Some(tree), sidecar })
    }

    /// The folder `name` in it; one without a sidecar, when there is none.
    pub(crate) fn folder(self, store: &HistoryStore, name: &[u8]) -> Result<Self> {
        let find = |tree: Option<GitId>, name: &[u8]| -> Result<Option<GitId>> {
            let lines = tree.map(|id| store.tree(id)).transpose()?.unwrap_or_default();
            let line = lines.into_iter().find(|line| line.name == name);
            Ok(line.filter(|line| line.mode == TreeMode::Folder).map(|line| line.id))
        };
        let sidecar = find(self.sidecar, &folder_name(name))?;
        Ok(Self { tree: find(self.tree, &stored_name(name))?, sidecar })
    }

    /// The files and bytes in it and below it.
    pub(crate) fn totals(self, store: &HistoryStore) -> Result<Totals> {
        let lines = self.sidecar.map(|id| store.tree(id)).transpose()?.unwrap_or_default();
        let Some(line) = lines.into_iter().find(|line| line.name == ENTRIES) else {
            return Ok(Totals::default());
        };
        Ok(Entries::decode(&store.read(ObjectKind::Blob, line.id)?)?.0.totals)
    }

    /// Reads it.
    pub(crate) fn view(self, store: &HistoryStore) -> Result<FolderView> {
        let mut view = FolderView { stored: self, ..FolderView::default() };
        for line in self.tree.map(|id| store.tree(id)).transpose()?.unwrap_or_default() {
            if line.name != SIDECAR {
                view.blobs.insert(real_name(&line.name).to_vec(), (line.mode, line.id));
            }
        }
        let (mut in_parts, mut lines) = (0, Vec::new());
        for line in self.sidecar.map(|id| store.tree(id)).transpose()?.unwrap_or_default() {
            if line.mode == TreeMode::Folder {
                view.sidecars.insert(line.name, line.id);
            } else if line.name == ENTRIES {
                let blob = store.read(ObjectKind::Blob, line.id)?;
                (view.entries, in_parts) = Entries::decode(&blob)?;
            } else if parts::is_part(&line.name) {
                lines.extend(decode_lines(&store.read(ObjectKind::Blob, line.id)?)?);
            }
        }
        if lines.len() != in_parts {
            return Err(damaged("A part of it is missing"));
        }
        if in_parts > 0 {
            lines.sort_unstable_by(|a, b| a.name.cmp(&b.name));
            view.entries.lines = lines;
        }
        Ok(view)
    }
}

impl FolderView {
    /// A few entries of a folder, of whose tree and sidecar these are all lines.
    pub(crate) fn of_some(
        stored: StoredFolder,
        tree: &[u8],
        sidecar: &[TreeLine],
        entries: Entries,
    ) -> Self {
        let mut view = Self { stored, entries, ..Self::default() };
        let names = |of: fn(&[u8]) -> Vec<u8>| -> HashSet<Vec<u8>> {
            view.entries.lines.iter().map(|line| of(&line.name)).collect()
        };
        let (trees, folders) = (names(|name| stored_name(name).into_owned()), names(folder_name));
        let lines = lines_of(tree).filter(|line| trees.contains(line.name));
        let blobs = lines.filter_map(|line| line.owned());
        let blobs = blobs.map(|line| (real_name(&line.name).to_vec(), (line.mode, line.id)));
        view.blobs = blobs.collect();
        let sidecars = sidecar.iter().filter(|line| folders.contains(&line.name));
        view.sidecars = sidecars.map(|line| (line.name.clone(), line.id)).collect();
        view
    }

    /// Whether a line is that of a file or link that git holds.
    pub(crate) fn holds_file(&self, line: &Line) -> bool {
        line.kind != EntryKind::Folder && self.blob(&line.name).is_some()
    }

    /// Whether the version has the folder at all.
    pub(crate) fn was_there(&self) -> bool {
        self.stored.sidecar.is_some()
    }

    /// The blob of a file or link.
    pub(crate) fn blob(&self, name: &[u8]) -> Option<(TreeMode, GitId)> {
        self.blobs.get(name).copied().filter(|(mode, _)| *mode != TreeMode::Folder)
    }

    /// A folder in it.
    pub(crate) fn folder(&self, name: &[u8]) -> StoredFolder {
        let tree = self.blobs.get(name).filter(|(mode, _)| *mode == TreeMode::Folder);
        StoredFolder {
            tree: tree.map(|(_, id)| *id),
            sidecar: self.sidecars.get(&folder_name(name)).copied(),
        }
    }
}

/// The folder at `path` below `root`.
pub(crate) fn folder_at(
    store: &HistoryStore,
    root: StoredFolder,
    path: &TreePath,
) -> Result<StoredFolder> {
    let mut folder = root;
    for name in path.names() {
        folder = folder.folder(store, name)?;
        if folder.sidecar.is_none() {
            return Err(not_there(path));
        }
    }
    Ok(folder)
}

/// The refusal of a path that a version does not have.
pub(crate) fn not_there(path: &TreePath) -> Error {
    Error::new(Code::NotFound, text!("There is no {path} in this version", path))
        .next("List what is there: `undercroft file list`")
}
