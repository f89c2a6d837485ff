//! Entries of a workspace that could not be read for its last version, and are tried again.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use undercroft_foundation::{Text, TreePath, Warning, text};

use crate::save::Scope;

/// The time to wait before the first try; each later one waits twice as long, up to the second.
const PAUSES: (Duration, Duration) = (Duration::from_secs(30), Duration::from_secs(3600));

/// The paths that could not be read.
#[derive(Debug, Default)]
pub(super) struct Unread(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    paths: Vec<TreePath>,
    why: Text,
    again_at: Duration,
    pause: Duration,
}

impl Unread {
    /// Notes what could not be read this time, of all that was to be.
    pub(super) fn note(&self, paths: Vec<TreePath>, warnings: &[Warning], now: Duration) {
        let mut state = self.state();
        if paths.is_empty() {
            *state = State::default();
            return;
        }
        let is_same = paths == state.paths;
        state.pause = if is_same { (state.pause * 2).min(PAUSES.1) } else { PAUSES.0 };
        state.again_at = now + state.pause;
        let first = warnings.first();
        state.why = first
            .map(|it| text!("{item}: {message}", item = it.item, message = it.message))
            .unwrap_or_default();
        if paths.len() > 1 {
            state.why += text!(" (and {more} more)", more = paths.len() - 1);
        }
        state.paths = paths;
    }

    /// Adds it to what is to be looked at.
    pub(super) fn add_to(&self, scope: &mut Scope) {
        let Scope::Touched(touched) = scope else { return };
        for path in &self.state().paths {
            touched.add(path);
            touched.subtrees.insert(path.clone());
        }
    }

    /// Whether it is time to try again.
    pub(super) fn is_due(&self, now: Duration) -> bool {
        let state = self.state();
        !state.paths.is_empty() && now >= state.again_at
    }

    /// Puts the next try off.
    pub(super) fn put_off(&self, now: Duration) {
        let mut state = self.state();
        state.again_at = now + state.pause;
    }

    /// The entries that could not be read and why, and what becomes of them.
    pub(super) fn told(&self) -> Option<(Text, Text)> {
        let state = self.state();
        let next = text!("Versions keep it as it was; it is tried again");
        (!state.paths.is_empty()).then(|| (state.why.clone(), next))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
