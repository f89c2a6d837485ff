//! The guard of every write into a workspace, whoever writes: a save, a deletion, an upload, a
//! restore, an undo.
//!
//! Nothing is written into or over `.git`, wherever it lies, and nothing into Undercroft's own
//! configuration. What a write would replace or remove is held against the version that was made
//! just before: a file that looks as the cache recorded it is that version's content, everything
//! else is read. That is asked again at the very moment of replacing or removing, of what came out
//! of its place. What no version holds stays, or goes to the trash where the user says so.

mod guarded_entry;
mod held;
mod project_trash;
mod trash;
mod unheld;

use undercroft_foundation::{Code, Error, Result, TreePath, text};

use crate::disk::is_in_place;
use crate::tree::names::is_git;

pub(crate) use guarded_entry::GuardedEntry;
pub(crate) use held::{HeldFolder, HeldTree, content_of};
pub use project_trash::{ProjectTrash, TrashedPart};
pub(crate) use trash::{GivenBack, PartsOf, Trash, TrashPart};
pub(crate) use unheld::{Sweep, Unheld};

/// The refusal to write something into Undercroft's own configuration.
pub(crate) fn own_configuration_error(path: &TreePath) -> Error {
    Error::new(Code::Invalid, text!("{path} was left as it is", path))
        .why("It is Undercroft's own configuration, which says what you have confirmed")
        .next("Change it with Undercroft's own commands")
}

/// Goes on, unless the path leads into git's own folder or into Undercroft's own configuration at
/// `own`, or is one, or bears a name that files have which are on their way to their place: no
/// version would hold it.
pub(crate) fn check_path(own: Option<&TreePath>, path: &TreePath) -> Result<()> {
    if own.is_some_and(|own| path.is_in(own)) {
        return Err(own_configuration_error(path));
    }
    if path.names().any(is_git) {
        return Err(Error::new(Code::Invalid, text!("{path} was left as it is", path))
            .why("It is git's own, and Undercroft writes nothing into or over .git")
            .next("Use git for it, or your file manager"));
    }
    if !path.names().all(is_in_place) {
        return Err(Error::new(Code::Invalid, text!("{path} was left as it is", path))
            .why("Undercroft gives such names to what it is about to put in its place")
            .next("Choose another name"));
    }
    Ok(())
}

/// The same for what is no folder, which must not take the place of one that leads there either.
pub(crate) fn check_file(own: Option<&TreePath>, path: &TreePath) -> Result<()> {
    if own.is_some_and(|own| own.is_in(path)) {
        return Err(own_configuration_error(path));
    }
    check_path(own, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_file_takes_the_place_of_a_folder_that_leads_to_the_configuration() {
        let path = |text: &str| TreePath::new(text.as_bytes()).unwrap();
        let own = Some(path("me/.config/undercroft"));
        for into in ["me/.config/undercroft", "me/.config/undercroft/hooks.json"] {
            assert!(check_path(own.as_ref(), &path(into)).is_err(), "{into}");
        }
        for above in ["me", "me/.config"] {
            assert!(check_file(own.as_ref(), &path(above)).is_err(), "{above}");
            assert!(check_path(own.as_ref(), &path(above)).is_ok(), "{above}");
        }
        assert!(check_file(own.as_ref(), &path("me/.configuration")).is_ok());
    }
}
