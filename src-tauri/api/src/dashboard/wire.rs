//! The whole at a glance, and the health of it.

use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;

use crate::destinations::wire::Destination;
use crate::plans::wire::ScheduleState;
use crate::projects::wire::Project;
use crate::runs::wire::Run;

/// The whole at a glance.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Dashboard {
    /// How things stand, in a word.
    pub health: Health,
    /// How things stand, a sentence.
    pub sentence: String,
    /// Whether backups begin by themselves, and which comes next.
    pub schedule: ScheduleState,
    /// Projects with a recent backup.
    #[specta(type = Number)]
    pub protected_projects: u64,
    /// Projects that somebody should look at.
    #[specta(type = Number)]
    pub attention_projects: u64,
    /// Jobs that run now.
    #[specta(type = Number)]
    pub running_jobs: u64,
    /// All active projects.
    #[specta(type = Number)]
    pub projects: u64,
    /// The size of their files together, in bytes.
    #[specta(type = Number)]
    pub size_bytes: u64,
    /// The destinations.
    pub destinations: Vec<Destination>,
    /// The projects that somebody should look at, and why.
    pub attention: Vec<Attention>,
    /// The latest runs, newest first; at most ten.
    pub recent_runs: Vec<Run>,
}

/// How things stand; where several are true, the last named counts, but for what runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Health {
    /// There is nothing to keep yet.
    Empty,
    /// All is kept.
    Protected,
    /// A backup is due and waits for its drive, power or network.
    Waiting,
    /// Somebody should look.
    Warning,
    /// Backups do not begin by themselves until they are resumed.
    Paused,
    /// Something went wrong and stays so until somebody acts.
    Error,
    /// Something is being done.
    Running,
}

/// A project that somebody should look at.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Attention {
    /// The project.
    pub project: Project,
    /// Why, a sentence.
    pub reason: String,
}
