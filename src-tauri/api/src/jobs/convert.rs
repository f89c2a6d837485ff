//! Jobs, from the rooms to the wire and back.

use std::time::Duration;

use undercroft_foundation::{Error, Progress};
use undercroft_library as library;

use super::wire::{JobProgress, JobView, Outcome};
use crate::base::wire::WireError;

/// The most warnings that travel; all are counted.
const TOLD_WARNINGS: usize = 200;

impl JobProgress {
    /// The reading of a job's counters after `elapsed`.
    pub fn of(progress: Progress, elapsed: Duration) -> Self {
        Self {
            bytes_done: progress.bytes_done,
            bytes_total: progress.bytes_total,
            files_done: progress.files_done,
            files_total: progress.files_total,
            totals_settled: progress.totals_settled,
            bytes_per_second: progress.bytes_per_second(elapsed),
            seconds_left: progress.time_left(elapsed).map(|left| left.as_secs()),
        }
    }
}

impl From<library::JobView> for JobView {
    fn from(job: library::JobView) -> Self {
        let mut progress = JobProgress::of(job.progress, job.elapsed);
        progress.seconds_left = job.time_left().map(|left| left.as_secs());
        Self {
            id: job.id.to_string(),
            kind: job.kind.into(),
            title: job.title.into(),
            project: job.project.map(|id| id.to_string()),
            destination: job.destination.map(|id| id.to_string()),
            plan: job.plan.map(|id| id.to_string()),
            state: job.state.into(),
            paused: job.is_paused,
            can_pause: job.kind.can_pause() && !job.state.is_over() && !job.is_elsewhere,
            progress,
            current: job.current,
            started: job.started,
            ended: job.ended,
            outcome: job.outcome.map(Into::into),
        }
    }
}

impl From<library::Outcome> for Outcome {
    fn from(outcome: library::Outcome) -> Self {
        Self {
            summary: outcome.summary.into(),
            warnings: outcome.warnings.into_iter().take(TOLD_WARNINGS).map(Into::into).collect(),
            warnings_total: outcome.warnings_total,
            error: outcome.error.map(|failure| WireError::from(Error::from(failure))),
        }
    }
}
