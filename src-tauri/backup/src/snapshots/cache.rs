//! The cache of snapshots: the table of them, brought up to date from the repositories.

use std::collections::HashSet;

use jiff::Timestamp;
use undercroft_foundation::{DestinationId, ProjectId, Result};
use undercroft_library::Library;
use undercroft_repository::{Repository, SnapshotId};

use super::table::{self, CachedSnapshot};

/// The snapshots of a library's destinations, as they were last seen.
#[derive(Debug, Clone)]
pub(crate) struct SnapshotCache {
    library: Library,
}

impl SnapshotCache {
    pub(crate) fn new(library: &Library) -> Self {
        Self { library: library.clone() }
    }

    /// The snapshots as they were last seen: nothing but the catalog is read.
    pub(crate) fn list(
        &self,
        project: Option<ProjectId>,
        destination: Option<DestinationId>,
    ) -> Result<Vec<CachedSnapshot>> {
        self.library.catalog().read(|connection| table::list(connection, project, destination))
    }

    /// The number of backups that a destination holds, and when the newest was made.
    pub(crate) fn summary_of(
        &self,
        destination: DestinationId,
    ) -> Result<(u64, Option<Timestamp>)> {
        self.library.catalog().read(|connection| table::summary_of(connection, destination))
    }

    /// Brings what is kept of a destination's snapshots up to date. A snapshot that cannot be
    /// read does not hide the others; it is the error that comes out in the end.
    pub(crate) fn refresh(
        &self,
        destination: DestinationId,
        repository: &Repository,
    ) -> Result<()> {
        let there: HashSet<SnapshotId> = repository.snapshot_ids()?.into_iter().collect();
        let known = self.list(None, Some(destination))?;
        let known: HashSet<_> = known.into_iter().map(|snapshot| snapshot.id).collect();
        let (mut found, mut failure) = (Vec::new(), None);
        for id in there.difference(&known) {
            match repository.read_snapshot(*id) {
                Ok(snapshot) => found.push(CachedSnapshot::of(destination, &snapshot)),
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        let gone: Vec<_> = known.difference(&there).collect();
        if !found.is_empty() || !gone.is_empty() {
            self.library.catalog().write(|transaction| {
                gone.iter().try_for_each(|id| table::remove(transaction, destination, **id))?;
                found.iter().try_for_each(|snapshot| table::insert(transaction, snapshot))
            })?;
        }
        failure.map_or(Ok(()), Err)
    }

    /// The same where the snapshot is there, whatever the catalog says of it: that is made good at
    /// the next look.
    pub(crate) fn refresh_or_warn(&self, destination: DestinationId, repository: &Repository) {
        if let Err(error) = self.refresh(destination, repository) {
            tracing::warn!(destination.id = %destination, %error, "snapshots not noted");
        }
    }
}
