//! Workspaces on the wire, and whether their changes are noticed.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;

use crate::base::sentence::Sentence;

/// A workspace: its id, the beginning of one, `project` for its main workspace, or
/// `project/workspace` by their names.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WorkspaceRef {
    /// The workspace.
    pub workspace: String,
}

/// Opens a version as another workspace beside those that are there.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WorkspaceOpen {
    /// The version that it begins with.
    pub version: String,
    /// Its name.
    pub name: String,
    /// The place that its folder is made at; without one, in the library.
    #[serde(default)]
    pub to: Option<String>,
}

/// Changes the description of a workspace.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WorkspaceDescribe {
    /// The workspace.
    pub workspace: String,
    /// The description, in the user's words; empty for none.
    pub text: String,
}

/// A folder that a project is worked on in.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Workspace {
    /// Its id.
    pub id: String,
    /// The id of the project.
    pub project: String,
    /// The project's name.
    pub project_name: String,
    /// Its name: `main` for the project's own folder.
    pub name: String,
    /// Its purpose, in the user's words; empty when nobody described it.
    pub description: String,
    /// Its folder, to show.
    pub path: String,
    /// Whether the folder is there now.
    pub present: bool,
    /// Whether it is the project's own folder.
    pub main: bool,
    /// Whether it is the one that was switched to last.
    pub current: bool,
    /// The id of the version that it was opened from.
    #[serde(default)]
    pub opened_from: Option<String>,
    /// When it was made.
    #[specta(type = String)]
    pub created: Timestamp,
    /// How many versions it has.
    #[specta(type = Number)]
    pub versions: u64,
    /// When its last version was made.
    #[serde(default)]
    #[specta(type = Option<String>)]
    pub last_version: Option<Timestamp>,
    /// Whether its changes are noticed.
    pub watch: WatchStatus,
}

/// The project and the workspace that the user works in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Current {
    /// The id of the project.
    #[serde(default)]
    pub project: Option<String>,
    /// The id of the workspace.
    #[serde(default)]
    pub workspace: Option<String>,
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
    /// The name of the project.
    pub project_name: String,
    /// The id of the workspace.
    pub workspace: String,
    /// Its name.
    pub name: String,
    /// Whether changes are noticed.
    pub state: WatchStatus,
    /// Why they are not, or not all, a sentence.
    #[serde(default)]
    pub why: Option<Sentence>,
    /// How many changed paths wait to become a version.
    #[specta(type = Number)]
    pub pending_changes: u64,
    /// When its last version was made.
    #[serde(default)]
    #[specta(type = Option<String>)]
    pub last_version: Option<Timestamp>,
}
