//! Destinations on the wire: what they are, their keys and passwords, and their maintenance.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;
use undercroft_backup as backup;

use crate::base::mirror::mirror;

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
    /// The password that opens the repository.
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
    /// The path of its folder, for display.
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
    /// The place where its password is kept.
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
    /// The bytes that its backups take in the repository, deduplicated and compressed.
    #[specta(type = Number)]
    pub stored_bytes: u64,
    /// The bytes that its backups would take if each were restored.
    #[specta(type = Number)]
    pub restore_bytes: u64,
    /// The bytes in the repository that no backup needs any more.
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

/// Records the new place of a destination that was moved.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DestinationMove {
    /// The destination.
    pub destination: String,
    /// The place where it is now.
    pub place: String,
}

/// Moves a destination to another drive.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DestinationTransfer {
    /// The destination.
    pub destination: String,
    /// The place to which it is moved: an empty folder, or none yet.
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

/// The source of a password.
#[derive(Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", tag = "type")]
pub enum NewPassword {
    /// The user typed it.
    Typed {
        /// The password.
        password: String,
    },
    /// One is made, of seven words; the recovery kit shows it.
    Generated,
    /// It is the content of a file that the user points out, one line.
    KeyFile {
        /// The place of the file.
        place: String,
    },
}

// A derived `Debug` would print the password.
impl std::fmt::Debug for NewPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Typed { .. } => "Typed",
            Self::Generated => "Generated",
            Self::KeyFile { .. } => "KeyFile",
        })
    }
}

/// A key of a destination: one password opens it with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Key {
    /// Its id.
    pub id: String,
    /// The first digits of the id.
    pub short_id: String,
    /// Whether it is the one whose password is kept here.
    pub current: bool,
    /// The user who made it.
    pub user: String,
    /// On which machine.
    pub host: String,
    /// When it was made.
    #[serde(default)]
    #[specta(type = Option<String>)]
    pub created: Option<Timestamp>,
    /// It cannot be read any more; its password opens nothing.
    pub damaged: bool,
}

mirror! {
    /// The place where a destination's password is kept.
    #[serde(rename_all = "camelCase")]
    pub enum PasswordKeeper = backup::PasswordKeeper {
        /// The system's keyring.
        Keyring,
        /// A sealed file of the library, where there is no keyring.
        SealedFile,
        /// The user's own key file, read each time.
        KeyFile,
        /// Nowhere: it cannot be found any more and must be typed.
        Missing,
    }
}

/// The keys of a destination.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Keys {
    /// The keys, the oldest first.
    pub keys: Vec<Key>,
    /// The place where the password in use is kept.
    pub keeper: PasswordKeeper,
}

/// Adds a key, or changes the password in use.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KeyNew {
    /// The destination.
    pub destination: String,
    /// The password.
    pub password: NewPassword,
}

/// Removes a key; its password opens the destination no more.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KeyRemove {
    /// The destination.
    pub destination: String,
    /// The key: its id, or the beginning of it.
    pub key: String,
}

/// Tries a password on a destination.
#[derive(Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PasswordTry {
    /// The destination.
    pub destination: String,
    /// The password; the one that is kept when left out.
    #[serde(default)]
    pub password: Option<String>,
}

// A derived `Debug` would print the password.
impl std::fmt::Debug for PasswordTry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PasswordTry")
            .field("destination", &self.destination)
            .finish_non_exhaustive()
    }
}

/// Whether a password opens a destination.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PasswordTried {
    /// Whether it does.
    pub opens: bool,
    /// The first digits of the key that it opens.
    #[serde(default)]
    pub key: Option<String>,
}

/// A recovery kit to print and put away: the places of the backups, the password that opens them,
/// and how to restore them with stock tools.
#[derive(Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RecoveryKit {
    /// As a page that can be printed, without scripts.
    pub html: String,
    /// As text.
    pub text: String,
    /// A name for the file.
    pub file_name: String,
}

// A derived `Debug` would print the password.
impl std::fmt::Debug for RecoveryKit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RecoveryKit").field("file_name", &self.file_name).finish_non_exhaustive()
    }
}

/// Writes the recovery kit into a folder.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RecoveryKitSave {
    /// The destination.
    pub destination: String,
    /// The place of the folder.
    pub place: String,
}

mirror! {
    /// The part of a destination to repair.
    #[serde(rename_all = "camelCase")]
    pub enum RepairKind = backup::Repair {
        /// Damaged files of the destination, from parity.
        Parity,
        /// The index, from the packs.
        Index,
        /// Damaged packs: what can be read of them is saved, the rest given up.
        Packs,
        /// Backups that miss content: what is lost is left out of them.
        Snapshots,
    }
}

/// Mends a destination.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RepairRequest {
    /// The destination.
    pub destination: String,
    /// The part to repair.
    pub what: RepairKind,
}

/// Protects a destination against damage of its drive.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ParityChange {
    /// The destination.
    pub destination: String,
    /// How much is added, in percent of what is stored: 0 for none, up to 50.
    pub percent: u8,
}

/// Shows a destination as a folder, to be read with any program.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MountRef {
    /// The destination.
    pub destination: String,
    /// The place of an empty folder; one of the library's own when left out.
    #[serde(default)]
    pub place: Option<String>,
}

/// A destination that is shown as a folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Mount {
    /// The destination's id.
    pub destination: String,
    /// The folder that shows it, for display.
    pub path: String,
}
