//! Versions and their changes, from the history to the wire and back.

use undercroft_history as history;

use super::wire::{Change, Layer, LineCounts, Version};
use crate::base::names::names;

/// The number of an id's last digits that tell it from others: versions that are made one after
/// another begin alike.
const SHORT_ID: usize = 8;

impl From<history::Version> for Version {
    fn from(version: history::Version) -> Self {
        let id = version.id.to_string();
        Self {
            short_id: short(&id),
            id,
            project: version.project.to_string(),
            workspace: version.workspace.to_string(),
            seq: version.seq,
            time: version.time,
            author: version.author,
            message: version.message,
            trigger: version.trigger.into(),
            name: version.name,
            note: version.note,
            pinned: version.pinned,
            parent: version.parent.map(|id| id.to_string()),
            commit: version.commit.to_string(),
            files: version.files,
            size_bytes: version.size_bytes,
            stored_bytes: version.stored_bytes,
            added: version.added,
            modified: version.modified,
            removed: version.removed,
            renamed: version.renamed,
        }
    }
}

fn short(id: &str) -> String {
    id.get(id.len().saturating_sub(SHORT_ID)..).unwrap_or(id).to_owned()
}

impl From<&history::Change> for Change {
    fn from(change: &history::Change) -> Self {
        Self {
            path: names(&change.path),
            from: change.from.as_ref().map(names),
            kind: change.kind.into(),
            size_bytes: change.size_bytes,
            layer: change.layer.map(Layer::from),
            lines: None,
        }
    }
}

impl From<history::LineCounts> for LineCounts {
    fn from(lines: history::LineCounts) -> Self {
        let history::LineCounts { added, removed } = lines;
        Self { added, removed }
    }
}
