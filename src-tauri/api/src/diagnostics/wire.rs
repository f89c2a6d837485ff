//! Diagnostics on the wire.

use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;

/// Asks what would be in the diagnostics.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DiagnosticsAsk {
    /// Whether names of projects, folders and files stay in; others stand in their place when left
    /// out. Passwords, keys and tokens are never in.
    #[serde(default)]
    pub names: bool,
}

/// The diagnostics, to be read before they are saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Diagnostics {
    /// Stands for exactly this text in what saves it.
    #[specta(type = Number)]
    pub shown: u64,
    /// A name for the file.
    pub file_name: String,
    /// The files in it.
    pub members: Vec<DiagnosticsMember>,
}

/// A file of the diagnostics.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DiagnosticsMember {
    /// Its name.
    pub name: String,
    /// Its content.
    pub text: String,
}

/// Saves diagnostics that were shown.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DiagnosticsSave {
    /// The number that they were shown with.
    #[specta(type = Number)]
    pub shown: u64,
    /// The folder that receives them under a name of their own, or a file that is not there yet.
    pub place: String,
}

/// Asks for diagnostics that were shown, as a file.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DiagnosticsRef {
    /// The number that they were shown with.
    #[specta(type = Number)]
    pub shown: u64,
}

/// The diagnostics as one zip.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DiagnosticsFile {
    /// A name for the file.
    pub file_name: String,
    /// Its content.
    pub base64: String,
}
