//! Maintenance of a destination: the space that it takes, copying from one to another, repair, and
//! parity.

mod copying;
mod moving;
mod repair;
mod space;

use undercroft_library::Library;

use crate::destinations::Destinations;
use crate::snapshots::SnapshotCache;
use crate::verification::Proofs;

pub use repair::{Parity, Repair};
pub use space::DestinationSpace;

/// Maintains the destinations of a library.
#[derive(Debug, Clone)]
pub struct Maintenance {
    library: Library,
    destinations: Destinations,
    snapshots: SnapshotCache,
    proofs: Proofs,
}

impl Maintenance {
    pub(crate) fn new(library: &Library, destinations: &Destinations, proofs: &Proofs) -> Self {
        Self {
            library: library.clone(),
            destinations: destinations.clone(),
            snapshots: SnapshotCache::new(library),
            proofs: proofs.clone(),
        }
    }
}
