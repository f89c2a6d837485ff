//! Destinations on the wire.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;

/// A destination: its id, the beginning of one, or its name.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DestinationRef {
    /// The destination.
    pub destination: String,
}

/// Makes a place a destination.
#[derive(Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DestinationAdd {
    /// The place.
    pub place: String,
    /// Its name; without one, the folder's.
    #[serde(default)]
    pub name: Option<String>,
    /// What opens the repository.
    pub password: String,
    /// Whether to make a new repository there, rather than open the one that is there.
    pub create: bool,
}

// A derived `Debug` would print the password.
impl std::fmt::Debug for DestinationAdd {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DestinationAdd")
            .field("place", &self.place)
            .field("name", &self.name)
            .field("create", &self.create)
            .finish_non_exhaustive()
    }
}

/// A place that holds a repository of backups.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Destination {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Where it is, to show.
    pub display: String,
    /// The id in the repository's own configuration.
    pub repository_id: String,
    /// Whether the repository is there now.
    pub present: bool,
    /// Free room there.
    #[serde(default)]
    #[specta(type = Option<Number>)]
    pub free_bytes: Option<u64>,
    /// All room there.
    #[serde(default)]
    #[specta(type = Option<Number>)]
    pub total_bytes: Option<u64>,
    /// How many backups it is known to hold.
    #[specta(type = Number)]
    pub snapshots: u64,
    /// When the last backup was made there.
    #[serde(default)]
    #[specta(type = Option<String>)]
    pub last_backup: Option<Timestamp>,
    /// When it was added.
    #[specta(type = String)]
    pub added: Timestamp,
}
