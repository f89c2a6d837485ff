//! The whole at a glance, and the health of it.

use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;

use super::{Destination, Project, Run, ScheduleState};

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
    /// What they weigh.
    #[specta(type = Number)]
    pub size_bytes: u64,
    /// The destinations.
    pub destinations: Vec<Destination>,
    /// The projects that somebody should look at, and why.
    pub attention: Vec<Attention>,
    /// What was done lately, newest first.
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

/// What the doctor found in one spot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// How bad it is.
    pub level: FindingLevel,
    /// What was looked at: `library`, `catalog`, `destination`, `project`.
    pub area: String,
    /// What was found.
    pub what: String,
    /// Why it is so, or why it matters.
    pub why: String,
    /// What to do next; empty when there is nothing to do.
    pub next: String,
    /// What Undercroft can do about it by itself.
    #[serde(default)]
    pub fix: Option<FindingFix>,
}

/// A remedy that can be asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FindingFix {
    /// Stands for the remedy in a request.
    pub id: String,
    /// What it does, as a button says it.
    pub label: String,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum FindingLevel {
    /// All is well.
    Ok,
    /// It works, but somebody should look.
    Warning,
    /// It does not work.
    Error,
}
