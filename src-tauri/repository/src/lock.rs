//! Locks as restic honours them: files that say who works in the repository
//! (restic's design document, "Locks").

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, Once, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use undercroft_foundation::{Code, Error, Result, World, reach_write_point};
use undercroft_providers::Provider;

use crate::crypto::Key;
use crate::id::LockId;
use crate::identity::Identity;
use crate::repository::Repository;
use crate::storage::{FileKind, Storage};

/// Between writing a lock and looking for others once more: long enough for theirs to show.
const WAIT_BEFORE_SECOND_LOOK: Duration = Duration::from_millis(200);

/// A lock is written anew this often, so that others see that its owner lives.
const REFRESH_EVERY: Duration = Duration::from_secs(5 * 60);

/// A lock that was not refreshed for this long has no owner any more.
const STALE_AFTER: SignedDuration = SignedDuration::from_mins(30);

/// Whoever is about to remove something wants a lock at most this old: a machine that slept may
/// have been taken for dead.
const CERTAIN_FOR: SignedDuration = SignedDuration::from_mins(20);

/// How often those with patience look whether others are done.
const LOOK_AGAIN_EVERY: Duration = Duration::from_millis(50);

/// How a repository takes its locks.
#[derive(Debug, Default)]
pub(crate) struct Locking {
    /// Takes none.
    pub(crate) off: bool,
    /// Takes the second look at once, without the wait that a cloud or a network drive needs.
    ///
    /// Whoever takes a lock writes it first and looks for others then, restic too. So where all see
    /// at once what is written, at least one of two that come at the same moment sees the other,
    /// whatever the pause between.
    pub(crate) prompt: bool,
    /// How long to wait for others.
    pub(crate) patience: Duration,
    /// Whether leftovers were looked for, which those with prompt locks do once.
    swept: AtomicBool,
}

impl Locking {
    /// What the storage allows.
    pub(crate) fn fit_for(provider: &dyn Provider) -> Self {
        Self { prompt: provider.shows_at_once(), ..Self::default() }
    }
}

/// A lock file.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct LockFile {
    time: String,
    exclusive: bool,
    #[serde(default)]
    hostname: String,
    #[serde(default)]
    username: String,
    #[serde(default)]
    pid: u32,
    #[serde(default, skip_serializing_if = "is_zero")]
    uid: u32,
    #[serde(default, skip_serializing_if = "is_zero")]
    gid: u32,
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl LockFile {
    fn new(identity: &Identity, exclusive: bool, now: Timestamp) -> Self {
        Self {
            time: now.to_string(),
            exclusive,
            hostname: identity.hostname.clone(),
            username: identity.username.clone(),
            pid: identity.pid,
            uid: identity.uid,
            gid: identity.gid,
        }
    }

    /// Whether its owner is gone for good.
    fn is_stale(&self, identity: &Identity, now: Timestamp) -> bool {
        let old = match self.time.parse::<Timestamp>() {
            Ok(time) => now.duration_since(time) > STALE_AFTER,
            Err(_) => true,
        };
        old || (self.hostname == identity.hostname && is_dead(self.pid))
    }

    fn describe(&self) -> String {
        let mode = if self.exclusive { "exclusively" } else { "for reading or adding" };
        format!(
            "{}@{} (process {}) holds it {mode} since {}",
            self.username, self.hostname, self.pid, self.time
        )
    }
}

fn is_dead(pid: u32) -> bool {
    let Ok(pid) = i32::try_from(pid) else { return true };
    match rustix::process::Pid::from_raw(pid) {
        Some(pid) => rustix::process::test_kill_process(pid) == Err(rustix::io::Errno::SRCH),
        None => true,
    }
}

/// restic asks whether the owner of a lock lives by sending it SIGHUP, which would end it: from its
/// first lock on, this process takes no notice of that signal, as restic itself does not.
fn outlive_questions() {
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
    second_look: Mutex<Option<mpsc::Receiver<Result<()>>>>,
    world: World,
    /// When it was last written.
    written: Arc<Mutex<Timestamp>>,
    stop: Option<mpsc::Sender<()>>,
    keeper: Option<JoinHandle<()>>,
}

impl Lock {
    /// Waits until it is certain that nobody took a conflicting lock at the same moment.
    pub(crate) fn confirm(&self) -> Result<()> {
        let mut second_look = self.second_look.lock().unwrap_or_else(PoisonError::into_inner);
        match second_look.take() {
            Some(receiver) => receiver.recv().unwrap_or_else(|_| {
                Err(Error::new(Code::Internal, "The thread that keeps the lock is gone"))
            }),
            None => Ok(()),
        }
    }

    /// Makes sure that nobody can have taken its owner for dead: before something is removed.
    pub(crate) fn confirm_fresh(&self) -> Result<()> {
        self.confirm()?;
        let written = *self.written.lock().unwrap_or_else(PoisonError::into_inner);
        if self.world.clock.now().duration_since(written).abs() > CERTAIN_FOR {
            return Err(Error::new(Code::Locked, "Cannot be sure of the repository's lock")
                .why("It was not written anew for a long time: the machine slept, or the storage did not answer")
                .next("Try again; nothing was lost"));
        }
        Ok(())
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(keeper) = self.keeper.take() {
            // It only fails when it panicked; the lock then goes stale by itself.
            let _ = keeper.join();
        }
    }
}

impl Repository {
    /// Keeps others from removing what is read or added meanwhile.
    pub(crate) fn lock_shared(&self) -> Result<Option<Lock>> {
        self.lock(false)
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
        outlive_questions();
        let clock = &self.storage.world.clock;
        let deadline = clock.steady() + self.locking.patience;
        loop {
            let locked = self.try_lock(exclusive);
            let locked = locked.and_then(|lock| {
                // What is certain at once need not wait to be asked.
                if self.locking.prompt { lock.confirm().map(|()| lock) } else { Ok(lock) }
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
        let world = self.storage.world.clone();
        let site = LockSite {
            storage: self.storage.clone(),
            identity: self.identity.clone(),
            key: self.key.clone(),
            version: self.config.version,
            prompt: self.locking.prompt,
            sweep: !self.locking.prompt || !self.locking.swept.swap(true, Ordering::Relaxed),
            written: Arc::new(Mutex::new(world.clock.now())),
        };
        site.refuse_conflicts(exclusive, None)?;
        let id = site.write(exclusive)?;
        let written = Arc::clone(&site.written);
        let (looked, second_look) = mpsc::sync_channel(1);
        let (stop, stopped) = mpsc::channel();
        let keeper = std::thread::Builder::new()
            .name("lock".to_owned())
            .spawn(move || site.keep(id, exclusive, &looked, &stopped))
            .map_err(|source| {
                Error::new(Code::Unavailable, "Cannot start a thread").because(source)
            })?;
        let second_look = Mutex::new(Some(second_look));
        Ok(Lock { second_look, world, written, stop: Some(stop), keeper: Some(keeper) })
    }

    /// Removes locks whose owners are gone, or all, and says how many.
    ///
    /// # Errors
    /// Storage that cannot be listed or changed.
    pub fn unlock(&self, all: bool) -> Result<usize> {
        let now = self.storage.world.clock.now();
        let mut removed = 0;
        for id in self.storage.list::<LockId>(FileKind::Lock)? {
            let stale = match self.storage.read_json::<_, LockFile>(FileKind::Lock, id, &self.key) {
                Ok(lock) => lock.is_stale(&self.identity, now),
                Err(error) if error.code() == Code::NotFound => continue,
                Err(error) if error.code() == Code::Damaged => true,
                Err(error) => return Err(error),
            };
            if all || stale {
                self.storage.remove(FileKind::Lock, id)?;
                removed += 1;
            }
        }
        Ok(removed)
    }
}

/// What a lock needs to live on its own thread.
struct LockSite {
    storage: Storage,
    identity: Identity,
    key: Key,
    version: u32,
    prompt: bool,
    sweep: bool,
    written: Arc<Mutex<Timestamp>>,
}

impl LockSite {
    fn write(&self, exclusive: bool) -> Result<LockId> {
        let now = self.storage.world.clock.now();
        let file = LockFile::new(&self.identity, exclusive, now);
        let id = self.storage.write_json(FileKind::Lock, &file, &self.key, self.version)?;
        *self.written.lock().unwrap_or_else(PoisonError::into_inner) = now;
        reach_write_point("repository.lock-written");
        Ok(id)
    }

    fn refuse_conflicts(&self, exclusive: bool, own: Option<LockId>) -> Result<()> {
        let now = self.storage.world.clock.now();
        for id in self.storage.list::<LockId>(FileKind::Lock)? {
            if Some(id) == own {
                continue;
            }
            let lock: LockFile = match self.storage.read_json(FileKind::Lock, id, &self.key) {
                Ok(lock) => lock,
                // It was given back between the listing and the look.
                Err(error) if error.code() == Code::NotFound => continue,
                Err(error) => return Err(error),
            };
            if lock.is_stale(&self.identity, now) {
                continue;
            }
            if exclusive || lock.exclusive {
                let what = format!("The repository at {} is locked", self.storage.location());
                return Err(Error::new(Code::Locked, what).why(lock.describe()).next(
                    "Wait until it is done; if that program is gone, run `undercroft repo unlock`",
                ));
            }
        }
        Ok(())
    }

    /// Takes the second look, then writes the lock anew from time to time until told to stop, and
    /// removes it.
    fn keep(
        &self,
        first: LockId,
        exclusive: bool,
        looked: &mpsc::SyncSender<Result<()>>,
        stopped: &mpsc::Receiver<()>,
    ) {
        if self.prompt {
            let _ = looked.send(self.refuse_conflicts(exclusive, Some(first)));
            self.sweep();
        } else {
            // The wait is long enough to tidy up after those who were killed.
            self.sweep();
            // Another may have looked before our lock was there and written its own since.
            self.storage.world.clock.sleep(WAIT_BEFORE_SECOND_LOOK);
            // Nobody listens any more when the work needed no confirmation.
            let _ = looked.send(self.refuse_conflicts(exclusive, Some(first)));
        }
        let mut current = first;
        while stopped.recv_timeout(REFRESH_EVERY) == Err(RecvTimeoutError::Timeout) {
            match self.write(exclusive) {
                Ok(next) => self.remove(std::mem::replace(&mut current, next)),
                Err(error) => tracing::warn!(%error, "lock could not be refreshed"),
            }
        }
        self.remove(current);
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
        if let Err(error) = self.storage.remove(FileKind::Lock, id) {
            tracing::warn!(%error, "lock could not be removed");
        }
    }
}
