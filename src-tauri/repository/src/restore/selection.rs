//! The entries of a snapshot that are wanted.

use undercroft_foundation::Result;

use super::RestoreRequest;
use crate::files::exclude::Patterns;

/// The include and exclude patterns of a request.
pub(super) struct Selection {
    include: Patterns,
    exclude: Patterns,
}

/// Whether an entry is wanted, and whether it pays to look below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) itself: bool,
    pub(super) below: bool,
}

impl Selection {
    pub(super) fn new(request: &RestoreRequest) -> Result<Self> {
        Ok(Self {
            include: Patterns::parse(&request.include)?,
            exclude: Patterns::parse(&request.exclude)?,
        })
    }

    pub(super) fn is_everything(&self) -> bool {
        self.include.is_empty() && self.exclude.is_empty()
    }

    /// The verdict on a path of the snapshot, which begins with `/`.
    pub(super) fn wants(&self, path: &[u8]) -> Wanted {
        if self.exclude.matches(path) {
            return Wanted { itself: false, below: false };
        }
        if self.include.is_empty() {
            return Wanted { itself: true, below: true };
        }
        let found = self.include.matches_with_children(path);
        Wanted { itself: found.matched, below: found.children_may_match }
    }
}
