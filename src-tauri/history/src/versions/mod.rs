//! The versions of workspaces, as the catalog and their trees know them.

mod catalog;
pub(crate) mod changes;
mod filter;
pub(crate) mod marks;
pub(crate) mod reading;
pub(crate) mod row;
pub(crate) mod table;

pub use catalog::VersionMark;
pub use filter::VersionFilter;
