//! The parts of a run: one project to one destination each, told as they begin and end.

use std::time::Duration;

use undercroft_foundation::{
    Code, DestinationId, Job, JobPart, JobState, LogLevel, ProjectId, Result, Text, text,
};
use undercroft_library::Failure;

use super::PlanRun;

/// The results of the parts so far.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Projects of which a snapshot was made.
    pub(super) done: u64,
    /// Parts that failed.
    pub(super) failed: u64,
    pub(super) first_error: Option<Failure>,
}

/// A part that is under way.
pub(super) struct Part {
    number: usize,
    part: JobPart,
    since: Duration,
    /// The job that counts and warns for it.
    pub(super) step: Job,
}

/// The result of a part.
pub(super) struct PartResult {
    pub(super) summary: Text,
    pub(super) snapshot: Option<String>,
    pub(super) added_bytes: u64,
}

impl PlanRun<'_> {
    pub(super) fn begin_part(
        &self,
        title: Text,
        project: Option<ProjectId>,
        destination: Option<DestinationId>,
    ) -> Part {
        self.job.log(LogLevel::Info, format!("Began: {title}"));
        let part = JobPart::begun(title, project, destination);
        let number = self.job.add_part(part.clone());
        let since = self.runs.library.world().clock.steady();
        Part { number, part, since, step: self.job.step() }
    }

    /// Tells how a part ended. A failure becomes a warning of the run.
    ///
    /// # Errors
    /// [`Code::Cancelled`], which ends the run.
    pub(super) fn end_part(&mut self, part: Part, done: Result<PartResult>) -> Result<bool> {
        let Part { number, mut part, since, step } = part;
        part.took = self.runs.library.world().clock.steady().saturating_sub(since);
        let title = part.title.clone();
        let result = match done {
            Ok(done) => {
                part.state = match step.warnings().is_empty() {
                    true => JobState::Succeeded,
                    false => JobState::Warnings,
                };
                self.job.log(LogLevel::Info, format!("{title}: {}", done.summary));
                part.summary = done.summary;
                part.snapshot = done.snapshot;
                part.added_bytes = done.added_bytes;
                Ok(true)
            }
            Err(error) if error.code() == Code::Cancelled => {
                part.state = JobState::Cancelled;
                part.summary = text!("Cancelled");
                Err(error)
            }
            Err(error) => {
                part.state = JobState::Failed;
                part.summary = error.sentence();
                self.job.warn(title, error.sentence());
                self.tally.failed += 1;
                self.tally.first_error.get_or_insert_with(|| Failure::from(&error));
                Ok(false)
            }
        };
        self.job.change_part(number, part);
        result
    }
}
