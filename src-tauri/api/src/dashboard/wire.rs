//! The whole at a glance, and the health of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;

use crate::base::sentence::Sentence;
use crate::destinations::wire::Destination;
use crate::plans::wire::{PlanWaiting, PlannedRun, ScheduleState};
use crate::runs::wire::Run;

/// The whole at a glance.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Dashboard {
    /// How things stand, in a word.
    pub health: Health,
    /// How things stand, whatever runs: what the sentence says.
    pub standing: Health,
    /// How things stand, a sentence: the only one that is made of it, of what is beside it here.
    pub sentence: Sentence,
    /// When the newest backup was made.
    #[serde(default)]
    #[specta(type = Option<String>)]
    pub last_backup: Option<Timestamp>,
    /// A plan whose run is due and waits.
    #[serde(default)]
    pub waiting: Option<WaitingPlan>,
    /// The work that is under way, with its progress; nothing while nothing is.
    #[serde(default)]
    pub running: Option<Sentence>,
    /// Whether backups begin by themselves, and which comes next.
    pub schedule: ScheduleState,
    /// Projects with a recent backup.
    #[specta(type = Number)]
    pub protected_projects: u64,
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
    /// All that needs attention, the most urgent first: the one count of it.
    pub concerns: Vec<Concern>,
    /// When backups were last proven restorable, at the destination where that is longest ago.
    #[serde(default)]
    #[specta(type = Option<String>)]
    pub last_proven: Option<Timestamp>,
    /// The runs to come next; at most five.
    pub upcoming: Vec<PlannedRun>,
    /// The latest runs, newest first; at most forty.
    pub recent_runs: Vec<Run>,
}

/// A plan whose run is due and waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WaitingPlan {
    /// The plan's name.
    pub name: String,
    /// For what it waits.
    pub waiting: PlanWaiting,
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

/// Something that needs attention.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Concern {
    /// Names it, for lists: stays the same as long as it is the same.
    pub key: String,
    /// The kind of concern, which decides the act that helps.
    pub kind: ConcernKind,
    /// How urgent it is.
    pub level: ConcernLevel,
    /// The name of the project, destination or plan that it is about.
    pub subject: Sentence,
    /// The reason, a sentence.
    pub reason: Sentence,
    /// The id of the project.
    #[serde(default)]
    pub project: Option<String>,
    /// The id of the destination.
    #[serde(default)]
    pub destination: Option<String>,
    /// The id of the plan.
    #[serde(default)]
    pub plan: Option<String>,
    /// The id of the alert.
    #[serde(default)]
    pub alert: Option<String>,
    /// Whether the user may say that this is known, and is not told of it again.
    #[serde(default)]
    pub can_be_known: bool,
}

/// Says that a concern is known, so that it is not told of again, or that it is to be.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConcernKnown {
    /// The key of the concern.
    pub concern: String,
    /// Whether it is known.
    pub known: bool,
}

/// How urgent a concern is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ConcernLevel {
    /// Work may be lost.
    Error,
    /// It needs attention.
    Warning,
}

/// The kind of concern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ConcernKind {
    /// The folder of a project is gone.
    FolderMissing,
    /// A project has no backup, or an old one.
    NoBackup,
    /// Something looked unusual and waits for an answer.
    Alert,
    /// A destination is damaged.
    Damaged,
    /// A plan failed, or is overdue.
    PlanFailed,
    /// A disk is nearly full.
    NearlyFull,
    /// A size is near the limit of a setting, or has reached it.
    Limit,
    /// An archive is damaged or missing.
    Archive,
    /// A recovered library records places that are not confirmed.
    Places,
    /// No version is kept of a project.
    NoVersions,
    /// Changes of a project are not noticed, or not at once.
    Watching,
    /// The password of a destination is not known.
    Password,
    /// The password of a destination was made here, and nobody said that it is put away.
    RecoveryKit,
    /// A plan has commands that wait to be confirmed.
    Hooks,
    /// A destination is on the disk of the projects.
    SameDisk,
    /// The self-check found something that does not work.
    Doctor,
}
