//! Sets of places in the index.

use super::Index;

/// Some of the places in an index, one bit each.
#[derive(Debug, Clone)]
pub(crate) struct Places(Vec<u64>);

impl Places {
    /// None of the places of this index.
    pub(crate) fn none_of(index: &Index) -> Self {
        Self(vec![0; index.len().div_ceil(64)])
    }

    /// Adds a place; `false` when it was in before.
    pub(crate) fn insert(&mut self, place: usize) -> bool {
        let bit = 1 << (place % 64);
        let word = &mut self.0[place / 64];
        let new = *word & bit == 0;
        *word |= bit;
        new
    }

    /// Whether a place is in.
    pub(crate) fn contains(&self, place: usize) -> bool {
        self.0[place / 64] & (1 << (place % 64)) != 0
    }
}
