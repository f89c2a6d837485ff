//! Passwords, keys and the recovery kit on the wire.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use specta::Type;

/// Where a password comes from.
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
    /// Who made it.
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

/// Where a destination's password is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum PasswordKeeper {
    /// The system's keyring.
    Keyring,
    /// A sealed file of the library, where there is no keyring.
    SealedFile,
    /// The user's own key file, read each time.
    KeyFile,
    /// Nowhere: it cannot be found any more and must be typed.
    Missing,
}

/// The keys of a destination.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Keys {
    /// The keys, the oldest first.
    pub keys: Vec<Key>,
    /// Where the password in use is kept.
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

/// What to print and put away: what is where, its key, and how to get it back with stock tools.
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
