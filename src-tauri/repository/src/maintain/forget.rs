//! Forgetting snapshots: what only they held is then of no use, and a prune frees it.

use undercroft_foundation::{Result, reach_write_point};

use crate::format::file_kind::FileKind;
use crate::format::id::SnapshotId;
use crate::store::lock::confirm;
use crate::store::repository::Repository;

/// The destination of a forgotten snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forget {
    /// Into the trash, from where it can be had back until that is emptied.
    IntoTrash,
    /// Away for ever.
    ForGood,
}

impl Repository {
    /// Forgets snapshots, in any order; when it returns, all are durably forgotten. One that is
    /// gone already is no error.
    ///
    /// # Errors
    /// [`Code::Locked`](undercroft_foundation::Code::Locked), or storage that cannot be changed:
    /// those that were not reached then are as they were.
    pub fn forget(&self, ids: &[SnapshotId], how: Forget) -> Result<()> {
        if ids.is_empty() {
            return Ok(());
        }
        // Others may read and add meanwhile: only who removes blobs must know all snapshots.
        let lock = self.lock_shared()?;
        confirm(lock.as_ref())?;
        match how {
            Forget::IntoTrash => self.move_into_trash(ids)?,
            Forget::ForGood => self.storage.remove_all(FileKind::Snapshot, ids)?,
        }
        reach_write_point("repository.snapshot-forgotten");
        Ok(())
    }
}
