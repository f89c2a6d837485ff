//! The space that the backups of a destination take.

use undercroft_foundation::{DestinationId, Job, Result};

use super::Maintenance;

/// The space that the backups of a destination take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DestinationSpace {
    /// As they are stored.
    pub stored_bytes: u64,
    /// One by one and uncompressed.
    pub restore_bytes: u64,
    /// The bytes that no backup needs any more.
    pub unused_bytes: u64,
}

impl Maintenance {
    /// The space that the backups of a destination take.
    ///
    /// # Errors
    /// The errors of opening it, and whatever keeps it from being read.
    pub fn space_of(&self, id: DestinationId, job: &Job) -> Result<DestinationSpace> {
        let repository = self.destinations.repository_of(&self.destinations.get(id)?)?;
        let taken = repository.space_taken(job)?;
        Ok(DestinationSpace {
            stored_bytes: taken.used_bytes,
            restore_bytes: taken.restore_bytes,
            unused_bytes: taken.unused_bytes,
        })
    }
}
