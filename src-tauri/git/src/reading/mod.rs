//! How a repository stands: the files that differ, its commits, and differences by lines.

pub(crate) mod diff;
pub(crate) mod filters;
pub(crate) mod log;
pub(crate) mod status;
