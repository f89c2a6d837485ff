//! The watcher's thread: it sleeps until the kernel, its owner or the clock wants something.

use std::os::fd::AsFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use undercroft_foundation::{Clock, IoContext, Result, is_remote};

use super::batch_worker::BatchWorker;
use super::control::{Requests, WatchShared};
use super::limits::Limits;
use super::mounts::Mounts;
use super::pending::Pending;
use super::polled::Polled;
use super::root::RootId;
use super::watch_tree::{Notes, WatchTree};
use super::{Batch, FolderFilter, Health, WatchOptions};

/// When the wall clock went so much further than the steady one, the machine slept.
const SLEPT: SignedDuration = SignedDuration::from_secs(30);

/// While nothing hurries, the disk is left to others for so long after each small step.
const PAUSE: Duration = Duration::from_millis(20);

/// The delay after one change: more follow, and they are let come before they are read together.
const COALESCE_DELAY: Timespec = Timespec { tv_sec: 0, tv_nsec: 10_000_000 };

/// Why the root is missing, and what to do about it.
const NOT_THERE: (&str, &str) =
    ("The folder is not there", "Bring it back, or its drive; then it is watched again");
const ANOTHER: (&str, &str) = (
    "Another folder is in its place",
    "Bring the right one back, or its drive, or save a version by hand to go on with this one",
);

/// The watcher.
pub(super) struct Watcher {
    root: PathBuf,
    filter: Arc<dyn FolderFilter>,
    options: WatchOptions,
    clock: Arc<dyn Clock>,
    shared: Arc<WatchShared>,
    worker: BatchWorker,
    /// The folder that is meant, once it was seen.
    known: Option<RootId>,
    state: State,
    /// The poll that compares the folder as well, when it is on another machine's drive.
    polled: Option<Polled>,
    /// The drives in it, and whether any came or went; none where the system has no table of them.
    mounts: Option<Mounts>,
    mounts_changed: bool,
    pending: Pending,
    limits: Limits,
    /// When to look at the root.
    look_at: Duration,
    /// When to compare the watched folders with the disk, and when to look through everything.
    verify_at: Duration,
    full_at: Duration,
    /// When to begin anew, when that was done last, and how long to wait before doing it again
    /// because notices were lost.
    restart_at: Option<Duration>,
    begun: Duration,
    restart_delay: Duration,
    /// Both clocks, when they were last looked at.
    clocks: (Timestamp, Duration),
    flush: bool,
    /// Whether the kernel has more notices.
    has_more_notices: bool,
}

enum State {
    Paused,
    /// And why, and what to do about it.
    Missing(&'static str, &'static str),
    /// There, but the system gives no notices.
    Blind,
    Watching(Box<WatchTree>),
}

impl Watcher {
    pub(super) fn new(
        root: &Path,
        known: Option<RootId>,
        filter: Arc<dyn FolderFilter>,
        options: WatchOptions,
        clock: Arc<dyn Clock>,
        shared: Arc<WatchShared>,
        worker: BatchWorker,
    ) -> Self {
        let now = clock.steady();
        // Before the watch is there to be seen: what its owner saw is what is meant.
        let known = known.or_else(|| RootId::of(root));
        Self {
            root: root.to_owned(),
            filter,
            options,
            clocks: (clock.now(), now),
            clock,
            shared,
            worker,
            known,
            state: State::Paused,
            polled: None,
            mounts: Mounts::open(root).ok(),
            mounts_changed: false,
            pending: Pending::default(),
            limits: Limits::default(),
            look_at: now,
            verify_at: now,
            full_at: now,
            restart_at: None,
            begun: now,
            restart_delay: Duration::ZERO,
            flush: false,
            has_more_notices: false,
        }
    }

    /// Goes to work on a thread of its own.
    pub(super) fn start(self) -> Result<()> {
        let (root, shared) = (self.root.clone(), Arc::clone(&self.shared));
        let work = move || {
            // A panic, say in a rule about folders, must not leave a watch that looks alive.
            if catch_unwind(AssertUnwindSafe(|| self.run())).is_err() {
                shared.break_down();
            }
        };
        thread::Builder::new().name("watch".to_owned()).spawn(work).at("watch", &root)?;
        Ok(())
    }

    fn run(mut self) {
        loop {
            let requests = self.shared.take_requests();
            if requests.stop {
                return;
            }
            self.apply_requests(requests);
            self.compare_clocks();
            self.look_at_mounts();
            self.read_notices();
            self.look_when_due();
            self.hand_over_when_due();
            self.publish();
            self.wait();
        }
    }

    fn now(&self) -> Duration {
        self.clock.steady()
    }

    fn apply_requests(&mut self, requests: Requests) {
        let is_paused = matches!(self.state, State::Paused);
        if requests.pause {
            self.rest(State::Paused);
        } else if is_paused || requests.restart {
            self.begin();
        }
        self.flush |= requests.flush;
    }

    /// Watches nothing.
    fn rest(&mut self, state: State) {
        self.state = state;
        self.polled = None;
        (self.pending, self.limits) = (Pending::default(), Limits::default());
        (self.restart_at, self.flush) = (None, false);
    }

    /// Begins anew: watches everything, and asks for a look through everything, for what happened
    /// meanwhile.
    fn begin(&mut self) {
        let pending = std::mem::take(&mut self.pending);
        // The queue that there was is closed first: two might be more than the user may have.
        self.rest(State::Blind);
        self.begun = self.now();
        self.look_at = self.begun + self.options.look;
        self.verify_at = self.begun + self.options.full;
        self.full_at = self.verify_at;
        match self.find_root() {
            Ok(id) => self.known = Some(id),
            Err((why, next)) => return self.rest(State::Missing(why, next)),
        }
        self.limits.remote = is_remote(&self.root);
        if self.limits.remote {
            let (filter, shared) = (Arc::clone(&self.filter), Arc::clone(&self.shared));
            self.polled = Polled::open(&self.root, filter, self.options.poll, shared).ok();
            self.limits.unpolled = self.polled.is_none();
        }
        let filter = Arc::clone(&self.filter);
        if let Ok(view) = WatchTree::open(&self.root, filter, &mut self.limits) {
            self.state = State::Watching(Box::new(view));
        }
        // What was noticed is part of that, but not to be put off by it.
        self.pending = pending;
        self.pending.rescan_all();
        self.pending.stamp(self.begun);
    }

    /// The root, when it is the folder that is meant; otherwise why not, and what to do about it.
    fn find_root(&self) -> Result<RootId, (&'static str, &'static str)> {
        let id = RootId::of(&self.root).ok_or(NOT_THERE)?;
        match self.known {
            Some(known) if !known.is(id) && !self.filter.takes_root() => Err(ANOTHER),
            _ => Ok(id),
        }
    }

    /// A machine that slept may have missed what others did to its drives.
    fn compare_clocks(&mut self) {
        let (wall, steady) = self.clocks;
        self.clocks = (self.clock.now(), self.now());
        let passed = self.clocks.0.duration_since(wall);
        let counted = SignedDuration::try_from(self.clocks.1.saturating_sub(steady));
        let slept = counted.is_ok_and(|counted| passed.saturating_sub(counted) > SLEPT);
        if slept && matches!(self.state, State::Watching(_)) {
            self.pending.rescan_all();
            self.pending.stamp(self.clocks.1);
            self.look_at = self.clocks.1;
        }
    }

    /// Has folders looked into where a drive came or went. The root may be one of them.
    fn look_at_mounts(&mut self) {
        let Some(mounts) = self.mounts.as_mut().filter(|_| self.mounts_changed) else { return };
        let changed = mounts.changed().unwrap_or_default();
        self.mounts_changed = false;
        self.look_at = self.clock.steady();
        if let State::Watching(view) = &mut self.state {
            changed.iter().for_each(|path| view.note_mount(path, &mut self.pending));
        }
    }

    fn read_notices(&mut self) {
        let now = self.now();
        if let Some(polled) = &self.polled {
            self.limits.unpolled = polled.is_over();
            if !polled.read_notices(&mut self.pending) {
                self.pending.rescan_all();
            }
        }
        let State::Watching(view) = &mut self.state else { return self.pending.stamp(now) };
        let summary = view.read_notices(&mut self.pending);
        let mut notes = Notes { pending: &mut self.pending, limits: &mut self.limits };
        let sound = view.step(&mut notes).is_ok();
        self.pending.stamp(now);
        self.has_more_notices = summary.more;
        if summary.folders {
            self.verify_at = now + self.options.idle;
        }
        if summary.root {
            (self.look_at, self.restart_at) = (now, Some(now));
        }
        if summary.lost || !sound {
            self.restart_after_loss(now);
        }
    }

    /// Begins anew, at once the first time, then more and more rarely: everything that is looked
    /// through takes its time, in which more may be lost.
    fn restart_after_loss(&mut self, now: Duration) {
        let WatchOptions { rescan, .. } = self.options;
        if now.saturating_sub(self.begun) > rescan * 2 {
            self.restart_delay = Duration::ZERO;
        }
        let at = self.begun + self.restart_delay;
        if self.restart_at.is_none_or(|planned| planned > at) {
            self.restart_at = Some(at);
            self.limits.too_fast = at > now;
            self.restart_delay = (self.restart_delay * 2).clamp(rescan / 32, rescan);
        }
    }

    /// Looks whether the root is there, and begins anew when it is time to.
    fn look_when_due(&mut self) {
        let now = self.now();
        if matches!(self.state, State::Paused) {
            return;
        }
        if now >= self.look_at {
            self.look(now);
        }
        self.verify_when_due(now);
        if self.limits.any() && self.restart_at.is_none() {
            self.restart_at = Some(now + self.options.rescan);
        }
        if self.restart_at.is_some_and(|at| now >= at) {
            self.begin();
        }
    }

    /// Compares what is watched with the disk some time after folders came or went, and looks
    /// through everything once in a long while: not every change is told.
    fn verify_when_due(&mut self, now: Duration) {
        let State::Watching(view) = &mut self.state else { return };
        if now >= self.full_at {
            self.full_at = now + self.options.full;
            self.pending.rescan_when_idle();
            self.pending.stamp(now);
            self.verify_at = now;
        }
        if now >= self.verify_at && !view.is_growing() {
            self.verify_at = self.full_at;
            view.verify();
        }
    }

    /// Looks at the root; whether it is there.
    fn look(&mut self, now: Duration) -> bool {
        self.look_at = now + self.options.look;
        match (self.find_root(), &self.state) {
            (Ok(_), State::Missing(..)) => self.begin(),
            (Ok(id), _) if self.known.is_some_and(|known| known.is(id)) => return true,
            // What was watched is elsewhere.
            (Ok(_), _) => self.begin(),
            (Err((why, next)), _) => self.rest(State::Missing(why, next)),
        }
        false
    }

    fn due_at(&self) -> Option<Duration> {
        let is_growing = matches!(&self.state, State::Watching(view) if view.is_growing());
        if self.pending.is_empty() || is_growing || self.worker.is_busy() {
            return None;
        }
        if self.flush && !self.has_more_notices {
            return Some(Duration::ZERO);
        }
        self.pending.due(&self.options)
    }

    fn hand_over_when_due(&mut self) {
        let now = self.now();
        self.flush &= !self.pending.is_empty();
        // A folder that went away must not look like one that was emptied.
        if self.due_at().is_none_or(|at| now < at) || !self.look(now) {
            return;
        }
        let batch = match &self.state {
            State::Watching(view) => self.pending.take(view.folders()),
            _ => Batch { whole: true, ..Batch::default() },
        };
        self.pending = Pending::default();
        self.flush = false;
        if batch != Batch::default() {
            self.worker.hand_over(batch);
        }
    }

    fn publish(&self) {
        let health = match &self.state {
            State::Paused => Health::Paused,
            State::Missing(why, next) => {
                Health::Missing { why: (*why).into(), next: (*next).into() }
            }
            State::Blind => self.limits.health(0),
            State::Watching(view) => self.limits.health(view.folders().count() as u64),
        };
        self.shared.publish(health, self.pending.count());
    }

    /// Sleeps until something is to be done.
    fn wait(&mut self) {
        let wake_fd = self.shared.wake_fd();
        let has_work = matches!(&self.state, State::Watching(view) if view.has_work());
        if !has_work && !self.flush && !self.pending.is_empty() {
            let _ = poll(&mut [PollFd::new(&wake_fd, PollFlags::IN)], Some(&COALESCE_DELAY));
        }
        let now = self.now();
        let mut fds = vec![PollFd::new(&wake_fd, PollFlags::IN)];
        if let Some(mounts) = &self.mounts {
            fds.push(PollFd::new(mounts, PollFlags::PRI));
        }
        if let State::Watching(view) = &self.state {
            fds.push(PollFd::from_borrowed_fd(view.as_fd(), PollFlags::IN));
        }
        let look_at = (!matches!(self.state, State::Paused)).then_some(self.look_at);
        let verify_at = match &self.state {
            State::Watching(view) if view.is_verifying() => Some(now + PAUSE),
            State::Watching(_) => Some(self.verify_at.min(self.full_at)),
            _ => None,
        };
        let at_once = has_work.then_some(now);
        let times = [at_once, look_at, verify_at, self.due_at(), self.restart_at];
        let timeout = times.into_iter().flatten().min().map(|at| at.saturating_sub(now));
        let timeout = timeout.and_then(|timeout| Timespec::try_from(timeout).ok());
        // An error, say an interruption, is only an early end.
        let _ = poll(&mut fds, timeout.as_ref());
        self.mounts_changed =
            self.mounts.is_some() && fds.get(1).is_some_and(|table| !table.revents().is_empty());
    }
}
