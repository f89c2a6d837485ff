//! Following work until it is over: a line that moves for people, status records for programs,
//! and Ctrl-C on the way to it.

use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{RecvTimeoutError, bounded};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;
use undercroft_api::Api;
use undercroft_api::wire::{BackendEvent, JobProgress, JobState, JobView, Nothing};
use undercroft_foundation::{Clock, Code, Error, Job, Result};

use super::interrupt;
use crate::output::Output;
use crate::output::format::{count, duration, printable, size};
use crate::session::Session;

/// The time between two looks at progress.
const PERIOD: Duration = Duration::from_millis(100);
/// The time between two records of it for programs.
const RECORD_PERIOD: Duration = Duration::from_secs(1);
/// The number of warnings that people are shown.
const SHOWN_WARNINGS: usize = 20;

/// Starts a job, follows it to its end, and prints how it ended.
pub(crate) fn run(
    session: &Session,
    api: &Api,
    start: impl FnOnce() -> Result<JobView>,
) -> Result<JobView> {
    interrupt::watch();
    let job = wait(session, api, &start()?)?;
    print_outcome(&session.out, &job);
    Ok(job)
}

/// Follows a job to its end.
pub(crate) fn wait(session: &Session, api: &Api, started: &JobView) -> Result<JobView> {
    let mut events = api.subscribe();
    let mut meter = Meter::new(session, &started.title);
    // Read after subscribing, so that an end in between is not missed.
    let mut job = find(api, started)?;
    let mut cancelled = false;
    while matches!(job.state, JobState::Queued | JobState::Running) {
        meter.show(&job.progress, &job.current);
        if interrupt::is_stopped() && !std::mem::replace(&mut cancelled, true) {
            stop_all(api);
        }
        match events.recv_timeout(PERIOD) {
            Ok(BackendEvent::Job { job: now }) if now.id == job.id => job = now,
            Ok(_) => {}
            Err(RecvTimeoutError::Timeout) => job = find(api, started)?,
            Err(RecvTimeoutError::Disconnected) => events = api.subscribe(),
        }
    }
    meter.finish();
    Ok(job)
}

/// Tells how a job ended.
pub(crate) fn print_outcome(out: &Output, job: &JobView) {
    let Some(outcome) = &job.outcome else { return };
    for warning in outcome.warnings.iter().take(shown_warnings(out)) {
        out.warning(&warning.item, &warning.message);
    }
    let more = outcome.warnings_total.saturating_sub(shown_warnings(out) as u64);
    if more > 0 {
        out.note(format!("… and {} (undercroft run list --json)", count(more, "more warning")));
    }
    if out.is_json() {
        out.record(&json!({"message_type": "summary", "job": job}));
    } else if outcome.error.is_none() {
        out.line(format!("{}: {}", job.title, outcome.summary));
    }
}

/// Does work on a thread, with its progress shown, until it is over or the user stops it.
pub(crate) fn work<T: Send>(
    session: &Session,
    title: &str,
    work: impl FnOnce(&Job) -> Result<T> + Send,
) -> Result<T> {
    interrupt::watch();
    let job = Job::new();
    let mut meter = Meter::new(session, title);
    let result = std::thread::scope(|scope| {
        let (done, wait) = bounded(1);
        let job = &job;
        let thread = scope.spawn(move || {
            let result = work(job);
            let _ = done.send(());
            result
        });
        while wait.recv_timeout(PERIOD) == Err(RecvTimeoutError::Timeout) {
            if interrupt::is_stopped() {
                job.cancel();
            }
            meter.show(&JobProgress::of(job.progress(), meter.elapsed()), &job.current());
        }
        thread.join().unwrap_or_else(|_| {
            Err(Error::new(Code::Internal, format!("{title}: the work broke off")))
        })
    });
    meter.finish();
    for warning in job.warnings() {
        session.out.warning(&warning.item, &warning.message);
    }
    result
}

fn shown_warnings(out: &Output) -> usize {
    if out.is_json() { usize::MAX } else { SHOWN_WARNINGS }
}

fn find(api: &Api, wanted: &JobView) -> Result<JobView> {
    api.job_list(Nothing {})?.into_iter().find(|job| job.id == wanted.id).ok_or_else(|| {
        Error::new(Code::Internal, format!("The job {:?} is gone from the board", wanted.title))
    })
}

/// The user's Ctrl-C cancels; the end of the session leaves what plans owe to the next start.
fn stop_all(api: &Api) {
    if interrupt::is_terminated() { api.interrupt() } else { api.cancel_all() }
}

/// Shows how far work is.
struct Meter<'a> {
    out: &'a Output,
    title: &'a str,
    bar: ProgressBar,
    clock: Arc<dyn Clock>,
    started: Duration,
    recorded: Duration,
}

impl<'a> Meter<'a> {
    fn new(session: &'a Session, title: &'a str) -> Self {
        let (out, clock) = (&session.out, Arc::clone(&session.world.clock));
        let target = match out.is_watched() {
            true => ProgressDrawTarget::stderr(),
            false => ProgressDrawTarget::hidden(),
        };
        let bar = ProgressBar::with_draw_target(None, target);
        if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(PERIOD);
        let now = clock.steady();
        Self { out, title, bar, clock, started: now, recorded: now }
    }

    fn elapsed(&self) -> Duration {
        self.clock.steady().saturating_sub(self.started)
    }

    fn show(&mut self, progress: &JobProgress, current: &str) {
        let now = self.clock.steady();
        if self.out.is_json() && now.saturating_sub(self.recorded) >= RECORD_PERIOD {
            self.recorded = now;
            self.record(progress, current);
        }
        let message = format!("{}: {}", self.title, describe(progress, current));
        self.bar.set_message(printable(&message));
    }

    fn record(&self, progress: &JobProgress, current: &str) {
        let done = progress.bytes_done as f64 / progress.bytes_total.max(1) as f64;
        self.out.record(&json!({
            "message_type": "status",
            "seconds_elapsed": self.elapsed().as_secs(),
            "seconds_remaining": progress.seconds_left,
            "percent_done": done.min(1.0),
            "total_files": progress.files_total,
            "files_done": progress.files_done,
            "total_bytes": progress.bytes_total,
            "bytes_done": progress.bytes_done,
            "current_files": [current],
        }));
    }

    fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

fn describe(progress: &JobProgress, current: &str) -> String {
    let mut parts = Vec::new();
    if progress.totals_settled && progress.bytes_total > 0 {
        let percent = u128::from(progress.bytes_done) * 100 / u128::from(progress.bytes_total);
        parts.push(format!("{}%", percent.min(100)));
        parts.push(format!("{} of {}", size(progress.bytes_done), size(progress.bytes_total)));
    } else if progress.bytes_done > 0 {
        parts.push(size(progress.bytes_done));
    }
    if progress.bytes_per_second > 0 {
        parts.push(format!("{}/s", size(progress.bytes_per_second)));
    }
    if let Some(seconds) = progress.seconds_left {
        parts.push(format!("{} left", duration(seconds)));
    }
    if progress.files_done > 0 {
        parts.push(count(progress.files_done, "file"));
    }
    if !current.is_empty() {
        parts.push(current.to_owned());
    }
    if parts.is_empty() { "starting".to_owned() } else { parts.join("  ") }
}
