//! Verification on the wire: what was read back, and what was restored on trial.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;

use crate::base::sentence::Sentence;

/// How far a destination is proven.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DestinationProof {
    /// The destination's id.
    pub destination: String,
    /// Its name.
    pub name: String,
    /// When random files were last restored and found right.
    #[serde(default)]
    #[specta(type = Option<String>)]
    pub last_proven: Option<Timestamp>,
    /// The last trial restores, newest first.
    pub drills: Vec<Drill>,
    /// When a part was last read back and found right.
    #[serde(default)]
    #[specta(type = Option<String>)]
    pub last_read: Option<Timestamp>,
    /// How much of what is stored was read back since this round began, in thousandths.
    pub round_permille: u16,
    /// When this round began.
    #[serde(default)]
    #[specta(type = Option<String>)]
    pub round_since: Option<Timestamp>,
    /// When the last whole round ended.
    #[serde(default)]
    #[specta(type = Option<String>)]
    pub last_round: Option<Timestamp>,
    /// The problems that were found and are not repaired yet, in a sentence each.
    pub problems: Vec<Sentence>,
    /// How much parity it has, in percent of what is stored; none when left out.
    #[serde(default)]
    pub parity_percent: Option<u8>,
    /// How much of what is stored is under parity, in thousandths.
    pub parity_permille: u16,
}

/// A trial restore.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Drill {
    /// When.
    #[specta(type = String)]
    pub time: Timestamp,
    /// The project's id, when it was of one project.
    #[serde(default)]
    pub project: Option<String>,
    /// How many files were restored.
    #[specta(type = Number)]
    pub files: u64,
    /// The size of these files together, in bytes.
    #[specta(type = Number)]
    pub bytes: u64,
    /// How long it took.
    #[specta(type = Number)]
    pub milliseconds: u64,
    /// How many of them were also compared with the file on disk, which had not changed since.
    #[specta(type = Number)]
    pub compared_with_disk: u64,
    /// The problems that were found, in a sentence each; empty when all was right.
    pub problems: Vec<Sentence>,
}

/// Reads a destination back now.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CheckRequest {
    /// The destination.
    pub destination: String,
    /// How much is read back, in thousandths: 1000 for all, 0 for what leads to the data only.
    pub permille: u16,
}
