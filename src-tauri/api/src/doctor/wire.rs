//! The doctor's findings on the wire.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::base::sentence::Sentence;

/// A finding of the doctor in one spot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// How bad it is.
    pub level: FindingLevel,
    /// The area that was looked at: `library`, `catalog`, `destination`, `project`.
    pub area: String,
    /// The finding, in one sentence without its full stop.
    pub what: Sentence,
    /// Why it is so, or why it matters.
    pub why: Sentence,
    /// The step to take next; empty when there is nothing to do.
    pub next: Sentence,
    /// The remedy that Undercroft can apply by itself; left out when there is none.
    #[serde(default)]
    pub fix: Option<FindingFix>,
}

/// A remedy that can be asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FindingFix {
    /// Stands for the remedy in a request.
    pub id: String,
    /// The action, as a button names it.
    pub label: Sentence,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum FindingLevel {
    /// All is well.
    Ok,
    /// It works, but somebody should look.
    Warning,
    /// It does not work.
    Error,
}
