//! Looking through versions: finding files by name, also ones that are gone, and by text, the history of one file, what
//! differs between versions or from the disk, and what a version takes.

mod compare;
mod deleted;
mod file_history;
mod line_counts;
mod names;
mod on_disk;
pub(crate) mod preview;
mod search;
mod sizes;

pub use deleted::{DeletedEntries, DeletedEntry};
pub use file_history::FileVersion;
pub use line_counts::{LineBudget, LineCounts, LinesAfter};
pub use names::{FoundName, FoundNames, GoneName};
pub use search::FileHit;
pub use sizes::VersionSizes;
