//! Backups on the wire: snapshots, what is in them, how they differ, and getting it back.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;

use crate::base::wire::{ChangeKind, EntryKind};

/// Backs a project up to a destination.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BackupRun {
    /// The project.
    pub project: String,
    /// The destination; that of the setting `backup-destination`, or the only one, when left out.
    #[serde(default)]
    pub destination: Option<String>,
}

/// Which backups to list; what is left out matches all.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct SnapshotFilter {
    /// The backups of this project.
    pub project: Option<String>,
    /// The backups in this destination.
    pub destination: Option<String>,
}

/// One backup.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Snapshot {
    /// Its id in the repository.
    pub id: String,
    /// The first digits of the id.
    pub short_id: String,
    /// The id of the destination that holds it.
    pub destination: String,
    /// The name of that destination.
    pub destination_name: String,
    /// The id of the project that it is of.
    #[serde(default)]
    pub project: Option<String>,
    /// When it was made.
    #[specta(type = String)]
    pub time: Timestamp,
    /// The machine that made it.
    pub host: String,
    /// The user who made it.
    pub user: String,
    /// The paths that it is of, to show.
    pub paths: Vec<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// How many files it holds.
    #[serde(default)]
    #[specta(type = Option<Number>)]
    pub files: Option<u64>,
    /// The size of these files, in bytes; left out when its maker did not record it.
    #[serde(default)]
    #[specta(type = Option<Number>)]
    pub size_bytes: Option<u64>,
    /// Whether no policy may drop it.
    pub pinned: bool,
    /// The bytes that it added, as stored; left out when its maker did not record them.
    #[serde(default)]
    #[specta(type = Option<Number>)]
    pub added_bytes: Option<u64>,
}

/// Lists a folder inside a backup.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Browse {
    /// The destination that holds the backup.
    pub destination: String,
    /// The backup: its id, the beginning of one, or `latest`.
    pub snapshot: String,
    /// The folder, name by name from the top; empty for the top itself.
    #[serde(default)]
    pub path: Vec<String>,
}

/// A folder inside a backup.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Listing {
    /// The folder, name by name from the top.
    pub path: Vec<String>,
    /// The entries of the folder: folders first, then by name.
    pub entries: Vec<Entry>,
}

/// One name in a folder.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// The name.
    pub name: String,
    /// Whether it is a folder, a file, a symbolic link, or something else.
    pub kind: EntryKind,
    /// Its size in bytes; 0 for a folder.
    #[specta(type = Number)]
    pub size_bytes: u64,
    /// When its content last changed.
    #[specta(type = String)]
    pub modified: Timestamp,
    /// Its kind and permissions as `ls -l` shows them.
    pub mode: String,
    /// The target of a symbolic link; left out for anything else.
    #[serde(default)]
    pub target: Option<String>,
}

/// How a restore treats files that are there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Overwrite {
    /// Leave them; only what is missing is written.
    Never,
    /// Replace those that are older than what is restored.
    Newer,
    /// Replace those whose content differs; the same size and time count as the same.
    Changed,
    /// Replace those whose content differs, whatever their size and time.
    Always,
}

/// Gets a backup, or a part of it, back.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Restore {
    /// The destination that holds the backup.
    pub destination: String,
    /// The backup: its id, the beginning of one, or `latest`.
    pub snapshot: String,
    /// The files and folders, each name by name from the top; none for all of it.
    #[serde(default)]
    pub paths: Vec<Vec<String>>,
    /// The place that receives it; the folder of its project when left out, after a version of what
    /// is there now.
    #[serde(default)]
    pub to: Option<String>,
    /// How files that are there already are treated.
    pub overwrite: Overwrite,
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
    /// The path, name by name from the top of the backup.
    pub path: Vec<String>,
    /// Whether it is a folder, a file, a symbolic link, or something else.
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
    /// The paths that differ, in order; at most ten thousand.
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
    /// The path, name by name from the top of the backup.
    pub path: Vec<String>,
    /// How it differs.
    pub kind: ChangeKind,
    /// Its size in the newer one, or in the older one where it is gone.
    #[serde(default)]
    #[specta(type = Option<Number>)]
    pub size_bytes: Option<u64>,
}

/// A preview of the restore of a backup.
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
    /// The folder that receives it, to show.
    pub target: String,
    /// The workspaces of which a version is made first, by their ids.
    pub workspaces: Vec<String>,
}
