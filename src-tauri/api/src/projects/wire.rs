//! Projects on the wire.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;
use undercroft_backup as backup;
use undercroft_library as library;

use crate::backups::wire::Snapshot;
use crate::base::mirror::mirror;
use crate::base::sentence::Sentence;
use crate::destinations::wire::Destination;
use crate::host::wire::Place;
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
    /// The least size of its files together, in bytes.
    #[specta(type = Option<Number>)]
    pub min_bytes: Option<u64>,
    /// The largest size of its files together, in bytes.
    #[specta(type = Option<Number>)]
    pub max_bytes: Option<u64>,
    /// The number of days for which it was not changed, at least.
    #[specta(type = Option<Number>)]
    pub idle_days: Option<u64>,
    /// The number of days within which it was changed.
    #[specta(type = Option<Number>)]
    pub active_days: Option<u64>,
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

/// Looks for folders that look like projects. Nothing is added.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ProjectFind {
    /// The place that is looked at; without one, the home folder is searched.
    pub place: Option<String>,
}

/// The folders that look like projects, and are none yet.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ProjectFinds {
    /// The suggested ones first, then the newest change first. A project in a project belongs
    /// to the outer one.
    pub projects: Vec<FoundProject>,
    /// The place itself, unless it cannot be a project.
    #[serde(default)]
    pub folder: Option<FoundProject>,
    /// The project that the place is, or lies in, already.
    #[serde(default)]
    pub known: Option<Project>,
    /// The outermost folder above the place that looks like a project.
    #[serde(default)]
    pub within: Option<FoundProject>,
    /// Whether the search ended before it had been everywhere.
    pub is_partial: bool,
    /// The number of folders that could not be read.
    #[specta(type = Number)]
    pub unread: u64,
}

/// A folder that looks like a project.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FoundProject {
    /// The folder, to be added.
    pub place: Place,
    /// The languages that it is written in, most used first.
    pub languages: Vec<String>,
    /// The number of its files.
    #[specta(type = Number)]
    pub files: u64,
    /// Their size together, in bytes.
    #[specta(type = Number)]
    pub size_bytes: u64,
    /// The part of that in folders that a program makes again, which backups leave out.
    #[specta(type = Number)]
    pub rebuildable_bytes: u64,
    /// The names of those folders: `node_modules`.
    pub rebuildable: Vec<String>,
    /// Whether there is more than was counted.
    pub is_partial: bool,
    /// When the newest of the user's own files was changed.
    #[serde(default)]
    #[specta(type = Option<String>)]
    pub last_change: Option<Timestamp>,
    /// Whether it is worked on, as far as can be told: changed in the last year or so, and no
    /// download.
    pub is_suggested: bool,
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

/// Deletes a project for good.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProjectDelete {
    /// The project, which is in the trash or archived.
    pub project: String,
    /// Its name, typed by the user as a confirmation.
    pub name: String,
}

/// The effect of deleting a project for good.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DeletePlan {
    /// The project.
    pub project: Project,
    /// The bytes freed in all.
    #[specta(type = Number)]
    pub freed_bytes: u64,
    /// The things that go.
    pub goes: Vec<DeleteItem>,
    /// The things that stay and still hold the project: backups, and a folder that was never moved.
    pub stays: Vec<DeleteItem>,
    /// Why it cannot be deleted now, a sentence.
    #[serde(default)]
    pub refusal: Option<Sentence>,
}

/// A part of a project that goes or stays.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DeleteItem {
    /// The kind of part.
    pub kind: DeleteItemKind,
    /// Its name: a path, a destination's name, or empty.
    pub name: String,
    /// The number of versions, archives, drafts or backups; of files in a folder.
    #[specta(type = Number)]
    pub count: u64,
    /// The space that it takes, where that is known.
    #[serde(default)]
    #[specta(type = Option<Number>)]
    pub bytes: Option<u64>,
}

/// The kind of part of a project that goes or stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum DeleteItemKind {
    /// Its folder.
    Folder,
    /// Its versions.
    Versions,
    /// Its archives.
    Archives,
    /// Session work.
    Drafts,
    /// Its backups at a destination.
    Backups,
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
    /// When its files last changed, as far as is known.
    #[serde(default)]
    #[specta(type = Option<String>)]
    pub last_change: Option<Timestamp>,
    /// Whether its folder lies in the library.
    #[serde(default)]
    pub managed: bool,
    /// When its folder was moved to the trash; left out where the folder stayed.
    #[serde(default)]
    #[specta(type = Option<String>)]
    pub trashed: Option<Timestamp>,
    /// When the clean-up removes it from the trash.
    #[serde(default)]
    #[specta(type = Option<String>)]
    pub expires: Option<Timestamp>,
    /// The id of the archive that it lives in.
    #[serde(default)]
    pub archive: Option<String>,
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
        pub reason: Sentence,
        /// When it was last backed up.
        #[serde(default)]
        #[specta(type = Option<String>)]
        pub last_backup: Option<Timestamp>,
        /// In how many destinations a backup of it lies.
        #[specta(type = Number)]
        pub destinations: u64,
        /// When a trial restore last found right what it restored, at a destination that held
        /// a backup of it by then.
        #[serde(default)]
        #[specta(type = Option<String>)]
        pub last_proven: Option<Timestamp>,
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
