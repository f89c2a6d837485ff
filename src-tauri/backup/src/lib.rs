//! Backups: the destinations that hold them, what each holds of which project, making a backup,
//! looking into one, and getting it back. It owns the tables `destinations` and `snapshots_seen`,
//! and `keys/`, where each destination's password lies in a file that only the user may read. The
//! repository is the truth; what the catalog says of it serves when its drive is away.

mod backups;
mod browse;
mod destinations;
mod open;
mod password_file;
mod protection;
mod restore;
mod run;
mod seen;
mod snapshots;
mod words;

use undercroft_library::Migration;

pub use backups::Backups;
pub use browse::{Entry, EntryKind, Listing};
pub use destinations::{AddDestination, Destination, DestinationState};
pub use protection::{Protection, ProtectionState};
pub use restore::RestoreOrder;
pub use run::BackupReport;
pub use seen::SeenSnapshot;
pub use snapshots::{OutOfDate, SnapshotList};
pub use undercroft_repository::Overwrite;

/// The tables that this room brings into the catalog.
pub const TABLES: &[&[Migration]] = &[destinations::MIGRATIONS, seen::MIGRATIONS];
