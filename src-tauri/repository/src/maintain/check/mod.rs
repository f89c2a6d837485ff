//! Check: whether a repository holds all that its snapshots promise, and what is affected if not.
//!
//! Always: the config, the keys, the indexes, that every pack is there with the size it should
//! have, that all trees can be read and are sound, and that all content is listed. With
//! `read_data` every pack is read whole: its digest, its header, and each blob down to the
//! digest of its content. Nothing is changed.

mod affected;
mod pack;
mod read_data;
mod report;
mod structure;
mod trees;

use std::collections::HashSet;

pub use read_data::{ReadData, SampleSize};
pub use report::{AffectedSnapshot, CheckReport, Problem, ProblemKind, ReadRound};
use undercroft_foundation::{Job, Result};

use self::report::Findings;
use crate::format::blob::BlobKind;
use crate::format::id::BlobId;
use crate::store::repository::Repository;

/// Threads at most: proving blobs sound is more work than reading them.
const THREADS_MAX: usize = 8;

/// Options of a check.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CheckOptions {
    /// The packs that are read whole.
    pub read: ReadData,
}

/// Blobs that cannot be had.
type Lost = HashSet<(BlobKind, BlobId)>;

impl Repository {
    /// Checks the repository. Damage is no error but a problem in the report.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::Cancelled`], a lock that cannot be had, a part to read that
    /// does not exist, or storage that cannot be listed at all.
    pub fn check(&self, options: &CheckOptions, job: &Job) -> Result<CheckReport> {
        let _lock = self.lock_reading(job)?;
        let findings = Findings::default();
        job.set_current("Keys");
        structure::check_keys(self, &findings)?;
        // Snapshots first: whatever one of these needs was in an index before it was written.
        job.set_current("Snapshots");
        let snapshots = structure::read_snapshots(self, &findings)?;
        job.set_current("Indexes");
        let index = structure::read_indexes(self, &findings)?;
        job.set_current("Packs");
        let packs = structure::check_packs(self, &index, &findings)?;
        job.check_cancelled()?;

        let mut lost: Lost = packs.lost;
        let chosen = options.read.select(&packs.present, &*self.storage.world.random)?;
        let packs_read = chosen.packs.len() as u64;
        let read_before = job.progress().bytes_done;
        pack::read(self, &index, chosen.packs, &findings, &mut lost, job)?;
        let bytes_read = job.progress().bytes_done - read_before;
        job.set_current("Trees");
        trees::check(self, &index, &snapshots, &findings, &mut lost, job)?;
        let affected = if lost.is_empty() {
            Vec::new()
        } else {
            job.set_current("Damaged files");
            affected::find(self, &index, &snapshots, &lost, job)?
        };
        let mut report = findings.into_report();
        report.snapshots = snapshots.len() as u64;
        report.packs = packs.present.len() as u64;
        report.blobs = index.iter().count() as u64;
        report.bytes_stored = packs.present.values().sum();
        report.packs_read = packs_read;
        report.bytes_read = bytes_read;
        report.round = chosen.round;
        report.affected = affected;
        Ok(report)
    }
}
