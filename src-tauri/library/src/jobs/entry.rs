//! A job on the board: what it is to be, where it stands, and whom it has to wait for.

use std::sync::Arc;
use std::time::Duration;

use undercroft_foundation::{Job, JobId, JobState, Progress};

use super::work::Work;
use super::{JobSpec, JobView};
use crate::runs::{Outcome, Run};

pub(super) struct Entry {
    pub(super) id: JobId,
    pub(super) spec: JobSpec,
    pub(super) run: Run,
    pub(super) job: Arc<Job>,
    pub(super) state: JobState,
    /// Taken when its turn comes.
    pub(super) work: Option<Work>,
    /// The steady clock when it began.
    pub(super) began: Option<Duration>,
    /// The time that it worked, once it is over.
    pub(super) took: Option<Duration>,
    pub(super) outcome: Option<Outcome>,
    /// The progress that was told last.
    pub(super) told: Option<(Progress, String)>,
    /// The steady clock when it was told to wait.
    paused: Option<Duration>,
    /// Whether it is to go on after a pause, once its lanes are free.
    resuming: bool,
    /// The time that it waited since it began.
    waited: Duration,
}

impl Entry {
    pub(super) fn new(id: JobId, spec: JobSpec, run: Run, job: Arc<Job>, work: Work) -> Self {
        Self {
            id,
            spec,
            run,
            job,
            state: JobState::Queued,
            work: Some(work),
            began: None,
            took: None,
            outcome: None,
            told: None,
            paused: None,
            resuming: false,
            waited: Duration::ZERO,
        }
    }

    /// Whether it would begin, or go on, if nobody was in its way.
    pub(super) fn is_ready(&self) -> bool {
        !self.state.is_over() && (self.resuming || (self.work.is_some() && self.paused.is_none()))
    }

    /// Whether it works, or is about to. Who is told to wait lets others pass.
    pub(super) fn works(&self) -> bool {
        !self.state.is_over() && self.work.is_none() && self.paused.is_none()
    }

    /// Lets it go on, or gives its work, which is to begin.
    pub(super) fn take_turn(&mut self, now: Duration) -> Option<Work> {
        if std::mem::take(&mut self.resuming) {
            self.go_on(now);
            return None;
        }
        self.began = Some(now);
        self.state = JobState::Running;
        self.work.take()
    }

    /// Whether they take turns, as jobs of one lane do: a lane for each destination, and one for
    /// each kind of what has no destination.
    pub(super) fn shares_a_lane(&self, other: &Self) -> bool {
        if self.spec.destination.is_none() && other.spec.destination.is_none() {
            return self.spec.kind == other.spec.kind;
        }
        let mut others = other.spec.destination.iter().chain(&other.spec.others);
        let own = self.spec.destination.iter().chain(&self.spec.others);
        others.any(|theirs| own.clone().any(|mine| mine == theirs))
    }

    pub(super) fn pause(&mut self, now: Duration) {
        self.resuming = false;
        if !self.state.is_over() && self.paused.is_none() {
            self.job.pause();
            self.paused = Some(now);
        }
    }

    /// Goes on: a job that has begun gave its lanes back, and has to wait for its turn again.
    pub(super) fn resume(&mut self, now: Duration) {
        match self.work {
            None => self.resuming = self.paused.is_some() && !self.state.is_over(),
            Some(_) => self.go_on(now),
        }
    }

    fn go_on(&mut self, now: Duration) {
        if let Some(paused) = self.paused.take() {
            if let Some(began) = self.began {
                self.waited += now.saturating_sub(paused.max(began));
            }
            self.job.resume();
        }
    }

    /// The time that it has worked, waiting not counted.
    pub(super) fn worked(&self, now: Duration) -> Duration {
        let Some(began) = self.began else { return Duration::ZERO };
        let until = self.paused.unwrap_or(now);
        until.saturating_sub(began).saturating_sub(self.waited)
    }

    pub(super) fn view(&self, now: Duration) -> JobView {
        let is_over = self.state.is_over();
        JobView {
            id: self.id,
            run: self.run.id,
            kind: self.spec.kind,
            title: self.spec.title.clone(),
            project: self.spec.project.or_else(|| self.job.made()),
            destination: self.spec.destination,
            plan: self.spec.plan,
            planned: self.spec.planned,
            state: if self.resuming { JobState::Queued } else { self.state },
            is_paused: !is_over && self.paused.is_some() && !self.resuming,
            is_elsewhere: false,
            progress: self.job.progress(),
            current: if is_over { String::new() } else { self.job.current() },
            elapsed: self.took.unwrap_or_else(|| self.worked(now)),
            started: self.run.started,
            ended: self.run.ended,
            outcome: self.outcome.clone(),
        }
    }
}
