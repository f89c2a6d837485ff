//! Backups on the wire: snapshots, what is in them, and getting it back.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;

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
    /// What these files weigh.
    #[serde(default)]
    #[specta(type = Option<Number>)]
    pub size_bytes: Option<u64>,
    /// Whether no policy may drop it.
    pub pinned: bool,
    /// What it added to the repository.
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
    /// What is in it: folders first, then by name.
    pub entries: Vec<Entry>,
}

/// One name in a folder.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// The name.
    pub name: String,
    /// What it is.
    pub kind: EntryKind,
    /// What it weighs; nothing for a folder.
    #[specta(type = Number)]
    pub size_bytes: u64,
    /// When its content last changed.
    #[specta(type = String)]
    pub modified: Timestamp,
    /// Its kind and permissions as `ls -l` shows them.
    pub mode: String,
    /// Where a symbolic link points.
    #[serde(default)]
    pub target: Option<String>,
}

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum EntryKind {
    /// A folder.
    Folder,
    /// A file.
    File,
    /// A symbolic link.
    Symlink,
    /// A device, pipe or socket.
    Other,
}

/// What to do about files that are there already.
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
    /// The file or folder, name by name from the top; empty for all of it.
    #[serde(default)]
    pub path: Vec<String>,
    /// The place that receives it.
    pub to: String,
    /// What to do about files that are there already.
    pub overwrite: Overwrite,
}
