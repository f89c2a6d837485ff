//! Files first: one file in all backups of its project, and names looked for in all backups.

mod everywhere;
mod search;

use undercroft_library::Library;

use crate::destinations::Destinations;
use crate::snapshots::SnapshotCache;

pub use everywhere::{BackedUpFile, FileIn};
pub use search::{SearchHit, SearchHits, SearchOrder};

/// Looks for files in the backups of a library.
#[derive(Debug, Clone)]
pub struct FileSearch {
    library: Library,
    destinations: Destinations,
    snapshots: SnapshotCache,
}

impl FileSearch {
    pub(crate) fn new(library: &Library, destinations: &Destinations) -> Self {
        Self {
            library: library.clone(),
            destinations: destinations.clone(),
            snapshots: SnapshotCache::new(library),
        }
    }
}
