//! The findings and freeing, on the wire.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;

/// The findings worth a look below a key.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UsageFindings {
    /// The largest files.
    pub largest: Vec<UsageFinding>,
    /// Folders that a program makes again.
    pub rebuildable: Vec<UsageFinding>,
    /// Files of equal content, as of the last search for them.
    pub duplicates: Vec<UsageDuplicate>,
    /// When duplicates were last searched for.
    #[serde(default)]
    #[specta(type = Option<String>)]
    pub searched: Option<Timestamp>,
}

/// A file or folder that could go.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UsageFinding {
    /// The key of its row.
    pub key: String,
    /// The id of its project.
    pub project: String,
    /// The name of its project.
    pub project_name: String,
    /// The path below the project's folder, name by name.
    pub path: Vec<String>,
    /// The space that it takes on disk.
    #[specta(type = Number)]
    pub bytes: u64,
    /// The number of files.
    #[specta(type = Number)]
    pub files: u64,
    /// When the newest file in it was changed.
    #[serde(default)]
    #[specta(type = Option<String>)]
    pub modified: Option<Timestamp>,
    /// The other places that hold it.
    pub held: UsageHeld,
    /// The manifest by which a program makes it again: `package.json`.
    #[serde(default)]
    pub rebuilt_by: Option<String>,
}

/// The other places that hold a file or folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum UsageHeld {
    /// The newest version holds it as it is.
    Version,
    /// A program makes it again.
    Rebuildable,
    /// Nowhere.
    Nowhere,
}

/// Files of equal content.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UsageDuplicate {
    /// The size of one.
    #[specta(type = Number)]
    pub bytes_each: u64,
    /// The space that all but one take.
    #[specta(type = Number)]
    pub wasted_bytes: u64,
    /// The files.
    pub files: Vec<UsageFinding>,
}

/// Files and folders of a project that are to go.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UsageFree {
    /// The project.
    pub project: String,
    /// The paths below its folder, name by name.
    pub paths: Vec<Vec<String>>,
}

/// The effect of freeing.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UsageFreePlan {
    /// Each file and folder.
    pub items: Vec<UsageFinding>,
    /// The bytes freed.
    #[specta(type = Number)]
    pub bytes: u64,
    /// How many of them go to the trash, because they are nowhere else.
    #[specta(type = Number)]
    pub to_trash: u64,
}
