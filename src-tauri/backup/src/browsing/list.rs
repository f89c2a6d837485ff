//! The snapshots that there are: read from the repositories, and kept for when they are away.

use std::collections::HashSet;

use undercroft_foundation::{DestinationId, Error, ProjectId, Result};
use undercroft_repository::{Repository, SnapshotId};

use crate::backups::Backups;
use crate::destinations::Destination;
use crate::snapshots::{self, CachedSnapshot};

/// Snapshots, and what is to be known about how they were found.
#[derive(Debug, Default)]
pub struct SnapshotList {
    /// The snapshots, newest first.
    pub snapshots: Vec<CachedSnapshot>,
    /// Destinations that could not be read, or not wholly: their snapshots are as they were last
    /// seen.
    pub out_of_date: Vec<OutOfDate>,
}

/// A destination whose snapshots are as they were last seen, and why.
#[derive(Debug)]
pub struct OutOfDate {
    /// The destination.
    pub destination: Destination,
    /// Why it could not be read.
    pub error: Error,
}

impl Backups {
    /// The snapshots of a project or of all, in a destination or in all. Destinations that are
    /// there are read; for others, what was last seen is given, and it is said so.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`] for an unknown project or destination.
    pub fn snapshots(
        &self,
        project: Option<ProjectId>,
        destination: Option<DestinationId>,
    ) -> Result<SnapshotList> {
        if let Some(project) = project {
            self.library.projects().get(project)?;
        }
        let destinations = match destination {
            Some(destination) => vec![self.destination(destination)?],
            None => self.destinations()?,
        };
        let mut out_of_date = Vec::new();
        for destination in destinations {
            if let Err(error) = self.look_again(&destination) {
                out_of_date.push(OutOfDate { destination, error });
            }
        }
        let snapshots = self.cached_snapshots(project, destination)?;
        Ok(SnapshotList { snapshots, out_of_date })
    }

    /// The snapshots as they were last seen: nothing but the catalog is read.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn cached_snapshots(
        &self,
        project: Option<ProjectId>,
        destination: Option<DestinationId>,
    ) -> Result<Vec<CachedSnapshot>> {
        self.library.catalog().read(|connection| snapshots::list(connection, project, destination))
    }

    fn look_again(&self, destination: &Destination) -> Result<()> {
        let repository = self.repository_of(destination)?;
        self.refresh_cached_snapshots(destination, &repository)
    }

    /// Brings what is kept of a destination's snapshots up to date. A snapshot that cannot be
    /// read does not hide the others; it is the error that comes out in the end.
    pub(crate) fn refresh_cached_snapshots(
        &self,
        destination: &Destination,
        repository: &Repository,
    ) -> Result<()> {
        let there: HashSet<SnapshotId> = repository.snapshot_ids()?.into_iter().collect();
        let known = self.cached_snapshots(None, Some(destination.id))?;
        let known: HashSet<_> = known.into_iter().map(|snapshot| snapshot.id).collect();
        let (mut found, mut failure) = (Vec::new(), None);
        for id in there.difference(&known) {
            match repository.read_snapshot(*id) {
                Ok(snapshot) => found.push(CachedSnapshot::of(destination.id, &snapshot)),
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        let gone: Vec<_> = known.difference(&there).collect();
        if !found.is_empty() || !gone.is_empty() {
            self.library.catalog().write(|transaction| {
                gone.iter()
                    .try_for_each(|id| snapshots::remove(transaction, destination.id, **id))?;
                found.iter().try_for_each(|snapshot| snapshots::insert(transaction, snapshot))
            })?;
        }
        failure.map_or(Ok(()), Err)
    }
}
