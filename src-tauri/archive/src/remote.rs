//! Archives that lie elsewhere than on this disk: where, and what stores, reads and removes them
//! there. That is handed over by whoever knows such places.

use std::fmt;
use std::path::Path;

use serde::{Deserialize, Serialize};
use undercroft_foundation::{ArchiveId, DestinationId, Job, Result};

use crate::source::ArchiveSource;

/// The place of an archive in a destination.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Location {
    /// The destination, as the library knew it then.
    pub destination: DestinationId,
    /// Its name then.
    pub name: String,
    /// The id of its repository, by which it is known wherever it was added.
    pub repository: String,
    /// The snapshot that holds the archive; nothing while it is being stored.
    #[serde(default)]
    pub snapshot: Option<String>,
}

impl Location {
    /// Whether both are in the same repository.
    pub(crate) fn is_with(&self, other: &Self) -> bool {
        self.repository == other.repository
    }
}

/// Keeps archives in destinations.
pub trait RemoteStore: fmt::Debug + Send + Sync {
    /// Stores an archive's file, counts its bytes as found and done, and gives the snapshot that
    /// holds it.
    ///
    /// # Errors
    /// The errors of the destination.
    fn store(&self, id: ArchiveId, to: &Location, file: &Path, job: &Job) -> Result<String>;

    /// Opens an archive that was stored.
    ///
    /// # Errors
    /// The errors of the destination; [`undercroft_foundation::Code::NotFound`] where it holds the
    /// archive no more.
    fn open(&self, id: ArchiveId, at: &Location) -> Result<Box<dyn ArchiveSource>>;

    /// Removes an archive from a destination. One that is not there is no error, nor is a
    /// destination that the library no longer has.
    ///
    /// # Errors
    /// The errors of the destination.
    fn remove(&self, id: ArchiveId, from: &Location) -> Result<()>;
}
