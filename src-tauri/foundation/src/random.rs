//! Randomness as a parameter.

use std::fmt;

/// A source of bytes nobody can foresee.
pub trait Random: Send + Sync + fmt::Debug {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}

/// The system's source.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsRandom;

#[expect(clippy::disallowed_methods, reason = "this is where chance comes from")]
impl Random for OsRandom {
    fn fill(&self, bytes: &mut [u8]) {
        // Sealing with foreseeable bytes would break every promise: better to stop.
        getrandom::fill(bytes).expect("the system's random source answers");
    }
}
