//! A repository in restic's format, version 2: content is cut into chunks, each stored once,
//! compressed and sealed, in packs; trees and snapshots say how it was. Whatever this crate
//! writes, restic reads, checks and restores, and the other way round.
//!
//! It knows nothing of projects, plans or windows.
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
//! - `maintain`: check, retention, keys, tags, trash, prune, repair, parity, copy

mod format;

mod files;

mod store;

mod backup;

mod restore;

mod browse;

mod maintain;

pub use backup::ingest::{ContentWriter, Ingest, IngestWriter, SnapshotOrder, StoredContent};
pub use backup::{BackupRequest, BackupSummary, Parent};
pub use browse::cat::StoredObject;
pub use browse::diff::{Change, ChangeKind, DiffSide, DiffSummary};
pub use browse::find::{FileVersion, FileVersions, FindRequest, PathInSnapshot, PathState};
pub use browse::mount::{MountGuard, MountOptions};
pub use browse::usage::{BudgetView, Deletion, LostFile, Stats, StatsMode};
pub use files::exclude::{Match, Patterns, TagFile};
pub use format::blob::{BlobKind, Compression};
pub use format::chunker::{
    AVERAGE_CHUNK, ChunkStream, Chunker, MAX_CHUNK, MIN_CHUNK, Polynomial, is_single,
};
pub use format::crypto::{Password, SealingKey};
pub use format::id::{BlobId, IndexId, KeyId, LockId, PackId, SnapshotId, TrashRecordId};
pub use format::snapshot::{PROGRAM_VERSION, Snapshot, SnapshotFilter, SnapshotSummary};
pub use format::tree::{ExtendedAttribute, Node, NodeKind, NodeTime, Tree};
pub use maintain::check::{
    AffectedSnapshot, CheckOptions, CheckReport, Problem, ProblemKind, ReadData, ReadRound,
    SampleSize,
};
pub use maintain::copy::{CopiedSnapshot, CopyOptions, CopyReport, copy};
pub use maintain::forget::Forget;
pub use maintain::keys::KeyInfo;
pub use maintain::parity::{HealReport, HealScope, Healed, ParityReport, ParityState, Unhealed};
pub use maintain::prune::{PruneOptions, PrunePlan, PruneReport};
pub use maintain::repair::{
    IndexRepair, PackRepair, RepairedSnapshot, SnapshotRepair, SnapshotRepairOptions,
};
pub use maintain::retention::{
    Calendar, CalendarSpan, DropLimit, GroupBy, GroupKey, KeepCount, PINNED, Period, Reason,
    Retention, RetentionGroup, RetentionPolicy,
};
pub use maintain::tags::{Retagged, TagChange};
pub use maintain::trash::{SnapshotsInUse, TrashedSnapshot};
pub use restore::{Overwrite, RestorePlan, RestoreRequest, RestoreSummary};
pub use store::read::ContentReader;
pub use store::repository::Repository;

/// Writing below a folder that is held open, so that no link on the way is followed: entries are
/// reached by descriptor and name, made under temporary names, and given their metadata.
pub mod fs_at {
    pub use crate::files::metadata::{Entry, Stat, apply, go_mode};
    pub use crate::files::new_file::{
        TEMPORARY, create_file, is_at, remove_left_over, temporary_name,
    };
    pub use crate::files::open::{Freshness, descend, ensure_owner_access};
}
