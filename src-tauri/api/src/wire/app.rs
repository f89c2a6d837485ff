//! What the program says about itself.

use serde::{Deserialize, Serialize};
use specta::Type;

/// A request that asks for nothing in particular.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Nothing {}

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
