//! Locks as restic honours them: files that say who works in the repository
//! (restic's design document, "Locks").

mod file;
mod process;
mod refresher;

use std::fmt::Display;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Once, PoisonError, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use undercroft_foundation::{Code, Error, Job, Result};
use undercroft_providers::Provider;

use self::file::LockFile;
use self::refresher::{Held, LockRefresher, locked};
use crate::format::file_kind::FileKind;
use crate::format::id::LockId;
use crate::store::repository::Repository;
use crate::store::storage::Storage;

/// The time between two looks whether others are done.
const LOOK_AGAIN_EVERY: Duration = Duration::from_millis(50);

/// The way in which a repository takes its locks.
#[derive(Debug, Default)]
pub(crate) struct Locking {
    /// Takes none.
    pub(crate) off: bool,
    /// All see at once what is written: the second look comes without the wait that a cloud or a
    /// network drive needs.
    ///
    /// A lock is written first, and others are looked for then, by restic too. So where all see at
    /// once what is written, at least one of two that come at the same moment sees the other,
    /// whatever the pause between.
    pub(crate) strongly_consistent: bool,
    /// The time to wait for others.
    pub(crate) timeout: Duration,
    /// Whether leftovers were looked for, which is done once where the storage is strongly
    /// consistent.
    swept: AtomicBool,
}

impl Locking {
    /// The conduct that the storage allows.
    pub(crate) fn for_provider(provider: &dyn Provider) -> Self {
        Self { strongly_consistent: provider.is_strongly_consistent(), ..Self::default() }
    }
}

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

/// A lock that is held; given back when it is dropped.
///
/// A thread takes the second look, then refreshes the lock meanwhile. So reading may begin at once;
/// before anything is written or removed, [`Lock::confirm`] must have succeeded.
#[derive(Debug)]
pub(crate) struct Lock {
    refresher: Arc<LockRefresher>,
    held: Arc<Mutex<Held>>,
    second_look: Mutex<Option<mpsc::Receiver<Result<()>>>>,
    stop: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Lock {
    /// Waits until it is certain that nobody took a conflicting lock at the same moment, and makes
    /// sure that nobody can have taken the owner for dead since. A lock that was lost once is lost
    /// for good.
    pub(crate) fn confirm(&self) -> Result<()> {
        let mut second_look = self.second_look.lock().unwrap_or_else(PoisonError::into_inner);
        let looked = second_look.take().map_or(Ok(()), |receiver| {
            receiver.recv().unwrap_or_else(|_| {
                Err(Error::new(Code::Internal, "The thread that keeps the lock is gone"))
            })
        });
        drop(second_look);
        let mut held = locked(&self.held);
        if looked.is_err() {
            held.lose();
        }
        looked.and_then(|()| self.refresher.ensure_not_expired(&mut held))
    }

    /// Makes sure as well that the lock is there: another whose clock is wrong may have taken it for
    /// an old one.
    fn confirm_there(&self) -> Result<()> {
        self.confirm()?;
        self.refresher.ensure_exists(&mut locked(&self.held))
    }
}

/// Confirms a lock, where one is taken at all.
pub(crate) fn confirm(lock: Option<&Lock>) -> Result<()> {
    lock.map_or(Ok(()), Lock::confirm)
}

/// Writes a file under a lock, and takes it back when the lock was lost meanwhile: what the file
/// relies on may be gone.
pub(crate) fn publish<Id: Display + Copy>(
    storage: &Storage,
    lock: Option<&Lock>,
    kind: FileKind,
    write: impl FnOnce() -> Result<Id>,
) -> Result<Id> {
    let make_sure = || match (lock, kind) {
        (Some(lock), FileKind::Index | FileKind::Snapshot) => lock.confirm_there(),
        // A pack that nothing lists does no harm.
        _ => confirm(lock),
    };
    make_sure()?;
    let id = write()?;
    if let Err(lost) = make_sure() {
        if let Err(error) = storage.remove(kind, id) {
            tracing::warn!(%error, "what was written without a lock could not be taken back");
        }
        return Err(lost);
    }
    Ok(id)
}

impl Drop for Lock {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // It only fails when it panicked; the lock then goes stale by itself.
            let _ = thread.join();
        }
    }
}

impl Repository {
    /// Keeps others from removing what is read or added meanwhile.
    pub(crate) fn lock_shared(&self) -> Result<Option<Lock>> {
        self.lock(false)
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
        let lock = self.lock(true)?;
        if let Some(lock) = &lock {
            lock.confirm()?;
        }
        Ok(lock)
    }

    fn lock(&self, exclusive: bool) -> Result<Option<Lock>> {
        if self.locking.off {
            return Ok(None);
        }
        ignore_sighup();
        let clock = &self.storage.world.clock;
        let deadline = clock.steady() + self.locking.timeout;
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
        let held = Arc::new(Mutex::new(refresher.begin()?));
        let refresher = Arc::new(refresher);
        let (looked, second_look) = mpsc::sync_channel(1);
        let (stop, stopped) = mpsc::channel();
        let (refreshing, kept) = (Arc::clone(&refresher), Arc::clone(&held));
        let thread = std::thread::Builder::new()
            .name("lock".to_owned())
            .spawn(move || refreshing.refresh_until_stopped(&kept, &looked, &stopped))
            .map_err(|source| {
                Error::new(Code::Unavailable, "Cannot start a thread").because(source)
            })?;
        let second_look = Mutex::new(Some(second_look));
        Ok(Lock { refresher, held, second_look, stop: Some(stop), thread: Some(thread) })
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
