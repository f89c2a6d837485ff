//! Projects, from the rooms to the wire.

use undercroft_backup as backup;
use undercroft_foundation::escape_path;
use undercroft_library as library;

use super::wire::Project;

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
