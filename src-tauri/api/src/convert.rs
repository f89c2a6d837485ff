//! From the rooms' types to the wire's.

use std::time::Duration;

use undercroft_foundation::{self as foundation, Error, Progress};
use undercroft_library as library;

use crate::wire::{
    Event, JobKind, JobProgress, JobState, JobView, Outcome, ProjectKind, ProjectStatus, Run,
    Warning, WireError,
};

/// How many warnings travel; all are counted.
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

pub(crate) fn job(job: library::JobView) -> JobView {
    let mut progress = JobProgress::of(job.progress, job.elapsed);
    progress.seconds_left = job.time_left().map(|left| left.as_secs());
    JobView {
        id: job.id.to_string(),
        kind: job.kind.into(),
        title: job.title,
        project: job.project.map(|id| id.to_string()),
        destination: job.destination.map(|id| id.to_string()),
        state: job.state.into(),
        progress,
        current: job.current,
        started: job.started,
        ended: job.ended,
        outcome: job.outcome.map(outcome),
    }
}

pub(crate) fn run(run: library::Run) -> Run {
    Run {
        id: run.id.to_string(),
        kind: kind_of(&run.kind),
        title: run.title,
        project: run.project.map(|id| id.to_string()),
        destination: run.destination.map(|id| id.to_string()),
        state: run.state.into(),
        started: run.started,
        ended: run.ended,
        outcome: run.outcome.map(outcome),
        files_done: run.files_done,
        bytes_done: run.bytes_done,
    }
}

fn outcome(outcome: library::Outcome) -> Outcome {
    let warning =
        |warning: foundation::Warning| Warning { item: warning.item, message: warning.message };
    Outcome {
        summary: outcome.summary,
        warnings: outcome.warnings.into_iter().take(TOLD_WARNINGS).map(warning).collect(),
        warnings_total: outcome.warnings_total,
        error: outcome.error.map(|failure| WireError::from(Error::from(failure))),
    }
}

pub(crate) fn event(event: library::Event) -> Event {
    Event {
        seq: event.seq,
        time: event.time,
        kind: event.kind,
        text: event.text,
        project: event.project.map(|id| id.to_string()),
        destination: event.destination.map(|id| id.to_string()),
    }
}

impl From<library::JobKind> for JobKind {
    fn from(kind: library::JobKind) -> Self {
        match kind {
            library::JobKind::Backup => Self::Backup,
            library::JobKind::Restore => Self::Restore,
            library::JobKind::Refresh => Self::Refresh,
            library::JobKind::Check => Self::Check,
        }
    }
}

/// The kind of a recorded run. The catalog refuses to open when a newer program, with kinds of
/// its own, has written to it.
fn kind_of(name: &str) -> JobKind {
    use library::JobKind::{Backup, Check, Refresh, Restore};
    let known = [Backup, Restore, Refresh, Check].into_iter().find(|kind| kind.name() == name);
    known.unwrap_or(Check).into()
}

impl From<foundation::JobState> for JobState {
    fn from(state: foundation::JobState) -> Self {
        match state {
            foundation::JobState::Queued => Self::Queued,
            foundation::JobState::Running => Self::Running,
            foundation::JobState::Succeeded => Self::Succeeded,
            foundation::JobState::Warnings => Self::Warnings,
            foundation::JobState::Failed => Self::Failed,
            foundation::JobState::Cancelled => Self::Cancelled,
        }
    }
}

impl From<library::ProjectKind> for ProjectKind {
    fn from(kind: library::ProjectKind) -> Self {
        match kind {
            library::ProjectKind::Generation => Self::Generation,
            library::ProjectKind::Migration => Self::Migration,
            library::ProjectKind::Other => Self::Other,
        }
    }
}

impl From<library::ProjectStatus> for ProjectStatus {
    fn from(status: library::ProjectStatus) -> Self {
        match status {
            library::ProjectStatus::Active => Self::Active,
            library::ProjectStatus::Archived => Self::Archived,
            library::ProjectStatus::Trashed => Self::Trashed,
        }
    }
}

impl From<ProjectStatus> for library::ProjectStatus {
    fn from(status: ProjectStatus) -> Self {
        match status {
            ProjectStatus::Active => Self::Active,
            ProjectStatus::Archived => Self::Archived,
            ProjectStatus::Trashed => Self::Trashed,
        }
    }
}
