//! A snapshot of the library itself: catalog, settings, plans, projects, histories, and the objects
//! that the histories need. It is consistent while others save and compact: everything is staged in
//! `cache/library` first, each history under its lock, and for no longer than it takes to link its
//! packs. The stage stays, and packs never change, so that only new ones are read again.
//!
//! The passwords of destinations are not in it.

mod mirror;
mod stage;

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use undercroft_foundation::{Code, Error, Job, ProjectId, Result, Text, TextValue, text};
use undercroft_library::Library;
use undercroft_repository::copy::{CopyOptions, copy};
use undercroft_repository::{BackupRequest, BackupSummary, Repository, SnapshotId};

use crate::destinations::open_objects;
use crate::snapshots::{LIBRARY_TAG, OBJECTS_TAG, OUR_TAG};
use stage::Staged;
pub(crate) use stage::{OBJECTS_LIST, ObjectsOf};

/// The most times that everything is staged anew because a compaction came in between.
const ATTEMPTS: usize = 3;

/// Keeps writers of a project's history out until what it returns is dropped.
pub type LockHistory = dyn Fn(ProjectId) -> Result<Box<dyn Any>> + Send + Sync;

/// The lock that keeps each history still while it is copied; nothing where nobody writes any.
#[derive(Clone, Default)]
pub(crate) struct HistoryLocks(pub(crate) Option<Arc<LockHistory>>);

impl fmt::Debug for HistoryLocks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HistoryLocks").finish_non_exhaustive()
    }
}

/// The result of a backup of the library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LibraryCopy {
    /// The snapshot of the library.
    pub snapshot: SnapshotId,
    /// The snapshots of its objects that belong to it.
    pub objects: Vec<SnapshotId>,
    /// In numbers, without the objects.
    pub summary: BackupSummary,
    /// In a sentence, without its full stop.
    pub sentence: Text,
}

/// The backups of a library itself.
#[derive(Debug, Clone)]
pub struct LibraryCopies {
    library: Library,
    histories: HistoryLocks,
}

impl LibraryCopies {
    pub(crate) fn new(library: &Library, histories: &HistoryLocks) -> Self {
        Self { library: library.clone(), histories: histories.clone() }
    }

    /// Backs the library itself up into a repository: the objects first, then what names them.
    ///
    /// # Errors
    /// The errors of the repository, of the object store, and whatever keeps the library from being
    /// read. No snapshot of the library is written then.
    pub fn make(&self, repository: &Repository, job: &Job) -> Result<LibraryCopy> {
        let library = self.library.id()?;
        let store = open_objects(self.library.root(), self.library.world())?;
        let _staging = stage::lock(self.library.root(), &*self.library.world().clock, job)?;
        let (staged, objects) = self.stage_and_copy(store.as_ref(), repository, job)?;
        let request = BackupRequest {
            sources: vec![staged.folder],
            tags: vec![OUR_TAG.to_owned(), format!("{LIBRARY_TAG}{library}")],
            ..BackupRequest::default()
        };
        let summary = repository.backup(&request, job)?;
        let snapshot = summary.snapshot.ok_or_else(|| {
            Error::new(Code::Internal, "The backup of the library has no snapshot")
        })?;
        let sentence = text!(
            "The library backed up, {size} added",
            size = TextValue::Size(summary.counts.data_added_packed)
        );
        Ok(LibraryCopy { snapshot, objects, summary, sentence })
    }

    fn stage_and_copy(
        &self,
        store: Option<&Repository>,
        repository: &Repository,
        job: &Job,
    ) -> Result<(Staged, Vec<SnapshotId>)> {
        for attempt in 1.. {
            let staged = stage::stage(&self.library, &self.histories, store, job)?;
            let Some(store) = store else { return Ok((staged, Vec::new())) };
            let options = CopyOptions {
                add_tags: vec![OUR_TAG.to_owned(), OBJECTS_TAG.to_owned()],
                ..CopyOptions::default()
            };
            match copy(store, repository, &staged.objects, &options, job) {
                // A version was made meanwhile, and what it grew from was let go.
                Err(error) if error.code() == Code::NotFound && attempt < ATTEMPTS => {}
                copied => {
                    let copied = copied?;
                    let both = copied.copied.iter().chain(&copied.skipped);
                    return Ok((staged, both.map(|copy| copy.target).collect()));
                }
            }
        }
        Err(Error::new(Code::Internal, "The objects of the library were not copied"))
    }
}
