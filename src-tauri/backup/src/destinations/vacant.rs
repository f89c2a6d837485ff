//! The places to which a destination can be moved.

use std::path::{Path, PathBuf};

use undercroft_foundation::{Result, canonicalize_missing, escape_path, text};
use undercroft_providers::DiskProvider;
use undercroft_repository::relocate;

use super::{Destination, Destinations, adding};

impl Destinations {
    /// A folder to which a destination can be moved: empty, not there yet, or with what an earlier
    /// try has brought there.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::Invalid`] or
    /// [`undercroft_foundation::Code::AlreadyExists`] for one that cannot be.
    pub(crate) fn vacant_place(&self, destination: &Destination, path: &Path) -> Result<PathBuf> {
        let what = text!(
            "Cannot move {destination} to {path}",
            destination = destination.name,
            path = escape_path(path)
        );
        let path = canonicalize_missing(path)?;
        let is_begun = path.is_dir()
            && relocate::is_begun(&DiskProvider::open(&path)?, &destination.repository)?;
        if !is_begun {
            adding::require_vacant(&what, &path)?;
        }
        self.refuse_overlaps(&what, &path)?;
        self.refuse_place_of_another(&what, &path)?;
        Ok(path)
    }
}
