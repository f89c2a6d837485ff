//! The meaning of the words of a command: places, workspaces, versions, destinations, and paths
//! inside a backup.

mod destination;
mod place;
mod snapshot_path;
mod workspace;

pub(crate) use destination::{add_destination, destination};
pub(crate) use place::place;
pub(crate) use snapshot_path::{SnapshotPath, names, snapshot_path};
pub(crate) use workspace::{version, workspace};
