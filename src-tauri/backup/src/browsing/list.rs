//! The snapshots that there are: read from the repositories, and kept for when they are away.

use undercroft_foundation::{DestinationId, Error, ProjectId, Result};

use super::SnapshotBrowser;
use crate::destinations::Destination;
use crate::snapshots::CachedSnapshot;

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

impl SnapshotBrowser {
    /// The snapshots of a project or of all, in a destination or in all. Destinations that are
    /// there are read; for others, what was last seen is given, and it is said so.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`] for an unknown project or destination.
    pub fn list(
        &self,
        project: Option<ProjectId>,
        destination: Option<DestinationId>,
    ) -> Result<SnapshotList> {
        if let Some(project) = project {
            self.library.projects().get(project)?;
        }
        let destinations = match destination {
            Some(destination) => vec![self.destinations.get(destination)?],
            None => self.destinations.list()?,
        };
        let mut out_of_date = Vec::new();
        for destination in destinations {
            if let Err(error) = self.look_again(&destination) {
                out_of_date.push(OutOfDate { destination, error });
            }
        }
        let snapshots = self.snapshots.list(project, destination)?;
        Ok(SnapshotList { snapshots, out_of_date })
    }

    fn look_again(&self, destination: &Destination) -> Result<()> {
        let repository = self.destinations.repository_of(destination)?;
        self.snapshots.refresh(destination.id, &repository)
    }
}
