//! What was read and cannot change: what is named by its digest is the same for ever.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::bounded::Bounded;
use crate::id::{BlobId, SnapshotId};
use crate::snapshot::Snapshot;

/// How many bytes of trees are kept.
const TREES_MAX: usize = 16 << 20;

/// What an open repository remembers.
#[derive(Debug)]
pub(crate) struct Known {
    trees: Mutex<Bounded<BlobId, Arc<[u8]>>>,
    snapshots: Mutex<HashMap<SnapshotId, Snapshot>>,
}

impl Default for Known {
    fn default() -> Self {
        Self { trees: Mutex::new(Bounded::new(TREES_MAX)), snapshots: Mutex::default() }
    }
}

impl Known {
    /// The text of a tree that was read before.
    pub(crate) fn tree_text(&self, id: &BlobId) -> Option<Arc<[u8]>> {
        lock(&self.trees).get(id)
    }

    /// Keeps the text of a tree, unless it would drive most of the others out.
    pub(crate) fn keep_tree_text(&self, id: BlobId, text: &Arc<[u8]>) {
        if text.len() <= TREES_MAX / 4 {
            lock(&self.trees).keep(id, Arc::clone(text), text.len());
        }
    }

    /// Those of these snapshots that were never read.
    pub(crate) fn snapshots_missing(&self, ids: &[SnapshotId]) -> Vec<SnapshotId> {
        let snapshots = lock(&self.snapshots);
        ids.iter().filter(|id| !snapshots.contains_key(id)).copied().collect()
    }

    /// These snapshots, with those that were `read` now; forgets all others.
    pub(crate) fn snapshots(&self, ids: &[SnapshotId], read: Vec<Snapshot>) -> Vec<Snapshot> {
        let mut snapshots = lock(&self.snapshots);
        let mut all: HashMap<_, _> =
            read.into_iter().map(|snapshot| (snapshot.id, snapshot)).collect();
        for id in ids {
            if let Some((id, known)) = snapshots.remove_entry(id) {
                all.entry(id).or_insert(known);
            }
        }
        *snapshots = all;
        ids.iter().filter_map(|id| snapshots.get(id).cloned()).collect()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
