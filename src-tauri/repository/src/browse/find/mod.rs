//! Finding: what became of one path over all snapshots, and what in them goes by a pattern. Each
//! tree is read once, however many snapshots share it.

mod search;
mod versions;

pub use search::FindRequest;
pub use versions::{FileVersion, FileVersions, PathInSnapshot, PathState};
