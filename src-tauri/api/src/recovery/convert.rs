//! Libraries that can be had back, from the room to the wire.

use undercroft_backup as backup;
use undercroft_foundation::escape_path;

use super::wire::{RecoverableLibrary, RecoverableProject};

pub(super) fn library(found: backup::RecoverableLibrary) -> RecoverableLibrary {
    RecoverableLibrary {
        snapshot: found.snapshot.to_string(),
        time: found.time,
        host: found.host,
        user: found.user,
        projects: found.projects.into_iter().map(project).collect(),
        size_bytes: found.size_bytes,
    }
}

fn project(found: backup::RecoverableProject) -> RecoverableProject {
    RecoverableProject {
        id: found.id.to_string(),
        name: found.name,
        path: escape_path(&found.root),
        was_at: (found.was_at != found.root).then(|| escape_path(&found.was_at)),
        last_backup: found.last_backup,
        size_bytes: found.size_bytes,
        occupied: found.is_occupied,
    }
}
