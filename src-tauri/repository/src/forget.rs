//! Forgetting snapshots: what only they held is then of no use, and a prune frees it.

use undercroft_foundation::{Code, Result, reach_write_point};

use crate::id::SnapshotId;
use crate::repository::Repository;
use crate::storage::FileKind;

impl Repository {
    /// Removes snapshots, in their order, each durably before the next. One that is gone already is
    /// no error.
    ///
    /// # Errors
    /// [`Code::Locked`], or storage that cannot be changed.
    pub fn forget(&self, ids: &[SnapshotId]) -> Result<()> {
        if ids.is_empty() {
            return Ok(());
        }
        // Others may read and add meanwhile: only who removes blobs must know all snapshots.
        let lock = self.lock_shared()?;
        if let Some(lock) = &lock {
            lock.confirm()?;
        }
        for id in ids {
            match self.storage.remove(FileKind::Snapshot, id) {
                Err(error) if error.code() == Code::NotFound => {}
                removed => removed?,
            }
            reach_write_point("repository.snapshot-forgotten");
        }
        Ok(())
    }
}
