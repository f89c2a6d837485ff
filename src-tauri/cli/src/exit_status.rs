//! The exit codes of commands, which are restic's where the meaning is the same.

use std::process::ExitCode;

use undercroft_api::wire::{JobState, JobView};
use undercroft_foundation::{Code, Error, Result};

/// The exit codes, at the end of every help text.
pub(crate) const HELP: &str = "\
Exit codes:
  0    done
  1    failed
  2    the command line makes no sense
  3    done, but not all of it could be read or written
  10   there is no repository at that place
  11   the repository or library is locked
  12   wrong password
  130  interrupted";

/// A command that did what it could.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExitStatus {
    /// All of it was done.
    Done,
    /// Some of it could not be done; the user was told.
    Incomplete,
    /// It looked, and found what is not well; the user was told.
    FoundProblems,
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        match status {
            ExitStatus::Done => Self::SUCCESS,
            ExitStatus::Incomplete => Self::from(3),
            ExitStatus::FoundProblems => Self::FAILURE,
        }
    }
}

/// The exit code of an error.
pub(crate) fn exit_code(code: Code) -> u8 {
    match code {
        Code::RepositoryMissing => 10,
        Code::Locked => 11,
        Code::WrongPassword => 12,
        Code::Cancelled => 130,
        _ => 1,
    }
}

/// The status of a command after this job.
///
/// # Errors
/// The job's own, when it failed or was cancelled.
pub(crate) fn of_job(job: &JobView) -> Result<ExitStatus> {
    let stopped = |code| Error::new(code, format!("{} did not finish", job.title));
    match job.state {
        JobState::Succeeded => Ok(ExitStatus::Done),
        JobState::Warnings => Ok(ExitStatus::Incomplete),
        JobState::Cancelled => Err(stopped(Code::Cancelled)),
        JobState::Failed | JobState::Queued | JobState::Running => {
            let error = job.outcome.as_ref().and_then(|outcome| outcome.error.clone());
            Err(error.map_or_else(|| stopped(Code::Internal), Error::from))
        }
    }
}
