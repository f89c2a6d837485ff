//! Projects, from the rooms to the wire.

use jiff::Timestamp;
use undercroft_backup as backup;
use undercroft_foundation::{ArchiveId, escape_path};
use undercroft_library as library;

use super::wire::Project;

/// The knowledge that other rooms have of a project.
#[derive(Debug, Clone)]
pub(super) struct Surroundings {
    pub(super) protection: backup::Protection,
    /// Whether its folder lies in the library.
    pub(super) is_managed: bool,
    /// When its newest version was made.
    pub(super) newest_version: Option<Timestamp>,
    /// After how many days the trash is emptied; never, for 0.
    pub(super) trash_days: u64,
    /// The archive that it lives in.
    pub(super) archive: Option<ArchiveId>,
}

pub(super) fn to_wire(project: library::Project, around: Surroundings) -> Project {
    Project {
        id: project.id.to_string(),
        present: project.is_present(),
        path: escape_path(&project.root),
        kind: project.kind.into(),
        status: project.status.into(),
        name: project.name,
        languages: project.languages,
        frameworks: project.frameworks,
        tags: project.tags,
        git_remote: project.git_remote,
        files: project.files,
        size_bytes: project.size_bytes,
        created: project.created,
        updated: project.updated,
        last_change: project.last_change.max(around.newest_version),
        managed: around.is_managed,
        trashed: project.trashed,
        expires: project.trashed.and_then(|trashed| expiry(trashed, around.trash_days)),
        archive: around.archive.map(|id| id.to_string()),
        protection: around.protection.into(),
    }
}

/// When the trash lets go of what was moved to it at a moment.
pub(crate) fn expiry(trashed: Timestamp, days: u64) -> Option<Timestamp> {
    let hours = i64::try_from(days).ok().filter(|days| *days > 0)?.checked_mul(24)?;
    trashed.checked_add(jiff::SignedDuration::from_hours(hours)).ok()
}
