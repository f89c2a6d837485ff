//! Looking through versions: finding files by name and by text, the history of one file, what
//! differs between versions or from the disk, and what a version takes.

mod compare;
mod file_history;
pub(crate) mod preview;
mod search;
mod sizes;

pub use file_history::FileVersion;
pub use search::FileHit;
pub use sizes::VersionSizes;
