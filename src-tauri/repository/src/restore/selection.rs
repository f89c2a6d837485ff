//! The entries of a snapshot that are wanted.

use std::collections::BTreeSet;

use undercroft_foundation::Result;

use super::RestoreRequest;
use crate::files::exclude::Patterns;

/// The entries and the patterns of a request.
pub(super) struct Selection {
    /// The paths of the entries; empty: all.
    only: BTreeSet<Vec<u8>>,
    include: Patterns,
    exclude: Patterns,
}

/// Whether an entry is wanted, and whether it pays to look below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) itself: bool,
    pub(super) below: bool,
    /// Whether it is only on the way to an entry that was asked for.
    pub(super) leads: bool,
}

impl Selection {
    pub(super) fn new(request: &RestoreRequest) -> Result<Self> {
        Ok(Self {
            only: request.only.iter().map(|names| path_of(names)).collect(),
            include: Patterns::parse(&request.include)?,
            exclude: Patterns::parse(&request.exclude)?,
        })
    }

    pub(super) fn is_everything(&self) -> bool {
        self.only.is_empty() && self.include.is_empty() && self.exclude.is_empty()
    }

    /// The verdict on a path of the snapshot, which begins with `/`.
    pub(super) fn wants(&self, path: &[u8]) -> Wanted {
        if self.exclude.matches(path) {
            return Wanted { itself: false, below: false, leads: false };
        }
        if !self.only.is_empty() && !self.is_asked(path) {
            let leads = self.leads(path);
            return Wanted { itself: false, below: leads, leads };
        }
        if self.include.is_empty() {
            return Wanted { itself: true, below: true, leads: false };
        }
        let found = self.include.matches_with_children(path);
        Wanted { itself: found.matched, below: found.children_may_match, leads: false }
    }

    /// Whether an entry was asked for, or one above it.
    fn is_asked(&self, path: &[u8]) -> bool {
        let ends = path.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(at, _)| at);
        ends.chain([path.len()]).any(|end| self.only.contains(&path[..end]))
    }

    /// Whether an entry below this one was asked for.
    fn leads(&self, path: &[u8]) -> bool {
        let below = [path, b"/"].concat();
        let next = self.only.range(below.clone()..).next();
        next.is_some_and(|only| only.starts_with(&below))
    }
}

/// The path that names lead to, which begins with `/` unless there are none.
pub(super) fn path_of(names: &[Vec<u8>]) -> Vec<u8> {
    names.iter().flat_map(|name| [b"/", &name[..]].concat()).collect()
}
