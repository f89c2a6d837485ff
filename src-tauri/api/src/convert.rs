//! From the rooms' types to the wire's.

pub(crate) mod history;
pub(crate) mod plans;
mod retention;

use std::time::Duration;

use undercroft_foundation::{self as foundation, Error, Progress};
use undercroft_library as library;

use crate::wire::{
    Event, JobKind, JobProgress, JobState, JobView, LogLevel, Outcome, ProjectKind, ProjectStatus,
    Run, Warning, WireError,
};

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

pub(crate) fn job(job: library::JobView) -> JobView {
    let mut progress = JobProgress::of(job.progress, job.elapsed);
    progress.seconds_left = job.time_left().map(|left| left.as_secs());
    JobView {
        id: job.id.to_string(),
        kind: job.kind.into(),
        title: job.title,
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
        plan: run.plan.map(|id| id.to_string()),
        planned: run.planned,
        state: run.state.into(),
        started: run.started,
        ended: run.ended,
        outcome: run.outcome.map(outcome),
        files_done: run.files_done,
        bytes_done: run.bytes_done,
    }
}

pub(crate) fn warning(warning: foundation::Warning) -> Warning {
    Warning { item: warning.item, message: warning.message }
}

fn outcome(outcome: library::Outcome) -> Outcome {
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

/// Two enums with the same names, and the way from one to the other.
macro_rules! same_names {
    ($($from:path => $to:ty { $($name:ident),* };)*) => {$(
        impl From<$from> for $to {
            fn from(from: $from) -> Self {
                match from {
                    $(<$from>::$name => Self::$name,)*
                }
            }
        }
    )*};
}
pub(crate) use same_names;

same_names! {
    library::JobKind => JobKind {
        Backup, Restore, Refresh, Check, Preview, Import, Save, Upload, Workspace, Thin, Compact, Git,
        Plan, Drill, Forget, Cleanup, Copy, Repair, Recover
    };
    JobKind => library::JobKind {
        Backup, Restore, Refresh, Check, Preview, Import, Save, Upload, Workspace, Thin, Compact, Git,
        Plan, Drill, Forget, Cleanup, Copy, Repair, Recover
    };
    JobState => foundation::JobState { Queued, Running, Succeeded, Warnings, Failed, Cancelled };
    foundation::LogLevel => LogLevel { Info, Warning, Error };
    foundation::JobState => JobState { Queued, Running, Succeeded, Warnings, Failed, Cancelled };
    library::ProjectKind => ProjectKind { Generation, Migration, Other };
    library::ProjectStatus => ProjectStatus { Active, Archived, Trashed };
    ProjectStatus => library::ProjectStatus { Active, Archived, Trashed };
}

/// The kind of a recorded run. The catalog refuses to open when a newer program, with kinds of
/// its own, has written to it.
fn kind_of(name: &str) -> JobKind {
    library::JobKind::from_name(name).unwrap_or(library::JobKind::Check).into()
}
