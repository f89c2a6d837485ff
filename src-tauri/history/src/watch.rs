//! Watching a workspace: the file system's events become settled batches. It knows nothing of
//! versions or git; it says where something may have changed, and when it may have missed
//! something.

mod touched;

pub use touched::{Names, Touched};
