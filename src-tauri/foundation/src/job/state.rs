//! The states of a job.

/// The state of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobState {
    /// Waits for its turn.
    Queued,
    /// Works.
    Running,
    /// Did all of it.
    Succeeded,
    /// Did what could be done; the warnings say what could not.
    Warnings,
    /// Stopped on an error; what was there before is untouched.
    Failed,
    /// Stopped because the user said so.
    Cancelled,
}

impl JobState {
    /// The stable name: `succeeded`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Warnings => "warnings",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state of this stable name: the inverse of [`JobState::name`].
    pub fn from_name(name: &str) -> Option<Self> {
        use JobState::{Cancelled, Failed, Queued, Running, Succeeded, Warnings};
        [Queued, Running, Succeeded, Warnings, Failed, Cancelled]
            .into_iter()
            .find(|state| state.name() == name)
    }

    /// Whether nothing more will happen.
    pub fn is_over(self) -> bool {
        !matches!(self, Self::Queued | Self::Running)
    }
}
