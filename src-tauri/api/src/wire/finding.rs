//! Files first, on the wire: where a file is to be had, and looking through all backups.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;

use super::{ChangeKind, EntryKind};

/// A file of a project, wherever it is kept.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FileEverywhere {
    /// The project.
    pub project: String,
    /// The file, name by name from the project's folder.
    pub path: Vec<String>,
}

/// One content of a file, and where it is to be had.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FileCopy {
    /// When it was kept first.
    #[specta(type = String)]
    pub time: Timestamp,
    /// When the content was last changed, as the file says.
    #[serde(default)]
    #[specta(type = Option<String>)]
    pub modified: Option<Timestamp>,
    /// Its size.
    #[specta(type = Number)]
    pub size_bytes: u64,
    /// The id of the version that holds it, when the history does.
    #[serde(default)]
    pub version: Option<String>,
    /// The backups that hold it, newest first.
    pub backups: Vec<BackupCopy>,
}

/// A backup that holds a file's content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BackupCopy {
    /// The destination's id.
    pub destination: String,
    /// Its name.
    pub destination_name: String,
    /// Whether it is there now.
    pub present: bool,
    /// The backup's id.
    pub snapshot: String,
    /// When the backup was made.
    #[specta(type = String)]
    pub time: Timestamp,
    /// The file in the backup, as `snapshot_browse` and `restore` name it.
    pub path: Vec<String>,
}

/// Looks for names in all backups.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SnapshotSearch {
    /// A part of a name, or a pattern with `*` and `?`.
    pub text: String,
    /// In this destination only.
    #[serde(default)]
    pub destination: Option<String>,
    /// In the backups of this project only.
    #[serde(default)]
    pub project: Option<String>,
    /// How many at most; 200 when left out.
    #[serde(default)]
    pub limit: Option<u32>,
}

/// A name that was found.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SnapshotHit {
    /// The destination's id.
    pub destination: String,
    /// The newest backup that holds it.
    pub snapshot: String,
    /// When that was made.
    #[specta(type = String)]
    pub time: Timestamp,
    /// How many backups hold something at this path.
    #[specta(type = Number)]
    pub backups: u64,
    /// Where, name by name from the top of the backup.
    pub path: Vec<String>,
    /// What it is.
    pub kind: EntryKind,
    /// Its size in that backup.
    #[specta(type = Number)]
    pub size_bytes: u64,
    /// When its content last changed.
    #[specta(type = String)]
    pub modified: Timestamp,
}

/// Compares two backups, or one with what is on disk.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SnapshotCompare {
    /// The destination.
    pub destination: String,
    /// The older backup.
    pub from: String,
    /// The newer backup; what is on disk when left out.
    #[serde(default)]
    pub to: Option<String>,
}

/// How two backups differ.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SnapshotDifference {
    /// What differs, by path; the first ten thousand.
    pub changes: Vec<SnapshotChange>,
    /// How much differs in all.
    #[specta(type = Number)]
    pub total: u64,
    /// Bytes that are only in the newer one.
    #[specta(type = Number)]
    pub added_bytes: u64,
    /// Bytes that are only in the older one.
    #[specta(type = Number)]
    pub removed_bytes: u64,
}

/// A path that differs.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SnapshotChange {
    /// Where, name by name from the top.
    pub path: Vec<String>,
    /// How.
    pub kind: ChangeKind,
    /// Its size in the newer one, or in the older one where it is gone.
    #[serde(default)]
    #[specta(type = Option<Number>)]
    pub size_bytes: Option<u64>,
}

/// What a restore of a backup would do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SnapshotRestorePlan {
    /// Files that would be written where there is none.
    #[specta(type = Number)]
    pub create: u64,
    /// Files that would replace another content.
    #[specta(type = Number)]
    pub replace: u64,
    /// Files that are there already and stay.
    #[specta(type = Number)]
    pub keep: u64,
    /// Bytes that would be written.
    #[specta(type = Number)]
    pub bytes: u64,
    /// Free room at the place.
    #[serde(default)]
    #[specta(type = Option<Number>)]
    pub free_bytes: Option<u64>,
    /// The first hundred of those that would be replaced, to show.
    pub replaced: Vec<String>,
}

/// Shows a destination as a folder, to be read with any program.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MountRef {
    /// The destination.
    pub destination: String,
    /// The place of an empty folder; one of the library's own when left out.
    #[serde(default)]
    pub place: Option<String>,
}

/// A destination that is shown as a folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Mount {
    /// The destination's id.
    pub destination: String,
    /// Where, to show.
    pub path: String,
}
