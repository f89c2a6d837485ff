//! The targets that a restore may write to.

use std::fs;
use std::path::{Path, PathBuf};

use undercroft_foundation::{Code, Error, Result, escape_path};
use undercroft_library::{Overlap, overlap};

use super::Restores;

impl Restores {
    /// Refuses a target where a restore would overwrite what everything hangs on.
    pub(super) fn refuse_target(&self, target: &Path) -> Result<()> {
        let what = format!("Cannot restore into {}", escape_path(target));
        let place = nearest(target);
        if !place.is_dir() {
            return Err(Error::new(Code::Invalid, what)
                .why("It is a file, not a folder")
                .next("Choose a folder"));
        }
        let refuse = |why: String| {
            Err(Error::new(Code::Invalid, what.clone()).why(why).next("Choose a folder elsewhere"))
        };
        if matches!(overlap(&place, self.library.root()), Overlap::Same | Overlap::Inside) {
            return refuse("It belongs to Undercroft's own library".to_owned());
        }
        let own = self.secrets.own_configuration();
        if own.is_some_and(|own| matches!(overlap(&place, &own), Overlap::Same | Overlap::Inside)) {
            return refuse("It is Undercroft's own configuration".to_owned());
        }
        for destination in self.destinations.list()? {
            if matches!(overlap(&place, &destination.path), Overlap::Same | Overlap::Inside) {
                return refuse(format!("It belongs to the destination {}", destination.name));
            }
        }
        Ok(())
    }
}

/// The folder itself, or the nearest above it that is there.
fn nearest(target: &Path) -> PathBuf {
    let target = std::path::absolute(target).unwrap_or_else(|_| target.to_owned());
    let found = target.ancestors().find_map(|folder| fs::canonicalize(folder).ok());
    found.unwrap_or(target)
}
