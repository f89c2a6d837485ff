//! The program and its places on the wire. Places are folders that the user pointed out, known to a
//! face by id only.

use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;

/// The program, its library, and what the face that asks can do.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AppInfo {
    /// The program's version.
    pub version: String,
    /// The library's folder, to show.
    pub library_path: String,
    /// The operating system: `linux`.
    pub platform: String,
    /// Whether this face can open a dialog to point out a folder.
    pub can_pick: bool,
    /// Whether this face takes a typed path.
    pub can_type: bool,
    /// Whether an icon in the tray is there to come back by.
    pub tray: bool,
}

/// The purpose of a place that the user points out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum PlacePurpose {
    /// To become a project.
    Project,
    /// To hold backups.
    Destination,
    /// To receive what is restored.
    Restore,
    /// To be copied into a workspace.
    Upload,
    /// A file to make a project from.
    Import,
    /// A file that holds a password.
    KeyFile,
    /// To receive a file that Undercroft writes.
    Save,
}

/// Asks the user for a folder.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlacePick {
    /// The purpose of the folder, which decides how the dialog asks.
    pub purpose: PlacePurpose,
}

/// Points out a folder by its path.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlaceType {
    /// The path, absolute, or beginning with `~/`.
    pub path: String,
}

/// A folder that the user pointed out; good until the program ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Place {
    /// Stands for the place in requests.
    pub id: String,
    /// The path, to show.
    pub display: String,
    /// The last part of the path, to show.
    pub name: String,
    /// Whether a folder, a file, a repository or nothing is there.
    pub state: PlaceState,
    /// Whether projects, or while there are none the home folder, are on the same disk: what is
    /// kept there is lost with them if it fails.
    #[serde(default)]
    pub same_disk: bool,
}

/// The kind of thing that is at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum PlaceState {
    /// A folder.
    Folder,
    /// A file, or something else that is no folder.
    File,
    /// Nothing (yet).
    Missing,
    /// A folder that holds a repository.
    Repository,
}

/// A drive that backups could go to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Drive {
    /// The folder for backups on it: a repository that is there, or a folder to be made.
    pub place: Place,
    /// Its label, or the name of the folder that it is mounted at.
    pub name: String,
    /// Whether it is the home folder, which lies on no drive of its own.
    pub is_home: bool,
    /// Bytes that are free there.
    #[specta(type = Number)]
    pub free_bytes: u64,
    /// Bytes that it has in all.
    #[specta(type = Number)]
    pub total_bytes: u64,
    /// Whether it is the best of them. One on the disk of the projects never is.
    pub is_proposed: bool,
}
