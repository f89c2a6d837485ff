//! Letting backups go: what that would do, the trash from which they can be had back, and freeing
//! what nobody needs any more.

mod cleanup;
mod forget;
mod policy;
mod trash;

use jiff::{SignedDuration, Timestamp};
use undercroft_library::Library;
use undercroft_repository::usage::Deletion;

use crate::destinations::Destinations;
use crate::plans::Plans;
use crate::snapshots::{CachedSnapshot, SnapshotCache};

pub use cleanup::Cleanup;
pub use trash::Trashed;

/// The time for which a forgotten backup can be had back.
pub const TRASH_KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The effect that letting backups go would have.
#[derive(Debug, Clone)]
pub struct Forgetting {
    /// The backups that stay, newest first, and why, in restic's words.
    pub keep: Vec<(CachedSnapshot, Vec<String>)>,
    /// The backups that go, newest first.
    pub drop: Vec<CachedSnapshot>,
    /// The bytes that it frees, and what is lost with it.
    pub deletion: Deletion,
    /// Until when they can be had back.
    pub trash_until: Timestamp,
}

/// Lets backups of a library's destinations go, and gives them back from the trash.
#[derive(Debug, Clone)]
pub struct Removals {
    library: Library,
    destinations: Destinations,
    snapshots: SnapshotCache,
    plans: Plans,
}

impl Removals {
    pub(crate) fn new(library: &Library, destinations: &Destinations, plans: &Plans) -> Self {
        Self {
            library: library.clone(),
            destinations: destinations.clone(),
            snapshots: SnapshotCache::new(library),
            plans: plans.clone(),
        }
    }
}
