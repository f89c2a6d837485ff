//! Files of versions on the wire: listing, looking at, comparing, searching and saving them, and
//! where else a file is to be had.

mod copies;
mod diff;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;
use undercroft_history as history;

use crate::base::mirror::mirror;
use crate::base::wire::{ChangeKind, EntryKind};
use crate::jobs::wire::Warning;
use crate::versions::wire::{Layer, LayerReason, Version};

pub use copies::{ArchiveCopy, BackupCopy, FileCopies, FileCopy, FileEverywhere, UnreadArchive};
pub use diff::{DiffKind, FileCompare, FileDiff, FileRestoreLines, Hunk, Line, LineTag};

/// A file or folder in a version.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FileAt {
    /// The version; also `latest:WORKSPACE`, and `now:WORKSPACE` for what is on disk.
    pub version: String,
    /// The path, name by name; empty for the top.
    #[serde(default)]
    pub path: Vec<String>,
}

/// A file or folder of a workspace, whatever the version.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FileRef {
    /// The workspace.
    pub workspace: String,
    /// The path, name by name.
    pub path: Vec<String>,
}

/// A folder in a version.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FileListing {
    /// The id of the version; nothing for what is on disk.
    #[serde(default)]
    pub version: Option<String>,
    /// The folder, name by name.
    pub path: Vec<String>,
    /// The entries of the folder: folders first, then by name.
    pub entries: Vec<FileEntry>,
}

/// One name in a folder of a version.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FileEntry {
    /// The name.
    pub name: String,
    /// Whether it is a folder, a file, a symbolic link, or something else.
    pub kind: EntryKind,
    /// A file's size.
    #[specta(type = Number)]
    pub size_bytes: u64,
    /// When its content last changed.
    #[specta(type = String)]
    pub modified: Timestamp,
    /// Its kind and permissions as `ls -l` shows them.
    pub mode: String,
    /// The layer that stores a file's bytes, if one does.
    #[serde(default)]
    pub layer: Option<Layer>,
    /// Why they live there.
    #[serde(default)]
    pub reason: Option<LayerReason>,
    /// The target of a symbolic link; left out for anything else.
    #[serde(default)]
    pub target: Option<String>,
}

/// The names that a folder had once, and a version lacks.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DeletedFiles {
    /// The names, in order; a thousand at most.
    pub entries: Vec<DeletedFile>,
    /// Whether there are more.
    pub more: bool,
}

/// A file or folder that a version lacks and an earlier one had.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DeletedFile {
    /// The entry as it was last.
    pub entry: FileEntry,
    /// The newest version that has it.
    pub version: Version,
    /// When it was removed; left out where no version tells.
    #[serde(default)]
    #[specta(type = Option<String>)]
    pub removed: Option<Timestamp>,
    /// Its new path, name by name; left out unless it was renamed.
    #[serde(default)]
    pub renamed_to: Option<Vec<String>>,
}

/// The form in which a file can be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum PreviewKind {
    /// Text.
    Text,
    /// An image.
    Image,
    /// Sound, or moving pictures.
    Media,
    /// A PDF.
    Pdf,
    /// An archive, shown by the names in it.
    Archive,
    /// Bytes, shown as hexadecimal digits.
    Binary,
    /// Nothing: it is too large.
    TooLarge,
    /// The target of a symbolic link.
    Link,
    /// Nothing: it is a folder.
    Folder,
}

/// A file as it can be shown.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Preview {
    /// The form in which the file can be shown; it decides which of the fields below are there.
    pub kind: PreviewKind,
    /// Its text; for a link, where it leads.
    #[serde(default)]
    pub text: Option<String>,
    /// The language of the text, by its name in the window's editor: `rust`.
    #[serde(default)]
    pub language: Option<String>,
    /// The MIME type of an image, of sound or moving pictures, of a PDF: `image/png`.
    #[serde(default)]
    pub mime: Option<String>,
    /// The bytes of these, in base64.
    #[serde(default)]
    pub base64: Option<String>,
    /// Its first bytes in lines of offset, hexadecimal digits and characters; of a PDF as well, for
    /// one that cannot be drawn.
    #[serde(default)]
    pub hex: Option<String>,
    /// The first entries of an archive.
    #[serde(default)]
    pub entries: Option<Vec<PackedEntry>>,
    /// The size of the whole file.
    #[specta(type = Number)]
    pub size_bytes: u64,
    /// Whether there is more than is shown.
    pub truncated: bool,
}

/// An entry of an archive that lies in a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PackedEntry {
    /// Its name as the archive has it.
    pub name: String,
    /// Whether it is a folder.
    pub folder: bool,
    /// Its size by the archive's own account.
    #[specta(type = Number)]
    pub size_bytes: u64,
}

/// Asks for some bytes of a file.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FileBytesAt {
    /// The version; also `latest:WORKSPACE`, and `now:WORKSPACE` for what is on disk.
    pub version: String,
    /// The path, name by name.
    pub path: Vec<String>,
    /// The first byte, counted from 0.
    #[specta(type = Number)]
    pub offset: u64,
}

/// Some bytes of a file.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FileBytes {
    /// The bytes in lines of offset, hexadecimal digits and characters; four thousand at most.
    pub hex: String,
    /// The first byte that follows; nothing at the end of the file.
    #[serde(default)]
    #[specta(type = Option<Number>)]
    pub next: Option<u64>,
}

/// The whole content of a file.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FileContent {
    /// How large it is.
    #[specta(type = Number)]
    pub size_bytes: u64,
    /// The content, in base64.
    pub base64: String,
}

/// Looks for files in a version.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FileSearch {
    /// The version.
    pub version: String,
    /// The text to look for; upper and lower case are the same.
    pub text: String,
    /// Whether to look into the files rather than at their paths.
    #[serde(default)]
    pub in_content: bool,
    /// How many hits at most; 200 when left out.
    #[serde(default)]
    pub limit: Option<u32>,
}

/// Something that was found.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FileHit {
    /// The path, name by name.
    pub path: Vec<String>,
    /// The number of the line, counted from 1.
    #[serde(default)]
    #[specta(type = Option<Number>)]
    pub line: Option<u64>,
    /// The line.
    #[serde(default)]
    pub preview: Option<String>,
}

/// Saves a file of a workspace and makes a version.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FileSave {
    /// The workspace.
    pub workspace: String,
    /// The path, name by name; folders that are missing are made.
    pub path: Vec<String>,
    /// The content, in base64.
    pub base64: String,
    /// The message of the version; made from the changes when left out.
    #[serde(default)]
    pub message: Option<String>,
    /// The layer that it is to live in.
    #[serde(default)]
    pub layer: Option<Layer>,
    /// Whether what is there goes to the workspace's trash where no version holds it.
    #[serde(default)]
    pub force: bool,
}

/// Deletes a file or folder of a workspace and makes a version.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FileDelete {
    /// The workspace.
    pub workspace: String,
    /// The path, name by name.
    pub path: Vec<String>,
    /// The message of the version; made from the changes when left out.
    #[serde(default)]
    pub message: Option<String>,
    /// Whether what no version holds goes to the workspace's trash.
    #[serde(default)]
    pub force: bool,
}

/// The result of saving or deleting a file.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Saved {
    /// The version that was made; nothing when nothing changed that versions hold.
    #[serde(default)]
    pub version: Option<Version>,
    /// Whether anything changed.
    pub changed: bool,
    /// Whether what no version holds went to the trash, from where undo brings it back.
    pub trashed: bool,
    /// Parts that could not be done while the rest was.
    pub warnings: Vec<Warning>,
}

mirror! {
    /// How an upload treats a name that is taken.
    #[derive(Default)]
    #[serde(rename_all = "camelCase")]
    pub enum Conflict = history::Conflict {
        /// Stop before anything is copied, and say which names.
        #[default]
        Ask,
        /// Replace what is there; its last version stays.
        Replace,
        /// Give what comes another name.
        KeepBoth,
        /// Leave what is there, and copy the rest.
        Skip,
    }
}

/// Copies files and folders into a workspace and makes one version of them.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FileUpload {
    /// The workspace.
    pub workspace: String,
    /// The folder in it that receives them, name by name.
    #[serde(default)]
    pub folder: Vec<String>,
    /// The places: files and folders.
    pub places: Vec<String>,
    /// How a name that is taken is treated.
    #[serde(default)]
    pub conflict: Conflict,
}

/// A file in one version of its history.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FileVersion {
    /// The version.
    pub version: Version,
    /// The file's path in that version, name by name.
    pub path: Vec<String>,
    /// The kind of change that the version made to it.
    pub kind: ChangeKind,
    /// Its path before; left out unless the version renamed it.
    #[serde(default)]
    pub from: Option<Vec<String>>,
    /// How large it was; nothing where it was removed.
    #[serde(default)]
    #[specta(type = Option<Number>)]
    pub size_bytes: Option<u64>,
    /// The layer that stores its bytes; left out where it was removed.
    #[serde(default)]
    pub layer: Option<Layer>,
}
