//! Backups, from the room to the wire and back.

use std::collections::HashMap;

use undercroft_backup::{self as backup, CachedSnapshot};
use undercroft_foundation::{DestinationId, escape_name};

use super::wire::{Entry, Overwrite, Snapshot};

pub(crate) fn snapshot(cached: CachedSnapshot, names: &HashMap<DestinationId, String>) -> Snapshot {
    Snapshot {
        id: cached.id.to_string(),
        short_id: cached.id.short(),
        destination: cached.destination.to_string(),
        destination_name: names.get(&cached.destination).cloned().unwrap_or_default(),
        project: cached.project.map(|id| id.to_string()),
        time: cached.time,
        host: cached.host,
        user: cached.user,
        paths: cached.paths,
        files: cached.files,
        size_bytes: cached.size_bytes,
        pinned: cached.tags.iter().any(|tag| tag == "pinned"),
        tags: cached.tags,
        added_bytes: cached.added_bytes,
    }
}

pub(super) fn entry(entry: backup::Entry) -> Entry {
    Entry {
        name: escape_name(&entry.name),
        kind: entry.kind.into(),
        size_bytes: entry.size_bytes,
        modified: entry.modified,
        mode: entry.mode,
        target: entry.target.map(|target| escape_name(&target)),
    }
}

impl From<Overwrite> for backup::Overwrite {
    fn from(overwrite: Overwrite) -> Self {
        match overwrite {
            Overwrite::Never => Self::Never,
            Overwrite::Newer => Self::IfNewer,
            Overwrite::Changed => Self::IfChanged,
            Overwrite::Always => Self::Always,
        }
    }
}
