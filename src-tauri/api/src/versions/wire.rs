//! Versions on the wire: what they are, how they differ, and getting them back.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;
use undercroft_history as history;

use crate::backups::wire::Snapshot;
use crate::base::mirror::mirror;
use crate::base::wire::ChangeKind;

mirror! {
    /// The trigger of a version: the reason why it was made.
    #[serde(rename_all = "camelCase")]
    pub enum Trigger = history::Trigger {
        /// The user, or a program for him.
        Manual,
        /// A change that was noticed.
        Automatic,
        /// A restore that was about to change things.
        BeforeRestore,
        /// The beginning of the history.
        Import,
    }
}

mirror! {
    /// The layer that stores the bytes of a file version.
    #[serde(rename_all = "camelCase")]
    pub enum Layer = history::Layer {
        /// The project's history: code and small text.
        Git,
        /// The object store: large or binary.
        Objects,
        /// Session work, in no version.
        Memory,
    }
}

mirror! {
    /// Why a file version lives in its layer.
    #[serde(rename_all = "camelCase")]
    pub enum LayerReason = history::LayerReason {
        /// Whoever saved it asked for it.
        Wish,
        /// A rule of the project.
        Rule,
        /// A path of session work.
        Session,
        /// It is larger than a file in git should be.
        Large,
        /// It is not text.
        Binary,
        /// It looks like a pointer of git-lfs, and would be taken for one.
        Pointer,
        /// Code or text, and small.
        Text,
    }
}

/// The state of a whole workspace at one moment.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Version {
    /// Its id, which it keeps when the history around it is thinned.
    pub id: String,
    /// The last digits of the id, enough to tell it from others by sight and to ask for it.
    pub short_id: String,
    /// The id of the project.
    pub project: String,
    /// The id of the workspace.
    pub workspace: String,
    /// Its place in the order of the project's versions, whatever the clock said.
    #[specta(type = Number)]
    pub seq: u64,
    /// When it was made.
    #[specta(type = String)]
    pub time: Timestamp,
    /// The author: `Name <mail>`.
    pub author: String,
    /// The message, by the user or made from the changes.
    pub message: String,
    /// The reason why it was made.
    pub trigger: Trigger,
    /// The user's name for it.
    #[serde(default)]
    pub name: Option<String>,
    /// The user's remarks.
    #[serde(default)]
    pub note: Option<String>,
    /// Whether thinning leaves it alone.
    pub pinned: bool,
    /// The id of the version that it came after.
    #[serde(default)]
    pub parent: Option<String>,
    /// Its commit in the project's history.
    pub commit: String,
    /// How many files it has.
    #[specta(type = Number)]
    pub files: u64,
    /// How large they are together.
    #[specta(type = Number)]
    pub size_bytes: u64,
    /// The bytes that storing it took.
    #[specta(type = Number)]
    pub stored_bytes: u64,
    /// How many files it added.
    #[specta(type = Number)]
    pub added: u64,
    /// How many files it changed.
    #[specta(type = Number)]
    pub modified: u64,
    /// How many files it removed.
    #[specta(type = Number)]
    pub removed: u64,
    /// How many files it renamed.
    #[specta(type = Number)]
    pub renamed: u64,
}

/// One file's part in the difference of two versions.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// The path now, name by name; of a removed file, its last.
    pub path: Vec<String>,
    /// The path before; left out unless the file was renamed.
    #[serde(default)]
    pub from: Option<Vec<String>>,
    /// The kind of change.
    pub kind: ChangeKind,
    /// How large it is now; nothing for a removed file.
    #[serde(default)]
    #[specta(type = Option<Number>)]
    pub size_bytes: Option<u64>,
    /// The layer that stores its bytes; left out for a removed file.
    #[serde(default)]
    pub layer: Option<Layer>,
    /// The lines that are new and gone; left out where they were not counted, as of what is no text.
    #[serde(default)]
    pub lines: Option<LineCounts>,
}

/// The lines that a change added and removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LineCounts {
    /// The number of new ones.
    #[specta(type = Number)]
    pub added: u64,
    /// The number of those that are gone.
    #[specta(type = Number)]
    pub removed: u64,
}

/// Counts the lines that versions added and removed.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VersionLinesOf {
    /// The versions, a hundred at most.
    pub versions: Vec<String>,
}

/// The lines that a version added and removed.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct VersionLines {
    /// The id of the version.
    pub version: String,
    /// The sum over its files; left out where none was counted.
    #[serde(default)]
    pub lines: Option<LineCounts>,
    /// The number of changed files that were not counted: they are no text, large, or too many.
    #[specta(type = Number)]
    pub uncounted: u64,
}

/// A version: its id, the beginning or the end of one, the user's name for it, or
/// `latest:WORKSPACE`.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VersionRef {
    /// The version.
    pub version: String,
}

/// Which versions to list, newest first.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VersionFilter {
    /// The versions of this workspace.
    pub workspace: String,
    /// The versions before the one with this place in the order (`seq`).
    #[serde(default)]
    #[specta(type = Option<Number>)]
    pub before: Option<u64>,
    /// How many at most; 100 when left out.
    #[serde(default)]
    pub limit: Option<u32>,
    /// The versions made at this moment or later.
    #[serde(default)]
    #[specta(type = Option<String>)]
    pub from: Option<Timestamp>,
    /// The versions made before this moment.
    #[serde(default)]
    #[specta(type = Option<String>)]
    pub until: Option<Timestamp>,
    /// The versions with this trigger.
    #[serde(default)]
    pub trigger: Option<Trigger>,
    /// Words in the message, the name, the note, or the path of a changed file.
    #[serde(default)]
    pub text: Option<String>,
}

/// Counts the versions of a workspace by day and hour.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VersionDays {
    /// The workspace.
    pub workspace: String,
    /// The time zone that says where days begin: `Europe/Berlin`; the machine's when left out.
    #[serde(default)]
    pub time_zone: Option<String>,
}

/// A day with versions.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Day {
    /// The day: `2026-03-09`.
    pub date: String,
    /// How many versions were made.
    #[specta(type = Number)]
    pub versions: u64,
    /// How many files they changed.
    #[specta(type = Number)]
    pub changes: u64,
    /// How many versions were made in each of the 24 hours.
    pub hours: Vec<u32>,
}

/// A version with what it changed.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct VersionDetail {
    /// The version.
    pub version: Version,
    /// The changes that it made, at most a thousand; empty for the beginning of the history.
    pub changes: Vec<Change>,
    /// How many changes there are in all.
    #[specta(type = Number)]
    pub changes_total: u64,
}

/// Saves all changes of a workspace as a version.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VersionSave {
    /// The workspace.
    pub workspace: String,
    /// The message; made from the changes when left out.
    #[serde(default)]
    pub message: Option<String>,
    /// Whether to read every file, also those that look unchanged.
    #[serde(default)]
    pub full: bool,
}

/// Names, remarks on, pins or unpins a version; what is left out stays as it is.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VersionMark {
    /// The version.
    pub version: String,
    /// Its name; empty to take it away.
    #[serde(default)]
    pub name: Option<String>,
    /// The remarks; empty to take them away.
    #[serde(default)]
    pub note: Option<String>,
    /// Whether thinning leaves it alone.
    #[serde(default)]
    pub pinned: Option<bool>,
}

/// Compares two versions of one project.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VersionCompare {
    /// The version that counts as before.
    pub from: String,
    /// The version that counts as after; `now` for what is on disk.
    pub to: String,
    /// Only what is at or below this path, name by name.
    #[serde(default)]
    pub path: Vec<String>,
}

/// How two versions differ.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// The differences by path, the first ten thousand.
    pub changes: Vec<Change>,
    /// How many there are in all.
    #[specta(type = Number)]
    pub changes_total: u64,
}

/// The storage that a version takes and no other version needs.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct VersionSizes {
    /// The size of the files that no other version holds, in bytes.
    #[specta(type = Number)]
    pub unique_bytes: u64,
    /// The bytes, as stored, that would be free again without it.
    #[specta(type = Number)]
    pub reclaimable_bytes: u64,
    /// The largest of the files that no other version holds.
    pub largest: Vec<SizedPath>,
}

/// A path and what it takes.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SizedPath {
    /// The path, name by name.
    pub path: Vec<String>,
    /// The size of the file, in bytes.
    #[specta(type = Number)]
    pub size_bytes: u64,
}

/// Gets a version, or parts of it, back.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VersionRestore {
    /// The version.
    pub version: String,
    /// The files and folders, each name by name; none for all of it.
    #[serde(default)]
    pub paths: Vec<Vec<String>>,
    /// The place that receives it; without one, the workspace itself, after a version of what is
    /// there now.
    #[serde(default)]
    pub to: Option<String>,
    /// Whether files that the version lacks stay in the folders that are restored in place.
    #[serde(default)]
    pub keep_extra: bool,
}

/// A loss that the guard noticed: what is gone, and what brings it back.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct GuardLoss {
    /// The newest that has all of it.
    pub source: LossSource,
    /// The files and folders that are gone or were rewritten, each name by name.
    pub paths: Vec<Vec<String>>,
}

/// The source of what is gone.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum LossSource {
    /// The newest version that has all of it.
    Version {
        /// The version.
        version: Box<Version>,
    },
    /// The newest backup from before, where no version has all of it.
    Backup {
        /// The backup.
        snapshot: Box<Snapshot>,
    },
}

/// A preview of the restore of a version.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RestorePlan {
    /// How many files would be written.
    #[specta(type = Number)]
    pub restore: u64,
    /// How many of those are there with other content.
    #[specta(type = Number)]
    pub overwrite: u64,
    /// How many are there as they are in the version.
    #[specta(type = Number)]
    pub identical: u64,
    /// How many would be removed.
    #[specta(type = Number)]
    pub remove: u64,
    /// How many bytes would be written.
    #[specta(type = Number)]
    pub bytes: u64,
    /// The first of the changes on disk, by path.
    pub first: Vec<Change>,
}
