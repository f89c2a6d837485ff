//! Looking into backups: the snapshots that there are, the folders of one, what differs between
//! two, and a destination shown as a folder.

mod compare;
mod folder;
mod list;
mod mounting;

pub use compare::Difference;
pub use folder::{Entry, EntryKind, Listing};
pub(crate) use folder::{full_path, top};
pub use list::{OutOfDate, SnapshotList};
pub use mounting::Mounted;
pub(crate) use mounting::Mounts;
