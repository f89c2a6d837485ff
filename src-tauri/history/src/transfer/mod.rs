//! A project's history leaves the library and comes back: it is staged as parts that an archive
//! holds beside the project's folder, let go, and taken in again.
//!
//! What changes the library is recorded first, in `history/transfers/`, so that the next start
//! finishes what a crash broke off.

mod attach;
mod copying;
mod detach;
mod intention;
mod parts;
mod settle;
mod sizes;
mod stage;

pub use parts::{DRAFTS_PART, GIT_PART, KEY_PART, OBJECTS_PART};
pub use sizes::HistorySizes;
pub use stage::StagedHistory;
