//! Undercroft's own configuration: the commands that the user confirmed, and the key to sealed
//! passwords. No backup of a project holds it and no restore writes it, so that older words of it
//! never come back.

use std::path::{Path, PathBuf};

use undercroft_foundation::canonicalize_missing;

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
