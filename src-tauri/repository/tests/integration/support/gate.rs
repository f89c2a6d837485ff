//! A provider that lets the test look on, and stop a write until it says go.

use std::fmt;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use undercroft_foundation::Result;
use undercroft_providers::{ObjectMeta, Provider};

/// Calls `before_write` with the key of each write, then does it.
pub struct WatchedProvider {
    inner: Arc<dyn Provider>,
    before_write: Box<dyn Fn(&str) + Send + Sync>,
}

impl WatchedProvider {
    pub fn over(
        inner: Arc<dyn Provider>,
        before_write: impl Fn(&str) + Send + Sync + 'static,
    ) -> Arc<dyn Provider> {
        Arc::new(Self { inner, before_write: Box::new(before_write) })
    }
}

impl fmt::Debug for WatchedProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

impl Provider for WatchedProvider {
    fn location(&self) -> String {
        self.inner.location()
    }

    fn read(&self, key: &str) -> Result<Vec<u8>> {
        self.inner.read(key)
    }

    fn read_range(&self, key: &str, offset: u64, length: usize) -> Result<Vec<u8>> {
        self.inner.read_range(key, offset, length)
    }

    fn write(&self, key: &str, parts: &[&[u8]]) -> Result<()> {
        (self.before_write)(key);
        self.inner.write(key, parts)
    }

    fn list(&self, folder: &str) -> Result<Vec<ObjectMeta>> {
        self.inner.list(folder)
    }

    fn size(&self, key: &str) -> Result<Option<u64>> {
        self.inner.size(key)
    }

    fn remove(&self, key: &str) -> Result<()> {
        self.inner.remove(key)
    }

    fn create_folder(&self, folder: &str) -> Result<()> {
        self.inner.create_folder(folder)
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
