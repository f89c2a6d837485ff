//! The selection of versions to list.

use jiff::Timestamp;

use crate::version::Trigger;

/// A selection of versions of a workspace, listed newest first.
#[derive(Debug, Clone)]
pub struct VersionFilter {
    /// Only those before this place in the order: where the last page ended.
    pub before_seq: Option<u64>,
    /// At most so many.
    pub limit: usize,
    /// Only those from this moment on.
    pub from: Option<Timestamp>,
    /// Only those before this moment.
    pub until: Option<Timestamp>,
    /// Only those that this made.
    pub trigger: Option<Trigger>,
    /// Only those with this in their message, name or note, or in the path of a file that they
    /// changed, whatever its case.
    pub text: Option<String>,
}

impl Default for VersionFilter {
    fn default() -> Self {
        let (from, until, trigger, text) = (None, None, None, None);
        Self { before_seq: None, limit: 100, from, until, trigger, text }
    }
}
