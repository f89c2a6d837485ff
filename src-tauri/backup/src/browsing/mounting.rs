//! Destinations shown as folders, for as long as this process runs.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use undercroft_foundation::{DestinationId, IoContext, Result, escape_path};
use undercroft_repository::mount::{MountGuard, MountOptions};

use super::SnapshotBrowser;

/// The destinations that are shown.
#[derive(Debug, Default)]
pub(crate) struct Mounts(Mutex<HashMap<DestinationId, MountGuard>>);

/// A destination that is shown as a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mounted {
    /// The destination.
    pub destination: DestinationId,
    /// The folder.
    pub path: PathBuf,
}

impl SnapshotBrowser {
    /// Shows a destination in an empty folder: this one, or one of the library's cache.
    ///
    /// # Errors
    /// The errors of the destination; [`undercroft_foundation::Code::Unsupported`] where there is
    /// no FUSE.
    pub fn mount(&self, destination: DestinationId, at: Option<&Path>) -> Result<Mounted> {
        let destination = self.destinations.get(destination)?;
        if let Some(known) = self.mounts().into_iter().find(|it| it.destination == destination.id) {
            return Ok(known);
        }
        let path = match at {
            Some(path) => path.to_owned(),
            None => {
                let mounts = self.library.root().join("cache/mounts");
                let path = mounts.join(destination.id.to_string());
                fs::create_dir_all(&path).at("make", &path)?;
                path
            }
        };
        let guard = self
            .destinations
            .repository_of(&destination)?
            .mount(&path, &MountOptions::default())?;
        let path = guard.path().to_owned();
        let mut mounts = self.mounts.0.lock().unwrap_or_else(PoisonError::into_inner);
        mounts.insert(destination.id, guard);
        Ok(Mounted { destination: destination.id, path })
    }

    /// Shows a destination no longer. One that is not shown is no error.
    pub fn unmount(&self, destination: DestinationId) {
        let mut mounts = self.mounts.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(guard) = mounts.remove(&destination) {
            tracing::info!(folder = %escape_path(guard.path()), "shown no longer");
        }
    }

    /// The destinations that are shown as folders; those that somebody unmounted are not.
    pub fn mounts(&self) -> Vec<Mounted> {
        let mut mounts = self.mounts.0.lock().unwrap_or_else(PoisonError::into_inner);
        mounts.retain(|_, guard| !guard.is_over());
        let shown = mounts.iter();
        shown
            .map(|(id, guard)| Mounted { destination: *id, path: guard.path().to_owned() })
            .collect()
    }
}
