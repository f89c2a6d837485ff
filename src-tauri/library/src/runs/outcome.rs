//! The outcome of a run, and its form in the catalog.

use serde::{Deserialize, Serialize};
use undercroft_foundation::{Code, Error, Job, Text, Warning, text};

use super::Run;
use crate::jobs::JobKind;

/// The most warnings that are kept; all are counted.
const KEPT_WARNINGS: usize = 1000;

/// The outcome of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// A sentence about what was done, without its full stop.
    pub summary: Text,
    /// The warnings about what could not be done, up to a thousand.
    pub warnings: Vec<Warning>,
    /// The number of things that could not be done.
    pub warnings_total: u64,
    /// The failure that stopped it.
    pub error: Option<Failure>,
}

/// An error as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Its code.
    pub code: Code,
    /// The thing that happened.
    pub what: Text,
    /// Why.
    pub why: Text,
    /// The step to take next.
    pub next: Text,
}

impl From<&Error> for Failure {
    fn from(error: &Error) -> Self {
        Self { code: error.code(), what: error.what(), why: error.reason(), next: error.advice() }
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        Self::new(failure.code, failure.what).why(failure.why).next(failure.next)
    }
}

impl Outcome {
    /// The outcome of work that came to its end.
    pub(crate) fn of_success(summary: Text, job: &Job) -> Self {
        let (warnings, warnings_total) = warnings_of(job);
        Self { summary, warnings, warnings_total, error: None }
    }

    /// The outcome of work that an error stopped.
    pub(crate) fn of_error(error: &Error, job: &Job) -> Self {
        let (warnings, warnings_total) = warnings_of(job);
        let summary = match error.code() {
            Code::Cancelled if job.is_interrupted() => text!("Stopped as Undercroft was quit"),
            Code::Cancelled => text!("Cancelled"),
            _ => error.sentence(),
        };
        Self { summary, warnings, warnings_total, error: Some(Failure::from(error)) }
    }

    /// The outcome of a run whose process ended.
    pub(crate) fn interrupted(run: &Run) -> Self {
        let what = text!("Interrupted: {title}", title = &run.title);
        let mut error = Error::new(Code::Interrupted, what);
        if run.kind == JobKind::Restore.name() {
            error = error.next(text!(
                "Start it again; what it replaced in a project is under Undo in Activity"
            ));
        }
        Self {
            summary: text!("Interrupted before it was done"),
            warnings: Vec::new(),
            warnings_total: 0,
            error: Some(Failure::from(&error)),
        }
    }

    /// Whether its process ended before it was done.
    pub fn is_interrupted(&self) -> bool {
        self.error.as_ref().is_some_and(|error| error.code == Code::Interrupted)
    }

    pub(super) fn to_json(&self) -> String {
        let kept = Kept {
            summary: self.summary.clone(),
            warnings: self
                .warnings
                .iter()
                .map(|warning| (warning.item.clone(), warning.message.clone()))
                .collect(),
            warnings_total: self.warnings_total,
            error: self.error.as_ref().map(|error| KeptError {
                code: error.code.name().to_owned(),
                what: error.what.clone(),
                why: error.why.clone(),
                next: error.next.clone(),
            }),
        };
        serde_json::to_string(&kept).unwrap_or_default()
    }

    /// One that cannot be understood is told as such, and hides no other run.
    pub(super) fn from_json(json: &str) -> Self {
        let Ok(kept) = serde_json::from_str::<Kept>(json) else {
            return Self {
                summary: text!("How it ended can no longer be read"),
                warnings: Vec::new(),
                warnings_total: 0,
                error: None,
            };
        };
        Self {
            summary: kept.summary,
            warnings: kept
                .warnings
                .into_iter()
                .map(|(item, message)| Warning { item, message })
                .collect(),
            warnings_total: kept.warnings_total,
            error: kept.error.map(|error| Failure {
                code: Code::from_name(&error.code).unwrap_or(Code::Internal),
                what: error.what,
                why: error.why,
                next: error.next,
            }),
        }
    }
}

fn warnings_of(job: &Job) -> (Vec<Warning>, u64) {
    let mut warnings = job.warnings();
    let total = warnings.len() as u64;
    warnings.truncate(KEPT_WARNINGS);
    (warnings, total)
}

#[derive(Serialize, Deserialize)]
struct Kept {
    summary: Text,
    warnings: Vec<(String, Text)>,
    warnings_total: u64,
    error: Option<KeptError>,
}

#[derive(Serialize, Deserialize)]
struct KeptError {
    code: String,
    what: Text,
    why: Text,
    next: Text,
}
