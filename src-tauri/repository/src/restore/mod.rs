//! Restore: puts what a snapshot holds back into a folder.
//!
//! One thread walks the trees and makes the folders; others write files. Everything is reached
//! through descriptors from the target folder down, no symbolic link is ever followed, and names
//! that could lead elsewhere are refused, so that nothing outside the target is touched, whatever
//! a repository or the target holds. Each blob is held against its id before it is written. What
//! cannot be restored becomes a warning of the job, and the rest goes on.

mod asked;
mod batch;
mod content;
mod folder;
mod links;
mod place;
mod plan;
mod queue;
mod same;
mod selection;
mod walk;
mod writer;

#[cfg(test)]
mod tests;

pub use plan::RestorePlan;
pub(crate) use same::{blobs_of, file_holds};

use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex, PoisonError};

use undercroft_foundation::{Code, Error, Job, Result, escape_name, escape_path};

use self::folder::{Folder, Root};
use self::links::Links;
use self::place::EntryOutcome;
use self::queue::{BATCHES, Queue};
use self::selection::Selection;
use self::walk::Walk;
use self::writer::Writer;
use crate::files::left_over::TemporaryRecord;
use crate::files::metadata::{Entry, Stat};
use crate::format::id::BlobId;
use crate::format::snapshot::Snapshot;
use crate::format::tree::{Node, NodeKind};
use crate::store::repository::Repository;

/// The fate of a file that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Overwrite {
    /// It is made what the snapshot says; its content is read and replaced where it differs.
    Always,
    /// As `Always`, but a file of the same size and time counts as the same without being read.
    #[default]
    IfChanged,
    /// As `Always` where the snapshot's is the newer one, else it stays as it is.
    IfNewer,
    /// It stays as it is: only what is missing is restored.
    Never,
}

/// The request for a restore.
#[derive(Debug, Clone, Default)]
pub struct RestoreRequest {
    /// The folder to restore into; made when there is none.
    pub target: PathBuf,
    /// The names that lead to one entry of the snapshot, which then lands in the target by its own
    /// name. Empty: all, each under its full path.
    pub subpath: Vec<Vec<u8>>,
    /// Whether what that entry, a folder, holds lands in the target, and not the folder itself.
    pub contents: bool,
    /// Only these entries, with all below them, each by the names that lead to it from the top of
    /// the snapshot; empty: all.
    pub only: Vec<Vec<Vec<u8>>>,
    /// Only what these patterns match; empty: all.
    pub include: Vec<String>,
    /// Not what these patterns match.
    pub exclude: Vec<String>,
    /// Leave runs of zeros as holes.
    pub sparse: bool,
    /// Read every file back after it was written, and compare files that are there already by
    /// their content rather than by their time.
    pub verify: bool,
    /// The fate of files that are there already.
    pub overwrite: Overwrite,
    /// Leave each `.git` that is there already as it is, with all in it.
    pub spare_git: bool,
    /// The beginning of the path of a record of the temporary names that are given, by which
    /// [`crate::fs_at::sweep_left_over`] finds what a killed restore left.
    pub record: Option<PathBuf>,
}

/// The outcome of a restore. What it could not do is in the warnings of the job.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RestoreSummary {
    /// Files written.
    pub files_restored: u64,
    /// Files that were there already with the same content.
    pub files_identical: u64,
    /// Files left as they were because [`Overwrite`] wants it.
    pub files_skipped: u64,
    /// Links, devices, pipes and sockets made or found as they should be.
    pub others_restored: u64,
    /// The ones of them that were made.
    pub others_made: u64,
    /// Bytes of content written.
    pub bytes_restored: u64,
}

/// The place in a snapshot where a restore begins.
enum Start {
    /// The entries of a tree land in the target.
    Tree(BlobId),
    /// An entry lands there by its own name.
    Entry(Box<Node>),
}

/// Called with the path of an entry that a restore is about to replace. It may move the entry
/// away; an error leaves it as it is.
pub type BeforeReplacing<'a> = dyn Fn(&Path) -> Result<()> + Sync + 'a;

/// The state that the threads of one restore share.
struct Shared<'a> {
    repository: &'a Repository,
    request: &'a RestoreRequest,
    before_replacing: &'a BeforeReplacing<'a>,
    job: &'a Job,
    record: Option<TemporaryRecord>,
    root: Root,
    links: Links,
    counts: Counts,
    stop: AtomicBool,
    failure: Mutex<Option<Error>>,
}

#[derive(Default)]
struct Counts {
    restored: AtomicU64,
    identical: AtomicU64,
    skipped: AtomicU64,
    others: AtomicU64,
    others_made: AtomicU64,
    bytes: AtomicU64,
}

impl Counts {
    fn add(&self, node: &Node, placed: EntryOutcome, written: u64) {
        if node.kind != NodeKind::File && placed == EntryOutcome::Restored {
            self.others_made.fetch_add(1, Ordering::Relaxed);
        }
        let count = match placed {
            EntryOutcome::Skipped => &self.skipped,
            _ if node.kind != NodeKind::File => &self.others,
            EntryOutcome::Restored => &self.restored,
            EntryOutcome::Identical => &self.identical,
        };
        count.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(written, Ordering::Relaxed);
    }

    fn summary(&self) -> RestoreSummary {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        RestoreSummary {
            files_restored: read(&self.restored),
            files_identical: read(&self.identical),
            files_skipped: read(&self.skipped),
            others_restored: read(&self.others),
            others_made: read(&self.others_made),
            bytes_restored: read(&self.bytes),
        }
    }
}

/// Whether an entry of this name is git's own.
fn is_git(name: &[u8]) -> bool {
    name.eq_ignore_ascii_case(b".git")
}

impl Shared<'_> {
    /// Whether an entry is a `.git` that is there already, and is to stay.
    fn spares(&self, folder: &Folder, name: &[u8]) -> bool {
        self.request.spare_git
            && is_git(name)
            && self
                .root
                .descend(folder)
                .is_ok_and(|folder| Stat::of(Entry::In(folder.as_fd(), name)).is_ok())
    }

    /// Notes that what is to be at a path gets a temporary name first.
    fn note_temporary(&self, path: &Path) {
        if let Some(record) = &self.record {
            record.note(path);
        }
    }

    fn must_stop(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || self.job.is_cancelled()
    }

    /// Notes what failed with one entry. A full disk fails all that follows, so it ends the job.
    fn report(&self, path: &std::path::Path, error: Error) {
        if error.code() == Code::StorageFull {
            self.fail(error);
        } else if error.code() != Code::Cancelled {
            self.job.warn(escape_path(path), error.to_string());
        }
    }

    fn fail(&self, error: Error) {
        self.stop.store(true, Ordering::Relaxed);
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
    }
}

impl Repository {
    /// The entry at which a restore begins in a snapshot.
    fn start_of(&self, snapshot: &Snapshot, request: &RestoreRequest) -> Result<Start> {
        self.check_asked(snapshot, request)?;
        let Some(node) = self.find_node(snapshot, &request.subpath)? else {
            return Ok(Start::Tree(snapshot.tree));
        };
        match node.subtree.filter(|_| node.kind == NodeKind::Dir) {
            Some(tree) if request.contents => Ok(Start::Tree(tree)),
            None if request.contents => {
                let name = escape_name(&node.name);
                Err(Error::new(Code::NotFound, format!("{name} is not a folder")))
            }
            _ => Ok(Start::Entry(Box::new(node))),
        }
    }

    /// Restores a snapshot, or a part of it, into a folder.
    ///
    /// # Errors
    /// [`Code::Cancelled`]; [`Code::NotFound`] when the snapshot has no such entry;
    /// [`Code::StorageFull`]; a target that cannot be made or opened. What was restored by then
    /// stays. A file that cannot be restored is a warning of the job and no error.
    pub fn restore(
        &self,
        snapshot: &Snapshot,
        request: &RestoreRequest,
        job: &Job,
    ) -> Result<RestoreSummary> {
        self.restore_over(snapshot, request, &|_| Ok(()), job)
    }

    /// Restores, and tells of each entry before it is replaced.
    ///
    /// # Errors
    /// The errors of [`Repository::restore`].
    pub fn restore_over(
        &self,
        snapshot: &Snapshot,
        request: &RestoreRequest,
        before_replacing: &BeforeReplacing<'_>,
        job: &Job,
    ) -> Result<RestoreSummary> {
        let selection = Selection::new(request)?;
        let _lock = self.lock_reading(job)?;
        self.refresh_index()?;
        let start = self.start_of(snapshot, request)?;
        let shared = Shared {
            repository: self,
            request,
            before_replacing,
            job,
            record: request.record.as_deref().and_then(TemporaryRecord::begin),
            root: Root::open(&request.target)?,
            links: Links::default(),
            counts: Counts::default(),
            stop: AtomicBool::new(false),
            failure: Mutex::new(None),
        };
        let settled = match snapshot.summary {
            Some(known) if request.subpath.is_empty() && selection.is_everything() => {
                job.add_total(known.total_files_processed, known.total_bytes_processed);
                job.settle_totals();
                true
            }
            _ => false,
        };
        let walk = Walk { shared: &shared, selection: &selection, count_totals: !settled };
        let walked = run(&shared, |mut queue| {
            match start {
                Start::Entry(node) => walk.entry(*node, &request.subpath, &mut queue)?,
                Start::Tree(tree) => walk.tree(&tree, &request.subpath, &mut queue)?,
            }
            queue.flush()
        });
        // A failure stops the walk as if it were cancelled; it is what there is to say.
        if let Some(error) = shared.failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
            return Err(error);
        }
        walked?;
        job.check_cancelled()?;
        job.settle_totals();
        Ok(shared.counts.summary())
    }
}

/// Runs the walk here and the writers on threads of their own.
fn run(shared: &Shared<'_>, walk: impl FnOnce(Queue) -> Result<()>) -> Result<()> {
    let (send, receive) = sync_channel(BATCHES);
    // Owned by the writers alone: were they all gone, the walk would not wait for them.
    let receive = Arc::new(Mutex::new(receive));
    let writers = (0..writer::count()).map(|_| Writer::new(shared)).collect::<Result<Vec<_>>>()?;
    std::thread::scope(|scope| {
        for mut writer in writers {
            let receive = Arc::clone(&receive);
            scope.spawn(move || writer.run(&receive));
        }
        drop(receive);
        let walked = walk(Queue::new(send));
        if walked.is_err() {
            shared.stop.store(true, Ordering::Relaxed);
        }
        walked
    })
}
