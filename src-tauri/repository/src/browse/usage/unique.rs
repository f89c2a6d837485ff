//! The bytes that each snapshot alone needs.

use std::collections::HashMap;

use undercroft_foundation::{Code, Error, Job, Result};

use super::walk::{Visitor, Walk, stored_bytes};
use crate::format::id::SnapshotId;
use crate::format::tree::Node;
use crate::store::index::{EntrySet, Index};
use crate::store::repository::Repository;

/// The owner of what nobody was seen to need.
const NOBODY: u32 = u32::MAX;

impl Repository {
    /// For each snapshot the bytes, as stored, that no other needs: what its deletion alone frees.
    ///
    /// # Errors
    /// A snapshot, a tree or an index that cannot be read.
    pub fn unique_sizes(&self, job: &Job) -> Result<HashMap<SnapshotId, u64>> {
        let _lock = self.lock_shared()?;
        self.refresh_index()?;
        let snapshots = self.snapshots()?;
        let index = self.index();
        let mut walk = Walk::new(self, &index, job)?;
        let mut owners = Owners {
            index: &index,
            first: vec![NOBODY; index.len()],
            shared: EntrySet::empty(&index),
            unique: vec![0; snapshots.len()],
            now: 0,
        };
        for (number, snapshot) in snapshots.iter().enumerate() {
            owners.now = u32::try_from(number)
                .map_err(|_| Error::new(Code::Unsupported, "There are too many snapshots"))?;
            walk.run(snapshot.tree, &mut owners)?;
        }
        Ok(snapshots.iter().map(|snapshot| snapshot.id).zip(owners.unique).collect())
    }
}

/// The owners of each blob. A tree is read for the first that needs it, and once more for the
/// second, to mark as shared what is in it.
struct Owners<'a> {
    index: &'a Index,
    first: Vec<u32>,
    shared: EntrySet,
    unique: Vec<u64>,
    now: u32,
}

impl Visitor for Owners<'_> {
    fn enter(&mut self, position: usize) -> bool {
        let bytes = stored_bytes(self.index, position);
        let first = self.first[position];
        if first == NOBODY {
            self.first[position] = self.now;
            self.unique[self.now as usize] += bytes;
            return true;
        }
        let new = first != self.now && self.shared.insert(position);
        if new {
            self.unique[first as usize] -= bytes;
        }
        new
    }

    fn entry(&mut self, _: &[u8], _: &Node, content: &[usize]) {
        for position in content {
            self.enter(*position);
        }
    }
}
