//! Entries on their way from the walk to the writers, in batches: the files of neighbouring folders,
//! whose content mostly lies side by side.

use std::sync::Arc;
use std::sync::mpsc::SyncSender;

use undercroft_foundation::{Code, Error, Result};

use super::folder::Folder;
use crate::format::tree::Node;

/// Batches that wait for a writer.
pub(super) const BATCHES: usize = 4;

/// Entries of a batch.
const ENTRIES: usize = 512;

/// Bytes of content of a batch; of a larger file several threads write parts.
pub(super) const BYTES: u64 = 8 << 20;

/// Folders of a batch, and files of several blobs: they may all be open at once.
const OPEN: usize = 64;

/// An entry that is no folder, to be restored into a folder that is there.
pub(super) struct Task {
    pub(super) folder: Arc<Folder>,
    pub(super) node: Node,
}

/// The batch that is being gathered, and the way to the writers.
pub(super) struct Queue {
    send: SyncSender<Vec<Task>>,
    batch: Vec<Task>,
    bytes: u64,
    folders: usize,
    parted: usize,
}

impl Queue {
    pub(super) fn new(send: SyncSender<Vec<Task>>) -> Self {
        Self { send, batch: Vec::new(), bytes: 0, folders: 0, parted: 0 }
    }

    /// Adds an entry.
    ///
    /// # Errors
    /// [`Code::Cancelled`] when all writers are gone; they said why.
    pub(super) fn push(&mut self, task: Task) -> Result<()> {
        let bytes = task.node.size;
        let is_large = self.bytes.saturating_add(bytes) > BYTES;
        if is_large || self.folders == OPEN || self.parted == OPEN || self.batch.len() == ENTRIES {
            self.flush()?;
        }
        let is_same = |last: &Task| Arc::ptr_eq(&last.folder, &task.folder);
        self.folders += usize::from(!self.batch.last().is_some_and(is_same));
        self.parted += usize::from(task.node.content.as_ref().is_some_and(|it| it.len() > 1));
        self.bytes = self.bytes.saturating_add(bytes);
        self.batch.push(task);
        Ok(())
    }

    /// Hands over what was gathered.
    ///
    /// # Errors
    /// As those of [`Queue::push`].
    pub(super) fn flush(&mut self) -> Result<()> {
        (self.bytes, self.folders, self.parted) = (0, 0, 0);
        let batch = std::mem::take(&mut self.batch);
        if batch.is_empty() {
            return Ok(());
        }
        self.send.send(batch).map_err(|_| Error::new(Code::Cancelled, "Cancelled"))
    }
}
