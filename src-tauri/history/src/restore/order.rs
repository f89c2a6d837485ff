//! The order, the plan and the report of a restore.

use std::path::PathBuf;

use undercroft_foundation::{TreePath, VersionId, WorkspaceId};

use crate::version::Change;

/// The files to restore, and their destination.
#[derive(Debug, Clone)]
pub struct RestoreOrder {
    /// The version.
    pub version: VersionId,
    /// The files and folders; all of the version when there is none.
    pub paths: Vec<TreePath>,
    /// The destination.
    pub to: RestoreTo,
    /// A folder that may hold the same files under the same paths: they are copied from there,
    /// sharing their blocks where the file system can.
    pub like: Option<PathBuf>,
}

impl RestoreOrder {
    /// The same without these paths, of which there are others.
    pub(super) fn without(&self, gone: &[TreePath]) -> Self {
        let mut order = self.clone();
        order.paths.retain(|path| !gone.contains(path));
        order
    }
}

/// The destination of restored files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RestoreTo {
    /// The former place, over what is there.
    InPlace {
        /// The workspace.
        workspace: WorkspaceId,
        /// Whether files that the version lacks are removed from restored folders. What the
        /// project's rules leave out stays.
        remove_extra: bool,
    },
    /// Below this folder, which is made when it is missing. The paths begin behind the folders
    /// that all of them are in. What is there stays.
    Elsewhere(PathBuf),
}

/// The plan of a restore.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RestorePlan {
    /// The number of files and links that would be written.
    pub restore: u64,
    /// The number of those that are there, but not as in the version.
    pub overwrite: u64,
    /// The number of files and links that are there as they are in the version.
    pub identical: u64,
    /// The number that would be removed.
    pub remove: u64,
    /// The number of bytes that would be written.
    pub bytes: u64,
    /// The changes on disk, by path: the first of them.
    pub first: Vec<Change>,
    /// The paths that could not be restored, and why.
    pub failed: Vec<(TreePath, String)>,
}

/// The report of a restore.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RestoreReport {
    /// The number of files and links that were written.
    pub restored: u64,
    /// The number of files and links that were there as they are in the version.
    pub identical: u64,
    /// The number that were removed.
    pub removed: u64,
    /// The number of bytes that were written.
    pub bytes: u64,
    /// The paths that could not be restored, and why.
    pub failed: Vec<(TreePath, String)>,
    /// The version of what was there before, when it was restored in place.
    pub before: Option<VersionId>,
    /// The version of what is there now, when that is another.
    pub after: Option<VersionId>,
}
