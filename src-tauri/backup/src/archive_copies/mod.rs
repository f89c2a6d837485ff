//! Archives that lie in a destination: each is the one file of a snapshot, which is tagged with the
//! archive's id and pinned. It is no backup of a project, so that no policy is ever about it.

mod stored;

use std::path::Path;

use undercroft_foundation::{ArchiveId, Code, DestinationId, Error, Job, Result, text};
use undercroft_library::Library;
use undercroft_repository::retention::PINNED;
use undercroft_repository::{
    BackupRequest, Forget, Parent, Repository, Snapshot, SnapshotFilter, SnapshotId,
};

use crate::destinations::{Destination, Destinations};
use crate::project_backup::ProjectBackups;
use crate::snapshots::{OUR_TAG, SnapshotCache, archive_of, tag_of_archive};

pub use stored::StoredArchive;

/// The archives that lie in a library's destinations.
#[derive(Debug, Clone)]
pub struct ArchiveCopies {
    destinations: Destinations,
    snapshots: SnapshotCache,
    projects: ProjectBackups,
}

impl ArchiveCopies {
    pub(crate) fn new(
        library: &Library,
        destinations: &Destinations,
        projects: &ProjectBackups,
    ) -> Self {
        Self {
            destinations: destinations.clone(),
            snapshots: SnapshotCache::new(library),
            projects: projects.clone(),
        }
    }

    /// The destination with this id; where the library was made anew, the one with this repository.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn destination(&self, id: DestinationId, repository: &str) -> Result<Option<Destination>> {
        let mut known = self.destinations.list()?;
        known.retain(|it| it.id == id || it.repository == repository);
        known.sort_by_key(|it| it.id != id);
        Ok(known.into_iter().next())
    }

    /// Stores an archive's file in a destination; one that is there already is left as it is.
    ///
    /// # Errors
    /// The errors of the destination, and [`Code::Cancelled`]. No snapshot is there then.
    pub fn store(
        &self,
        destination: &Destination,
        archive: ArchiveId,
        file: &Path,
        job: &Job,
    ) -> Result<SnapshotId> {
        let repository = self.destinations.repository_of(destination)?;
        let snapshot = match of_archive(&repository, archive)?.pop() {
            Some(there) => there.id,
            None => self.back_up(&repository, archive, file, job)?,
        };
        self.snapshots.refresh_or_warn(destination.id, &repository);
        repository.ensure_reserve()?;
        if repository.parity_state()?.percent > 0 {
            repository.parity_update(job)?;
        }
        Ok(snapshot)
    }

    fn back_up(
        &self,
        repository: &Repository,
        archive: ArchiveId,
        file: &Path,
        job: &Job,
    ) -> Result<SnapshotId> {
        let request = BackupRequest {
            sources: vec![file.to_owned()],
            tags: vec![OUR_TAG.to_owned(), tag_of_archive(archive), PINNED.to_owned()],
            parent: Parent::None,
            threads: self.projects.threads(job),
            ..BackupRequest::default()
        };
        repository.backup(&request, job)?.snapshot.ok_or_else(|| {
            Error::new(Code::Internal, "The archive that was stored has no snapshot")
        })
    }

    /// Opens an archive in a destination: by its snapshot, or, where that was replaced by one with
    /// other tags, by its own id.
    ///
    /// # Errors
    /// The errors of the destination, and [`Code::NotFound`].
    pub fn open(
        &self,
        destination: &Destination,
        archive: ArchiveId,
        snapshot: Option<&str>,
    ) -> Result<StoredArchive> {
        let repository = self.destinations.repository_of(destination)?;
        let by_id = snapshot.and_then(|id| id.parse().ok());
        let snapshot = match by_id.map(|id| repository.read_snapshot(id)) {
            Some(Err(error)) if error.code() == Code::NotFound => None,
            Some(found) => Some(found?),
            None => None,
        };
        let snapshot = match snapshot {
            Some(snapshot) => snapshot,
            None => of_archive(&repository, archive)?.pop().ok_or_else(|| {
                let what = text!(
                    "{destination} does not hold the archive",
                    destination = destination.name
                );
                Error::new(Code::NotFound, what)
                    .why("No snapshot there bears its id")
                    .next("Look into the trash of the destination")
            })?,
        };
        StoredArchive::open(&self.destinations, destination, repository, &snapshot)
    }

    /// Removes an archive from a destination for good; a clean-up frees its room.
    ///
    /// # Errors
    /// The errors of the destination.
    pub fn remove(&self, destination: &Destination, archive: ArchiveId) -> Result<()> {
        let repository = self.destinations.repository_of(destination)?;
        let ids: Vec<_> = of_archive(&repository, archive)?.iter().map(|it| it.id).collect();
        repository.forget(&ids, Forget::ForGood)?;
        self.snapshots.refresh_or_warn(destination.id, &repository);
        Ok(())
    }

    /// The archives that these snapshots of a destination hold, each told by its id or the beginning
    /// of one.
    ///
    /// # Errors
    /// The errors of the destination, and [`Code::NotFound`].
    pub fn among(&self, destination: &Destination, snapshots: &[String]) -> Result<Vec<ArchiveId>> {
        let repository = self.destinations.repository_of(destination)?;
        let mut archives = Vec::new();
        for name in snapshots {
            let found = repository.find_snapshot(name, &SnapshotFilter::default())?;
            archives.extend(archive_of(&found.tags));
        }
        Ok(archives)
    }
}

/// The snapshots that hold an archive, the oldest first: one, unless somebody made another.
fn of_archive(repository: &Repository, archive: ArchiveId) -> Result<Vec<Snapshot>> {
    let mut snapshots = repository.snapshots()?;
    snapshots.retain(|snapshot| archive_of(&snapshot.tags) == Some(archive));
    Ok(snapshots)
}
