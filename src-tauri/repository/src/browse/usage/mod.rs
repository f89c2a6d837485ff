//! Usage: what content costs, who needs it, and what a deletion would do.
//!
//! A tree that several snapshots share is read once for all of them. What is known of a blob is
//! kept by its position in the index, in bits or small numbers, so that memory stays small however
//! many files there are.

mod budget;
mod deletion;
mod folder_sizes;
mod stats;
mod unique;
mod walk;

pub use budget::BudgetView;
pub use deletion::{Deletion, LostFile};
pub(crate) use folder_sizes::{FolderSize, FolderSizes};
pub use stats::{Stats, StatsMode};
