//! A cache of trees and snapshots: what is named by its digest is the same for ever.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::format::id::{BlobId, SnapshotId};
use crate::format::snapshot::Snapshot;
use crate::store::cache::FifoCache;

/// The bytes of trees that are kept.
const TREES_MAX: usize = 16 << 20;

/// Trees and snapshots that an open repository has read.
#[derive(Debug)]
pub(crate) struct ObjectCache {
    trees: Mutex<FifoCache<BlobId, Arc<[u8]>>>,
    snapshots: Mutex<HashMap<SnapshotId, Snapshot>>,
}

impl Default for ObjectCache {
    fn default() -> Self {
        Self { trees: Mutex::new(FifoCache::new(TREES_MAX)), snapshots: Mutex::default() }
    }
}

impl ObjectCache {
    /// The text of a tree that was read before.
    pub(crate) fn tree_text(&self, id: &BlobId) -> Option<Arc<[u8]>> {
        lock(&self.trees).get(id)
    }

    /// Keeps the text of a tree, unless it would drive most of the others out.
    pub(crate) fn keep_tree_text(&self, id: BlobId, text: &Arc<[u8]>) {
        if text.len() <= TREES_MAX / 4 {
            lock(&self.trees).insert(id, Arc::clone(text), text.len());
        }
    }

    /// The snapshots among these that were never read.
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
            if let Some((id, cached)) = snapshots.remove_entry(id) {
                all.entry(id).or_insert(cached);
            }
        }
        *snapshots = all;
        ids.iter().filter_map(|id| snapshots.get(id).cloned()).collect()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
