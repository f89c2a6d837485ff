//! The doctor's findings.

use undercroft_foundation::{Error, Text};

use super::fixes::Fix;
use super::wire::{Finding, FindingLevel};
use crate::base::sentence::Sentence;

/// A check that found all well.
pub(super) fn passed(area: &str, what: Text) -> Finding {
    let (area, why, next) = (area.to_owned(), Sentence::default(), Sentence::default());
    Finding { level: FindingLevel::Ok, area, what: what.into(), why, next, fix: None }
}

/// It works, but needs attention.
pub(super) fn warning(
    area: &str,
    what: Text,
    why: impl Into<Text>,
    next: impl Into<Text>,
) -> Finding {
    Finding {
        level: FindingLevel::Warning,
        area: area.to_owned(),
        what: what.into(),
        why: why.into().into(),
        next: next.into().into(),
        fix: None,
    }
}

/// It does not work.
pub(super) fn failed(area: &str, error: &Error) -> Finding {
    Finding {
        level: FindingLevel::Error,
        area: area.to_owned(),
        what: error.what().into(),
        why: error.reason().into(),
        next: error.advice().into(),
        fix: None,
    }
}

impl Finding {
    /// The same, as something that does not work.
    pub(super) fn into_error(self) -> Self {
        Self { level: FindingLevel::Error, ..self }
    }

    /// The same, with a remedy.
    pub(super) fn with_fix(self, fix: Fix<'_>) -> Self {
        Self { fix: Some(fix.to_wire()), ..self }
    }
}
