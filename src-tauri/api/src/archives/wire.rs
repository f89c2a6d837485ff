//! Archives on the wire: projects put away, each as one file.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;

use crate::base::sentence::Sentence;
use crate::base::wire::{EntryKind, WireError};
use crate::projects::wire::Project;

/// An archive: its id, the beginning of one, or its project's name.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ArchiveRef {
    /// The archive.
    pub archive: String,
}

/// Which archives to list; what is left out matches all.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ArchiveFilter {
    /// Words that the project's name or tags contain.
    #[serde(default)]
    pub text: Option<String>,
    /// Whether those in the trash are listed instead.
    #[serde(default)]
    pub trashed: bool,
}

/// How hard an archive is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ArchiveLevel {
    /// Quickly.
    Fast,
    /// As the setting's default: small, and as quick as the disk.
    Balanced,
    /// As small as can be.
    Best,
}

/// Projects that are to be archived.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ArchiveMake {
    /// The projects; with `idle`, in addition to the idle ones.
    #[serde(default)]
    pub projects: Vec<String>,
    /// Whether every project that was idle for as long as the settings say is archived.
    #[serde(default)]
    pub idle: bool,
    /// How hard they are compressed; as the settings say when left out.
    #[serde(default)]
    pub level: Option<ArchiveLevel>,
    /// Whether the project stays as it is: the archive is then a copy.
    #[serde(default)]
    pub keep_source: bool,
}

/// The projects that would be archived, and what that frees.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ArchivePlan {
    /// One for each project.
    pub items: Vec<ArchivePlanItem>,
    /// After how many days without a change a project is idle; 0 when none ever is.
    #[specta(type = Number)]
    pub idle_days: u64,
    /// The bytes freed in all, before the archives are counted.
    #[specta(type = Number)]
    pub freed_bytes: u64,
}

/// A project that would be archived.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ArchivePlanItem {
    /// The project.
    pub project: Project,
    /// The number of its files.
    #[specta(type = Number)]
    pub files: u64,
    /// The size of its folder on disk.
    #[specta(type = Number)]
    pub source_bytes: u64,
    /// The size of its versions.
    #[specta(type = Number)]
    pub history_bytes: u64,
    /// The size that its archive is likely to have.
    #[specta(type = Number)]
    pub estimated_bytes: u64,
    /// Why it cannot be archived now, a sentence.
    #[serde(default)]
    pub refusal: Option<Sentence>,
}

/// A project put away as one file.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Archive {
    /// Its id.
    pub id: String,
    /// The id of the project.
    pub project: String,
    /// The name of the project.
    pub project_name: String,
    /// The project's tags.
    pub tags: Vec<String>,
    /// The project's languages.
    pub languages: Vec<String>,
    /// The project's folder, to show.
    pub original_path: String,
    /// The archive's file on this disk, to show.
    pub path: String,
    /// The place that it lies at instead; nothing for one on this disk.
    #[serde(default)]
    pub location: Option<ArchiveLocation>,
    /// When it was made.
    #[specta(type = String)]
    pub created: Timestamp,
    /// When the project was last changed.
    #[serde(default)]
    #[specta(type = Option<String>)]
    pub last_change: Option<Timestamp>,
    /// The number of files and folders in it.
    #[specta(type = Number)]
    pub entries: u64,
    /// The size of what is in it.
    #[specta(type = Number)]
    pub source_bytes: u64,
    /// The size of its file.
    #[specta(type = Number)]
    pub archive_bytes: u64,
    /// The number of versions in it.
    #[specta(type = Number)]
    pub versions: u64,
    /// How it stands.
    pub state: ArchiveState,
    /// When it was last read back whole.
    #[serde(default)]
    #[specta(type = Option<String>)]
    pub checked: Option<Timestamp>,
    /// When it was put into the trash.
    #[serde(default)]
    #[specta(type = Option<String>)]
    pub trashed: Option<Timestamp>,
    /// When the clean-up removes it from the trash.
    #[serde(default)]
    #[specta(type = Option<String>)]
    pub expires: Option<Timestamp>,
}

/// The place of an archive in a destination.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ArchiveLocation {
    /// The id of the destination.
    pub destination: String,
    /// Its name.
    pub destination_name: String,
    /// The id of the snapshot that holds the archive.
    pub snapshot: String,
}

/// How an archive stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ArchiveState {
    /// Its project is archived: this is where it lives.
    Kept,
    /// Its project is in use as well.
    Copy,
    /// It is in the trash.
    Trashed,
    /// A part of it can no longer be read; the rest can be restored.
    Damaged,
    /// Its file is gone.
    Missing,
}

/// An archive with all that is known around it.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ArchiveDetail {
    /// The archive.
    pub archive: Archive,
    /// Its parts.
    pub parts: Vec<ArchivePart>,
    /// The paths in it that can no longer be read; at most two hundred.
    pub damaged: Vec<String>,
    /// The number of destinations that hold backups of the project.
    #[specta(type = Number)]
    pub backups: u64,
    /// When the newest of those backups was made: what was changed since is in none.
    #[serde(default)]
    #[specta(type = Option<String>)]
    pub last_backup: Option<Timestamp>,
    /// Why the destination that it lies on cannot be read now.
    #[serde(default)]
    pub away: Option<WireError>,
}

/// A part of an archive.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ArchivePart {
    /// The kind of part.
    pub kind: ArchivePartKind,
    /// The number of files and folders in it.
    #[specta(type = Number)]
    pub entries: u64,
    /// The size of what is in it.
    #[specta(type = Number)]
    pub size_bytes: u64,
}

/// The kind of a part of an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ArchivePartKind {
    /// The project's folder.
    Project,
    /// Its versions.
    History,
    /// Large and binary content of its versions.
    Objects,
    /// Session work.
    Drafts,
    /// All that is known of the project.
    Metadata,
}

/// A file or folder in an archive.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ArchiveAt {
    /// The archive.
    pub archive: String,
    /// The path below the project's folder, name by name; empty for the top.
    #[serde(default)]
    pub path: Vec<String>,
}

/// A folder in an archive.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ArchiveListing {
    /// The folder, name by name.
    pub path: Vec<String>,
    /// The entries of the folder: folders first, then by name.
    pub entries: Vec<ArchiveEntry>,
}

/// One name in a folder of an archive.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ArchiveEntry {
    /// The name.
    pub name: String,
    /// Whether it is a folder, a file, a symbolic link, or something else.
    pub kind: EntryKind,
    /// A file's size, or that of all files in a folder.
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
    /// Whether its content can no longer be read.
    pub damaged: bool,
}

/// Moves an archive to a destination, or back to this disk.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ArchiveMove {
    /// The archive.
    pub archive: String,
    /// The destination that receives it; this disk when left out.
    #[serde(default)]
    pub destination: Option<String>,
}

/// Looks for names in archives.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ArchiveSearch {
    /// The text to look for; upper and lower case are the same.
    pub text: String,
    /// The archive; all when left out.
    #[serde(default)]
    pub archive: Option<String>,
    /// How many hits at most; 200 when left out.
    #[serde(default)]
    pub limit: Option<u32>,
}

/// A file or folder that was found in an archive.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ArchiveHit {
    /// The id of the archive.
    pub archive: String,
    /// The name of its project.
    pub project_name: String,
    /// When the archive was made.
    #[specta(type = String)]
    pub created: Timestamp,
    /// The path below the project's folder, name by name.
    pub path: Vec<String>,
    /// Whether it is a folder, a file, a symbolic link, or something else.
    pub kind: EntryKind,
    /// A file's size.
    #[specta(type = Number)]
    pub size_bytes: u64,
    /// When its content last changed.
    #[specta(type = String)]
    pub modified: Timestamp,
}

/// Gets an archive, or parts of it, back.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ArchiveRestore {
    /// The archive.
    pub archive: String,
    /// The files and folders; all when left out.
    #[serde(default)]
    pub paths: Vec<Vec<String>>,
    /// The place that receives them; where the project was when left out.
    #[serde(default)]
    pub place: Option<String>,
    /// How a name that is taken is treated.
    #[serde(default)]
    pub conflict: ArchiveConflict,
    /// Whether the archive stays after its project is back whole; else it goes to the trash.
    #[serde(default)]
    pub keep_archive: bool,
}

/// The way that a restore treats a name that is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ArchiveConflict {
    /// Leave what is there, and restore the rest.
    Skip,
    /// Replace what is there.
    Replace,
    /// Stop before anything is written, and say which names.
    #[default]
    Ask,
}

/// The effect of a restore from an archive.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ArchiveRestorePlan {
    /// The folder that receives it, to show.
    pub target: String,
    /// The number of files that would be written.
    #[specta(type = Number)]
    pub files: u64,
    /// Their size.
    #[specta(type = Number)]
    pub size_bytes: u64,
    /// Names that are taken there; at most two hundred.
    pub taken: Vec<String>,
    /// How many there are in all.
    #[specta(type = Number)]
    pub taken_total: u64,
    /// Whether the project is in use again afterwards, with its versions.
    pub whole_project: bool,
    /// The workspaces of which a version is made first, by their ids.
    pub workspaces: Vec<String>,
}
