//! A provider whose changes the test makes itself, or does not.

use std::fmt;
use std::sync::Arc;

use undercroft_foundation::Result;
use undercroft_providers::{ObjectMeta, Provider};

/// A change of what is kept.
#[derive(Clone, Copy)]
pub enum Change<'a> {
    /// A write of these parts under a key.
    Write(&'a str, &'a [&'a [u8]]),
    /// A removal of a key.
    Remove(&'a str),
}

impl Change<'_> {
    pub fn key(&self) -> &str {
        match self {
            Self::Write(key, _) | Self::Remove(key) => key,
        }
    }

    /// Makes the change.
    pub fn apply(&self, provider: &dyn Provider) -> Result<()> {
        match self {
            Self::Write(key, parts) => provider.write(key, parts),
            Self::Remove(key) => provider.remove(key),
        }
    }
}

type MakeChange = dyn Fn(&dyn Provider, Change<'_>) -> Result<()> + Send + Sync;

/// Leaves each write and removal to a function, and all else to another provider.
pub struct ChangedProvider {
    inner: Arc<dyn Provider>,
    change: Box<MakeChange>,
}

impl ChangedProvider {
    pub fn over(
        inner: Arc<dyn Provider>,
        change: impl Fn(&dyn Provider, Change<'_>) -> Result<()> + Send + Sync + 'static,
    ) -> Arc<dyn Provider> {
        Arc::new(Self { inner, change: Box::new(change) })
    }
}

impl fmt::Debug for ChangedProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

impl Provider for ChangedProvider {
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
        (self.change)(&*self.inner, Change::Write(key, parts))
    }

    fn list(&self, folder: &str) -> Result<Vec<ObjectMeta>> {
        self.inner.list(folder)
    }

    fn size(&self, key: &str) -> Result<Option<u64>> {
        self.inner.size(key)
    }

    fn remove(&self, key: &str) -> Result<()> {
        (self.change)(&*self.inner, Change::Remove(key))
    }

    fn create_folder(&self, folder: &str) -> Result<()> {
        self.inner.create_folder(folder)
    }
}
