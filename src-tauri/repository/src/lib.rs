//! A repository in restic's format, version 2: content is cut into chunks, each stored once,
//! compressed and sealed, in packs; trees and snapshots say how it was. Whatever this crate
//! writes, restic reads, checks and restores, and the other way round.
//!
//! It knows nothing of projects, plans or windows. Everything begins with a [`Repository`]: its
//! methods back up, restore, look into snapshots and maintain it. Requests and answers that most
//! callers need are here; those of one area are in the module of its name.
//!
//! The folders, in reading order; each uses only those above it (`cargo xtask tidy`):
//!
//! - `format`: what lies in a repository, as bytes and back
//! - `files`: files on disk that are backed up or restored
//! - `store`: an open repository: storage, locks, index; packs are read in `store/read` and
//!   written in `store/write`
//! - `backup`: from files to a snapshot; `backup/ingest` for content that is no file
//! - `restore`: from a snapshot to files
//! - `browse`: find, diff, usage, mount
//! - `maintain`: check, retention, keys, tags, trash, prune, repair, parity, copy, relocate

mod format;

mod files;

mod store;

mod backup;

mod restore;

mod browse;

mod maintain;

// The areas, each with the few names that only those who enter it need.
pub use backup::ingest;
pub use browse::{diff, find, mount, usage};
pub use files::exclude;
pub use format::chunker;
pub use maintain::{check, copy, parity, prune, relocate, repair, retention, tags, trash};

// All areas are entered by methods of a `Repository`, and speak of these.
pub use backup::{BackupRequest, BackupSummary, Parent};
pub use browse::cat::StoredObject;
pub use format::blob::{BlobKind, Compression};
pub use format::crypto::{Password, SealingKey};
pub use format::id::{BlobId, IndexId, KeyId, LockId, PackId, SnapshotId};
pub use format::snapshot::{Snapshot, SnapshotFilter, SnapshotSummary};
pub use format::tree::{ExtendedAttribute, Node, NodeKind, NodeTime, Tree};
pub use maintain::forget::Forget;
pub use maintain::keys::KeyInfo;
pub use restore::{BeforeReplacing, Overwrite, RestorePlan, RestoreRequest, RestoreSummary};
pub use store::read::{ContentLayout, ContentReader};
pub use store::repository::Repository;

/// Writing below a folder that is held open, so that no link on the way is followed: entries are
/// reached by descriptor and name, made under temporary names, and given their metadata.
pub mod fs_at {
    pub use crate::files::left_over::{TemporaryRecord, sweep_left_over};
    pub use crate::files::metadata::{Entry, Stat, apply, go_mode};
    pub use crate::files::new_file::{
        TEMPORARY, TemporaryOwner, create_file, is_at, remove_left_over, temporary_name,
    };
    pub use crate::files::open::{Freshness, descend, ensure_owner_access};
}
