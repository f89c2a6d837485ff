//! Projects, from the rooms to the wire.

use undercroft_backup as backup;
use undercroft_foundation::escape_path;
use undercroft_library as library;

use super::wire::{Project, ProjectKind, ProjectStatus, Protection, ProtectionState};
use crate::base::mirror::same_names;

pub(super) fn to_wire(project: library::Project, protection: backup::Protection) -> Project {
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
        protection: protection.into(),
    }
}

impl From<backup::Protection> for Protection {
    fn from(protection: backup::Protection) -> Self {
        Self {
            state: match protection.state {
                backup::ProtectionState::Protected => ProtectionState::Protected,
                backup::ProtectionState::Attention => ProtectionState::Attention,
                backup::ProtectionState::Running => ProtectionState::Running,
            },
            reason: protection.reason,
            last_backup: protection.last_backup,
            destinations: protection.destinations,
        }
    }
}

same_names! {
    library::ProjectKind => ProjectKind { Generation, Migration, Other };
    library::ProjectStatus => ProjectStatus { Active, Archived, Trashed };
    ProjectStatus => library::ProjectStatus { Active, Archived, Trashed };
}
