//! Scans that are kept, whole or thinned, and what changed between two.

mod format;
mod growth;
mod scans;
mod thin;

pub use format::{load, save};
pub use growth::{GrowthKind, GrowthRow, growth};
pub use scans::Scans;
