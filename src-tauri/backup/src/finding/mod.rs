//! Files first: one file in all backups of its project, and names looked for in all backups.

mod everywhere;
mod search;

pub use everywhere::{BackedUpFile, FileIn};
pub use search::{SearchHit, SearchOrder};
