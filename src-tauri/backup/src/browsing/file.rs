//! A file of a snapshot, to be looked at.

use std::sync::Arc;

use undercroft_foundation::{Code, DestinationId, Error, Result};
use undercroft_repository::{Node, Repository, SnapshotFilter};

use super::SnapshotBrowser;
use super::folder::{Entry, entry, full_path};

/// An entry of a snapshot that can be read.
#[derive(Debug)]
pub struct SnapshotFile {
    repository: Arc<Repository>,
    node: Node,
}

impl SnapshotBrowser {
    /// An entry of a snapshot, which is told as in [`SnapshotBrowser::browse`].
    ///
    /// # Errors
    /// [`Code::NotFound`], and the errors of the destination.
    pub fn file(
        &self,
        destination: DestinationId,
        snapshot: &str,
        path: &[Vec<u8>],
    ) -> Result<SnapshotFile> {
        let destination = self.destinations.get(destination)?;
        let repository = self.destinations.repository_of(&destination)?;
        let snapshot = repository.find_snapshot(snapshot, &SnapshotFilter::default())?;
        repository.refresh_index()?;
        let full = full_path(&repository, &snapshot, path)?;
        let node = repository.find_node(&snapshot, &full)?.ok_or_else(|| {
            Error::new(Code::Invalid, "Cannot show the whole backup")
                .why("It is no file")
                .next("Name a file in it")
        })?;
        Ok(SnapshotFile { repository, node })
    }
}

impl SnapshotFile {
    /// The entry.
    pub fn entry(&self) -> Entry {
        entry(&self.node)
    }

    /// The first bytes of its content, at most so many.
    ///
    /// # Errors
    /// [`Code::Damaged`], and the errors of the destination.
    pub fn head(&self, most: u64) -> Result<Vec<u8>> {
        self.repository.head(&self.node, most)
    }
}
