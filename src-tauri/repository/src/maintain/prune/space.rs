//! The space that a repository takes, in figures that one walk over its trees gives.

use undercroft_foundation::{Job, Result};

use super::plan::Draft;
use super::{PruneOptions, nothing_removed};
use crate::store::repository::Repository;

/// The space that a repository takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpaceTaken {
    /// What its snapshots need, those in the trash with them, as it is stored.
    pub used_bytes: u64,
    /// What nobody needs, and second copies, as stored.
    pub unused_bytes: u64,
    /// What a restore of all snapshots, one by one, would write.
    pub restore_bytes: u64,
}

impl Repository {
    /// The space that it takes. Each tree is read once.
    ///
    /// # Errors
    /// A snapshot, tree or index that cannot be read.
    pub fn space_taken(&self, job: &Job) -> Result<SpaceTaken> {
        let _lock = self.lock_shared()?;
        let options = PruneOptions::default();
        let made = Draft::make_and_weigh(self, &options, job).map_err(nothing_removed)?;
        let (Draft { plan, .. }, restore_bytes) = made;
        let (used_bytes, unused_bytes) = (plan.used_bytes, plan.unused_bytes);
        Ok(SpaceTaken { used_bytes, unused_bytes, restore_bytes })
    }
}
