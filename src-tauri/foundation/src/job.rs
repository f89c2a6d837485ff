//! A job: work that takes a while, shows how far it is, can be paused and cancelled, tells what it
//! does, and notes what it could not do.

mod progress;
mod report;
mod state;

use std::collections::{BTreeSet, VecDeque};
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};

use crate::{Clock, Code, Error, ProjectId, Result, Text};

pub use progress::Progress;
pub use report::{JobPart, JobReport, LogLevel, LogLine, Warning};
pub use state::JobState;

/// The number of lines that wait to be kept; of more, the oldest are let go.
const WAITING_LINES: usize = 5000;

/// The counters and flags that a running piece of work and its watchers share.
///
/// Cheap enough to update per file from several threads.
#[derive(Default)]
pub struct Job {
    shared: Arc<Shared>,
    /// The warnings of a step. The whole job's are with what is shared.
    own_warnings: Option<Mutex<Vec<Warning>>>,
}

#[derive(Default)]
struct Shared {
    clock: Option<Arc<dyn Clock>>,
    cancelled: AtomicBool,
    interrupted: AtomicBool,
    paused: AtomicBool,
    /// Guards nothing but the wait for the end of a pause.
    pause: Mutex<()>,
    pause_over: Condvar,
    bytes_done: AtomicU64,
    bytes_total: AtomicU64,
    files_done: AtomicU64,
    files_total: AtomicU64,
    totals_settled: AtomicBool,
    current: Mutex<String>,
    warnings: Mutex<Vec<Warning>>,
    told: Mutex<Told>,
    /// The project that came of it.
    made: OnceLock<ProjectId>,
}

/// The log and the parts, and which of these nobody has asked for yet.
#[derive(Default)]
struct Told {
    lines: VecDeque<LogLine>,
    parts: Vec<JobPart>,
    changed: BTreeSet<usize>,
}

impl Job {
    /// A job that has done nothing yet, and whose log nobody keeps.
    pub fn new() -> Self {
        Self::default()
    }

    /// A job whose log is kept, with the time of this clock.
    pub fn with_log(clock: &Arc<dyn Clock>) -> Self {
        let clock = Some(Arc::clone(clock));
        Self { shared: Arc::new(Shared { clock, ..Shared::default() }), own_warnings: None }
    }

    /// A step of this job: it counts, pauses and is cancelled with the whole. What it could not do
    /// is known of it by itself, and it does not settle the totals of the whole.
    #[must_use]
    pub fn step(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), own_warnings: Some(Mutex::default()) }
    }

    /// Asks the work to stop at its next safe moment, also when it is paused: nobody wants it done
    /// any more.
    pub fn cancel(&self) {
        let _waiting = locked(&self.shared.pause);
        self.shared.cancelled.store(true, Ordering::Relaxed);
        self.shared.pause_over.notify_all();
    }

    /// Asks the work to stop as [`Job::cancel`] does, but because the program ends: it is still to
    /// be done. Work that was cancelled stays cancelled.
    pub fn interrupt(&self) {
        if !self.is_cancelled() {
            self.shared.interrupted.store(true, Ordering::Relaxed);
        }
        self.cancel();
    }

    /// Whether it was asked to stop only because the program ends.
    pub fn is_interrupted(&self) -> bool {
        self.shared.interrupted.load(Ordering::Relaxed)
    }

    /// Whether it was asked to stop, for whatever reason.
    pub fn is_cancelled(&self) -> bool {
        self.shared.cancelled.load(Ordering::Relaxed)
    }

    /// Asks the work to wait at its next safe moment.
    pub fn pause(&self) {
        self.shared.paused.store(true, Ordering::Relaxed);
    }

    /// Lets the work go on.
    pub fn resume(&self) {
        let _waiting = locked(&self.shared.pause);
        self.shared.paused.store(false, Ordering::Relaxed);
        self.shared.pause_over.notify_all();
    }

    /// Whether it was asked to wait.
    pub fn is_paused(&self) -> bool {
        self.shared.paused.load(Ordering::Relaxed)
    }

    /// Goes on, unless the job was cancelled; waits for as long as it is paused.
    ///
    /// # Errors
    /// [`Code::Cancelled`].
    pub fn check_cancelled(&self) -> Result<()> {
        if self.is_paused() {
            let waits = |_: &mut ()| self.is_paused() && !self.is_cancelled();
            drop(self.shared.pause_over.wait_while(locked(&self.shared.pause), waits));
        }
        if self.is_cancelled() {
            return Err(Error::new(Code::Cancelled, "Cancelled"));
        }
        Ok(())
    }

    /// Notes the project that the work made, as soon as it is there. The first one counts.
    pub fn set_made(&self, project: ProjectId) {
        let _ = self.shared.made.set(project);
    }

    /// The project that the work made.
    pub fn made(&self) -> Option<ProjectId> {
        self.shared.made.get().copied()
    }

    /// Counts bytes as done.
    pub fn add_bytes_done(&self, bytes: u64) {
        self.shared.bytes_done.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Counts files as done.
    pub fn add_files_done(&self, files: u64) {
        self.shared.files_done.fetch_add(files, Ordering::Relaxed);
    }

    /// Counts work that was found.
    pub fn add_total(&self, files: u64, bytes: u64) {
        self.shared.files_total.fetch_add(files, Ordering::Relaxed);
        self.shared.bytes_total.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Declares that no more work will be found. In a step this does nothing.
    pub fn settle_totals(&self) {
        if self.own_warnings.is_none() {
            self.shared.totals_settled.store(true, Ordering::Relaxed);
        }
    }

    /// Sets the item that is being worked on, such as an escaped path.
    pub fn set_current(&self, current: impl Into<String>) {
        *locked(&self.shared.current) = current.into();
    }

    /// The thing that is being worked on.
    pub fn current(&self) -> String {
        locked(&self.shared.current).clone()
    }

    /// Notes something that could not be done; the log tells it, too.
    pub fn warn(&self, item: impl Into<String>, message: impl Into<Text>) {
        let warning = Warning { item: item.into(), message: message.into() };
        self.log(LogLevel::Warning, format!("{}: {}", warning.item, warning.message));
        if let Some(own) = &self.own_warnings {
            locked(own).push(warning.clone());
        }
        locked(&self.shared.warnings).push(warning);
    }

    /// All that could not be done so far; of a step, what it could not do itself.
    pub fn warnings(&self) -> Vec<Warning> {
        locked(self.own_warnings.as_ref().unwrap_or(&self.shared.warnings)).clone()
    }

    /// Writes a line into the log.
    pub fn log(&self, level: LogLevel, text: impl Into<String>) {
        let Some(clock) = &self.shared.clock else { return };
        let line = LogLine { time: clock.now(), level, text: text.into() };
        let mut told = locked(&self.shared.told);
        if told.lines.len() >= WAITING_LINES {
            told.lines.pop_front();
        }
        told.lines.push_back(line);
    }

    /// Tells of a part, and returns its number.
    pub fn add_part(&self, part: JobPart) -> usize {
        let mut told = locked(&self.shared.told);
        let number = told.parts.len();
        told.parts.push(part);
        told.changed.insert(number);
        number
    }

    /// Tells what became of the part of this number.
    pub fn change_part(&self, number: usize, part: JobPart) {
        let mut told = locked(&self.shared.told);
        if let Some(place) = told.parts.get_mut(number) {
            *place = part;
            told.changed.insert(number);
        }
    }

    /// All parts that were told of.
    pub fn parts(&self) -> Vec<JobPart> {
        locked(&self.shared.told).parts.clone()
    }

    /// Everything that was told since this was last called.
    pub fn take_report(&self) -> JobReport {
        let mut told = locked(&self.shared.told);
        let lines = std::mem::take(&mut told.lines).into();
        let changed = std::mem::take(&mut told.changed);
        let parts = changed.into_iter().map(|number| (number, told.parts[number].clone()));
        JobReport { lines, parts: parts.collect() }
    }

    /// Reads the counters.
    pub fn progress(&self) -> Progress {
        let shared = &self.shared;
        Progress {
            bytes_done: shared.bytes_done.load(Ordering::Relaxed),
            bytes_total: shared.bytes_total.load(Ordering::Relaxed),
            files_done: shared.files_done.load(Ordering::Relaxed),
            files_total: shared.files_total.load(Ordering::Relaxed),
            totals_settled: shared.totals_settled.load(Ordering::Relaxed),
        }
    }
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job")
            .field("progress", &self.progress())
            .field("cancelled", &self.is_cancelled())
            .field("paused", &self.is_paused())
            .finish_non_exhaustive()
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
