//! A lock on its own thread: the second look, and the file that is written anew from time to time.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use undercroft_foundation::{Clock, Code, Error, Result, reach_write_point};

use super::file::LockFile;
use crate::format::crypto::Key;
use crate::format::file_kind::FileKind;
use crate::format::id::LockId;
use crate::store::identity::Identity;
use crate::store::storage::Storage;

/// Between writing a lock and looking for others once more: long enough for theirs to show.
const WAIT_BEFORE_SECOND_LOOK: Duration = Duration::from_millis(200);

/// A lock is written anew this often, so that others see that its owner lives.
const REFRESH_EVERY: Duration = Duration::from_secs(5 * 60);

/// A lock that is older is lost: well before others may take its owner for dead.
const CERTAIN_FOR: Duration = Duration::from_secs(20 * 60);

/// All that a lock needs to live on its own thread.
#[derive(Debug)]
pub(in crate::store) struct LockRefresher {
    pub(in crate::store) storage: Storage,
    pub(in crate::store) identity: Identity,
    pub(in crate::store) key: Key,
    pub(in crate::store) version: u32,
    pub(in crate::store) exclusive: bool,
    pub(in crate::store) strongly_consistent: bool,
    pub(in crate::store) sweep: bool,
}

/// A lock file that was written.
#[derive(Debug)]
pub(super) struct Held {
    id: LockId,
    written: Moment,
    /// Nobody can be sure of it any more, and never will be again.
    lost: bool,
}

/// A moment by two clocks, one of which at least tells that the machine slept.
#[derive(Debug)]
struct Moment {
    wall: Timestamp,
    since_boot: Duration,
}

impl Moment {
    fn of(clock: &dyn Clock) -> Self {
        Self { wall: clock.now(), since_boot: clock.since_boot() }
    }

    /// The time since then, by the clock that says the most. A virtual machine that was held may
    /// learn it from the wall clock only.
    fn age(&self, clock: &dyn Clock) -> Duration {
        let since_boot = clock.since_boot().saturating_sub(self.since_boot);
        since_boot.max(clock.now().duration_since(self.wall).unsigned_abs())
    }
}

impl Held {
    pub(super) fn lose(&mut self) -> Error {
        self.lost = true;
        Error::new(Code::Locked, "The lock of the repository was lost")
            .why("It was not written anew for long, since the machine slept or the storage did not answer, or somebody removed it")
            .next("Try again: what others removed meanwhile is stored anew")
    }
}

impl LockRefresher {
    /// Writes the lock for the first time.
    pub(super) fn begin(&self) -> Result<Held> {
        self.refuse_conflicts(None)?;
        let (id, written) = self.write()?;
        Ok(Held { id, written, lost: false })
    }

    /// Makes sure that the lock was not lost. That asks the storage only when nobody wrote it anew
    /// in time, as after a sleep.
    pub(super) fn ensure_not_expired(&self, held: &mut Held) -> Result<()> {
        if !held.lost && held.written.age(&*self.storage.world.clock) <= REFRESH_EVERY {
            return Ok(());
        }
        self.renew(held)
    }

    /// Looks whether the lock is still there and young, and writes it anew.
    fn renew(&self, held: &mut Held) -> Result<()> {
        if held.lost || held.written.age(&*self.storage.world.clock) > CERTAIN_FOR {
            return Err(held.lose());
        }
        self.ensure_exists(held)?;
        match self.write() {
            Ok((id, written)) => {
                // Who removed the old one until now may have seen no other.
                if let Err(lost) = self.ensure_exists(held) {
                    self.remove(id);
                    return Err(lost);
                }
                self.remove(held.id);
                (held.id, held.written) = (id, written);
            }
            // It was there, and is young enough to try this once more.
            Err(error) => tracing::warn!(%error, "lock could not be refreshed"),
        }
        Ok(())
    }

    /// Reads the file, since a network drive may show for a while what is gone.
    pub(super) fn ensure_exists(&self, held: &mut Held) -> Result<()> {
        match self.storage.provider.read(&FileKind::Lock.path(held.id)) {
            Err(error) if error.code() == Code::NotFound => Err(held.lose()),
            read => read.map(drop),
        }
    }

    fn write(&self) -> Result<(LockId, Moment)> {
        let now = Moment::of(&*self.storage.world.clock);
        let file = LockFile::new(&self.identity, self.exclusive, now.wall);
        let id = self.storage.write_json(FileKind::Lock, &file, &self.key, self.version)?;
        reach_write_point("repository.lock-written");
        Ok((id, now))
    }

    /// Refuses to work beside others where one of both sides wants to be alone.
    ///
    /// A lock of somebody who is gone is removed, never just passed over: should he come back after
    /// all, he must find out.
    fn refuse_conflicts(&self, own: Option<LockId>) -> Result<()> {
        let now = self.storage.world.clock.now();
        for id in self.storage.list::<LockId>(FileKind::Lock)? {
            if Some(id) == own {
                continue;
            }
            let lock: LockFile = match self.storage.read_json(FileKind::Lock, id, &self.key) {
                Ok(lock) => lock,
                // It was given back between the listing and the look.
                Err(error) if error.code() == Code::NotFound => continue,
                Err(error) if error.code() == Code::Damaged && self.is_torn(id) => {
                    tracing::warn!(%error, "removed a lock that a power cut left");
                    self.remove_foreign(id)?;
                    continue;
                }
                Err(error) => return Err(error),
            };
            if lock.is_orphaned() {
                tracing::info!(lock = %lock.describe(), "removed the lock of a killed process");
                self.remove_foreign(id)?;
            } else if self.exclusive || lock.exclusive {
                if !lock.is_old(now) {
                    return Err(lock.refusal(&self.storage.location()));
                }
                tracing::warn!(lock = %lock.describe(), "removed a lock that nobody refreshed");
                self.remove_foreign(id)?;
            }
        }
        Ok(())
    }

    /// Whether a lock was never wholly written, and is not just being written: its owner was gone
    /// before he held it.
    fn is_torn(&self, id: LockId) -> bool {
        self.storage.world.clock.sleep(WAIT_BEFORE_SECOND_LOOK);
        let read = self.storage.read_raw(FileKind::Lock, id);
        read.is_err_and(|error| error.code() == Code::Damaged)
    }

    /// Takes the second look, then writes the lock anew from time to time until told to stop, and
    /// removes it.
    pub(super) fn refresh_until_stopped(
        &self,
        held: &Mutex<Held>,
        looked: &mpsc::SyncSender<Result<()>>,
        stopped: &mpsc::Receiver<()>,
    ) {
        let first = locked(held).id;
        if self.strongly_consistent {
            let _ = looked.send(self.refuse_conflicts(Some(first)));
            self.sweep();
        } else {
            // The wait is long enough to tidy up after those who were killed.
            self.sweep();
            // Another may have looked before our lock was there and written its own since.
            self.storage.world.clock.sleep(WAIT_BEFORE_SECOND_LOOK);
            // Nobody listens any more when the work needed no confirmation.
            let _ = looked.send(self.refuse_conflicts(Some(first)));
        }
        while stopped.recv_timeout(REFRESH_EVERY) == Err(RecvTimeoutError::Timeout) {
            if let Err(error) = self.renew(&mut locked(held)) {
                tracing::warn!(%error, "lock could not be refreshed");
            }
        }
        self.remove(locked(held).id);
    }

    fn sweep(&self) {
        if !self.sweep {
            return;
        }
        match self.storage.provider.sweep_leftovers() {
            Ok(0) => {}
            Ok(swept) => tracing::info!(swept, "removed files that a killed writer left"),
            Err(error) => tracing::warn!(%error, "leftovers could not be swept"),
        }
    }

    fn remove(&self, id: LockId) {
        if let Err(error) = self.remove_foreign(id) {
            tracing::warn!(%error, "lock could not be removed");
        }
    }

    /// Removes a lock, which another may do at the same moment.
    fn remove_foreign(&self, id: LockId) -> Result<()> {
        match self.storage.remove(FileKind::Lock, id) {
            Err(error) if error.code() == Code::NotFound => Ok(()),
            removed => removed,
        }
    }
}

pub(super) fn locked(held: &Mutex<Held>) -> MutexGuard<'_, Held> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}
