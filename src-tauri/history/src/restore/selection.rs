//! The entries of a version that are wanted.

use undercroft_foundation::TreePath;

/// Paths, each with all below it.
pub(super) struct Selection {
    paths: Vec<TreePath>,
    /// The folder that all of them are in.
    pub(super) base: TreePath,
}

/// The part of an entry that is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// It, with all below it.
    Whole,
    /// Something below it.
    Below,
    Nothing,
}

impl Selection {
    pub(super) fn new(paths: &[TreePath]) -> Self {
        let root = [TreePath::root()];
        let paths = if paths.is_empty() { &root[..] } else { paths };
        let mut base = paths[0].parent().unwrap_or_default();
        for path in paths {
            while !path.parent().unwrap_or_default().is_in(&base) {
                base = base.parent().unwrap_or_default();
            }
        }
        Self { paths: paths.to_vec(), base }
    }

    pub(super) fn wants(&self, path: &TreePath) -> Wanted {
        if self.paths.iter().any(|wanted| path.is_in(wanted)) {
            Wanted::Whole
        } else if self.paths.iter().any(|wanted| wanted.is_in(path)) {
            Wanted::Below
        } else {
            Wanted::Nothing
        }
    }
}
