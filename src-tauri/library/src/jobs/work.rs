//! Doing a job's work so that nothing that happens in it goes further than its outcome.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use undercroft_foundation::{Code, Error, Job, JobState, Result, Text, text};

use crate::runs::Outcome;

/// Something that is done once, by a thread of its own.
type Task<Done> = Box<dyn FnOnce(&Job) -> Done + Send>;

/// The work of a job, and what is to be done instead when it is stopped before it began.
pub(super) struct Work {
    pub(super) run: Task<Result<Text>>,
    pub(super) dropped: Task<()>,
}

/// Does the work, unless it was stopped before; an error or a panic becomes an outcome.
pub(super) fn perform(title: &Text, job: &Job, work: Work) -> (JobState, Outcome) {
    let result = catch_unwind(AssertUnwindSafe(|| {
        if let Err(error) = job.check_cancelled() {
            (work.dropped)(job);
            return Err(error);
        }
        (work.run)(job)
    }));
    match result {
        Ok(Ok(summary)) => {
            let outcome = Outcome::of_success(summary, job);
            let state = match outcome.warnings_total {
                0 => JobState::Succeeded,
                _ => JobState::Warnings,
            };
            (state, outcome)
        }
        Ok(Err(error)) => of_error(&error, job),
        Err(panic) => of_error(&of_panic(title, &*panic), job),
    }
}

/// The outcome of a job that an error stopped.
pub(super) fn of_error(error: &Error, job: &Job) -> (JobState, Outcome) {
    let state = match error.code() {
        Code::Cancelled => JobState::Cancelled,
        _ => JobState::Failed,
    };
    (state, Outcome::of_error(error, job))
}

fn of_panic(title: &Text, panic: &(dyn Any + Send)) -> Error {
    let text = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "It gave no reason".to_owned());
    tracing::error!(job.title = %title, panic = text, "a job panicked");
    Error::new(Code::Internal, text!("A fault stopped this: {title}", title)).why(text)
}
