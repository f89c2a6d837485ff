//! The locks that work in a repository takes, and those of others that are removed.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Once};
use std::time::Duration;

use undercroft_foundation::{Code, Job, Result};

use super::Repository;
use crate::format::file_kind::FileKind;
use crate::format::id::LockId;
use crate::store::lock::{Lock, LockFile, LockRefresher};

/// The time between two looks whether others are done.
const LOOK_AGAIN_EVERY: Duration = Duration::from_millis(50);

/// restic asks whether the owner of a lock lives by sending it SIGHUP, which would end it: from its
/// first lock on, this process takes no notice of that signal, as restic itself does not.
fn ignore_sighup() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let asked = Arc::new(AtomicBool::new(false));
        if let Err(error) = signal_hook::flag::register(signal_hook::consts::SIGHUP, asked) {
            tracing::warn!(%error, "SIGHUP will end this process");
        }
    });
}

impl Repository {
    /// Keeps others from removing what is read or added meanwhile.
    pub(crate) fn lock_shared(&self) -> Result<Option<Lock>> {
        self.lock(false, self.locking.timeout)
    }

    /// Keeps others from removing what is read meanwhile. Where no lock can be written, because the
    /// disk is full or not ours to write, reading goes on without one, and the job says so.
    pub(crate) fn lock_reading(&self, job: &Job) -> Result<Option<Lock>> {
        match self.lock_shared() {
            Err(error) if matches!(error.code(), Code::StorageFull | Code::PermissionDenied) => {
                let why = "Read without a lock, since none can be written there; let nothing be \
                           removed from it meanwhile";
                job.warn(self.location(), why);
                Ok(None)
            }
            locked => locked,
        }
    }

    /// Keeps all others out.
    pub(crate) fn lock_exclusive(&self) -> Result<Option<Lock>> {
        self.lock_exclusive_within(Duration::ZERO)
    }

    /// Keeps all others out, and waits at least so long for them to end.
    pub(crate) fn lock_exclusive_within(&self, patience: Duration) -> Result<Option<Lock>> {
        let lock = self.lock(true, patience.max(self.locking.timeout))?;
        if let Some(lock) = &lock {
            lock.confirm()?;
        }
        Ok(lock)
    }

    fn lock(&self, exclusive: bool, patience: Duration) -> Result<Option<Lock>> {
        if self.locking.off {
            return Ok(None);
        }
        ignore_sighup();
        let clock = &self.storage.world.clock;
        let deadline = clock.steady() + patience;
        loop {
            let locked = self.try_lock(exclusive);
            let locked = locked.and_then(|lock| {
                // What is certain at once need not wait to be asked.
                if self.locking.strongly_consistent {
                    lock.confirm().map(|()| lock)
                } else {
                    Ok(lock)
                }
            });
            match locked {
                Err(error) if error.code() == Code::Locked && clock.steady() < deadline => {
                    clock.sleep(LOOK_AGAIN_EVERY);
                }
                locked => return locked.map(Some),
            }
        }
    }

    fn try_lock(&self, exclusive: bool) -> Result<Lock> {
        let refresher = LockRefresher {
            storage: self.storage.clone(),
            identity: self.identity.clone(),
            key: self.key.clone(),
            version: self.config.version,
            exclusive,
            strongly_consistent: self.locking.strongly_consistent,
            sweep: !self.locking.strongly_consistent
                || !self.locking.swept.swap(true, Ordering::Relaxed),
        };
        Lock::begin(refresher)
    }

    /// Removes locks whose owners are gone as far as somebody can tell who knows this machine, or
    /// all, and says how many.
    ///
    /// # Errors
    /// Storage that cannot be listed or changed.
    pub fn unlock(&self, all: bool) -> Result<usize> {
        let now = self.storage.world.clock.now();
        self.remove_locks(true, |lock| all || lock.is_stale(&self.identity, now))
    }

    /// Removes locks whose owners are proven to be gone, or were silent for so long that they know
    /// they lost them, and says how many. For who is not asked by anybody.
    ///
    /// # Errors
    /// Storage that cannot be listed or changed.
    pub fn unlock_abandoned(&self) -> Result<usize> {
        let now = self.storage.world.clock.now();
        self.remove_locks(false, |lock| lock.is_old(now) || lock.is_orphaned())
    }

    fn remove_locks(&self, damaged: bool, is_due: impl Fn(&LockFile) -> bool) -> Result<usize> {
        let mut removed = 0;
        for id in self.storage.list::<LockId>(FileKind::Lock)? {
            let due = match self.storage.read_json::<_, LockFile>(FileKind::Lock, id, &self.key) {
                Ok(lock) => is_due(&lock),
                Err(error) if error.code() == Code::NotFound => continue,
                Err(error) if error.code() == Code::Damaged => damaged,
                Err(error) => return Err(error),
            };
            if due {
                self.storage.remove(FileKind::Lock, id)?;
                removed += 1;
            }
        }
        Ok(removed)
    }
}
