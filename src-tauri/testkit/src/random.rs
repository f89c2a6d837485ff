//! Dice that fall the same way on every run.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use undercroft_foundation::{Random, World};

use crate::ManualClock;

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// A source of bytes that a seed fixes (splitmix64). For tests only: anybody can foresee it.
#[derive(Debug)]
pub struct SeededRandom(AtomicU64);

impl SeededRandom {
    /// The dice of this seed.
    pub fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    /// The next roll.
    pub fn next(&self) -> u64 {
        let state = self.0.fetch_add(GOLDEN, Ordering::Relaxed).wrapping_add(GOLDEN);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A roll below `limit`.
    pub fn below(&self, limit: usize) -> usize {
        let limit = u64::try_from(limit).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.next() % limit).unwrap_or(0)
    }
}

impl Random for SeededRandom {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.next().to_le_bytes()[..chunk.len()]);
        }
    }
}

/// A world whose time only the test moves and whose dice the seed fixes.
pub fn simulated_world(seed: u64) -> (World, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::default());
    (World { clock: clock.clone(), random: Arc::new(SeededRandom::new(seed)) }, clock)
}
