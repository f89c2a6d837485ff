//! Reading an archive in a destination: any range of its bytes, by the few blobs that hold them.

use std::sync::Arc;

use undercroft_foundation::{Code, Error, Result, text};
use undercroft_repository::{BlobId, ContentLayout, Repository, Snapshot};

use crate::destinations::{Destination, Destinations};

/// An archive that lies in a destination, open. Several threads may read it at once.
#[derive(Debug)]
pub struct StoredArchive {
    destinations: Destinations,
    destination: Destination,
    repository: Arc<Repository>,
    content: ContentLayout,
}

impl StoredArchive {
    pub(super) fn open(
        destinations: &Destinations,
        destination: &Destination,
        repository: Arc<Repository>,
        snapshot: &Snapshot,
    ) -> Result<Self> {
        let locate = || {
            repository.refresh_index()?;
            repository.locate_content(&only_file(&repository, snapshot)?)
        };
        let content = locate().or_else(|error| {
            destinations.require_still_there(destination, &repository)?;
            Err(error)
        })?;
        let (destinations, destination) = (destinations.clone(), destination.clone());
        Ok(Self { destinations, destination, repository, content })
    }

    /// The bytes of the archive.
    pub fn size(&self) -> u64 {
        self.content.size()
    }

    /// Fills `buffer` from `at` on.
    ///
    /// # Errors
    /// [`Code::Damaged`], also where there are fewer bytes; [`Code::Unavailable`] when the
    /// destination went away.
    pub fn read_at(&self, at: u64, buffer: &mut [u8]) -> Result<()> {
        let read = self.repository.read_content(&self.content)?.read_at(at, buffer);
        let read = read.or_else(|error| {
            self.destinations.require_still_there(&self.destination, &self.repository)?;
            Err(error)
        })?;
        if read == buffer.len() {
            return Ok(());
        }
        Err(Error::new(Code::Damaged, "The archive ends too early"))
    }
}

/// The content of the one file that a snapshot is of.
fn only_file(repository: &Repository, snapshot: &Snapshot) -> Result<Vec<BlobId>> {
    let mut tree = snapshot.tree;
    loop {
        let nodes = repository.tree(&tree)?.nodes;
        match nodes.first().map(|node| (node.subtree, &node.content)) {
            Some((Some(below), _)) if nodes.len() == 1 => tree = below,
            Some((None, Some(content))) if nodes.len() == 1 => return Ok(content.clone()),
            _ => {
                let what =
                    text!("Snapshot {snapshot} holds no archive", snapshot = snapshot.id.short());
                return Err(Error::new(Code::Damaged, what).why("An archive is one file"));
            }
        }
    }
}
