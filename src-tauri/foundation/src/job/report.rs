//! The report of a job on its work: what it could not do, what became of each part, and line by
//! line what happened.

use std::time::Duration;

use jiff::Timestamp;

use super::JobState;
use crate::{DestinationId, ProjectId, Text};

/// Something that could not be done while the rest went on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The thing that it concerns, as text (an escaped path).
    pub item: String,
    /// The event, and the reason for it.
    pub message: Text,
}

/// The level of a line of a job's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LogLevel {
    /// As it should be.
    Info,
    /// Somebody may want to look.
    Warning,
    /// It went wrong.
    Error,
}

impl LogLevel {
    /// The stable name: `warning`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// The level of this stable name: the inverse of [`LogLevel::name`].
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Info, Self::Warning, Self::Error].into_iter().find(|level| level.name() == name)
    }
}

/// A line of a job's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// When it was written.
    pub time: Timestamp,
    /// The level of the line.
    pub level: LogLevel,
    /// The event, in a sentence.
    pub text: String,
}

/// One thing that a job does: a project, or the library, to one destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobPart {
    /// The title, for people: "Atlas to Shelf".
    pub title: Text,
    /// The project that it works on.
    pub project: Option<ProjectId>,
    /// The destination that it works with.
    pub destination: Option<DestinationId>,
    /// The state of the part.
    pub state: JobState,
    /// The result, in a sentence without its full stop; empty until it is over.
    pub summary: Text,
    /// The snapshot that was made.
    pub snapshot: Option<String>,
    /// Bytes that were added to the destination.
    pub added_bytes: u64,
    /// The duration.
    pub took: Duration,
}

impl JobPart {
    /// A part that has just begun.
    pub fn begun(
        title: impl Into<Text>,
        project: Option<ProjectId>,
        destination: Option<DestinationId>,
    ) -> Self {
        Self {
            title: title.into(),
            project,
            destination,
            state: JobState::Running,
            summary: Text::default(),
            snapshot: None,
            added_bytes: 0,
            took: Duration::ZERO,
        }
    }
}

/// Everything that a job told since it was last asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JobReport {
    /// Lines of its log, oldest first.
    pub lines: Vec<LogLine>,
    /// Parts that are new or have changed, each with its number.
    pub parts: Vec<(usize, JobPart)>,
}

impl JobReport {
    /// Whether it told nothing.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.parts.is_empty()
    }
}
