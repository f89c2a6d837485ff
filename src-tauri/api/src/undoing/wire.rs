//! Restores that can be undone, on the wire.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::base::sentence::Sentence;

/// Something that was done and can be undone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Undoable {
    /// Its sentence, without a full stop.
    pub title: Sentence,
    /// When it was done.
    #[specta(type = String)]
    pub time: Timestamp,
    /// When it can be undone no more, as far as that is known.
    #[specta(type = Option<String>)]
    pub until: Option<Timestamp>,
    /// The id of the project that it concerns.
    pub project: Option<String>,
    /// The way to undo it.
    pub way: UndoWay,
    /// The reason that it cannot be undone, now or any more.
    pub blocked: Option<Sentence>,
}

/// The way to undo something: the use case that does it, and with what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum UndoWay {
    /// By `undo`.
    Workspace {
        /// The workspace, or the project where it has no versions.
        workspace: String,
    },
    /// By `project_recall`.
    Project {
        /// The project.
        project: String,
    },
    /// By `archive_recall`.
    Archive {
        /// The archive.
        archive: String,
    },
    /// By `trash_restore`.
    Backups {
        /// The destination.
        destination: String,
        /// The backups that were forgotten together.
        snapshots: Vec<String>,
    },
}
