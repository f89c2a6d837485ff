//! The snapshots of a repository: listed, found, read and written.

use undercroft_foundation::{Code, Error, Result, reach_write_point, text};

use super::Repository;
use crate::format::file_kind::FileKind;
use crate::format::id::SnapshotId;
use crate::format::snapshot::{Snapshot, SnapshotFile, SnapshotFilter, go_json};
use crate::store::lock::{Lock, publish};
use crate::store::threads::in_parallel;

impl Repository {
    /// All snapshots, the oldest first.
    ///
    /// # Errors
    /// A snapshot that cannot be read is an error: a list that lacks one would be a lie.
    pub fn snapshots(&self) -> Result<Vec<Snapshot>> {
        let mut snapshots = self.retry_listing(|| {
            let mut ids = self.snapshot_ids()?;
            // While one takes another's place, a folder may show neither of them.
            for _ in 0..8 {
                let again = self.snapshot_ids()?;
                if again.iter().all(|id| ids.contains(id)) {
                    break;
                }
                ids = again;
            }
            let missing = self.cache.snapshots_missing(&ids);
            let read = self.read_snapshots(FileKind::Snapshot, &missing)?;
            Ok(self.cache.snapshots(&ids, read))
        })?;
        snapshots.sort_by_key(|snapshot| (snapshot.time, snapshot.id));
        Ok(snapshots)
    }

    /// The ids of all snapshots, in no order, readable or not.
    ///
    /// # Errors
    /// Storage that cannot be listed.
    pub fn snapshot_ids(&self) -> Result<Vec<SnapshotId>> {
        self.storage.list(FileKind::Snapshot)
    }

    /// One snapshot.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Damaged`].
    pub fn read_snapshot(&self, id: SnapshotId) -> Result<Snapshot> {
        self.read_snapshot_file(FileKind::Snapshot, id)
    }

    /// Reads snapshots that lie where files of this kind do.
    pub(crate) fn read_snapshots(
        &self,
        kind: FileKind,
        ids: &[SnapshotId],
    ) -> Result<Vec<Snapshot>> {
        in_parallel(ids, |id| self.read_snapshot_file(kind, id)).into_iter().collect()
    }

    fn read_snapshot_file(&self, kind: FileKind, id: SnapshotId) -> Result<Snapshot> {
        let file: SnapshotFile = self.storage.read_json(kind, id, &self.key)?;
        file.into_snapshot(id)
    }

    /// The snapshot that `spec` means: `latest` among those that the filter accepts, or an id, or
    /// the beginning of one.
    ///
    /// # Errors
    /// [`Code::NotFound`], or [`Code::Invalid`] where several ids begin so.
    pub fn find_snapshot(&self, spec: &str, filter: &SnapshotFilter) -> Result<Snapshot> {
        if spec == "latest" {
            let accepted = self.snapshots()?.into_iter().rfind(|each| filter.accepts(each));
            return accepted.ok_or_else(|| {
                Error::new(
                    Code::NotFound,
                    text!("There is no snapshot in {location}", location = self.location()),
                )
                .why("The repository holds none that fits")
                .next("List the snapshots, or make a backup first")
            });
        }
        let ids: Vec<_> = self.snapshot_ids()?;
        let mut fitting = ids.into_iter().filter(|id| id.to_string().starts_with(spec));
        let first = fitting.next().filter(|_| !spec.is_empty()).ok_or_else(|| {
            Error::new(
                Code::NotFound,
                text!("There is no snapshot {spec}", spec = format!("{spec:?}")),
            )
            .next("List the snapshots to see their ids")
        })?;
        if fitting.next().is_some() {
            return Err(Error::new(
                Code::Invalid,
                text!("Several snapshots begin with {spec}", spec),
            )
            .next("Give more digits of the id"));
        }
        self.read_snapshot(first)
    }

    /// Writes a snapshot (its `id` does not matter) and returns it with its id.
    pub(crate) fn write_snapshot(
        &self,
        lock: Option<&Lock>,
        mut snapshot: Snapshot,
    ) -> Result<Snapshot> {
        snapshot.id = self.write_snapshot_text(lock, go_json(&SnapshotFile::of(&snapshot))?)?;
        Ok(snapshot)
    }

    /// Writes the file of a snapshot.
    pub(crate) fn write_snapshot_text(
        &self,
        lock: Option<&Lock>,
        text: Vec<u8>,
    ) -> Result<SnapshotId> {
        reach_write_point("repository.before-snapshot");
        let version = self.config.version;
        let id = publish(&self.storage, lock, FileKind::Snapshot, || {
            self.storage.write_text(FileKind::Snapshot, text, &self.key, version)
        })?;
        reach_write_point("repository.snapshot-written");
        Ok(id)
    }
}
