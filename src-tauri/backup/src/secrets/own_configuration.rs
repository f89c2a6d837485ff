//! Undercroft's own configuration: the commands that the user confirmed, and the key to sealed
//! passwords. No backup of a project holds it and no restore writes it, so that older words of it
//! never come back.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use undercroft_foundation::{Job, canonicalize_missing};
use undercroft_repository::{Repository, RestoreRequest, Snapshot};

use super::Secrets;

impl Secrets {
    /// Its folder, as far as that can be told.
    pub(crate) fn own_configuration(&self) -> Option<PathBuf> {
        canonicalize_missing(self.folder().ok()?).ok()
    }

    /// The pattern that leaves it out of a backup of the folder at `root`. A path that is no text
    /// cannot be a pattern.
    pub(crate) fn own_configuration_in(&self, root: &Path) -> Option<String> {
        let own = self.own_configuration()?;
        own.starts_with(root).then(|| own.to_str().map(literally)).flatten()
    }
}

/// Leaves the configuration at `own` out of a restore that would write it, and says so.
pub(crate) fn leave_out(
    own: &Path,
    repository: &Repository,
    snapshot: &Snapshot,
    request: &mut RestoreRequest,
    job: &Job,
) {
    let is_in_it = |names: &Vec<_>| !matches!(repository.find_node(snapshot, names), Ok(None));
    let Some(names) = names_of(own, request).filter(is_in_it) else { return };
    if let Some(pattern) = pattern_of(&names) {
        job.warn(&pattern, "Left as it is: it is Undercroft's own configuration");
        request.exclude.push(pattern);
    }
}

/// The names in a snapshot that lead to what a restore would write over the configuration.
fn names_of(own: &Path, request: &RestoreRequest) -> Option<Vec<Vec<u8>>> {
    let below = own.strip_prefix(canonicalize_missing(&request.target).ok()?).ok()?;
    let above = match request.subpath.split_last() {
        Some((_, above)) if !request.contents => above,
        _ => &request.subpath,
    };
    let below = below.iter().map(|name| name.as_bytes().to_vec());
    Some(above.iter().cloned().chain(below).collect())
}

/// The pattern that matches what these names lead to.
fn pattern_of(names: &[Vec<u8>]) -> Option<String> {
    let name = |name: &Vec<u8>| Some(format!("/{}", OsStr::from_bytes(name).to_str()?));
    names.iter().map(name).collect::<Option<String>>().as_deref().map(literally)
}

/// A pattern that matches this path and no other.
pub(crate) fn literally(path: &str) -> String {
    let mut pattern = String::with_capacity(path.len());
    for c in path.chars() {
        if matches!(c, '*' | '?' | '[' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}
