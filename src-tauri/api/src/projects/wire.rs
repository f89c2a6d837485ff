//! Projects on the wire.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;
use undercroft_backup as backup;
use undercroft_library as library;

use crate::backups::wire::Snapshot;
use crate::base::mirror::mirror;
use crate::destinations::wire::Destination;
use crate::runs::wire::Run;

/// Which projects to list; what is left out matches all.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ProjectFilter {
    /// Words that the name, path or tags contain.
    pub text: Option<String>,
    /// A status; without one, all but the trashed.
    pub status: Option<ProjectStatus>,
    /// A language that it is written in.
    pub language: Option<String>,
    /// A framework that it uses.
    pub framework: Option<String>,
    /// A tag that it has.
    pub tag: Option<String>,
}

/// A project: its id, the beginning of one, or its name.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProjectRef {
    /// The project.
    pub project: String,
}

/// Makes a place a project; the folder stays where it is.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProjectAdd {
    /// The place.
    pub place: String,
    /// Its name; without one, the folder's.
    #[serde(default)]
    pub name: Option<String>,
    /// Its tags.
    #[serde(default)]
    pub tags: Vec<String>,
}

/// Gives a project another name.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProjectRename {
    /// The project.
    pub project: String,
    /// The new name.
    pub name: String,
}

/// Records the new folder of a project that was moved.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProjectMove {
    /// The project.
    pub project: String,
    /// The place where it is now.
    pub place: String,
}

/// Changes a project's tags.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProjectTag {
    /// The project.
    pub project: String,
    /// Tags to add.
    #[serde(default)]
    pub add: Vec<String>,
    /// Tags to remove.
    #[serde(default)]
    pub remove: Vec<String>,
}

mirror! {
    /// The kind of work that a project is.
    #[serde(rename_all = "camelCase")]
    pub enum ProjectKind = library::ProjectKind {
        /// Made from nothing.
        Generation,
        /// Moved from one technology to another.
        Migration,
        /// Anything else.
        Other,
    }
}

mirror! {
    /// The status of a project.
    #[serde(rename_all = "camelCase")]
    pub enum ProjectStatus = library::ProjectStatus {
        /// In use.
        Active,
        /// Put away.
        Archived,
        /// Forgotten, and can be recalled.
        Trashed,
    }
}

/// A project.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Project {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The kind of work that it is.
    pub kind: ProjectKind,
    /// Whether it is in use, put away, or forgotten.
    pub status: ProjectStatus,
    /// Its folder, to show.
    pub path: String,
    /// Whether the folder is there now.
    pub present: bool,
    /// The languages that it is written in, most used first.
    pub languages: Vec<String>,
    /// The frameworks that it uses.
    pub frameworks: Vec<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// The URL of its git repository's remote; left out when there is none.
    #[serde(default)]
    pub git_remote: Option<String>,
    /// How many files it has.
    #[specta(type = Number)]
    pub files: u64,
    /// The size of these files together, in bytes.
    #[specta(type = Number)]
    pub size_bytes: u64,
    /// When it was added.
    #[specta(type = String)]
    pub created: Timestamp,
    /// When what is known of it last changed.
    #[specta(type = String)]
    pub updated: Timestamp,
    /// How well it is protected.
    pub protection: Protection,
}

mirror! {
    /// How well a project is protected.
    #[serde(rename_all = "camelCase")]
    pub struct Protection = backup::Protection {
        /// The verdict.
        pub state: ProtectionState,
        /// The reason for it, a sentence.
        pub reason: String,
        /// When it was last backed up.
        #[serde(default)]
        #[specta(type = Option<String>)]
        pub last_backup: Option<Timestamp>,
        /// In how many destinations a backup of it lies.
        #[specta(type = Number)]
        pub destinations: u64,
    }
}

mirror! {
    /// The verdict on a project's protection.
    #[serde(rename_all = "camelCase")]
    pub enum ProtectionState = backup::ProtectionState {
        /// A recent backup is there.
        Protected,
        /// Somebody should look.
        Attention,
        /// A backup is being made now.
        Running,
    }
}

/// A project with all that is known around it.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ProjectDetail {
    /// The project.
    pub project: Project,
    /// The destinations that hold backups of it.
    pub destinations: Vec<Destination>,
    /// Its backups, newest first.
    pub snapshots: Vec<Snapshot>,
    /// Its latest runs, newest first; at most twenty.
    pub runs: Vec<Run>,
}
