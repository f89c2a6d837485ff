//! Jobs, runs and events: what is done, was done, and happened.

use undercroft_foundation::Result;

use crate::wire::{Event, EventsAfter, JobRef, JobView, Nothing, Run, RunFilter};
use crate::{Api, convert};

/// How many events are listed when nobody says.
const EVENTS: u32 = 100;
/// How many runs are listed when nobody says.
const RUNS: u32 = 50;
/// How many of either are listed at most.
const MOST: u32 = 10_000;

impl Api {
    /// Lists the jobs that run, and those that ended lately.
    ///
    /// # Errors
    /// None.
    pub fn job_list(&self, _: Nothing) -> Result<Vec<JobView>> {
        Ok(self.0.library.jobs().list().into_iter().map(convert::job).collect())
    }

    /// Asks a job to stop.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`].
    pub fn job_cancel(&self, request: JobRef) -> Result<JobView> {
        Ok(convert::job(self.0.library.jobs().cancel(request.job.parse()?)?))
    }

    /// Lists what was done, newest first.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`] for a project that there is not.
    pub fn run_list(&self, request: RunFilter) -> Result<Vec<Run>> {
        let project = request.project.map(|text| self.find_project(&text)).transpose()?;
        let limit = request.limit.unwrap_or(RUNS).min(MOST) as usize;
        let runs = self.0.library.runs().list(project.map(|project| project.id), limit)?;
        Ok(runs.into_iter().map(convert::run).collect())
    }

    /// Lists what happened, oldest first.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn event_list(&self, request: EventsAfter) -> Result<Vec<Event>> {
        let limit = request.limit.unwrap_or(EVENTS).min(MOST) as usize;
        let events = self.0.library.events().after(request.after, limit)?;
        Ok(events.into_iter().map(convert::event).collect())
    }
}
