//! Jobs on the wire: what runs now.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;
use undercroft_foundation as foundation;
use undercroft_library as library;

use crate::base::mirror::mirror;
use crate::base::sentence::Sentence;
use crate::base::wire::WireError;

/// A job by its id.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct JobRef {
    /// The job.
    pub job: String,
}

mirror! {
    /// The kind of work that a job does.
    #[derive(Hash)]
    #[serde(rename_all = "camelCase")]
    pub enum JobKind = library::JobKind {
        /// Makes a backup.
        Backup,
        /// Gets something back.
        Restore,
        /// Looks at a project's folder anew.
        Refresh,
        /// Checks that what is kept is sound.
        Check,
        /// Counts what the first version of a project would hold.
        Preview,
        /// Makes the first version of a project.
        Import,
        /// Makes a version of what has changed.
        Save,
        /// Copies files and folders into a workspace.
        Upload,
        /// Opens, refreshes or closes a workspace.
        Workspace,
        /// Drops versions that the rule lets go.
        Thin,
        /// Stores versions in less room.
        Compact,
        /// Exchanges commits with a git repository.
        Git,
        /// Carries a plan out.
        Plan,
        /// Restores random files on trial.
        Drill,
        /// Forgets backups.
        Forget,
        /// Frees what no backup needs any more.
        Cleanup,
        /// Copies backups to another destination.
        Copy,
        /// Mends a destination.
        Repair,
        /// Gets the whole library back.
        Recover,
        /// Puts projects away as archives.
        Archive,
    }
}

mirror! {
    /// The state of a job.
    #[derive(Hash)]
    #[serde(rename_all = "camelCase")]
    pub enum JobState = foundation::JobState {
        /// Waits for its turn.
        Queued,
        /// Works.
        Running,
        /// Did all of it.
        Succeeded,
        /// Did what could be done; the warnings say what could not.
        Warnings,
        /// Stopped on an error.
        Failed,
        /// Stopped because the user said so.
        Cancelled,
    }
}

/// A job as it is now.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct JobView {
    /// Its id.
    pub id: String,
    /// The kind of work that it does.
    pub kind: JobKind,
    /// The work in a few words: "Restore from Shelf on trial".
    pub title: Sentence,
    /// The id of the project that it concerns, or that it made.
    #[serde(default)]
    pub project: Option<String>,
    /// The id of the destination that it concerns.
    #[serde(default)]
    pub destination: Option<String>,
    /// The id of the plan that it carries out.
    #[serde(default)]
    pub plan: Option<String>,
    /// Whether it waits, works, or has ended, and how.
    pub state: JobState,
    /// Whether it was told to wait.
    #[serde(default)]
    pub paused: bool,
    /// Whether it can be told to wait.
    #[serde(default)]
    pub can_pause: bool,
    /// How far it is.
    pub progress: JobProgress,
    /// The item that it works on, such as a path, for display.
    pub current: String,
    /// When it started.
    #[specta(type = String)]
    pub started: Timestamp,
    /// When it ended.
    #[serde(default)]
    #[specta(type = Option<String>)]
    pub ended: Option<Timestamp>,
    /// How it ended.
    #[serde(default)]
    pub outcome: Option<Outcome>,
}

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct JobProgress {
    /// Bytes done.
    #[specta(type = Number)]
    pub bytes_done: u64,
    /// Bytes known to be there so far.
    #[specta(type = Number)]
    pub bytes_total: u64,
    /// Files done.
    #[specta(type = Number)]
    pub files_done: u64,
    /// Files known to be there so far.
    #[specta(type = Number)]
    pub files_total: u64,
    /// Whether the totals will grow no more.
    pub totals_settled: bool,
    /// The pace so far.
    #[specta(type = Number)]
    pub bytes_per_second: u64,
    /// The time left at this pace, once the totals are settled.
    #[serde(default)]
    #[specta(type = Option<Number>)]
    pub seconds_left: Option<u64>,
}

/// How a job ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// The result, in one sentence.
    pub summary: Sentence,
    /// The things that could not be done; at most two hundred.
    pub warnings: Vec<Warning>,
    /// How many there are in all.
    #[specta(type = Number)]
    pub warnings_total: u64,
    /// The error that stopped it; left out when none did.
    #[serde(default)]
    pub error: Option<WireError>,
}

mirror! {
    /// Something that could not be done while the rest went on.
    #[serde(rename_all = "camelCase")]
    pub struct Warning = foundation::Warning {
        /// The item that it concerns, such as a path.
        pub item: String,
        /// The fact and its cause, in one sentence.
        pub message: Sentence,
    }
}
