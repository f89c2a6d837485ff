//! What the watcher's thread and its owner tell each other.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::event::EventfdFlags;
use undercroft_foundation::{IoContext, Result};

use super::Health;

/// Orders to the watcher, its answers, and a bell that wakes it.
#[derive(Debug)]
pub(super) struct Board {
    state: Mutex<State>,
    bell: OwnedFd,
}

#[derive(Debug)]
struct State {
    orders: Orders,
    health: Health,
    pending: u64,
    fault: bool,
}

/// What the owner wants.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Orders {
    /// End.
    pub(super) stop: bool,
    /// Watch nothing, for as long as this is set.
    pub(super) pause: bool,
    /// Begin anew. Taken once.
    pub(super) anew: bool,
    /// Hand over what is there. Taken once.
    pub(super) flush: bool,
}

impl Board {
    pub(super) fn new(root: &Path) -> Result<Self> {
        let flags = EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK;
        let bell = rustix::event::eventfd(0, flags).map_err(Into::into).at("watch", root)?;
        let health = Health::Watching { folders: 0 };
        let state = State { orders: Orders::default(), health, pending: 0, fault: false };
        Ok(Self { state: Mutex::new(state), bell })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn order(&self, change: impl FnOnce(&mut Orders)) {
        change(&mut self.state().orders);
        self.ring();
    }

    /// Wakes the watcher.
    pub(super) fn ring(&self) {
        // It fails only when the bell has not been heard for 2^64 rings.
        let _ = rustix::io::write(&self.bell, &1u64.to_ne_bytes());
    }

    pub(super) fn bell(&self) -> BorrowedFd<'_> {
        self.bell.as_fd()
    }

    /// What is wanted now. The bell is silent again.
    pub(super) fn take_orders(&self) -> Orders {
        let _ = rustix::io::read(&self.bell, &mut [0; 8]);
        let mut state = self.state();
        let orders = state.orders;
        (state.orders.anew, state.orders.flush) = (false, false);
        orders
    }

    pub(super) fn health(&self) -> Health {
        let state = self.state();
        if state.fault {
            return Health::Limited {
                why: "Watching stopped because of a fault in Undercroft".to_owned(),
                next: "Start Undercroft again, and report it if it stays".to_owned(),
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

    /// Says that a thread of the watcher broke down, and ends the other.
    pub(super) fn break_down(&self) {
        self.state().fault = true;
        self.order(|orders| orders.stop = true);
    }
}
