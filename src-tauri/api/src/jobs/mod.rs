//! Jobs: what is done now.

mod convert;
pub(crate) mod wire;

use undercroft_foundation::Result;

use crate::Api;
use crate::base::wire::Nothing;

use wire::{JobRef, JobView};

impl Api {
    /// Lists the jobs that run, those of other processes too, and those that ended here lately.
    ///
    /// # Errors
    /// None.
    pub fn job_list(&self, _: Nothing) -> Result<Vec<JobView>> {
        Ok(self.0.library.jobs().list_all().into_iter().map(JobView::from).collect())
    }

    /// Asks a job to stop.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`].
    pub fn job_cancel(&self, request: JobRef) -> Result<JobView> {
        Ok(self.0.library.jobs().cancel(request.job.parse()?)?.into())
    }

    /// Tells a job to wait.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`], and
    /// [`undercroft_foundation::Code::Unsupported`] for work that cannot wait.
    pub fn job_pause(&self, request: JobRef) -> Result<JobView> {
        Ok(self.0.library.jobs().pause(request.job.parse()?)?.into())
    }

    /// Lets a job that waits go on.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`].
    pub fn job_resume(&self, request: JobRef) -> Result<JobView> {
        Ok(self.0.library.jobs().resume(request.job.parse()?)?.into())
    }
}
