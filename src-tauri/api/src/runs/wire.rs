//! Runs on the wire: what was done, with its parts and its log.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;
use undercroft_foundation as foundation;

use crate::base::mirror::mirror;
use crate::base::sentence::Sentence;
use crate::jobs::wire::{JobKind, JobState, Outcome};

/// Which runs to list; what is left out matches all.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct RunFilter {
    /// The runs of this project.
    pub project: Option<String>,
    /// The runs with this destination.
    pub destination: Option<String>,
    /// The runs of this plan.
    pub plan: Option<String>,
    /// Of this kind.
    pub kind: Option<JobKind>,
    /// That ended so, or stand so.
    pub state: Option<JobState>,
    /// Begun at this moment or later.
    #[specta(type = Option<String>)]
    pub since: Option<Timestamp>,
    /// Begun before this moment.
    #[specta(type = Option<String>)]
    pub until: Option<Timestamp>,
    /// How many at most; 50 when left out.
    pub limit: Option<u32>,
}

/// A job that was recorded.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Run {
    /// Its id.
    pub id: String,
    /// The kind of work that it did.
    pub kind: JobKind,
    /// The work in a few words: "Restore from Shelf on trial".
    pub title: Sentence,
    /// The id of the project that it concerned.
    #[serde(default)]
    pub project: Option<String>,
    /// The id of the destination that it concerned.
    #[serde(default)]
    pub destination: Option<String>,
    /// The id of the plan that it carried out.
    #[serde(default)]
    pub plan: Option<String>,
    /// When it was planned for, where it ran by itself.
    #[serde(default)]
    #[specta(type = Option<String>)]
    pub planned: Option<Timestamp>,
    /// Whether it waits, works, or has ended, and how.
    pub state: JobState,
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
    /// Files done.
    #[specta(type = Number)]
    pub files_done: u64,
    /// Bytes done.
    #[specta(type = Number)]
    pub bytes_done: u64,
}

/// A run by its id, or the beginning of it.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RunRef {
    /// The run.
    pub run: String,
}

/// A run with its parts and its log.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RunDetail {
    /// The run.
    pub run: Run,
    /// The things that it did, in order.
    pub parts: Vec<RunPart>,
    /// The lines of its log; at most the last five thousand.
    pub log: Vec<LogLine>,
}

/// One thing that a run did: a project, or the library, to one destination.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RunPart {
    /// The project, or the library, and its destination: "Atlas to Shelf".
    pub title: Sentence,
    /// The project's id.
    #[serde(default)]
    pub project: Option<String>,
    /// The destination's id.
    #[serde(default)]
    pub destination: Option<String>,
    /// How it ended.
    pub state: JobState,
    /// The result, in one sentence.
    pub summary: Sentence,
    /// The backup that was made.
    #[serde(default)]
    pub snapshot: Option<String>,
    /// Bytes that were added to the destination.
    #[specta(type = Number)]
    pub added_bytes: u64,
    /// How long it took.
    #[specta(type = Number)]
    pub milliseconds: u64,
}

mirror! {
    /// A line of a run's log.
    #[serde(rename_all = "camelCase")]
    pub struct LogLine = foundation::LogLine {
        /// When.
        #[specta(type = String)]
        pub time: Timestamp,
        /// How it is meant.
        pub level: LogLevel,
        /// The fact, in one sentence.
        pub text: String,
    }
}

mirror! {
    /// How a line of a log is meant.
    #[serde(rename_all = "camelCase")]
    pub enum LogLevel = foundation::LogLevel {
        /// As it should be.
        Info,
        /// Somebody may want to look.
        Warning,
        /// It went wrong.
        Error,
    }
}

/// Asks for a run's log as a file.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RunExport {
    /// The run.
    pub run: String,
    /// As JSON rather than as text.
    pub json: bool,
}

/// A run's log as a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RunExported {
    /// A name for the file.
    pub file_name: String,
    /// Its content.
    pub text: String,
}
