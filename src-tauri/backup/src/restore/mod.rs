//! Getting a snapshot back, or a part of it.

mod target;

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use undercroft_foundation::{
    DestinationId, Job, Result, count_text, escape_name, escape_path, size_text,
};
use undercroft_library::{JobKind, JobSpec, JobView, Library};
use undercroft_repository::{
    Overwrite, Repository, RestorePlan, RestoreRequest, RestoreSummary, Snapshot, SnapshotFilter,
};

use crate::browsing::full_path;
use crate::destinations::Destinations;
use crate::secrets::{Secrets, leave_out};
use crate::snapshots::CachedSnapshot;

/// The files to get back, and where to.
#[derive(Debug, Clone)]
pub struct RestoreOrder {
    /// The destination that holds it.
    pub destination: DestinationId,
    /// The snapshot: its id, the beginning of one, or `latest`.
    pub snapshot: String,
    /// One entry of it, as [`crate::Listing`] names them; empty for all.
    pub path: Vec<Vec<u8>>,
    /// The folder that it goes into, under its own name.
    pub target: PathBuf,
    /// The treatment of files that are there already.
    pub overwrite: Overwrite,
}

/// Keeps what a folder holds before something is restored over it, and gives how many workspaces
/// that concerns.
pub type KeepBefore = dyn Fn(&Path, &Job) -> Result<usize> + Send + Sync;

/// Gets back what the destinations of a library hold.
#[derive(Debug, Clone)]
pub struct Restores {
    library: Library,
    secrets: Arc<Secrets>,
    destinations: Destinations,
}

impl Restores {
    pub(crate) fn new(
        library: &Library,
        secrets: &Arc<Secrets>,
        destinations: &Destinations,
    ) -> Self {
        Self {
            library: library.clone(),
            secrets: Arc::clone(secrets),
            destinations: destinations.clone(),
        }
    }

    /// Puts a restore on the board of jobs. What is there in workspaces is kept before, and git's
    /// own in them left alone.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`], [`undercroft_foundation::Code::Invalid`] for a
    /// target that must not be written to, and the errors of the destination.
    pub fn start(&self, order: RestoreOrder, keep: Arc<KeepBefore>) -> Result<JobView> {
        let destination = self.destinations.get(order.destination)?;
        self.refuse_target(&order.target)?;
        let repository = self.destinations.repository_of(&destination)?;
        let snapshot = repository.find_snapshot(&order.snapshot, &SnapshotFilter::default())?;
        let project = CachedSnapshot::of(destination.id, &snapshot).project;
        let known = project.and_then(|id| self.library.projects().get(id).ok());
        let what = match (order.path.last(), &known) {
            (Some(name), _) => escape_name(name),
            (None, Some(project)) => project.name.clone(),
            (None, None) => format!("snapshot {}", snapshot.id.short()),
        };
        let spec = JobSpec {
            project: known.map(|project| project.id),
            ..JobSpec::new(JobKind::Restore, format!("Restore {what} from {}", destination.name))
                .with_destination(destination.id)
        };
        let order = RestoreOrder { snapshot: snapshot.id.to_string(), ..order };
        let restores = self.clone();
        self.library.jobs().spawn(spec, move |job| restores.restore_keeping(&order, &*keep, job))
    }

    /// Gets a snapshot back, or a part of it; every file is read back and compared. What could
    /// not be restored becomes warnings of the job.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`], [`undercroft_foundation::Code::Invalid`] for a
    /// target that must not be written to, and the errors of the destination and the repository.
    pub fn run(&self, order: &RestoreOrder, job: &Job) -> Result<RestoreSummary> {
        let (repository, snapshot, request) = self.prepare(order, job)?;
        repository.restore(&snapshot, &request, job)
    }

    fn restore_keeping(
        &self,
        order: &RestoreOrder,
        keep: &KeepBefore,
        job: &Job,
    ) -> Result<String> {
        let (repository, snapshot, mut request) = self.prepare(order, job)?;
        let is_kept = keep(&place_of(&request), job)? > 0;
        request.spare_git = is_kept;
        let mut text = sentence(&repository.restore(&snapshot, &request, job)?, order);
        if is_kept {
            text += "; a version was made before: `undercroft undo` goes back to it";
        }
        Ok(text)
    }

    /// Previews a restore; nothing is written.
    ///
    /// # Errors
    /// The errors of [`Restores::run`].
    pub fn plan(&self, order: &RestoreOrder, job: &Job) -> Result<RestorePlan> {
        let (repository, snapshot, request) = self.prepare(order, job)?;
        repository.plan_restore(&snapshot, &request, job)
    }

    fn prepare(
        &self,
        order: &RestoreOrder,
        job: &Job,
    ) -> Result<(Arc<Repository>, Snapshot, RestoreRequest)> {
        let destination = self.destinations.get(order.destination)?;
        self.refuse_target(&order.target)?;
        let repository = self.destinations.repository_of(&destination)?;
        let snapshot = repository.find_snapshot(&order.snapshot, &SnapshotFilter::default())?;
        repository.refresh_index()?;
        let mut request = RestoreRequest {
            target: order.target.clone(),
            subpath: full_path(&repository, &snapshot, &order.path)?,
            verify: true,
            overwrite: order.overwrite,
            ..RestoreRequest::default()
        };
        if let Some(own) = self.secrets.own_configuration() {
            leave_out(&own, &repository, &snapshot, &mut request, job);
        }
        Ok((repository, snapshot, request))
    }
}

/// The place where the restored files are then.
fn place_of(request: &RestoreRequest) -> PathBuf {
    match request.subpath.last() {
        Some(name) => request.target.join(OsStr::from_bytes(name)),
        None => request.target.clone(),
    }
}

fn sentence(summary: &RestoreSummary, order: &RestoreOrder) -> String {
    let mut text = format!(
        "{} ({}) restored into {} and compared",
        count_text(summary.files_restored, "file"),
        size_text(summary.bytes_restored),
        escape_path(&order.target)
    );
    if summary.files_identical > 0 {
        text += &format!(", {} the same already", summary.files_identical);
    }
    if summary.files_skipped > 0 {
        text += &format!(", {} left as they were", summary.files_skipped);
    }
    text
}
