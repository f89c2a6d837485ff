//! Check: whether a repository holds all that its snapshots promise, and what is touched if not.
//!
//! Always: the config, the keys, the indexes, that every pack is there with the size it should
//! have, that all trees can be read and are sound, and that all content is listed. With
//! `read_data` every pack is read whole: its digest, its header, and each blob down to the
//! digest of its content. Nothing is changed.

mod pack;
mod report;
mod source;
mod structure;
mod touched;
mod trees;

use std::collections::HashSet;

pub use report::{CheckReport, Problem, ProblemKind, TouchedSnapshot};
use undercroft_foundation::{Job, Result};

use self::report::Findings;
pub(crate) use self::source::TreeSource;
use crate::blob::BlobKind;
use crate::id::BlobId;
use crate::repository::Repository;

/// How thorough a check is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CheckOptions {
    /// Reads all packs; takes as long as reading all that is stored.
    pub read_data: bool,
}

/// Blobs that cannot be had.
type Lost = HashSet<(BlobKind, BlobId)>;

impl Repository {
    /// Checks the repository. Damage is no error but a problem in the report.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::Cancelled`], a lock that cannot be had, or storage that
    /// cannot be listed at all.
    pub fn check(&self, options: CheckOptions, job: &Job) -> Result<CheckReport> {
        let _lock = self.lock_shared()?;
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
        if options.read_data {
            pack::read_all(self, &index, &packs.present, &findings, &mut lost, job)?;
        }
        job.settle_totals();
        job.set_current("Trees");
        trees::check(self, &index, &snapshots, &findings, &mut lost, job)?;
        let touched = if lost.is_empty() {
            Vec::new()
        } else {
            job.set_current("Damaged files");
            touched::find(self, &index, &snapshots, &lost, job)?
        };
        let mut report = findings.into_report();
        report.snapshots = snapshots.len() as u64;
        report.packs = packs.present.len() as u64;
        report.blobs = index.iter().count() as u64;
        report.bytes_read = if options.read_data { job.progress().bytes_done } else { 0 };
        report.touched = touched;
        Ok(report)
    }
}
