//! The fast chunker: a gear hash with normalised cuts.
//!
//! The hash is a 64-bit sum: each byte doubles it and adds that byte's number from a table, so a
//! byte has left it after 64 more. A cut is where its highest bits are all zero: 20 bits up to the
//! average length and 18 beyond it, which gathers the lengths round the average (FastCDC's idea).
//! The table is part of what is stored: it decides which chunks two backups share. Never change it.

use sha2::{Digest, Sha256};

use super::{AVERAGE_CHUNK, WINDOW};

/// A hash below this is a cut in a chunk that is shorter than the average: one in 2^20.
const SHORT: u64 = 1 << (64 - 20);
/// A hash below this is a cut in a chunk that is longer than the average: one in 2^18.
const LONG: u64 = 1 << (64 - 18);

/// The gear table.
#[derive(Debug)]
pub(super) struct Gear([u64; 256]);

impl Gear {
    /// The number of byte `b` is the first eight bytes, little end first, of the SHA-256 of the
    /// secret, as it is written, and `b`.
    pub(super) fn new(secret: &str) -> Self {
        Self(std::array::from_fn(|byte| {
            let digest = Sha256::digest([secret.as_bytes(), &[byte as u8]].concat());
            digest[..8].iter().rev().fold(0, |number, &b| (number << 8) | u64::from(b))
        }))
    }

    /// The first cut in `content` that lies behind `from`; at least a window lies before it.
    pub(super) fn find_cut(&self, content: &[u8], from: usize) -> Option<usize> {
        let short_end = content.len().min(AVERAGE_CHUNK).max(from);
        let warm = self.roll(0, &content[from - WINDOW..from]);
        match self.scan(warm, &content[from..short_end], SHORT) {
            Ok(at) => Some(from + at),
            Err(hash) => self.scan(hash, &content[short_end..], LONG).ok().map(|at| short_end + at),
        }
    }

    fn roll(&self, hash: u64, bytes: &[u8]) -> u64 {
        bytes.iter().fold(hash, |hash, &byte| self.step(hash, byte))
    }

    #[inline(always)]
    fn step(&self, hash: u64, byte: u8) -> u64 {
        (hash << 1).wrapping_add(self.0[usize::from(byte)])
    }

    /// The number of bytes that lead to the first hash below `limit`, or else the hash after all of
    /// them.
    fn scan(&self, mut hash: u64, bytes: &[u8], limit: u64) -> Result<usize, u64> {
        for (index, &byte) in bytes.iter().enumerate() {
            hash = self.step(hash, byte);
            if hash < limit {
                return Ok(index + 1);
            }
        }
        Err(hash)
    }
}
