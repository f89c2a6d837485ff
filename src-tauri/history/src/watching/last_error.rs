//! Why versions of a workspace cannot be made at the moment.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use undercroft_foundation::{Error, Text, WorkspaceId};

use super::WorkspaceWatcher;

/// The time to wait before a version that could not be made is tried again.
const TRY_AGAIN: Duration = Duration::from_secs(20);

/// Why versions of a workspace cannot be made at the moment.
#[derive(Debug, Default)]
pub(super) struct LastError {
    said: Mutex<Option<(Text, Text)>>,
    is_there: AtomicBool,
}

impl LastError {
    pub(super) fn note(&self, error: &Error) {
        let said = (error.sentence(), error.advice());
        *self.said.lock().unwrap_or_else(PoisonError::into_inner) = Some(said);
        self.is_there.store(true, Ordering::Relaxed);
    }

    pub(super) fn clear(&self) {
        if self.is_there.swap(false, Ordering::Relaxed) {
            *self.said.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
    }

    pub(super) fn told(&self) -> Option<(Text, Text)> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits before the next try; whether there is to be one.
    pub(super) fn wait(&self, watcher: &WorkspaceWatcher, workspace: WorkspaceId) -> bool {
        const STEP: Duration = Duration::from_millis(250);
        let clock = &watcher.history().library().world().clock;
        let until = clock.steady() + TRY_AGAIN;
        while clock.steady() < until {
            if !watcher.is_watching(workspace) {
                return false;
            }
            clock.sleep(STEP);
        }
        watcher.is_watching(workspace)
    }
}
