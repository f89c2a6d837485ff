//! Free space, and a little of it that is kept for when there is none.
//!
//! To free something on a full disk, a program must first write: a lock, and an index without what
//! goes. A file of no use beside the format, the reserve, is given up for that.

use undercroft_foundation::{Code, Result};

use crate::store::repository::Repository;

/// The key of the reserve.
const RESERVE: &str = "reserve";

/// Its size: an index of some fifty thousand blobs, and some locks.
const RESERVE_BYTES: u64 = 4 << 20;

/// A reserve is only made where there is this much.
const PLENTY: u64 = 64 * RESERVE_BYTES;

impl Repository {
    /// Sees to it that there is a reserve, if there is plenty of room: a few MiB beside the format
    /// that a prune gives up when the disk is full. Says whether there is one now.
    ///
    /// # Errors
    /// Storage that cannot be looked at or written.
    pub fn ensure_reserve(&self) -> Result<bool> {
        let provider = &self.storage.provider;
        if provider.size(RESERVE)?.is_some() {
            return Ok(true);
        }
        if provider.free_bytes()?.is_none_or(|free| free < PLENTY) {
            return Ok(false);
        }
        // Bytes of chance: a file system that compresses must not make nothing of them.
        let mut bytes = vec![0; usize::try_from(RESERVE_BYTES).unwrap_or_default()];
        self.storage.world.random.fill(&mut bytes);
        provider.write(RESERVE, &[&bytes])?;
        Ok(true)
    }
}

/// Bytes that can be written, the reserve included; nothing where that cannot be told.
pub(super) fn free_space(repository: &Repository) -> Result<Option<u64>> {
    let provider = &repository.storage.provider;
    let Some(free) = provider.free_bytes()? else { return Ok(None) };
    Ok(Some(free + provider.size(RESERVE)?.unwrap_or(0)))
}

/// Gives the reserve up unless this much is free without it.
pub(super) fn release_reserve_below(repository: &Repository, bytes: u64) -> Result<()> {
    if repository.storage.provider.free_bytes()?.is_some_and(|free| free < bytes) {
        remove_reserve(repository)?;
    }
    Ok(())
}

/// Does `work`; once more, when there was no room for it, without what nobody misses: the reserve,
/// what killed writers left half written, and the locks of those who are gone.
pub(super) fn retry_when_full<T>(
    repository: &Repository,
    work: impl Fn() -> Result<T>,
) -> Result<T> {
    match work() {
        Err(error) if error.code() == Code::StorageFull => {
            remove_reserve(repository)?;
            repository.storage.provider.sweep_leftovers()?;
            repository.unlock_abandoned()?;
            work()
        }
        done => done,
    }
}

fn remove_reserve(repository: &Repository) -> Result<()> {
    match repository.storage.provider.remove(RESERVE) {
        Err(error) if error.code() == Code::NotFound => Ok(()),
        removed => removed,
    }
}
