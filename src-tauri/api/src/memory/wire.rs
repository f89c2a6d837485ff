//! The content held in memory, and session work, on the wire.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;
use undercroft_session as session;

use crate::base::mirror::mirror;

/// How the memory is used.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct MemoryStats {
    /// How many bytes of content it may hold.
    #[specta(type = Number)]
    pub capacity_bytes: u64,
    /// How many it holds.
    #[specta(type = Number)]
    pub used_bytes: u64,
    /// How many contents that is.
    #[specta(type = Number)]
    pub entries: u64,
    /// How often content was asked for and was there.
    #[specta(type = Number)]
    pub hits: u64,
    /// How often it was not.
    #[specta(type = Number)]
    pub misses: u64,
    /// How much of it had to go for other content.
    #[specta(type = Number)]
    pub evictions: u64,
    /// How many drafts are kept.
    #[specta(type = Number)]
    pub drafts: u64,
    /// The size of the drafts together, in bytes.
    #[specta(type = Number)]
    pub draft_bytes: u64,
    /// The size of their journal on disk, in bytes.
    #[specta(type = Number)]
    pub journal_bytes: u64,
}

/// Copies all session work to a place, or back from one.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MemoryTransfer {
    /// The place.
    pub place: String,
}

/// The result of an export or import of session work.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct MemoryTransferred {
    /// How many drafts were copied.
    #[specta(type = Number)]
    pub drafts: u64,
    /// How many were not, because what is here is as new, or newer.
    #[specta(type = Number)]
    pub left: u64,
}

/// Keeps a draft: work of a session that is in no version yet.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DraftSave {
    /// The project.
    pub project: String,
    /// Its name: a path, or any name for a scratch file.
    pub name: String,
    /// Whether it is a draft of a workspace's file, or a scratch file.
    #[serde(default)]
    pub kind: DraftKind,
    /// The content, in base64.
    pub base64: String,
}

mirror! {
    /// The kind of session work.
    #[derive(Default)]
    #[serde(rename_all = "camelCase")]
    pub enum DraftKind = session::SessionKind {
        /// The next content of a workspace's file, not saved yet.
        #[default]
        Draft,
        /// A file of no workspace.
        Scratch,
    }
}

/// A draft of a project.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DraftRef {
    /// The project.
    pub project: String,
    /// The draft's name.
    pub name: String,
    /// Whether it is a draft of a workspace's file, or a scratch file.
    #[serde(default)]
    pub kind: DraftKind,
}

/// A draft.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Draft {
    /// The id of the project.
    pub project: String,
    /// Its name.
    pub name: String,
    /// Whether it is a draft of a workspace's file, or a scratch file.
    pub kind: DraftKind,
    /// How large it is.
    #[specta(type = Number)]
    pub size_bytes: u64,
    /// When it was last kept.
    #[specta(type = String)]
    pub saved: Timestamp,
    /// When it may go.
    #[specta(type = String)]
    pub expires: Timestamp,
}

/// A draft with its content.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DraftContent {
    /// When it was last kept.
    #[specta(type = String)]
    pub saved: Timestamp,
    /// The content, in base64.
    pub base64: String,
}
