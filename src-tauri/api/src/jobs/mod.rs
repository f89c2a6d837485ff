//! Jobs and events: what is done, and what happened.

use undercroft_foundation::Result;

use crate::wire::{Event, EventsAfter, JobRef, JobView, Nothing};
use crate::{Api, convert};

/// The number of events that are listed when nobody says.
const EVENTS: u32 = 100;
/// The most that are listed.
const MOST: u32 = 10_000;

impl Api {
    /// Lists the jobs that run, those of other processes too, and those that ended here lately.
    ///
    /// # Errors
    /// None.
    pub fn job_list(&self, _: Nothing) -> Result<Vec<JobView>> {
        Ok(self.0.library.jobs().list_all().into_iter().map(convert::job).collect())
    }

    /// Asks a job to stop.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`].
    pub fn job_cancel(&self, request: JobRef) -> Result<JobView> {
        Ok(convert::job(self.0.library.jobs().cancel(request.job.parse()?)?))
    }

    /// Tells a job to wait.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`], and
    /// [`undercroft_foundation::Code::Unsupported`] for work that cannot wait.
    pub fn job_pause(&self, request: JobRef) -> Result<JobView> {
        Ok(convert::job(self.0.library.jobs().pause(request.job.parse()?)?))
    }

    /// Lets a job that waits go on.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`].
    pub fn job_resume(&self, request: JobRef) -> Result<JobView> {
        Ok(convert::job(self.0.library.jobs().resume(request.job.parse()?)?))
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
