//! Freeing what no backup of a destination needs any more.

use undercroft_foundation::{DestinationId, Job, Result, TextValue, text};
use undercroft_library::{JobKind, JobSpec, JobView};
use undercroft_repository::prune::PruneOptions;

use super::Removals;

/// The effect that a clean-up would have, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cleanup {
    /// The bytes that no backup needs.
    pub unused_bytes: u64,
    /// The bytes that it would free.
    pub frees_bytes: u64,
    /// The bytes that it would write anew first.
    pub rewrites_bytes: u64,
    /// The free room that it needs to do so.
    pub needs_free_bytes: u64,
}

impl Removals {
    /// The effect that a clean-up of a destination would have now.
    ///
    /// # Errors
    /// The errors of the destination.
    pub fn preview_cleanup(&self, destination: DestinationId, job: &Job) -> Result<Cleanup> {
        let repository = self.destinations.repository_of(&self.destinations.get(destination)?)?;
        let plan = repository.plan_prune(&PruneOptions::default(), job)?;
        Ok(Cleanup {
            unused_bytes: plan.unused_bytes,
            frees_bytes: plan.frees_bytes,
            rewrites_bytes: plan.repack_bytes,
            needs_free_bytes: plan.needs_free_bytes,
        })
    }

    /// Puts a clean-up of a destination on the board of jobs.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`].
    pub fn start_cleanup(&self, destination: DestinationId) -> Result<JobView> {
        let destination = self.destinations.get(destination)?;
        let title = text!("Clean {destination} up", destination = destination.name);
        let spec = JobSpec::new(JobKind::Cleanup, title).with_destination(destination.id);
        let removals = self.clone();
        self.library.jobs().spawn(spec, move |job| {
            let repository = removals.destinations.repository_of(&destination)?;
            let report = repository.prune(&PruneOptions::default(), job)?;
            Ok(text!(
                "{size} freed in {destination}",
                size = TextValue::Size(report.plan.frees_bytes),
                destination = destination.name
            ))
        })
    }
}
