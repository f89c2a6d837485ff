//! The use of the storage, on the wire.

mod findings;
mod growth;
mod overview;
mod trend;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;

use crate::base::sentence::Sentence;

pub use findings::*;
pub use growth::*;
pub use overview::*;
pub use trend::*;

/// How what lies below a key is divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum UsageBy {
    /// By where it lies: projects, layers, folders, files.
    Place,
    /// By layer first.
    Layer,
    /// By type of file.
    Type,
    /// By when it was last changed.
    Age,
}

/// The layer that bytes belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum UsageLayer {
    /// Files that projects are worked on with.
    Working,
    /// Code and text of versions.
    Versions,
    /// Large and binary content of versions.
    Objects,
    /// Session work.
    Drafts,
    /// Archives.
    Archives,
    /// Trash.
    Trash,
    /// Backups at a destination.
    Backups,
    /// Caches.
    Cache,
    /// The catalog, settings and records.
    Catalog,
}

/// The thing that a row stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum UsageKind {
    /// All of it.
    Library,
    /// A project.
    Project,
    /// A layer.
    Layer,
    /// A destination.
    Destination,
    /// A folder.
    Folder,
    /// A file.
    File,
    /// Files of a type.
    Type,
    /// Files of an age.
    Age,
    /// Rows that are too small to be shown one by one.
    Rest,
}

/// The class of a file, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum FileClass {
    /// Source code.
    Code,
    /// Text and documents.
    Text,
    /// Data and databases.
    Data,
    /// Images.
    Image,
    /// Sound and video.
    Media,
    /// Archives and packages.
    Archive,
    /// Programs and libraries.
    Binary,
    /// Anything else.
    Other,
    /// Several classes, none of which is most of it.
    Mixed,
}

/// A place in the picture of the storage.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UsageAt {
    /// The key of a row; empty for the whole.
    #[serde(default)]
    pub key: String,
    /// How it is divided; by place when left out.
    #[serde(default)]
    pub by: Option<UsageBy>,
    /// How many rows at most; 200 when left out.
    #[serde(default)]
    pub limit: Option<u32>,
}

/// The things that take space below a key.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UsageView {
    /// The key.
    pub key: String,
    /// The way to it, the whole first, itself last.
    pub trail: Vec<UsageStep>,
    /// The thing that it stands for.
    pub kind: UsageKind,
    /// How it is divided.
    pub by: UsageBy,
    /// The space that it takes on disk.
    #[specta(type = Number)]
    pub bytes: u64,
    /// The size of its files, however they are stored.
    #[specta(type = Number)]
    pub apparent_bytes: u64,
    /// The number of files.
    #[specta(type = Number)]
    pub files: u64,
    /// How much of it can be had back without losing work.
    #[specta(type = Number)]
    pub reclaimable_bytes: u64,
    /// The part of it that nothing else needs, where layers share content.
    #[serde(default)]
    #[specta(type = Option<Number>)]
    pub unique_bytes: Option<u64>,
    /// Its parts, the largest first.
    pub rows: Vec<UsageRow>,
    /// When the files were last counted.
    #[serde(default)]
    #[specta(type = Option<String>)]
    pub scanned: Option<Timestamp>,
    /// The job that counts them now.
    #[serde(default)]
    pub scanning: Option<String>,
    /// The whole in words.
    pub sentence: Sentence,
}

/// A step on the way to a place in the picture.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UsageStep {
    /// The key.
    pub key: String,
    /// Its name.
    pub name: String,
}

/// A part.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UsageRow {
    /// The key to look into it with.
    pub key: String,
    /// Its name.
    pub name: String,
    /// The thing that it stands for.
    pub kind: UsageKind,
    /// The layer that it belongs to, where it is one only.
    #[serde(default)]
    pub layer: Option<UsageLayer>,
    /// The class of most of its bytes.
    pub class: FileClass,
    /// The space that it takes on disk.
    #[specta(type = Number)]
    pub bytes: u64,
    /// The size of its files, however they are stored.
    #[specta(type = Number)]
    pub apparent_bytes: u64,
    /// The number of files.
    #[specta(type = Number)]
    pub files: u64,
    /// How much of it can be had back without losing work.
    #[specta(type = Number)]
    pub reclaimable_bytes: u64,
    /// The part of it that nothing else needs, where layers share content.
    #[serde(default)]
    #[specta(type = Option<Number>)]
    pub unique_bytes: Option<u64>,
    /// When the newest file in it was changed.
    #[serde(default)]
    #[specta(type = Option<String>)]
    pub modified: Option<Timestamp>,
    /// Whether one can look into it.
    pub can_open: bool,
    /// Whether a program makes it again.
    pub rebuildable: bool,
    /// The id of the project that it belongs to.
    #[serde(default)]
    pub project: Option<String>,
    /// The path below the project's folder, name by name.
    #[serde(default)]
    pub path: Option<Vec<String>>,
}
