//! Copy: takes snapshots from one repository to another.
//!
//! Blobs travel as they are stored: opened with the source's key, held against their ids, and
//! sealed anew with the target's key, without being compressed again. What the target holds
//! already stays behind. A snapshot is written when all that it needs is durable and findable; what
//! a copy that was broken off had brought is found by the next.

mod batch;
mod choice;
mod reseal;
mod walk;

use std::time::Duration;

use undercroft_foundation::{Code, Job, Result};

use self::batch::Batch;
use self::choice::{Choice, choose};
use self::walk::{Step, Walk};
use crate::format::id::SnapshotId;
use crate::format::snapshot::Snapshot;
use crate::store::lock::Lock;
use crate::store::read::walk_trees;
use crate::store::repository::Repository;
use crate::store::write::{BlobWriter, WriteMode};

/// Snapshots whose blobs are there are written at least this often.
const PUBLISH_EVERY: Duration = Duration::from_secs(5);

/// Options of a copy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CopyOptions {
    /// The tags of the copies, instead of those of the snapshots.
    pub set_tags: Option<Vec<String>>,
    /// Tags that the copies bear besides.
    pub add_tags: Vec<String>,
    /// Only says what would be copied.
    pub dry_run: bool,
}

/// A snapshot and its copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CopiedSnapshot {
    /// The snapshot in the source.
    pub source: SnapshotId,
    /// The snapshot in the target; that of the source when it only would be copied.
    pub target: SnapshotId,
}

/// The outcome of a copy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CopyReport {
    /// The snapshots that were copied, the oldest first.
    pub copied: Vec<CopiedSnapshot>,
    /// The snapshots that were there already.
    pub skipped: Vec<CopiedSnapshot>,
    /// Blobs of content that the target lacked.
    pub data_blobs: u64,
    /// Blobs of trees that the target lacked.
    pub tree_blobs: u64,
    /// The bytes of these, as the source stores them.
    pub bytes: u64,
}

/// Copies snapshots from `source` to `target`, the oldest first. One that was copied before, by
/// this program or by restic, is left out.
///
/// # Errors
/// [`Code::Damaged`] when something that a snapshot needs cannot be read in the source, or what the
/// target holds cannot be told; [`Code::Locked`], [`Code::Cancelled`], [`Code::NotFound`], or a
/// failure of either storage. Snapshots whose copies were written until then stay.
pub fn copy(
    source: &Repository,
    target: &Repository,
    snapshots: &[SnapshotId],
    options: &CopyOptions,
    job: &Job,
) -> Result<CopyReport> {
    let _source_lock = source.lock_reading(job)?;
    let target_lock = target.lock_shared()?;
    job.set_current("Snapshots");
    let choice = choose(source, target, snapshots)?;
    job.set_current("Indexes");
    match source.refresh_index() {
        // What the others list can be copied; what is missed then is an error of its own.
        Err(error) if error.code() == Code::Damaged => {
            job.warn(source.location(), error.to_string());
        }
        refreshed => refreshed?,
    }
    target.refresh_index()?;
    job.add_total(choice.wanted.len() as u64, 0);
    let lock = target_lock.as_ref();
    let mode = if options.dry_run { WriteMode::DryRun } else { WriteMode::Add };
    let (report, _) = BlobWriter::run(target, lock, mode, |writer| {
        Copy::new(source, target, lock, writer, options, job)?.run(choice)
    })?;
    Ok(report)
}

/// A copy while it runs.
struct Copy<'r> {
    target: &'r Repository,
    lock: Option<&'r Lock>,
    writer: &'r BlobWriter<'r>,
    options: &'r CopyOptions,
    job: &'r Job,
    walk: Walk<'r>,
    batch: Batch<'r>,
    /// Snapshots whose trees were walked, and that wait until their blobs are durable.
    ready: Vec<Snapshot>,
    published: Duration,
    report: CopyReport,
}

impl<'r> Copy<'r> {
    fn new(
        source: &'r Repository,
        target: &'r Repository,
        lock: Option<&'r Lock>,
        writer: &'r BlobWriter<'r>,
        options: &'r CopyOptions,
        job: &'r Job,
    ) -> Result<Self> {
        Ok(Self {
            target,
            lock,
            writer,
            options,
            job,
            walk: Walk::new(source, target)?,
            batch: Batch::new(source, target, job),
            ready: Vec::new(),
            published: target.storage.world.clock.steady(),
            report: CopyReport::default(),
        })
    }

    fn run(mut self, choice: Choice) -> Result<CopyReport> {
        self.report.skipped = choice.skipped;
        for (snapshot, relative) in choice.wanted {
            let id = snapshot.id.short();
            self.job.set_current(format!("Snapshot {id} of {}", snapshot.time));
            walk_trees(vec![(snapshot.tree, relative)], |step| self.visit(step))?;
            self.ready.push(snapshot);
            if self.target.storage.world.clock.steady() - self.published >= PUBLISH_EVERY {
                self.publish()?;
            }
        }
        self.job.settle_totals();
        self.publish()?;
        Ok(self.report)
    }

    /// Visits a tree; returns those in it that are to be visited.
    fn visit(&mut self, step: Step) -> Result<Vec<Step>> {
        let Some(visited) = self.walk.visit(step)? else { return Ok(Vec::new()) };
        self.job.check_cancelled()?;
        for (kind, id) in visited.lacking {
            self.batch.add(kind, id)?;
        }
        if self.batch.is_full() {
            self.transfer()?;
        }
        Ok(visited.below)
    }

    /// Brings over what was found to be needed.
    fn transfer(&mut self) -> Result<()> {
        let transferred = self.batch.transfer(self.writer, self.options.dry_run)?;
        self.report.data_blobs += transferred.data_blobs;
        self.report.tree_blobs += transferred.tree_blobs;
        self.report.bytes += transferred.bytes;
        Ok(())
    }

    /// Writes the snapshots that wait, once their blobs are there.
    fn publish(&mut self) -> Result<()> {
        self.transfer()?;
        if !self.options.dry_run && !self.ready.is_empty() {
            self.writer.flush_and_index()?;
        }
        for snapshot in std::mem::take(&mut self.ready) {
            let source = snapshot.id;
            let target = self.write(snapshot)?;
            self.report.copied.push(CopiedSnapshot { source, target });
            self.job.add_files_done(1);
        }
        self.published = self.target.storage.world.clock.steady();
        Ok(())
    }

    fn write(&self, snapshot: Snapshot) -> Result<SnapshotId> {
        if self.options.dry_run {
            return Ok(snapshot.id);
        }
        let mut tags = self.options.set_tags.clone().unwrap_or(snapshot.tags);
        for tag in &self.options.add_tags {
            if !tags.contains(tag) {
                tags.push(tag.clone());
            }
        }
        let original = snapshot.original.or(Some(snapshot.id));
        // The parent says nothing where it is not.
        let copy = Snapshot { parent: None, original, tags, ..snapshot };
        Ok(self.target.write_snapshot(self.lock, copy)?.id)
    }
}
