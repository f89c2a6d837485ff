//! Walking folders depth first: those that are open are a list.

use undercroft_foundation::Result;

/// A step in a folder.
pub(crate) enum Step<F> {
    /// Goes on with a folder in it.
    Into(F),
    /// Goes on with its next entry.
    On,
    /// It has no more entries.
    Out,
}

impl<F> From<Option<F>> for Step<F> {
    fn from(below: Option<F>) -> Self {
        below.map_or(Self::On, Self::Into)
    }
}

/// A walk over folders.
pub(crate) trait FolderWalk {
    /// A folder that is open: its entries that are left, and what is known of it so far.
    type Folder;

    /// Takes the next entry of a folder.
    fn step(&mut self, folder: &mut Self::Folder) -> Result<Step<Self::Folder>>;

    /// Closes a folder that has no more entries; `above` is the one that holds it.
    fn leave(&mut self, _folder: Self::Folder, _above: Option<&mut Self::Folder>) -> Result<()> {
        Ok(())
    }
}

/// Walks a folder and all below it; an error leaves the open ones as they are.
pub(crate) fn walk_folders<W: FolderWalk>(walk: &mut W, top: W::Folder) -> Result<()> {
    let mut open = vec![top];
    while let Some(folder) = open.last_mut() {
        match walk.step(folder)? {
            Step::Into(below) => open.push(below),
            Step::On => {}
            Step::Out => {
                if let Some(done) = open.pop() {
                    walk.leave(done, open.last_mut())?;
                }
            }
        }
    }
    Ok(())
}
