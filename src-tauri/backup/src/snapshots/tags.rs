//! The tags by which snapshots are told apart: ours from others, and those of projects, of the
//! library, and of its objects.

use undercroft_foundation::{ArchiveId, ProjectId, Result};
use undercroft_repository::{Repository, Snapshot};

/// The tag that every snapshot of ours bears.
pub(crate) const OUR_TAG: &str = "undercroft";
/// The tag of what versions of a project need beside their history: no backup of the project.
pub(crate) const OBJECTS_TAG: &str = "objects";
/// Before a project's id in the tag that names it.
pub(crate) const PROJECT_TAG: &str = "project:";
/// Before a library's id in the tag that names it.
pub(crate) const LIBRARY_TAG: &str = "library:";

/// Before an archive's id in the tag of the snapshot that holds it.
const ARCHIVE_TAG: &str = "archive:";

/// The archive that a snapshot with these tags holds. It is a backup of nothing, and no policy is
/// about it.
pub(crate) fn archive_of(tags: &[String]) -> Option<ArchiveId> {
    tags.iter().find_map(|tag| tag.strip_prefix(ARCHIVE_TAG)?.parse().ok())
}

/// The tag that names an archive.
pub(crate) fn tag_of_archive(archive: ArchiveId) -> String {
    format!("{ARCHIVE_TAG}{archive}")
}

/// Whether a snapshot with these tags holds what versions need, and is no backup of its own.
pub(crate) fn is_of_objects(tags: &[String]) -> bool {
    tags.iter().any(|tag| tag == OBJECTS_TAG)
}

/// The project that a snapshot with these tags is a backup of.
pub(crate) fn project_of(tags: &[String]) -> Option<ProjectId> {
    if is_of_objects(tags) {
        return None;
    }
    tags.iter().find_map(|tag| tag.strip_prefix(PROJECT_TAG)?.parse().ok())
}

/// The tag that names a project.
pub(crate) fn tag_of(project: ProjectId) -> String {
    format!("{PROJECT_TAG}{project}")
}

/// A project's snapshots in a repository; its objects are none of them.
pub(crate) fn of_project(repository: &Repository, project: ProjectId) -> Result<Vec<Snapshot>> {
    let tag = tag_of(project);
    let mut snapshots = repository.snapshots()?;
    snapshots.retain(|snapshot| snapshot.tags.contains(&tag) && !is_of_objects(&snapshot.tags));
    Ok(snapshots)
}
