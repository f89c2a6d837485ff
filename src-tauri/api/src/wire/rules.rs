//! What of a project is versioned, and whether its changes are noticed, on the wire.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;

use super::Layer;

/// What the first version of a project would hold.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct HistoryPlan {
    /// When it was counted.
    #[specta(type = String)]
    pub counted: Timestamp,
    /// How many files.
    #[specta(type = Number)]
    pub files: u64,
    /// How large they are together.
    #[specta(type = Number)]
    pub size_bytes: u64,
    /// What is left out, largest first.
    pub left_out: Vec<LeftOut>,
    /// Files that look like secrets; they are kept, on this machine.
    pub secrets: Vec<Vec<String>>,
    /// Where the bytes would go.
    pub layers: LayerTotals,
}

/// Something that versions do not hold.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LeftOut {
    /// Where it is, name by name.
    pub path: Vec<String>,
    /// Why it is left out, a sentence.
    pub why: String,
    /// How many files it has.
    #[specta(type = Number)]
    pub files: u64,
    /// How large they are together.
    #[specta(type = Number)]
    pub size_bytes: u64,
}

/// What goes to which layer.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LayerTotals {
    /// Files in git.
    #[specta(type = Number)]
    pub git_files: u64,
    /// Their bytes.
    #[specta(type = Number)]
    pub git_bytes: u64,
    /// Files in the object store.
    #[specta(type = Number)]
    pub object_files: u64,
    /// Their bytes.
    #[specta(type = Number)]
    pub object_bytes: u64,
}

/// Whose watching to pause or resume.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct WatchFilter {
    /// The project; all when left out.
    pub project: Option<String>,
}

/// Whether the changes of a workspace are noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum WatchStatus {
    /// They are not: it has no history yet, or nobody watches.
    Off,
    /// Its first version is being made.
    Importing,
    /// They are.
    Watching,
    /// Some are only noticed by looking through all of it now and then.
    Limited,
    /// The user said not to.
    Paused,
    /// Its folder is not there.
    Missing,
}

/// How the watching of a workspace goes.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WatchState {
    /// The id of the project.
    pub project: String,
    /// The id of the workspace.
    pub workspace: String,
    /// Its name.
    pub name: String,
    /// Whether changes are noticed.
    pub state: WatchStatus,
    /// Why they are not, or not all, a sentence.
    #[serde(default)]
    pub why: Option<String>,
    /// How many changed paths wait to become a version.
    #[specta(type = Number)]
    pub pending_changes: u64,
    /// When its last version was made.
    #[serde(default)]
    #[specta(type = Option<String>)]
    pub last_version: Option<Timestamp>,
}

/// What of a project is versioned, and where it goes.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Rules {
    /// The id of the project.
    pub project: String,
    /// Whether what the project's `.gitignore` ignores is left out.
    pub follow_gitignore: bool,
    /// Patterns of what is left out.
    pub leave_out: Vec<String>,
    /// Patterns of what is kept whatever else says no.
    pub keep: Vec<String>,
    /// Which layer what goes to; the first that matches.
    pub layers: Vec<LayerRule>,
}

/// Sends files to a layer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LayerRule {
    /// The pattern of their paths.
    pub pattern: String,
    /// The layer.
    pub layer: Layer,
}

/// Changes a project's rules; what is left out stays as it is. Nothing already stored moves.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RulesChange {
    /// The project.
    pub project: String,
    /// Whether what the project's `.gitignore` ignores is left out.
    #[serde(default)]
    pub follow_gitignore: Option<bool>,
    /// Patterns of what is left out.
    #[serde(default)]
    pub leave_out: Option<Vec<String>>,
    /// Patterns of what is kept whatever else says no.
    #[serde(default)]
    pub keep: Option<Vec<String>>,
    /// Which layer what goes to.
    #[serde(default)]
    pub layers: Option<Vec<LayerRule>>,
}
