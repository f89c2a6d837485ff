//! Archives: projects put away, each as one file that `tar --zstd` opens. It owns `archives/` and
//! the table `archives`, which can be made again from that. It knows nothing of versions: what goes
//! along beside a project's folder is given to it.
//!
//! From the ground up, each folder using only those above it:
//!
//! - `format`: frames, the seek table, the index, members of a tar.
//! - `source`: the bytes of an archive, wherever they lie.
//! - `write`: from the disk to an archive.
//! - `read`: listing, single files, verifying; what is left of a damaged archive.
//! - `extract`: from an archive to the disk.
//! - `freeing`: removing what an archive holds.
//! - `remote`: archives that lie elsewhere than on this disk.
//! - `manifest`, `table`: what is known of each archive.
//! - `archives`: the archives of a library.
//!
//! `zip_of` makes a zip to hand out. `unpack` opens the archives of other programs, and stands beside them.

mod archives;
mod extract;
mod format;
mod freeing;
mod manifest;
mod read;
mod remote;
mod source;
mod table;
pub mod unpack;
mod write;
mod zip_of;

use undercroft_library::Migration;

pub use archives::{Archive, ArchiveOrder, Archives, Level};
pub use extract::{BeforeReplacing, Existing, ExtractOrder, Extracted, sweep_extracted};
pub use format::index::{Attributes, EntryKind};
pub use freeing::Freed;
pub use manifest::{ArchivedProject, Manifest};
pub use read::{ArchiveEntry, ArchiveReader, Hit, Part, Verification};
pub use remote::{Location, RemoteStore};
pub use source::ArchiveSource;
pub use write::incompressible_bytes;
pub use zip_of::zip_of;

/// The folder in an archive that holds what lies beside the project's own.
pub const BESIDE: &str = ".undercroft";

/// The tables of this room.
pub const TABLES: &[&[Migration]] = &[table::MIGRATIONS];
