//! The chunker of restic: Rabin's fingerprint of the last 64 bytes, modulo a polynomial that each
//! repository chooses. A cut is where its lowest 20 bits are all zero.
//!
//! One fingerprint waits for the one before it, which keeps a processor idle most of the time.
//! So content is searched in blocks of four lanes at once; only a block that holds a cut, one
//! in some sixty, is searched again for the first.

use super::{Polynomial, WINDOW};

/// A fingerprint without any of these bits is a cut.
const MASK: u64 = (1 << 20) - 1;

/// Bytes of a lane: many times the window, with which each of them is warmed up.
const LANE: usize = 4096;
const LANES: usize = 4;

/// The tables of one polynomial.
pub(super) struct Rabin {
    /// By the 8 bits that a shift pushes out of the fingerprint: those bits, and what they are
    /// modulo the polynomial.
    carry: [u64; 256],
    /// By the byte that leaves the window: what the shift makes of its share in the fingerprint.
    leave: [u64; 256],
    shift: u32,
}

impl std::fmt::Debug for Rabin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rabin").finish_non_exhaustive()
    }
}

impl Rabin {
    pub(super) fn new(polynomial: Polynomial) -> Self {
        let degree = polynomial.degree();
        let carry = std::array::from_fn(|bits| {
            polynomial.remainder((bits as u64) << degree) | ((bits as u64) << degree)
        });
        let mut tables = Self { carry, leave: [0; 256], shift: degree - 8 };
        tables.leave = std::array::from_fn(|byte| {
            let zeros = [0; WINDOW];
            zeros.iter().fold(byte as u64, |print, _| tables.push(print))
        });
        tables
    }

    /// The fingerprint with a zero byte behind it.
    #[inline(always)]
    fn push(&self, print: u64) -> u64 {
        (print << 8) ^ self.carry[((print >> self.shift) & 0xff) as usize]
    }

    /// The fingerprint when the window moves on from `left` to `entered`. As all of it is linear,
    /// what leaves can be taken away after the shift, off the path that the next step waits for.
    #[inline(always)]
    fn slide(&self, print: u64, left: u8, entered: u8) -> u64 {
        self.push(print) ^ (self.leave[usize::from(left)] ^ u64::from(entered))
    }

    fn fingerprint(&self, window: &[u8]) -> u64 {
        window.iter().fold(0, |print, &byte| self.push(print) ^ u64::from(byte))
    }

    /// The first cut in `content` that lies behind `from`; at least a window lies before it.
    pub(super) fn find_cut(&self, content: &[u8], from: usize) -> Option<usize> {
        let mut at = from;
        while content.len() - at >= LANE * LANES {
            let block = &content[at - WINDOW..at + LANE * LANES];
            if self.may_cut(block) {
                break;
            }
            at += LANE * LANES;
        }
        self.scan(&content[at - WINDOW..]).map(|length| at + length)
    }

    /// The number of bytes behind the first window that lead to a cut.
    fn scan(&self, bytes: &[u8]) -> Option<usize> {
        let (window, entering) = bytes.split_at(WINDOW);
        let mut print = self.fingerprint(window);
        for (index, (&left, &entered)) in bytes.iter().zip(entering).enumerate() {
            print = self.slide(print, left, entered);
            if print & MASK == 0 {
                return Some(index + 1);
            }
        }
        None
    }

    /// Whether there is a cut behind the first window of a block of all lanes.
    fn may_cut(&self, block: &[u8]) -> bool {
        let lane = |n: usize| &block[n * LANE..(n + 1) * LANE + WINDOW];
        let [a, b, c, d] = [lane(0), lane(1), lane(2), lane(3)];
        let mut prints = [a, b, c, d].map(|lane| self.fingerprint(&lane[..WINDOW]));
        let mut cut = false;
        for at in 0..LANE {
            prints = [
                self.slide(prints[0], a[at], a[at + WINDOW]),
                self.slide(prints[1], b[at], b[at + WINDOW]),
                self.slide(prints[2], c[at], c[at + WINDOW]),
                self.slide(prints[3], d[at], d[at + WINDOW]),
            ];
            cut |= prints.iter().any(|print| print & MASK == 0);
        }
        cut
    }
}
