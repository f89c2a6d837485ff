//! The state that the watcher's thread and its owner share.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::event::EventfdFlags;
use undercroft_foundation::{IoContext, Result, text};

use super::Health;

/// The requests to the watcher, its answers, and a descriptor that wakes it.
#[derive(Debug)]
pub(super) struct WatchShared {
    state: Mutex<State>,
    wake_fd: OwnedFd,
}

#[derive(Debug)]
struct State {
    requests: Requests,
    health: Health,
    pending: u64,
    fault: bool,
}

/// The requests of the owner.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Requests {
    /// End.
    pub(super) stop: bool,
    /// Watch nothing, for as long as this is set.
    pub(super) pause: bool,
    /// Begin anew. Taken once.
    pub(super) restart: bool,
    /// Hand over what is there. Taken once.
    pub(super) flush: bool,
}

impl WatchShared {
    pub(super) fn new(root: &Path) -> Result<Self> {
        let flags = EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK;
        let wake_fd = rustix::event::eventfd(0, flags).map_err(Into::into).at("watch", root)?;
        let health = Health::Watching { folders: 0 };
        let state = State { requests: Requests::default(), health, pending: 0, fault: false };
        Ok(Self { state: Mutex::new(state), wake_fd })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn request(&self, change: impl FnOnce(&mut Requests)) {
        change(&mut self.state().requests);
        self.wake();
    }

    /// Wakes the watcher.
    pub(super) fn wake(&self) {
        // It fails only when nobody read the counter for 2^64 wakes.
        let _ = rustix::io::write(&self.wake_fd, &1u64.to_ne_bytes());
    }

    pub(super) fn wake_fd(&self) -> BorrowedFd<'_> {
        self.wake_fd.as_fd()
    }

    /// The requests that stand now. The descriptor is quiet again.
    pub(super) fn take_requests(&self) -> Requests {
        let _ = rustix::io::read(&self.wake_fd, &mut [0; 8]);
        let mut state = self.state();
        let requests = state.requests;
        (state.requests.restart, state.requests.flush) = (false, false);
        requests
    }

    pub(super) fn health(&self) -> Health {
        let state = self.state();
        if state.fault {
            return Health::Limited {
                why: text!("Watching stopped because of a fault in Undercroft"),
                next: text!("Start Undercroft again, and report it if it stays"),
            };
        }
        state.health.clone()
    }

    pub(super) fn pending(&self) -> u64 {
        self.state().pending
    }

    pub(super) fn publish(&self, health: Health, pending: u64) {
        let mut state = self.state();
        (state.health, state.pending) = (health, pending);
    }

    /// Records that a thread of the watcher broke down, and ends the other.
    pub(super) fn break_down(&self) {
        self.state().fault = true;
        self.request(|requests| requests.stop = true);
    }
}
