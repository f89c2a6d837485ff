//! Folders that a program makes again. The rule of what proves one comes from outside.

use std::cmp::Reverse;

use jiff::Timestamp;
use undercroft_foundation::TreePath;

use crate::tree::{Spot, Tree, moment};

/// A folder in a tree, for the rule that looks for proof beside it and in it.
#[derive(Debug, Clone, Copy)]
pub struct FolderPlace<'t> {
    tree: &'t Tree,
    folder: u32,
}

/// A folder that a program makes again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RebuildableFolder {
    /// The path of it.
    pub path: TreePath,
    /// The space that it takes on disk.
    pub bytes: u64,
    /// The size of its files.
    pub apparent: u64,
    /// The number of files.
    pub files: u64,
    /// When the newest file in it was changed.
    pub newest: Option<Timestamp>,
    /// The manifest that proves it: `package.json`.
    pub rebuilt_by: String,
}

impl<'t> FolderPlace<'t> {
    /// Its name.
    pub fn name(&self) -> &'t [u8] {
        self.tree.folder_name(self.folder)
    }

    /// Its path.
    pub fn path(&self) -> TreePath {
        self.tree.folder_path(self.folder)
    }

    /// Whether a file of this name lies beside it.
    pub fn is_beside(&self, name: &[u8]) -> bool {
        self.tree.file_named(self.parent(), name).is_some()
    }

    /// Whether a file of this name lies in it.
    pub fn is_inside(&self, name: &[u8]) -> bool {
        self.tree.file_named(self.folder, name).is_some()
    }

    /// The names of the files beside it.
    pub fn beside(&self) -> impl Iterator<Item = &'t [u8]> {
        let tree = self.tree;
        tree.files_in(self.parent()).map(|at| tree.files.name(at))
    }

    /// The names of the files in it.
    pub fn inside(&self) -> impl Iterator<Item = &'t [u8]> {
        let tree = self.tree;
        tree.files_in(self.folder).map(|at| tree.files.name(at))
    }

    fn parent(&self) -> u32 {
        self.tree.folders[self.folder as usize].parent
    }
}

impl Tree {
    /// The folders below `path` for which `rule` names a manifest that proves them, the largest
    /// first. What lies in such a folder is not looked at by itself.
    pub fn rebuildable_folders(
        &self,
        path: &TreePath,
        rule: &dyn Fn(FolderPlace<'_>) -> Option<String>,
    ) -> Vec<RebuildableFolder> {
        let Some(Spot::Folder(top)) = self.find(path) else { return Vec::new() };
        let end = self.folders[top as usize].end;
        // The root of a tree is nobody's to make again.
        let mut folder = top.max(1);
        let mut found = Vec::new();
        while folder < end {
            match rule(FolderPlace { tree: self, folder }) {
                Some(rebuilt_by) => {
                    found.push(self.rebuildable_folder(folder, rebuilt_by));
                    folder = self.folders[folder as usize].end;
                }
                None => folder += 1,
            }
        }
        found.sort_by_key(|it| Reverse(it.bytes));
        found
    }

    fn rebuildable_folder(&self, folder: u32, rebuilt_by: String) -> RebuildableFolder {
        let sums = &self.sums[folder as usize];
        RebuildableFolder {
            path: self.folder_path(folder),
            bytes: sums.bytes,
            apparent: sums.apparent,
            files: sums.files,
            newest: moment(sums.newest),
            rebuilt_by,
        }
    }
}
