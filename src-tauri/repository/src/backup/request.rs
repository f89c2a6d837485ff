//! The request and the summary of a backup.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use undercroft_foundation::{Error, Job, escape_path};

use crate::files::exclude::TagFile;
use crate::format::id::{PackId, SnapshotId};
use crate::format::snapshot::SnapshotSummary;

/// The snapshot that a backup compares with, to read only what changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Parent {
    /// The newest of the same machine and paths.
    #[default]
    Auto,
    /// None: every file is read.
    None,
    /// This one.
    Id(SnapshotId),
}

/// The request for a backup.
#[derive(Debug, Clone, Default)]
pub struct BackupRequest {
    /// The folders and files. An absolute one is kept under its whole path.
    pub sources: Vec<PathBuf>,
    /// Labels of the snapshot.
    pub tags: Vec<String>,
    /// The machine's name in the snapshot, if not its own.
    pub host: Option<String>,
    /// Patterns of what is left out.
    pub exclude: Vec<String>,
    /// The same, to which `A` and `a` are one.
    pub exclude_ignoring_case: Vec<String>,
    /// Folders that hold such a file are left out but for the file.
    pub exclude_if_present: Vec<TagFile>,
    /// Stays on the file systems that the sources are on.
    pub one_file_system: bool,
    /// Keeps when each file was last read.
    pub with_access_time: bool,
    /// The snapshot to compare with.
    pub parent: Parent,
    /// Writes nothing.
    pub dry_run: bool,
    /// The snapshot's time, if not now.
    pub time: Option<Timestamp>,
    /// Counts the sources first, beside the work, so that the time left can be told.
    pub estimate: bool,
    /// Threads that read and store; 0 for as many as pay.
    pub threads: usize,
}

/// The outcome of a backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupSummary {
    /// The snapshot, unless it was a dry run.
    pub snapshot: Option<SnapshotId>,
    /// The counts of what was found and added; its two times mean nothing here.
    pub counts: SnapshotSummary,
    /// The packs that were written, to be read back.
    pub packs: Vec<PackId>,
}

/// Whether a source is there; notes it as a warning when not.
pub(super) fn is_there(source: &Path, job: &Job) -> bool {
    match source.symlink_metadata() {
        Ok(_) => true,
        Err(error) => {
            job.warn(escape_path(source), Error::io("back up", source, error).to_string());
            false
        }
    }
}
