//! What a restore is to do, would do, and did.

use std::path::PathBuf;

use undercroft_foundation::{VersionId, WorkspaceId};

use crate::path::TreePath;
use crate::version::Change;

/// What to restore, and where to.
#[derive(Debug, Clone)]
pub struct RestoreOrder {
    /// The version.
    pub version: VersionId,
    /// The files and folders; all of the version when there is none.
    pub paths: Vec<TreePath>,
    /// Where to.
    pub to: RestoreTo,
    /// A folder that may hold the same files under the same paths: they are copied from there,
    /// sharing their blocks where the file system can.
    pub like: Option<PathBuf>,
}

/// Where restored files go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RestoreTo {
    /// Where they were, over what is there.
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

/// What a restore would do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RestorePlan {
    /// How many files and links would be written.
    pub restore: u64,
    /// How many of those are there, but not as in the version.
    pub overwrite: u64,
    /// How many are there as they are in the version.
    pub identical: u64,
    /// How many would be removed.
    pub remove: u64,
    /// How many bytes would be written.
    pub bytes: u64,
    /// What would change on disk, by path: the first of it.
    pub first: Vec<Change>,
    /// What could not be restored, and why.
    pub failed: Vec<(TreePath, String)>,
}

/// What a restore did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RestoreReport {
    /// How many files and links were written.
    pub restored: u64,
    /// How many were there as they are in the version.
    pub identical: u64,
    /// How many were removed.
    pub removed: u64,
    /// How many bytes were written.
    pub bytes: u64,
    /// What could not be restored, and why.
    pub failed: Vec<(TreePath, String)>,
    /// The version of what was there before, when it was restored in place.
    pub before: Option<VersionId>,
    /// The version of what is there now, when that is another.
    pub after: Option<VersionId>,
}
