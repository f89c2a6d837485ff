//! Sets of entries of the index.

use std::sync::atomic::{AtomicU64, Ordering};

use super::Index;

/// Some of the entries of an index, by their positions, one bit each.
#[derive(Debug, Clone, Default)]
pub(crate) struct EntrySet(Vec<u64>);

impl EntrySet {
    /// None of the entries of this index.
    pub(crate) fn empty(index: &Index) -> Self {
        Self(vec![0; index.len().div_ceil(64)])
    }

    /// Adds a position; `false` when it was in before.
    pub(crate) fn insert(&mut self, position: usize) -> bool {
        let bit = 1 << (position % 64);
        let word = &mut self.0[position / 64];
        let new = *word & bit == 0;
        *word |= bit;
        new
    }

    /// Removes a position.
    pub(crate) fn remove(&mut self, position: usize) {
        self.0[position / 64] &= !(1 << (position % 64));
    }

    /// Whether a position is in.
    pub(crate) fn contains(&self, position: usize) -> bool {
        self.0[position / 64] & (1 << (position % 64)) != 0
    }
}

/// Some of the entries of an index, to which several threads add.
#[derive(Debug, Default)]
pub(crate) struct SharedEntrySet(Vec<AtomicU64>);

impl SharedEntrySet {
    /// Makes room for an index that may have grown.
    pub(crate) fn grow(&mut self, index: &Index) {
        self.0.resize_with(index.len().div_ceil(64), AtomicU64::default);
    }

    /// Adds a position; `false` when it was in before.
    pub(crate) fn insert(&self, position: usize) -> bool {
        let bit = 1 << (position % 64);
        self.0[position / 64].fetch_or(bit, Ordering::Relaxed) & bit == 0
    }

    /// The positions that are in now.
    pub(crate) fn to_entry_set(&self) -> EntrySet {
        EntrySet(self.0.iter().map(|word| word.load(Ordering::Relaxed)).collect())
    }
}
