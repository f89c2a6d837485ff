//! Locks as restic honours them: files that say who works in the repository
//! (restic's design document, "Locks").

mod file;
mod process;
mod refresher;

use std::fmt::Display;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use undercroft_foundation::{Code, Error, Result};
use undercroft_providers::Provider;

pub(super) use self::file::LockFile;
pub(super) use self::refresher::LockRefresher;
use self::refresher::{Held, locked};
use crate::format::file_kind::FileKind;
use crate::store::storage::Storage;

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
    pub(super) swept: AtomicBool,
}

impl Locking {
    /// The conduct that the storage allows.
    pub(crate) fn for_provider(provider: &dyn Provider) -> Self {
        Self { strongly_consistent: provider.is_strongly_consistent(), ..Self::default() }
    }
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
    /// Writes the lock's file, and starts the thread that takes the second look and refreshes it.
    pub(super) fn begin(refresher: LockRefresher) -> Result<Self> {
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
        Ok(Self { refresher, held, second_look, stop: Some(stop), thread: Some(thread) })
    }

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
