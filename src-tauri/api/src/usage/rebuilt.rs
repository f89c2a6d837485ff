//! The folders of a project that programs make again, as the rules of its versions see them.

use std::path::{Path, PathBuf};

use undercroft_foundation::{Result, TreePath};
use undercroft_history::rules::{FolderRules, LeaveOut, LeaveOutReason, ProjectRules};
use undercroft_library::{Project, rebuildable};
use undercroft_usage::{RebuildableFolder, Tree};

/// The rule for one project.
#[derive(Debug)]
pub(super) struct RebuildRule {
    root: PathBuf,
    /// The rules without the user's own: what proves a folder to be made again.
    plain: LeaveOut,
    /// The project's own rules: what the user keeps is work.
    own: LeaveOut,
}

impl RebuildRule {
    /// The rule for a project of the library at `library`.
    ///
    /// # Errors
    /// Whatever keeps the rules of the project from being read.
    pub(super) fn of(library: &Path, project: &Project) -> Result<Self> {
        let root = project.folder();
        let plain = LeaveOut::new(&root, &ProjectRules::default().compile()?);
        let own = LeaveOut::new(&root, &ProjectRules::load(library, project.id)?.compile()?);
        Ok(Self { root, plain, own })
    }

    /// Whether the rules of the project leave a file or folder out of its versions.
    pub(super) fn is_left_out(&self, path: &TreePath, is_folder: bool) -> bool {
        !self.own.is_included(path, is_folder)
    }

    /// The rules of the project for what is in a folder; nothing where that is left out.
    pub(super) fn folder(&self, path: &TreePath) -> Option<FolderRules> {
        self.own.folder(path)
    }

    /// The manifest by which a program makes a folder again, looked for on the disk as it is now.
    pub(super) fn rebuilt_by(&self, path: &TreePath) -> Option<String> {
        // The name rules most out, before any file is read.
        rebuildable(&self.root, &path.below(&self.root), || true)?;
        let (parent, name) = path.split()?;
        match self.plain.folder(&parent)?.enter(name) {
            Err(LeaveOutReason::Rebuildable { manifest, .. }) if self.is_left_out(path, true) => {
                Some(manifest.to_owned())
            }
            _ => None,
        }
    }

    /// The folders of a count, at and below a path, that programs make again.
    pub(super) fn folders_in(&self, tree: &Tree, path: &TreePath) -> Vec<RebuildableFolder> {
        tree.rebuildable_folders(path, &|place| self.rebuilt_by(&place.path()))
    }
}
