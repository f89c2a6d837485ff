//! One backup while it runs: what its threads share, and the walk itself.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use undercroft_foundation::{Code, Error, Job, Result};

use super::estimate::estimate;
use super::file::{ChunkTask, FileTask};
use super::folder::{Folder, Previous};
use super::request::BackupRequest;
use super::scan::{Listing, ScanTask};
use super::sources::Sources;
use crate::files::exclude::Patterns;
use crate::files::metadata::Capture;
use crate::format::blob::BlobEncoder;
use crate::format::chunker::Chunker;
use crate::format::id::BlobId;
use crate::format::snapshot::{Snapshot, SnapshotSummary};
use crate::store::read::BlobReader;
use crate::store::repository::Repository;
use crate::store::threads::{Tasks, cores, on_threads};
use crate::store::write::{BlobWriter, WriterProfile};

/// A thread more than cores hides the waits for the disk.
const EXTRA_THREADS: usize = 1;

/// A task that is to be done next.
#[expect(clippy::large_enum_variant, reason = "few are there at once; a box each would cost more")]
pub(super) enum Task {
    Scan(ScanTask),
    Look(Arc<Folder>, Box<Listing>),
    File(FileTask),
    Chunk(ChunkTask),
}

/// Counts of files and folders that were met.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) files_new: AtomicU64,
    pub(super) files_changed: AtomicU64,
    pub(super) files_unmodified: AtomicU64,
    pub(super) dirs_new: AtomicU64,
    pub(super) dirs_changed: AtomicU64,
    pub(super) dirs_unmodified: AtomicU64,
    pub(super) bytes: AtomicU64,
    /// Tasks that waited at the same time, at most.
    pub(super) tasks_most: AtomicU64,
    /// Entries of one folder that were held at the same time, at most.
    pub(super) entries_most: AtomicU64,
}

impl Counts {
    pub(super) fn summary(&self) -> SnapshotSummary {
        let files = [&self.files_new, &self.files_changed, &self.files_unmodified].map(read);
        let [files_new, files_changed, files_unmodified] = files;
        SnapshotSummary {
            files_new,
            files_changed,
            files_unmodified,
            dirs_new: read(&self.dirs_new),
            dirs_changed: read(&self.dirs_changed),
            dirs_unmodified: read(&self.dirs_unmodified),
            total_files_processed: files.iter().sum(),
            total_bytes_processed: read(&self.bytes),
            ..SnapshotSummary::default()
        }
    }
}

pub(super) fn read(counter: &AtomicU64) -> u64 {
    counter.load(Ordering::Relaxed)
}

pub(super) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

/// The state that the threads of a backup share.
pub(super) struct Run<'r> {
    pub(super) repository: &'r Repository,
    pub(super) writer: &'r BlobWriter<'r>,
    pub(super) request: &'r BackupRequest,
    pub(super) chunker: Chunker,
    pub(super) job: &'r Job,
    pub(super) capture: Capture,
    /// The attributes of what did not change may be others than the parent snapshot has.
    pub(super) sees_otherwise: bool,
    /// When the look began of which the parent snapshot was made.
    pub(super) looked_at: Timestamp,
    pub(super) exclude: Patterns,
    pub(super) exclude_ignoring_case: Patterns,
    /// The file systems to stay on; any when `None`.
    pub(super) devices: Option<Mutex<HashSet<u64>>>,
    pub(super) tasks: Tasks<Task>,
    pub(super) counts: Counts,
    root: Mutex<Option<BlobId>>,
    over: AtomicBool,
}

/// The state that each thread has of its own.
pub(super) struct Worker<'r> {
    pub(super) encoder: BlobEncoder,
    pub(super) reader: BlobReader<'r>,
    pub(super) buffer: Vec<u8>,
}

impl<'r> Run<'r> {
    pub(super) fn new(
        repository: &'r Repository,
        writer: &'r BlobWriter<'r>,
        request: &'r BackupRequest,
        profile: WriterProfile,
        job: &'r Job,
    ) -> Result<Self> {
        Ok(Self {
            repository,
            writer,
            request,
            chunker: profile.chunker,
            job,
            capture: Capture::new(request.with_access_time, profile.device_of_every_entry),
            sees_otherwise: false,
            looked_at: Timestamp::default(),
            exclude: Patterns::parse(&request.exclude)?,
            exclude_ignoring_case: Patterns::parse_ignoring_case(&request.exclude_ignoring_case)?,
            devices: request.one_file_system.then(Mutex::default),
            tasks: Tasks::new(),
            counts: Counts::default(),
            root: Mutex::default(),
            over: AtomicBool::new(false),
        })
    }

    /// Backs up the sources and returns the root's tree.
    pub(super) fn walk(
        mut self,
        sources: Sources,
        parent: Option<&Snapshot>,
        view: u64,
    ) -> Result<(BlobId, Counts)> {
        let viewed = parent.and_then(|parent| parent.summary).map(|it| it.undercroft_view);
        self.sees_otherwise = viewed != Some(view);
        self.looked_at = parent.map(Snapshot::started).unwrap_or_default();
        let previous = parent.map(|parent| Previous { node: None, tree: Some(parent.tree) });
        let root = Folder::root(sources.base.clone(), previous);
        let estimated = sources.absolute.clone();
        self.tasks.push([Task::Scan(ScanTask::root(root, sources))]);
        let threads = match self.request.threads {
            0 => cores() + EXTRA_THREADS,
            threads => threads,
        };
        let worked = std::thread::scope(|scope| {
            if self.request.estimate {
                scope.spawn(|| estimate(&self, &estimated));
            }
            let worked = on_threads(threads, || self.work());
            self.over.store(true, Ordering::Relaxed);
            worked
        });
        worked?;
        self.job.settle_totals();
        self.counts.tasks_most.store(self.tasks.peak() as u64, Ordering::Relaxed);
        let root = self.root.into_inner().unwrap_or_else(PoisonError::into_inner);
        let root = root.ok_or_else(|| Error::new(Code::Internal, "The walk came to no end"))?;
        Ok((root, self.counts))
    }

    fn work(&self) -> Result<()> {
        let mut worker = Worker {
            encoder: BlobEncoder::new(self.repository.compression)?,
            reader: self.repository.reader()?,
            buffer: Vec::new(),
        };
        self.tasks.work(|task| {
            self.job.check_cancelled()?;
            match task {
                Task::Scan(task) => self.scan(&mut worker, task),
                Task::Look(folder, listing) => self.look_through(&mut worker, &folder, listing),
                Task::File(task) => self.back_up_file(&mut worker, task),
                Task::Chunk(task) => self.store_chunk(&mut worker, task).map(drop),
            }
        })
    }

    /// Counts a file that is in the snapshot.
    pub(super) fn count_file(&self, size: u64) {
        self.counts.bytes.fetch_add(size, Ordering::Relaxed);
        self.job.add_files_done(1);
    }

    /// Whether the walk has ended, well or not.
    pub(super) fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    pub(super) fn finish_root(&self, root: BlobId) {
        *self.root.lock().unwrap_or_else(PoisonError::into_inner) = Some(root);
    }
}
