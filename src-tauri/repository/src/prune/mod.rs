//! Prune: frees what no snapshot needs any more.
//!
//! First a plan, from the snapshots, their trees and the index; then, in an order that may be
//! broken off anywhere: what is still needed of partly used packs is copied into new packs, each
//! blob decoded on the way and each pack read back; new index files list all that stays, and are
//! read back; only then the old index files go, and after them the old packs. What a broken one
//! leaves is found and removed by the next.

mod execute;
mod mark;
mod plan;

use undercroft_foundation::{Code, Error, Job, Result};

use self::execute::execute;
use self::plan::Draft;
use crate::id::PackId;
use crate::repository::Repository;

/// What is worth rewriting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PruneOptions {
    /// How much of what is stored may stay unused, in hundredths. Packs are rewritten until no more
    /// than this is, the most wasteful first.
    pub max_unused_percent: u8,
    /// Packs smaller than this are joined, where there are several; 0 for none.
    pub join_packs_below: u64,
}

impl Default for PruneOptions {
    fn default() -> Self {
        Self { max_unused_percent: 5, join_packs_below: 2 << 20 }
    }
}

/// What a prune would do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PrunePlan {
    /// Snapshots whose content stays.
    pub snapshots: u64,
    /// Blobs that they need.
    pub used_blobs: u64,
    /// The bytes of those, as stored.
    pub used_bytes: u64,
    /// Blobs that nobody needs, and second copies of needed ones.
    pub unused_blobs: u64,
    /// The bytes of those, as stored.
    pub unused_bytes: u64,
    /// Packs that hold nothing needed.
    pub packs_to_remove: Vec<PackId>,
    /// Packs of which a part is copied into new ones.
    pub packs_to_repack: Vec<PackId>,
    /// Packs that no index lists: what a killed writer left.
    pub packs_unlisted: Vec<PackId>,
    /// Bytes to be copied.
    pub repack_bytes: u64,
    /// Bytes that it frees, copies deducted.
    pub frees_bytes: u64,
}

/// What a prune did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PruneReport {
    /// What was planned under the lock, and done.
    pub plan: PrunePlan,
    /// New packs, of what was copied.
    pub packs_written: u64,
    /// Packs that are gone.
    pub packs_removed: u64,
    /// New index files.
    pub indexes_written: u64,
    /// Index files that are gone.
    pub indexes_removed: u64,
}

impl Repository {
    /// Says what a prune would do now. Changes nothing.
    ///
    /// # Errors
    /// A snapshot, tree or index that cannot be read: what is needed would be a guess.
    pub fn plan_prune(&self, options: &PruneOptions, job: &Job) -> Result<PrunePlan> {
        let _lock = self.lock_shared()?;
        Ok(Draft::make(self, options, job).map_err(nothing_removed)?.plan)
    }

    /// Frees what no snapshot needs, alone in the repository.
    ///
    /// # Errors
    /// [`Code::Locked`] while others work in the repository;
    /// [`Code::Damaged`] when something that is needed cannot be read:
    /// nothing that is needed was removed then; a failure of the storage.
    pub fn prune(&self, options: &PruneOptions, job: &Job) -> Result<PruneReport> {
        let lock = self.lock_exclusive()?.ok_or_else(|| {
            Error::new(Code::Invalid, "Cannot prune a repository that is opened without locks")
                .why("What another adds meanwhile would be removed")
        })?;
        // All that is known of it anew, and all that there is now that nobody adds any more.
        let draft = Draft::make(self, options, job).map_err(nothing_removed)?;
        let done = execute(self, &lock, draft, job);
        self.forget_index();
        done
    }
}

/// Says that a prune that could not be planned did no harm.
fn nothing_removed(error: Error) -> Error {
    if !matches!(error.code(), Code::Damaged | Code::NotFound) {
        return error;
    }
    Error::new(Code::Damaged, "Cannot tell what the snapshots still need")
        .why(error.to_string())
        .next("Nothing was removed. Run a check to see what is affected")
        .because(error)
}
