//! What each snapshot alone needs.

use std::collections::HashMap;

use undercroft_foundation::{Code, Error, Job, Result};

use super::walk::{Visitor, Walk, stored_bytes};
use crate::id::SnapshotId;
use crate::index::{Index, Places};
use crate::repository::Repository;
use crate::tree::Node;

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
            shared: Places::none_of(&index),
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

/// Who needs what. A tree is read for the first who needs it, and once more for the second, to
/// mark as shared what is in it.
struct Owners<'a> {
    index: &'a Index,
    first: Vec<u32>,
    shared: Places,
    unique: Vec<u64>,
    now: u32,
}

impl Visitor for Owners<'_> {
    fn enter(&mut self, place: usize) -> bool {
        let bytes = stored_bytes(self.index, place);
        let first = self.first[place];
        if first == NOBODY {
            self.first[place] = self.now;
            self.unique[self.now as usize] += bytes;
            return true;
        }
        let new = first != self.now && self.shared.insert(place);
        if new {
            self.unique[first as usize] -= bytes;
        }
        new
    }

    fn entry(&mut self, _: &[u8], _: &Node, content: &[usize]) {
        for place in content {
            self.enter(*place);
        }
    }
}
