//! The size of the repository after one snapshot after the other was dropped.

use std::collections::{HashMap, HashSet};

use undercroft_foundation::{Code, Error, Job, Result, text};

use super::walk::{Visitor, Walk, stored_bytes};
use crate::format::id::SnapshotId;
use crate::format::tree::Node;
use crate::store::index::{EntrySet, Index};
use crate::store::repository::Repository;

/// The bytes that snapshots need, as more and more of them are dropped in a given order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetView {
    /// The bytes that are needed after the first so many were dropped.
    bytes: Vec<u64>,
}

impl BudgetView {
    /// The bytes, as stored, that all other snapshots need once the first `dropped` are gone.
    pub fn bytes_after(&self, dropped: usize) -> u64 {
        self.bytes[dropped.min(self.bytes.len() - 1)]
    }

    /// The number of snapshots that have to be dropped so that the others need no more than
    /// `budget` bytes; `None` when those that stay whatever happens need more.
    pub fn drops_for(&self, budget: u64) -> Option<usize> {
        self.bytes.iter().position(|bytes| *bytes <= budget)
    }
}

impl Repository {
    /// Looks once at all trees, and says for each number of snapshots that are dropped, in this
    /// order, what the others need. Snapshots that are not in the order always stay.
    ///
    /// # Errors
    /// [`Code::NotFound`] when one of them is no snapshot, [`Code::Invalid`] when one comes twice;
    /// a snapshot, a tree or an index that cannot be read.
    pub fn budget_view(&self, order: &[SnapshotId], job: &Job) -> Result<BudgetView> {
        let _lock = self.lock_shared()?;
        self.refresh_index()?;
        let mut trees: HashMap<_, _> =
            self.snapshots()?.into_iter().map(|snapshot| (snapshot.id, snapshot.tree)).collect();
        let mut dropped = Vec::with_capacity(order.len());
        let mut seen = HashSet::new();
        for id in order {
            let tree = trees.remove(id).ok_or_else(|| match seen.contains(id) {
                true => Error::new(Code::Invalid, text!("Snapshot {id} twice", id = id.short())),
                false => {
                    Error::new(Code::NotFound, text!("There is no snapshot {id}", id = id.short()))
                }
            })?;
            seen.insert(*id);
            dropped.push(tree);
        }
        let index = self.index();
        let mut walk = Walk::new(self, &index, job)?;
        let mut needed = Needed { index: &index, positions: EntrySet::empty(&index), bytes: 0 };
        for tree in trees.into_values() {
            walk.run(tree, &mut needed)?;
        }
        // What the last to go needs beyond those that stay goes with it, and so on backwards.
        let mut bytes = vec![needed.bytes];
        for tree in dropped.into_iter().rev() {
            walk.run(tree, &mut needed)?;
            bytes.push(needed.bytes);
        }
        bytes.reverse();
        Ok(BudgetView { bytes })
    }
}

struct Needed<'a> {
    index: &'a Index,
    positions: EntrySet,
    bytes: u64,
}

impl Visitor for Needed<'_> {
    fn enter(&mut self, position: usize) -> bool {
        let new = self.positions.insert(position);
        if new {
            self.bytes += stored_bytes(self.index, position);
        }
        new
    }

    fn entry(&mut self, _: &[u8], _: &Node, content: &[usize]) {
        for position in content {
            self.enter(*position);
        }
    }
}
