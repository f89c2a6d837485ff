//! The report of a check.

use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use crate::format::id::{PackId, SnapshotId};

/// The kind of a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProblemKind {
    /// The config cannot be read any more.
    Config,
    /// A key file is damaged: its password no longer opens the repository.
    Key,
    /// An index file cannot be read, or contradicts another.
    Index,
    /// A snapshot cannot be read.
    Snapshot,
    /// A pack is missing.
    PackMissing,
    /// A pack is not as long as it should be.
    PackSize,
    /// A pack does not hold what its name or the index says.
    PackContent,
    /// A blob is damaged.
    Blob,
    /// A blob that a snapshot needs is in no index.
    BlobMissing,
    /// A tree is not sound.
    Tree,
    /// A pack is in no index: it takes room and is of no use.
    PackUnused,
}

impl ProblemKind {
    /// The stable name: `pack_missing`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::Key => "key",
            Self::Index => "index",
            Self::Snapshot => "snapshot",
            Self::PackMissing => "pack_missing",
            Self::PackSize => "pack_size",
            Self::PackContent => "pack_content",
            Self::Blob => "blob",
            Self::BlobMissing => "blob_missing",
            Self::Tree => "tree",
            Self::PackUnused => "pack_unused",
        }
    }
}

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The kind.
    pub kind: ProblemKind,
    /// The thing that it concerns: a file of the repository, or a path in a snapshot.
    pub item: String,
    /// A sentence that says what is wrong.
    pub message: String,
}

/// A snapshot that cannot be restored whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AffectedSnapshot {
    /// The snapshot.
    pub id: SnapshotId,
    /// When it was made.
    pub time: Timestamp,
    /// The first of the paths that are lost or damaged, escaped.
    pub paths: Vec<String>,
    /// The number of paths in all.
    pub paths_total: u64,
}

/// The report of a check.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CheckReport {
    /// Things that are damaged or missing.
    pub errors: Vec<Problem>,
    /// Things that are untidy, and lose nothing.
    pub hints: Vec<Problem>,
    /// The snapshots that the errors affect, as far as they could be read.
    pub affected: Vec<AffectedSnapshot>,
    /// Snapshots that could be read.
    pub snapshots: u64,
    /// Packs that are there and in use.
    pub packs: u64,
    /// Blobs in them.
    pub blobs: u64,
    /// The bytes of all packs that are there and in use.
    pub bytes_stored: u64,
    /// Packs that were read whole.
    pub packs_read: u64,
    /// Bytes that were read of packs.
    pub bytes_read: u64,
    /// The progress of the reading, where packs are read share by share.
    pub round: Option<ReadRound>,
}

/// The progress of the reading of all packs, share by share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadRound {
    /// The last pack by id that was read; the next share begins after it.
    pub up_to: Option<PackId>,
    /// Whether it was the last of all: the next share begins a new round.
    pub complete: bool,
}

impl CheckReport {
    /// Whether all that the snapshots promise is there.
    pub fn is_sound(&self) -> bool {
        self.errors.is_empty()
    }
}

/// The problems so far, from all threads.
#[derive(Debug, Default)]
pub(super) struct Findings(Mutex<CheckReport>);

impl Findings {
    pub(super) fn error(&self, kind: ProblemKind, item: String, message: impl Into<String>) {
        let problem = Problem { kind, item, message: message.into() };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).errors.push(problem);
    }

    pub(super) fn hint(&self, kind: ProblemKind, item: String, message: impl Into<String>) {
        let problem = Problem { kind, item, message: message.into() };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).hints.push(problem);
    }

    /// The report, its problems in an order that does not depend on the threads' luck.
    pub(super) fn into_report(self) -> CheckReport {
        let mut report = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        for problems in [&mut report.errors, &mut report.hints] {
            problems.sort_by(|a, b| {
                (a.kind as u8, &a.item, &a.message).cmp(&(b.kind as u8, &b.item, &b.message))
            });
        }
        report
    }
}
