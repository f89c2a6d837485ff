//! Sets of places in the index.

use std::sync::atomic::{AtomicU64, Ordering};

use super::Index;

/// Some of the places in an index, one bit each.
#[derive(Debug, Clone, Default)]
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

    /// Takes a place out.
    pub(crate) fn remove(&mut self, place: usize) {
        self.0[place / 64] &= !(1 << (place % 64));
    }

    /// Whether a place is in.
    pub(crate) fn contains(&self, place: usize) -> bool {
        self.0[place / 64] & (1 << (place % 64)) != 0
    }
}

/// Some of the places in an index, to which several threads add.
#[derive(Debug, Default)]
pub(crate) struct SharedPlaces(Vec<AtomicU64>);

impl SharedPlaces {
    /// Makes room for an index that may have grown.
    pub(crate) fn grow(&mut self, index: &Index) {
        self.0.resize_with(index.len().div_ceil(64), AtomicU64::default);
    }

    /// Adds a place; `false` when it was in before.
    pub(crate) fn insert(&self, place: usize) -> bool {
        let bit = 1 << (place % 64);
        self.0[place / 64].fetch_or(bit, Ordering::Relaxed) & bit == 0
    }

    /// The places that are in now.
    pub(crate) fn to_places(&self) -> Places {
        Places(self.0.iter().map(|word| word.load(Ordering::Relaxed)).collect())
    }
}
