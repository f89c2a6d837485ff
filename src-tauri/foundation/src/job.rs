//! A job: work that takes a while, shows how far it is, can be cancelled, and notes what it
//! could not do.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::{Code, Error, Result};

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobState {
    /// Waits for its turn.
    Queued,
    /// Works.
    Running,
    /// Did all of it.
    Succeeded,
    /// Did what could be done; the warnings say what could not.
    Warnings,
    /// Stopped on an error; what was there before is untouched.
    Failed,
    /// Stopped because the user said so.
    Cancelled,
}

impl JobState {
    /// The stable name: `succeeded`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Warnings => "warnings",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state of this stable name: the inverse of [`JobState::name`].
    pub fn from_name(name: &str) -> Option<Self> {
        use JobState::{Cancelled, Failed, Queued, Running, Succeeded, Warnings};
        [Queued, Running, Succeeded, Warnings, Failed, Cancelled]
            .into_iter()
            .find(|state| state.name() == name)
    }

    /// Whether nothing more will happen.
    pub fn is_over(self) -> bool {
        !matches!(self, Self::Queued | Self::Running)
    }
}

/// Something that could not be done while the rest went on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// What it concerns, as text (an escaped path).
    pub item: String,
    /// What happened and why.
    pub message: String,
}

/// How far a job is: a reading of its counters at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Bytes done.
    pub bytes_done: u64,
    /// Bytes known to be there so far; grows until the total is settled.
    pub bytes_total: u64,
    /// Files done.
    pub files_done: u64,
    /// Files known to be there so far.
    pub files_total: u64,
    /// Whether the totals will grow no more.
    pub totals_settled: bool,
}

impl Progress {
    /// Bytes a second over `elapsed`.
    pub fn bytes_per_second(&self, elapsed: Duration) -> u64 {
        let millis = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX).max(1);
        u64::try_from(u128::from(self.bytes_done) * 1000 / u128::from(millis)).unwrap_or(u64::MAX)
    }

    /// The time left at the pace of `elapsed`, once the totals are settled and something is done.
    pub fn time_left(&self, elapsed: Duration) -> Option<Duration> {
        if !self.totals_settled || self.bytes_done == 0 {
            return None;
        }
        let left = self.bytes_total.saturating_sub(self.bytes_done);
        Some(elapsed.mul_f64(left as f64 / self.bytes_done as f64))
    }
}

/// The counters and the cancel flag that a running piece of work and its watchers share.
///
/// Cheap enough to update per file from several threads.
#[derive(Default)]
pub struct Job {
    cancelled: AtomicBool,
    bytes_done: AtomicU64,
    bytes_total: AtomicU64,
    files_done: AtomicU64,
    files_total: AtomicU64,
    totals_settled: AtomicBool,
    current: Mutex<String>,
    warnings: Mutex<Vec<Warning>>,
}

impl Job {
    /// A job that has done nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks the work to stop at its next safe moment.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether it was asked to stop.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// Goes on, unless the job was cancelled.
    ///
    /// # Errors
    /// [`Code::Cancelled`].
    pub fn check_cancelled(&self) -> Result<()> {
        if self.is_cancelled() {
            return Err(Error::new(Code::Cancelled, "Cancelled"));
        }
        Ok(())
    }

    /// Counts bytes as done.
    pub fn add_bytes_done(&self, bytes: u64) {
        self.bytes_done.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Counts files as done.
    pub fn add_files_done(&self, files: u64) {
        self.files_done.fetch_add(files, Ordering::Relaxed);
    }

    /// Counts work that was found.
    pub fn add_total(&self, files: u64, bytes: u64) {
        self.files_total.fetch_add(files, Ordering::Relaxed);
        self.bytes_total.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Says that no more work will be found.
    pub fn settle_totals(&self) {
        self.totals_settled.store(true, Ordering::Relaxed);
    }

    /// Says what is being worked on (an escaped path).
    pub fn set_current(&self, current: impl Into<String>) {
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = current.into();
    }

    /// What is being worked on.
    pub fn current(&self) -> String {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notes something that could not be done.
    pub fn warn(&self, item: impl Into<String>, message: impl Into<String>) {
        let warning = Warning { item: item.into(), message: message.into() };
        self.warnings.lock().unwrap_or_else(PoisonError::into_inner).push(warning);
    }

    /// All that could not be done so far.
    pub fn warnings(&self) -> Vec<Warning> {
        self.warnings.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads the counters.
    pub fn progress(&self) -> Progress {
        Progress {
            bytes_done: self.bytes_done.load(Ordering::Relaxed),
            bytes_total: self.bytes_total.load(Ordering::Relaxed),
            files_done: self.files_done.load(Ordering::Relaxed),
            files_total: self.files_total.load(Ordering::Relaxed),
            totals_settled: self.totals_settled.load(Ordering::Relaxed),
        }
    }
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job")
            .field("progress", &self.progress())
            .field("cancelled", &self.is_cancelled())
            .finish_non_exhaustive()
    }
}
