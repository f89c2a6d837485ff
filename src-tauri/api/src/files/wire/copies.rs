//! All that is kept of one file, on the wire: in versions, in backups, in archives.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;

/// A file of a project, wherever it is kept.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FileEverywhere {
    /// The project.
    pub project: String,
    /// The file, name by name from the project's folder.
    pub path: Vec<String>,
}

/// All that is kept of one file.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FileCopies {
    /// Its contents, newest first.
    pub copies: Vec<FileCopy>,
    /// Archives of the project that could not be looked into.
    pub unread: Vec<UnreadArchive>,
}

/// An archive that could not be looked into.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UnreadArchive {
    /// The archive's id.
    pub archive: String,
    /// The name of the project when it was archived.
    pub archive_name: String,
    /// When it was archived.
    #[specta(type = String)]
    pub time: Timestamp,
    /// The reason, in a sentence without its full stop.
    pub reason: String,
}

/// One content of a file, and where it is to be had.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
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
    /// The file in that version, by the name that it had then.
    #[serde(default)]
    pub version_path: Vec<String>,
    /// The backups that hold it, newest first.
    pub backups: Vec<BackupCopy>,
    /// The archives that hold it, newest first.
    pub archives: Vec<ArchiveCopy>,
    /// The SHA-256 of the content in hexadecimal digits, where an archive knows it.
    #[serde(default)]
    pub sha256: Option<String>,
}

/// An archive that holds a file's content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ArchiveCopy {
    /// The archive's id.
    pub archive: String,
    /// The name of the project when it was archived.
    pub archive_name: String,
    /// When it was archived.
    #[specta(type = String)]
    pub time: Timestamp,
    /// Whether the file could not be read when the archive was last checked.
    pub damaged: bool,
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
