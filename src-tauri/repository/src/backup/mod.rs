//! Backup: walks the sources, compares with the last snapshot, stores what is new, and writes
//! trees from the leaves to the root.
//!
//! One stack of tasks and a few threads that each take the newest: look through a folder, read a
//! file, or store a chunk of a large one. The newest first means depth first, so that only the
//! folders on the way are held in memory; and a thread carries a file from the disk to the pack
//! without handing it over.

mod estimate;
mod file;
mod folder;
pub mod ingest;
mod previous;
mod request;
mod run;
mod scan;
mod sources;

#[cfg(test)]
mod tests;

pub use request::{BackupRequest, BackupSummary, Parent};

use std::sync::PoisonError;

use undercroft_foundation::{Code, Error, Job, Result};

use crate::files::metadata::view;
use crate::format::id::SnapshotId;
use crate::format::snapshot::{PROGRAM_VERSION, Snapshot, SnapshotSummary, find_parent};
use crate::store::repository::Repository;
use crate::store::write::{Added, BlobWriter, WriteMode, WriterProfile};
use request::is_there;
use run::{Counts, Run};
use sources::Sources;

impl Repository {
    /// Makes a snapshot of the sources.
    ///
    /// An entry that cannot be read is left out, noted as a warning of the job, and the rest goes
    /// on.
    ///
    /// # Errors
    /// [`Code::SourceMissing`] when none of the sources is there, [`Code::Cancelled`],
    /// [`Code::Locked`], or a failure of the storage. No snapshot is written then; what was stored
    /// until then is found by the next backup.
    pub fn backup(&self, request: &BackupRequest, job: &Job) -> Result<BackupSummary> {
        let started = self.storage.world.clock.now();
        let present: Vec<_> =
            request.sources.iter().filter(|source| is_there(source, job)).collect();
        if present.is_empty() {
            return Err(Error::new(Code::SourceMissing, "There is nothing to back up")
                .why("None of the folders to back up is there"));
        }
        let sources = Sources::of(&present)?;
        let lock = if request.dry_run { None } else { self.lock_shared()? };
        let host = request.host.clone().unwrap_or_else(|| self.identity.hostname.clone());
        let snapshots = self.snapshots()?;
        let parent = match request.parent {
            Parent::Auto => find_parent(&snapshots, &host, &sources.paths).cloned(),
            Parent::None => None,
            Parent::Id(id) => Some(self.read_snapshot(id)?),
        };
        let profile = WriterProfile::of(&self.config, &snapshots)?;
        self.refresh_index()?;
        let paths = sources.paths.clone();
        let view = view(PROGRAM_VERSION, self.identity.uid);
        let mode = if request.dry_run { WriteMode::DryRun } else { WriteMode::Add };
        let ((tree, counts), added) = BlobWriter::run(self, lock.as_ref(), mode, |writer| {
            Run::new(self, writer, request, profile, job)?.walk(sources, parent.as_ref(), view)
        })?;
        let mut summary = summarize(&counts, added);
        if request.dry_run {
            return Ok(summary);
        }
        let snapshot = Snapshot {
            id: SnapshotId([0; 32]),
            time: request.time.unwrap_or(started),
            offset: jiff::tz::Offset::UTC,
            tree,
            paths,
            hostname: host,
            username: self.identity.username.clone(),
            uid: self.identity.uid,
            gid: self.identity.gid,
            tags: request.tags.clone(),
            excludes: request.exclude.clone(),
            parent: parent.map(|parent| parent.id),
            original: None,
            program_version: PROGRAM_VERSION.to_owned(),
            summary: Some(SnapshotSummary {
                backup_start: started,
                backup_end: self.storage.world.clock.now(),
                undercroft_view: view,
                ..summary.counts
            }),
        };
        let snapshot = self.write_snapshot(lock.as_ref(), snapshot)?;
        summary.snapshot = Some(snapshot.id);
        Ok(summary)
    }
}

fn summarize(counts: &Counts, added: Added) -> BackupSummary {
    let counts = SnapshotSummary {
        data_blobs: run::read(&added.data_blobs),
        tree_blobs: run::read(&added.tree_blobs),
        data_added: run::read(&added.bytes),
        data_added_packed: run::read(&added.bytes_stored),
        ..counts.summary()
    };
    let packs = added.packs.into_inner().unwrap_or_else(PoisonError::into_inner);
    BackupSummary { snapshot: None, counts, packs }
}
