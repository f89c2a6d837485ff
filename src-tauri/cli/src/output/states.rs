//! The states of jobs and of the watch over changes, in a word.

use undercroft_api::wire::{JobState, WatchStatus};

/// The state of a job or run.
pub(crate) fn job_state_name(state: JobState) -> &'static str {
    match state {
        JobState::Queued => "queued",
        JobState::Running => "running",
        JobState::Succeeded => "succeeded",
        JobState::Warnings => "warnings",
        JobState::Failed => "failed",
        JobState::Cancelled => "cancelled",
    }
}

/// The state of the watch over changes, in a word.
pub(crate) fn watch_name(status: WatchStatus) -> &'static str {
    match status {
        WatchStatus::Off => "not watched",
        WatchStatus::Importing => "first version is being made",
        WatchStatus::Watching => "watched",
        WatchStatus::Limited => "watched in part",
        WatchStatus::Paused => "paused",
        WatchStatus::Missing => "folder is not there",
    }
}
