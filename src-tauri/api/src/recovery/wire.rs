//! Getting the whole library back, on the wire.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;

/// Asks what libraries a destination holds.
#[derive(Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RecoveryLook {
    /// The place of the destination.
    pub place: String,
    /// Its password.
    pub password: String,
}

// A derived `Debug` would print the password.
impl std::fmt::Debug for RecoveryLook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RecoveryLook").field("place", &self.place).finish_non_exhaustive()
    }
}

/// A library as it was at one moment, in a destination.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RecoverableLibrary {
    /// The backup of the library.
    pub snapshot: String,
    /// When it was made.
    #[specta(type = String)]
    pub time: Timestamp,
    /// The machine that made it.
    pub host: String,
    /// The user who made it.
    pub user: String,
    /// Its projects, by name, with their newest backups.
    pub projects: Vec<RecoverableProject>,
    /// The size of the library, in bytes.
    #[specta(type = Number)]
    pub size_bytes: u64,
}

/// A project that can be had back.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RecoverableProject {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The path that its folder gets, for display.
    pub path: String,
    /// The path that it had, where that was another: in a home folder that is called otherwise
    /// here.
    #[serde(default)]
    pub was_at: Option<String>,
    /// When its newest backup was made; it has none when left out.
    #[serde(default)]
    #[specta(type = Option<String>)]
    pub last_backup: Option<Timestamp>,
    /// The size of its newest backup, in bytes; left out when it is not known.
    #[serde(default)]
    #[specta(type = Option<Number>)]
    pub size_bytes: Option<u64>,
    /// Whether something is at its place already, which is left as it is.
    pub occupied: bool,
}

/// Gets a library back into the one that is open, which must be empty.
#[derive(Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LibraryRecover {
    /// The place of the destination.
    pub place: String,
    /// Its password.
    pub password: String,
    /// The backup of the library; the newest when left out.
    #[serde(default)]
    pub snapshot: Option<String>,
    /// Whether the projects' folders are brought back to where they were, where nothing is there and
    /// the place is confirmed.
    pub with_folders: bool,
    /// The places that may be used from now on, with what lies below them, as they are shown; no
    /// other place that the library records is used until it is confirmed, too.
    #[serde(default)]
    pub confirm: Vec<String>,
    /// Whether all places that it records may be used.
    #[serde(default)]
    pub confirm_all: bool,
}

/// A folder that a recovered library records, and would read or write.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RecordedPlace {
    /// The folder, to show and to confirm it by.
    pub path: String,
    /// Whose folder it is: "the project Birch".
    pub of: String,
    /// Whether the user has confirmed it.
    pub confirmed: bool,
}

/// Confirms places that a recovered library records.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlacesConfirm {
    /// The places, or folders above them, as they are shown.
    #[serde(default)]
    pub places: Vec<String>,
    /// Whether all of them are confirmed.
    #[serde(default)]
    pub all: bool,
}

// A derived `Debug` would print the password.
impl std::fmt::Debug for LibraryRecover {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LibraryRecover")
            .field("place", &self.place)
            .field("snapshot", &self.snapshot)
            .field("with_folders", &self.with_folders)
            .field("confirm", &self.confirm)
            .field("confirm_all", &self.confirm_all)
            .finish_non_exhaustive()
    }
}
