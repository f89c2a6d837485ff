//! The state of watching a workspace, for people and for other processes.

use jiff::Timestamp;
use undercroft_foundation::{ProjectId, Text, WorkspaceId};

/// The state of watching a workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchState {
    /// The project.
    pub project: ProjectId,
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The status of the watching.
    pub status: WatchStatus,
    /// Why, where that is not as it should be.
    pub why: Option<Text>,
    /// The advice to the user.
    pub next: Option<Text>,
    /// The number of changes that wait for the next version.
    pub pending: u64,
    /// When the newest version was made.
    pub last_version: Option<Timestamp>,
}

/// The status of watching a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WatchStatus {
    /// No version was made yet.
    Importing,
    /// Every change is noticed.
    Watching,
    /// Some changes are only noticed by looking through everything now and then.
    Limited,
    /// Changes are noticed, but could not be kept the last time.
    Failing,
    /// The user wants it so.
    Paused,
    /// The folder is not there.
    Missing,
    /// Another process watches it.
    Elsewhere,
    /// No process watches it.
    Off,
}
