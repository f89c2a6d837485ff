//! One search over all that is kept, on the wire.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;

use crate::base::wire::EntryKind;
use crate::files::wire::FileCopy;

/// Looks for files in the versions, backups and archives of all projects, also for ones that are
/// gone.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Search {
    /// A part of a name or of a path, or a pattern with `*` and `?`; upper and lower case are the
    /// same.
    pub text: String,
    /// In this project only.
    #[serde(default)]
    pub project: Option<String>,
    /// Whether to look into the files of the newest versions rather than at names; upper and lower
    /// case are the same there too.
    #[serde(default)]
    pub content: bool,
    /// Only what is on this machine's own disk: versions, and archives that lie here.
    #[serde(default)]
    pub quick: bool,
    /// How many at most; 100 when left out.
    #[serde(default)]
    pub limit: Option<u32>,
    /// A name of the asker's own: an earlier search of the same asker that still runs is ended.
    #[serde(default)]
    pub asker: Option<String>,
}

/// The files that were found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SearchResult {
    /// Each file of a project once, wherever it is kept: the best fit first, then what changed or
    /// went last; former names of what lives on after others.
    pub hits: Vec<SearchHit>,
    /// Places that were not looked through.
    pub unread: Vec<UnreadPlace>,
    /// Whether there may be more.
    pub more: bool,
}

/// The state of a file now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum HitState {
    /// In its project.
    Here,
    /// Nowhere but in versions, backups or archives.
    Gone,
    /// In the archive, as its whole project.
    Archived,
}

/// A file or folder that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SearchHit {
    /// The id of its project; left out for a backup that another program made.
    #[serde(default)]
    pub project: Option<String>,
    /// The name of the project; empty where nobody knows it.
    pub project_name: String,
    /// The id of the workspace whose versions hold it, when versions do.
    #[serde(default)]
    pub workspace: Option<String>,
    /// Its path below the project's folder, name by name.
    pub path: Vec<String>,
    /// Whether it is a folder, a file, a symbolic link, or something else.
    pub kind: EntryKind,
    /// Its state now.
    pub state: HitState,
    /// The size of its newest copy.
    #[specta(type = Number)]
    pub size_bytes: u64,
    /// When the content of that was last changed.
    #[serde(default)]
    #[specta(type = Option<String>)]
    pub modified: Option<Timestamp>,
    /// When it was removed, where versions know.
    #[serde(default)]
    #[specta(type = Option<String>)]
    pub removed: Option<Timestamp>,
    /// Its new path, where it was renamed.
    #[serde(default)]
    pub renamed_to: Option<Vec<String>>,
    /// How many versions brought another content of it; 0 for a folder.
    #[specta(type = Number)]
    pub versions: u64,
    /// How many backups hold it.
    #[specta(type = Number)]
    pub backups: u64,
    /// How many archives hold it.
    #[specta(type = Number)]
    pub archives: u64,
    /// The number of the first line that has the text, counted from 1.
    #[serde(default)]
    #[specta(type = Option<Number>)]
    pub line: Option<u64>,
    /// That line.
    #[serde(default)]
    pub preview: Option<String>,
    /// Its newest copy: one place of each kind that holds it.
    pub newest: FileCopy,
}

/// The kinds of places that are looked through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum SearchedKind {
    /// The versions of a project.
    Project,
    /// The backups of a destination.
    Destination,
    /// An archive.
    Archive,
}

/// A place that was not looked through, or not to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UnreadPlace {
    /// The kind of place.
    pub kind: SearchedKind,
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The reason, in a sentence without its full stop.
    pub reason: String,
}
