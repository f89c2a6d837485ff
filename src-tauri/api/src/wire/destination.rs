//! Destinations on the wire.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;

use super::{Keys, NewPassword, PasswordKeeper};

/// A destination: its id, the beginning of one, or its name.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DestinationRef {
    /// The destination.
    pub destination: String,
}

/// Makes a place a destination.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DestinationAdd {
    /// The place.
    pub place: String,
    /// Its name; without one, the folder's.
    #[serde(default)]
    pub name: Option<String>,
    /// What opens the repository.
    pub password: NewPassword,
    /// Whether to make a new repository there, rather than open the one that is there.
    pub create: bool,
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
    /// Where its password is kept.
    pub keeper: PasswordKeeper,
    /// When its backups were last proven restorable.
    #[serde(default)]
    #[specta(type = Option<String>)]
    pub last_proven: Option<Timestamp>,
    /// How many backups are in its trash, as far as is known.
    #[specta(type = Number)]
    pub trashed: u64,
}

/// A destination with all that it takes a moment to find out.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DestinationDetail {
    /// The destination.
    pub destination: Destination,
    /// Its keys.
    pub keys: Keys,
    /// What its backups take, as stored.
    #[specta(type = Number)]
    pub stored_bytes: u64,
    /// What they would take one by one and uncompressed.
    #[specta(type = Number)]
    pub restore_bytes: u64,
    /// What no backup needs any more.
    #[specta(type = Number)]
    pub unused_bytes: u64,
}

/// Gives a destination another name.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DestinationRename {
    /// The destination.
    pub destination: String,
    /// Its new name.
    pub name: String,
}

/// Says where a destination is now.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DestinationMove {
    /// The destination.
    pub destination: String,
    /// The place where it is now.
    pub place: String,
}

/// Copies backups to another destination.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DestinationCopy {
    /// The destination that holds them.
    pub from: String,
    /// The destination that is given them.
    pub to: String,
    /// The backups; all when empty.
    pub snapshots: Vec<String>,
}
