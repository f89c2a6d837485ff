//! A home folder that has another name on this machine: what lay in the former one comes back into
//! the one that is here.

use std::path::{Path, PathBuf};

use undercroft_repository::Snapshot;

/// The place of a library in a home, unless the user chose another.
const USUAL_LIBRARY: &str = ".local/share/undercroft";

/// A home folder of the machine that was lost, and the one of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OtherHome {
    was: PathBuf,
    here: PathBuf,
}

impl OtherHome {
    /// The home folder that a library that was at or above `library` belonged to, where it is not there and the one
    /// of the user, `here`, is another.
    pub(super) fn of(snapshot: &Snapshot, library: &Path, here: Option<&Path>) -> Option<Self> {
        let here = here?.to_owned();
        let usual = library.ancestors().find(|folder| folder.ends_with(USUAL_LIBRARY));
        let was = match usual {
            Some(usual) => {
                usual.ancestors().nth(Path::new(USUAL_LIBRARY).components().count())?.into()
            }
            None if snapshot.username == "root" => PathBuf::from("/root"),
            None => Path::new("/home").join(&snapshot.username),
        };
        let is_gone = was.parent().is_some() && was.symlink_metadata().is_err();
        (is_gone && was != here && !here.starts_with(&was)).then_some(Self { was, here })
    }

    /// The place on this machine of a folder that was recorded on the other.
    pub(super) fn place(&self, recorded: &Path) -> PathBuf {
        match recorded.strip_prefix(&self.was) {
            Ok(below) if below.components().next().is_some() => self.here.join(below),
            _ => recorded.to_owned(),
        }
    }
}
