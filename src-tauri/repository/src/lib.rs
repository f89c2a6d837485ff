//! A repository in restic's format, version 2: content is cut into chunks, each stored once,
//! compressed and sealed, in packs; trees and snapshots say how it was. Whatever this crate
//! writes, restic reads, checks and restores, and the other way round.
//!
//! It knows nothing of projects, plans or windows.

mod backup;
mod blob;
mod blob_reader;
mod cat;
mod check;
mod chunker;
mod coalesced_reads;
mod codec;
mod config;
mod content_reader;
mod copy;
mod crypto;
mod diff;
mod exclude;
mod fifo_cache;
mod find;
mod forget;
mod id;
mod identity;
mod index;
mod ingest;
mod keys;
mod large_blob;
mod lock;
mod metadata;
mod mount;
mod noatime;
mod object_cache;
mod pack;
mod parallel;
mod parity;
mod password;
mod prune;
mod repair;
mod repository;
mod restore;
mod retention;
mod sealing;
mod snapshot;
mod storage;
mod tags;
mod tasks;
mod trash;
mod tree;
mod usage;
mod writer;
mod writer_profile;

pub use backup::{BackupRequest, BackupSummary, Parent};
pub use blob::BlobKind;
pub use cat::StoredObject;
pub use check::{
    AffectedSnapshot, CheckOptions, CheckReport, Problem, ProblemKind, ReadData, ReadRound,
    SampleSize,
};
pub use chunker::{
    AVERAGE_CHUNK, ChunkStream, Chunker, MAX_CHUNK, MIN_CHUNK, Polynomial, is_single,
};
pub use codec::Compression;
pub use content_reader::ContentReader;
pub use copy::{CopiedSnapshot, CopyOptions, CopyReport, copy};
pub use diff::{Change, ChangeKind, DiffSide, DiffSummary};
pub use exclude::{Match, Patterns, TagFile};
pub use find::{FileVersion, FileVersions, FindRequest, PathInSnapshot, PathState};
pub use forget::Forget;
pub use id::{BlobId, IndexId, KeyId, LockId, PackId, SnapshotId, TrashRecordId};
pub use ingest::{ContentWriter, Ingest, IngestWriter, SnapshotOrder, StoredContent};
pub use keys::KeyInfo;
pub use mount::{MountGuard, MountOptions};
pub use parity::{HealReport, HealScope, Healed, ParityReport, ParityState, Unhealed};
pub use password::Password;
pub use prune::{PruneOptions, PrunePlan, PruneReport};
pub use repair::{
    IndexRepair, PackRepair, RepairedSnapshot, SnapshotRepair, SnapshotRepairOptions,
};
pub use repository::Repository;
pub use restore::{Overwrite, RestorePlan, RestoreRequest, RestoreSummary};
pub use retention::{
    Calendar, CalendarSpan, DropLimit, GroupBy, GroupKey, KeepCount, PINNED, Period, Reason,
    Retention, RetentionGroup, RetentionPolicy,
};
pub use sealing::SealingKey;
pub use snapshot::{PROGRAM_VERSION, Snapshot, SnapshotFilter, SnapshotSummary};
pub use tags::{Retagged, TagChange};
pub use trash::{SnapshotsInUse, TrashedSnapshot};
pub use tree::{ExtendedAttribute, Node, NodeKind, NodeTime, Tree};
pub use usage::{BudgetView, Deletion, LostFile, Stats, StatsMode};

/// Writing below a folder that is held open, so that no link on the way is followed: entries are
/// reached by descriptor and name, made under temporary names, and given their metadata.
pub mod fs_at {
    pub use crate::metadata::{Entry, Stat, apply, go_mode};
    pub use crate::restore::{
        Freshness, TEMPORARY, create_file, descend, ensure_owner_access, is_at, remove_left_over,
        temporary_name,
    };
}
