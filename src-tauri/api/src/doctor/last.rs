//! The last self-check: its errors count as concerns until the next one.

use std::sync::{Mutex, PoisonError};

use super::wire::{Finding, FindingLevel};

/// Areas that are looked at anew for every list of concerns.
const LOOKED_AT_ALWAYS: [&str; 2] = ["plan", "project"];

/// The errors of the last self-check.
#[derive(Debug, Default)]
pub(crate) struct LastExamination(Mutex<Vec<Finding>>);

impl LastExamination {
    pub(super) fn keep(&self, findings: &[Finding]) {
        let is_error = |it: &&Finding| {
            it.level == FindingLevel::Error && !LOOKED_AT_ALWAYS.contains(&it.area.as_str())
        };
        let errors = findings.iter().filter(is_error).cloned().collect();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = errors;
    }

    /// The errors that nothing else tells of.
    pub(crate) fn errors(&self) -> Vec<Finding> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
