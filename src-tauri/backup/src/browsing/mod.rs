//! Looking into backups: the snapshots that there are, the folders of one, what differs between
//! two, and a destination shown as a folder.

mod compare;
mod file;
mod folder;
mod list;
mod mounting;

use std::sync::Arc;

use undercroft_library::Library;

use crate::destinations::Destinations;
use crate::snapshots::SnapshotCache;

pub use compare::Difference;
pub use file::SnapshotFile;
pub(crate) use folder::top;
pub use folder::{Entry, EntryKind, Listing};
pub use list::{OutOfDate, SnapshotList};
pub use mounting::Mounted;
pub(crate) use mounting::Mounts;

/// Looks into the snapshots of a library's destinations.
#[derive(Debug, Clone)]
pub struct SnapshotBrowser {
    library: Library,
    destinations: Destinations,
    snapshots: SnapshotCache,
    mounts: Arc<Mounts>,
}

impl SnapshotBrowser {
    pub(crate) fn new(
        library: &Library,
        destinations: &Destinations,
        mounts: &Arc<Mounts>,
    ) -> Self {
        Self {
            library: library.clone(),
            destinations: destinations.clone(),
            snapshots: SnapshotCache::new(library),
            mounts: Arc::clone(mounts),
        }
    }
}
