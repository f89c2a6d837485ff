//! Files first: one file in all backups of its project, and names looked for in all backups.

mod compare;
mod everywhere;
mod search;

pub use compare::Difference;
pub use everywhere::{BackedUpFile, FileIn};
pub use search::{SearchHit, SearchOrder};
