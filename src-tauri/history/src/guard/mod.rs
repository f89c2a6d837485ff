//! The guard of every write into a workspace, whoever writes: a save, a deletion, an upload, a
//! restore, an undo.
//!
//! Nothing is written into or over `.git`, wherever it lies. What a write would replace or remove
//! is held against the version that was made just before: a file that looks as the cache recorded it
//! is that version's content, everything else is read. That is asked again at the very moment of
//! replacing or removing, of what came out of its place. What no version holds stays, or goes to
//! the trash where the user says so.

mod held;
mod place;
mod trash;
mod unheld;

use undercroft_foundation::{Code, Error, Result};

use crate::names::is_git;
use crate::path::TreePath;

pub(crate) use held::{HeldFolder, HeldTree, content_of};
pub(crate) use place::Place;
pub(crate) use trash::{GivenBack, Trash};
pub(crate) use unheld::{Sweep, Unheld};

/// Goes on, unless the path leads into git's own folder, or is one.
pub(crate) fn check_path(path: &TreePath) -> Result<()> {
    if path.names().any(is_git) {
        return Err(Error::new(Code::Invalid, format!("{path} was left as it is"))
            .why("It is git's own, and Undercroft writes nothing into or over .git")
            .next("Use git for it, or your file manager"));
    }
    Ok(())
}
