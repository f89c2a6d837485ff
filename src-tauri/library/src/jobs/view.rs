//! A job as it stands at one moment.

use std::time::Duration;

use jiff::Timestamp;
use undercroft_foundation::{
    DestinationId, JobId, JobState, PlanId, Progress, ProjectId, RunId, Text,
};

use super::JobKind;
use crate::runs::Outcome;

/// A job as it stands at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct JobView {
    /// Its id.
    pub id: JobId,
    /// The run that keeps its outcome.
    pub run: RunId,
    /// The kind of work.
    pub kind: JobKind,
    /// Its title, for people.
    pub title: Text,
    /// The project that it works on, or that came of it.
    pub project: Option<ProjectId>,
    /// The destination that it works with.
    pub destination: Option<DestinationId>,
    /// The plan that it carries out.
    pub plan: Option<PlanId>,
    /// When it was planned for, where it runs by itself.
    pub planned: Option<Timestamp>,
    /// Its state.
    pub state: JobState,
    /// Whether it was told to wait.
    pub is_paused: bool,
    /// Whether another process does it, so that it can only be seen here.
    pub is_elsewhere: bool,
    /// Its progress.
    pub progress: Progress,
    /// The thing that it is at (an escaped path).
    pub current: String,
    /// The time that it has worked; what it waited, for its turn or in a pause, is not counted.
    pub elapsed: Duration,
    /// When it was asked for.
    pub started: Timestamp,
    /// When it was over.
    pub ended: Option<Timestamp>,
    /// Its outcome.
    pub outcome: Option<Outcome>,
}

impl JobView {
    /// Bytes a second so far.
    pub fn bytes_per_second(&self) -> u64 {
        self.progress.bytes_per_second(self.elapsed)
    }

    /// The time left at the pace so far, once the whole is known.
    pub fn time_left(&self) -> Option<Duration> {
        if self.state.is_over() || self.is_paused {
            return None;
        }
        self.progress.time_left(self.elapsed)
    }
}
