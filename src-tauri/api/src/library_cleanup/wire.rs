//! The clean-up of the library on the wire.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;

use crate::base::sentence::Sentence;

/// A step of a clean-up, in the order in which they are done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum CleanupStepKind {
    /// Removes what was in the trash for long enough.
    EmptyTrash,
    /// Removes what can be made again.
    ClearCaches,
    /// Drops versions that the rule lets go.
    ThinVersions,
    /// Stores versions in less space.
    CompactVersions,
    /// Archives projects that were idle for long enough.
    ArchiveIdle,
    /// Lets go of backups that no policy keeps.
    ForgetBackups,
    /// Frees what no backup needs any more.
    PruneBackups,
}

/// A clean-up of the library.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LibraryCleanup {
    /// The steps; all that the settings switch on when left out.
    #[serde(default)]
    pub steps: Vec<CleanupStepKind>,
}

/// The effect of a clean-up.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LibraryCleanupPlan {
    /// The steps, in order.
    pub steps: Vec<CleanupStep>,
    /// The bytes that it would free in all.
    #[specta(type = Number)]
    pub freed_bytes: u64,
    /// When it runs by itself next.
    #[serde(default)]
    #[specta(type = Option<String>)]
    pub next: Option<Timestamp>,
    /// When it last ran.
    #[serde(default)]
    #[specta(type = Option<String>)]
    pub last: Option<Timestamp>,
    /// The id of that run, whose report is kept.
    #[serde(default)]
    pub last_run: Option<String>,
    /// The bytes that it freed then.
    #[serde(default)]
    #[specta(type = Option<Number>)]
    pub last_freed_bytes: Option<u64>,
    /// Whether it runs by itself.
    pub enabled: bool,
}

/// A step of a clean-up.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CleanupStep {
    /// The kind of step.
    pub kind: CleanupStepKind,
    /// Whether it is done by itself.
    pub enabled: bool,
    /// The bytes that it would free.
    #[specta(type = Number)]
    pub bytes: u64,
    /// Whether that is the most that it could be: what stays is known only afterwards.
    pub estimated: bool,
    /// The things that would go; at most two hundred.
    pub items: Vec<CleanupItem>,
    /// How many there are in all.
    #[specta(type = Number)]
    pub items_total: u64,
    /// Why nothing would be done, or what else to know, a sentence.
    #[serde(default)]
    pub note: Option<Sentence>,
}

/// Something that a step removes or makes smaller.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CleanupItem {
    /// Its name.
    pub name: String,
    /// The fate of it, in a few words.
    pub detail: Sentence,
    /// The bytes that this frees.
    #[specta(type = Number)]
    pub bytes: u64,
    /// The id of the project that it concerns.
    #[serde(default)]
    pub project: Option<String>,
}
