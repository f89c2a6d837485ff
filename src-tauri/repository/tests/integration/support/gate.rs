//! Writes that the test looks on at, and that stop until it says go.

use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use undercroft_providers::Provider;

use super::changes::{Change, ChangedProvider};

/// Calls a function with the key of each write before that is done.
pub struct WatchedProvider;

impl WatchedProvider {
    pub fn over(
        inner: Arc<dyn Provider>,
        before_write: impl Fn(&str) + Send + Sync + 'static,
    ) -> Arc<dyn Provider> {
        ChangedProvider::over(inner, move |inner, change| {
            if let Change::Write(key, _) = change {
                before_write(key);
            }
            change.apply(inner)
        })
    }
}

/// Stops those who come until it is opened.
#[derive(Debug, Default)]
pub struct Gate {
    /// Whether somebody came, and whether it is open.
    state: Mutex<(bool, bool)>,
    changed: Condvar,
}

impl Gate {
    /// A provider whose writes of keys that begin with `prefix` stop at the gate.
    pub fn before(self: &Arc<Self>, inner: Arc<dyn Provider>, prefix: &str) -> Arc<dyn Provider> {
        let (gate, prefix) = (Arc::clone(self), prefix.to_owned());
        WatchedProvider::over(inner, move |key| {
            if key.starts_with(&prefix) {
                gate.pass();
            }
        })
    }

    fn pass(&self) {
        let mut state = self.state.lock().unwrap();
        state.0 = true;
        self.changed.notify_all();
        drop(self.changed.wait_while(state, |(_, open)| !*open).unwrap());
    }

    /// Waits until somebody stands before it; they go on when what is returned is dropped.
    #[must_use]
    pub fn wait_until_reached(&self) -> Held<'_> {
        let state = self.state.lock().unwrap();
        let patience = Duration::from_secs(120);
        let (_state, waited) =
            self.changed.wait_timeout_while(state, patience, |(came, _)| !*came).unwrap();
        assert!(!waited.timed_out(), "nobody came to the gate");
        Held(self)
    }
}

/// Keeps a gate closed, and opens it at its end, also when the test fails.
#[derive(Debug)]
pub struct Held<'a>(&'a Gate);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.state.lock().unwrap().1 = true;
        self.0.changed.notify_all();
    }
}
