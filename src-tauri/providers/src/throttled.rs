//! A provider that takes no more than a share of what the place or the network could give.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use undercroft_foundation::{Clock, Job, Result};

use crate::{ObjectMeta, Provider};

/// A burst lasts this long: no more is saved up while nothing is moved.
const BURST: Duration = Duration::from_secs(1);
/// The time between two looks of a waiting thread whether the work is to stop.
const STEP: Duration = Duration::from_millis(50);

/// Moves at most so many bytes a second, both ways together; all threads share them. Once the job
/// that it serves is to stop, what that still moves to end well waits no longer.
pub struct ThrottledProvider {
    inner: Arc<dyn Provider>,
    clock: Arc<dyn Clock>,
    bytes_per_second: u64,
    job: Job,
    /// The steady time from which on there is room for more.
    free: Mutex<Duration>,
}

impl ThrottledProvider {
    /// Slows a provider down, for as long as this job goes on.
    pub fn new(
        inner: Arc<dyn Provider>,
        clock: Arc<dyn Clock>,
        bytes_per_second: u64,
        job: &Job,
    ) -> Self {
        let (free, job) = (Mutex::new(clock.steady()), job.step());
        Self { inner, clock, bytes_per_second: bytes_per_second.max(1), job, free }
    }

    /// Waits until so many bytes may be moved.
    fn take(&self, bytes: usize) {
        let needs = Duration::from_secs_f64(bytes as f64 / self.bytes_per_second as f64);
        let now = self.clock.steady();
        let begins = {
            let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
            let begins = (*free).max(now.saturating_sub(BURST));
            *free = begins + needs;
            begins + needs
        };
        while !self.job.is_cancelled() {
            let wait = begins.saturating_sub(self.clock.steady());
            if wait.is_zero() {
                return;
            }
            self.clock.sleep(wait.min(STEP));
        }
    }
}

impl fmt::Debug for ThrottledProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ThrottledProvider")
            .field("inner", &self.inner)
            .field("bytes_per_second", &self.bytes_per_second)
            .finish_non_exhaustive()
    }
}

impl Provider for ThrottledProvider {
    fn location(&self) -> String {
        self.inner.location()
    }

    fn read(&self, key: &str) -> Result<Vec<u8>> {
        let bytes = self.inner.read(key)?;
        self.take(bytes.len());
        Ok(bytes)
    }

    fn read_range(&self, key: &str, offset: u64, length: usize) -> Result<Vec<u8>> {
        self.take(length);
        self.inner.read_range(key, offset, length)
    }

    fn read_range_into(&self, key: &str, offset: u64, buffer: &mut [u8]) -> Result<()> {
        self.take(buffer.len());
        self.inner.read_range_into(key, offset, buffer)
    }

    fn write(&self, key: &str, parts: &[&[u8]]) -> Result<()> {
        self.take(parts.iter().map(|part| part.len()).sum());
        self.inner.write(key, parts)
    }

    fn write_stream(
        &self,
        key: &str,
        next: &mut dyn FnMut() -> Result<Option<Vec<u8>>>,
    ) -> Result<()> {
        self.inner.write_stream(key, &mut || {
            let part = next()?;
            self.take(part.as_ref().map_or(0, Vec::len));
            Ok(part)
        })
    }

    fn write_unsynced(&self, key: &str, bytes: &[u8]) -> Result<()> {
        self.take(bytes.len());
        self.inner.write_unsynced(key, bytes)
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

    fn remove_unsynced(&self, key: &str) -> Result<()> {
        self.inner.remove_unsynced(key)
    }

    fn rename_all(&self, renames: &[(String, String)]) -> Result<()> {
        self.inner.rename_all(renames)
    }

    fn remove_all(&self, keys: &[String]) -> Result<()> {
        self.inner.remove_all(keys)
    }

    fn free_bytes(&self) -> Result<Option<u64>> {
        self.inner.free_bytes()
    }

    fn is_strongly_consistent(&self) -> bool {
        self.inner.is_strongly_consistent()
    }

    fn create_folder(&self, folder: &str) -> Result<()> {
        self.inner.create_folder(folder)
    }

    fn sweep_leftovers(&self) -> Result<u64> {
        self.inner.sweep_leftovers()
    }
}
