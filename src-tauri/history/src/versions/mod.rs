//! The versions of workspaces, as the catalog knows them.

pub(crate) mod changes;
mod filter;
pub(crate) mod marks;
pub(crate) mod table;

pub use filter::VersionFilter;
