//! The folders that no restore writes: the library, Undercroft's own configuration, and the
//! destinations. A restore into one of them is refused; one into a folder above leaves them out.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use undercroft_foundation::{
    Code, Error, Job, Result, TreePath, canonicalize_missing, escape_path, text,
};
use undercroft_repository::{Repository, RestoreRequest, Snapshot};

use super::Restores;
use super::target::{cannot_restore_into, refuse_target};
use crate::secrets::literally;

/// A folder that no restore writes.
#[derive(Debug)]
pub(crate) struct Spared {
    /// The folder, canonical as far as it is there.
    place: PathBuf,
    /// Its name in a sentence.
    what: String,
}

impl Spared {
    /// Undercroft's own configuration.
    pub(crate) fn own_configuration(place: PathBuf) -> Self {
        Self { place, what: "Undercroft's own configuration".to_owned() }
    }

    pub(super) fn place(&self) -> &Path {
        &self.place
    }

    pub(super) fn what(&self) -> &str {
        &self.what
    }

    /// Leaves it out of a restore that would write it, and says so.
    ///
    /// # Errors
    /// [`Code::Invalid`] where its name is no text, so that it cannot be left out.
    pub(crate) fn leave_out(
        &self,
        repository: &Repository,
        snapshot: &Snapshot,
        request: &mut RestoreRequest,
        job: &Job,
    ) -> Result<()> {
        let Some(names) = self.names_in(request) else { return Ok(()) };
        match repository.find_node(snapshot, &names) {
            Ok(None) => return Ok(()),
            Err(error) if error.code() == Code::NotFound => return Ok(()),
            // A tree that cannot be read may hold it.
            Ok(Some(_)) | Err(_) => {}
        }
        let Some(pattern) = pattern_of(&names) else {
            return Err(Error::new(Code::Invalid, cannot_restore_into(&request.target))
                .why(text!("It holds {what}, whose name is no text", what = self.what))
                .next("Choose a folder elsewhere"));
        };
        job.warn(escape_path(&self.place), text!("Left as it is: it is {what}", what = self.what));
        request.exclude.push(pattern);
        Ok(())
    }

    /// The names in a snapshot that lead to what a restore would write over it.
    fn names_in(&self, request: &RestoreRequest) -> Option<Vec<Vec<u8>>> {
        let below = self.place.strip_prefix(canonicalize_missing(&request.target).ok()?).ok()?;
        let above = match request.subpath.split_last() {
            Some((_, above)) if !request.contents => above,
            _ => &request.subpath,
        };
        let below = below.iter().map(|name| name.as_bytes().to_vec());
        Some(above.iter().cloned().chain(below).collect())
    }
}

impl Restores {
    /// Refuses to restore into `folder` where that is, or lies in, a folder that no restore writes,
    /// or is a file; and where `find` finds what would be written over one, by its path below
    /// `folder`.
    ///
    /// # Errors
    /// [`Code::Invalid`]; whatever keeps the catalog from being read; the errors of `find` but
    /// [`Code::NotFound`].
    pub fn refuse_target(
        &self,
        folder: &Path,
        find: &dyn Fn(&TreePath) -> Result<()>,
    ) -> Result<()> {
        let all = self.spared()?;
        refuse_target(folder, &all)?;
        let folder = canonicalize_missing(folder)?;
        for spared in all {
            let Some(path) = TreePath::of(&folder, &spared.place) else { continue };
            match find(&path) {
                Err(error) if error.code() == Code::NotFound => continue,
                found => found?,
            }
            return Err(Error::new(Code::Invalid, cannot_restore_into(&folder))
                .why(text!("It would write over {what}", what = spared.what))
                .next("Choose a folder elsewhere"));
        }
        Ok(())
    }

    /// Every folder that no restore writes.
    pub(super) fn spared(&self) -> Result<Vec<Spared>> {
        let library = self.library.root().to_owned();
        let mut spared =
            vec![Spared { place: library, what: "Undercroft's own library".to_owned() }];
        spared.extend(self.secrets.own_configuration().map(Spared::own_configuration));
        for destination in self.destinations.list()? {
            let place = canonicalize_missing(&destination.path).unwrap_or(destination.path);
            spared.push(Spared { place, what: format!("the destination {}", destination.name) });
        }
        Ok(spared)
    }
}

/// The pattern that matches what these names lead to.
fn pattern_of(names: &[Vec<u8>]) -> Option<String> {
    let name = |name: &Vec<u8>| Some(format!("/{}", OsStr::from_bytes(name).to_str()?));
    names.iter().map(name).collect::<Option<String>>().as_deref().map(literally)
}
