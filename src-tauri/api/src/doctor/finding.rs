//! The doctor's findings.

use undercroft_foundation::Error;

use super::fixes::Fix;
use super::wire::{Finding, FindingLevel};

/// A check that found all well.
pub(super) fn passed(area: &str, what: String) -> Finding {
    let (area, why, next) = (area.to_owned(), String::new(), String::new());
    Finding { level: FindingLevel::Ok, area, what, why, next, fix: None }
}

/// It works, but needs attention.
pub(super) fn warning(area: &str, what: String, why: &str, next: &str) -> Finding {
    Finding {
        level: FindingLevel::Warning,
        area: area.to_owned(),
        what,
        why: why.to_owned(),
        next: next.to_owned(),
        fix: None,
    }
}

/// It does not work.
pub(super) fn failed(area: &str, error: &Error) -> Finding {
    Finding {
        level: FindingLevel::Error,
        area: area.to_owned(),
        what: error.what_text().to_owned(),
        why: error.why_text().to_owned(),
        next: error.next_text().to_owned(),
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
