//! Getting a snapshot back, or a part of it.

pub(crate) mod spared;
mod target;

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use undercroft_foundation::{
    DestinationId, Job, Result, Text, TextValue, canonicalize_missing, escape_name, escape_path,
    shell_word, text,
};
use undercroft_library::{JobKind, JobSpec, JobView, Library};
use undercroft_repository::fs_at::sweep_left_over;
use undercroft_repository::{
    Overwrite, Repository, RestorePlan, RestoreRequest, RestoreSummary, Snapshot, SnapshotFilter,
};

use self::target::refuse_spared;
use crate::browsing::top;
use crate::destinations::Destinations;
use crate::secrets::Secrets;
use crate::snapshots::CachedSnapshot;

/// The files to get back, and where to.
#[derive(Debug, Clone)]
pub struct RestoreOrder {
    /// The destination that holds it.
    pub destination: DestinationId,
    /// The snapshot: its id, the beginning of one, or `latest`.
    pub snapshot: String,
    /// Entries of it, as [`crate::Listing`] names them; empty for all.
    pub paths: Vec<Vec<Vec<u8>>>,
    /// The destination of the files.
    pub to: RestoreTo,
    /// The treatment of files that are there already.
    pub overwrite: Overwrite,
}

/// The destination of restored files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RestoreTo {
    /// The folder of the project that was backed up: each goes where it was.
    InPlace,
    /// Below this folder: all of a snapshot under the name of what was backed up, entries behind
    /// the folders that all of them are in.
    Elsewhere(PathBuf),
}

/// The preview of a restore.
#[derive(Debug, Clone)]
pub struct PlannedRestore {
    /// The folder that receives it.
    pub target: PathBuf,
    /// The place where the restored files are then.
    pub place: PathBuf,
    /// The files that it would write, replace and leave.
    pub plan: RestorePlan,
}

/// Whether what these places hold is kept before something is restored there. They are canonical
/// but for their last names, which are not followed.
pub type WillKeep<'a> = dyn Fn(&[PathBuf]) -> Result<bool> + 'a;

/// Keeps what these places hold before something is restored there; nothing where there is nobody
/// to keep it.
pub type KeepBefore = dyn Fn(&[PathBuf], &Job) -> Result<Option<Box<dyn KeptBefore>>> + Send + Sync;

/// The contents of workspaces, kept before something is restored over them.
pub trait KeptBefore: Sync {
    /// The workspaces, each as a command takes it.
    fn workspaces(&self) -> Vec<String>;

    /// Keeps what is at a path, and is about to be replaced, if that was not done.
    ///
    /// # Errors
    /// Whatever keeps it from being kept: it is not replaced then.
    fn set_aside(&self, path: &Path, job: &Job) -> Result<()>;

    /// Ends the restore, and gives whether there is something to undo. Unless it is known that
    /// something `was_written`, that is looked for; where nothing was, the undo from before is back.
    ///
    /// # Errors
    /// The errors of reading the workspaces, and of writing the records.
    fn finish(self: Box<Self>, was_written: bool) -> Result<bool>;
}

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
        let repository = self.destinations.repository_of(&destination)?;
        let snapshot = repository.find_snapshot(&order.snapshot, &SnapshotFilter::default())?;
        self.target_of(&order.to, &snapshot, &self.spared()?)?;
        let project = CachedSnapshot::of(destination.id, &snapshot).project;
        let known = project.and_then(|id| self.library.projects().get(id).ok());
        let what = match (&order.paths[..], &known) {
            ([path], _) if !path.is_empty() => {
                let name = path.last().map_or_else(String::new, |it| escape_name(it));
                TextValue::Name(name)
            }
            ([_, _, ..], _) => TextValue::count(order.paths.len() as u64, "path"),
            (_, Some(project)) => TextValue::Name(project.name.clone()),
            (_, None) => {
                TextValue::Text(text!("snapshot {snapshot}", snapshot = snapshot.id.short()))
            }
        };
        let spec = JobSpec {
            project: known.map(|project| project.id),
            ..JobSpec::new(
                JobKind::Restore,
                text!("Restore {what} from {destination}", what, destination = destination.name),
            )
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
        let (repository, snapshot, mut request) = self.prepare(order, job)?;
        request.record = Some(self.record());
        repository.restore(&snapshot, &request, job)
    }

    /// Removes the temporary files that restores whose process ended left.
    ///
    /// # Errors
    /// When their records cannot be listed.
    pub fn sweep_interrupted(&self) -> Result<()> {
        sweep_left_over(&self.record())
    }

    /// The beginning of the paths of the records of restores that are under way.
    fn record(&self) -> PathBuf {
        self.library.root().join("restoring/backup")
    }

    fn restore_keeping(&self, order: &RestoreOrder, keep: &KeepBefore, job: &Job) -> Result<Text> {
        let (repository, snapshot, mut request) = self.prepare(order, job)?;
        request.record = Some(self.record());
        let Some(kept) = keep(&places_of(&request), job)? else {
            return Ok(sentence(&repository.restore(&snapshot, &request, job)?, &request));
        };
        request.spare_git = true;
        let set_aside = |path: &Path| kept.set_aside(path, job);
        let done = repository.restore_over(&snapshot, &request, &set_aside, job);
        let was_written = done.as_ref().is_ok_and(|it| it.files_restored + it.others_made > 0);
        let workspaces = kept.workspaces();
        let can_undo = kept.finish(was_written);
        // A failure of the restore itself is what there is to say.
        let mut text = sentence(&done?, &request);
        if can_undo? {
            let undo =
                |name: String| format!("`undercroft undo -w {}`", shell_word(name.as_bytes()));
            let undo: Vec<_> = workspaces.into_iter().map(undo).collect();
            text +=
                text!("; what was there is kept: {undo} brings it back", undo = undo.join(", "));
        }
        Ok(text)
    }

    /// Previews a restore; nothing is written.
    ///
    /// # Errors
    /// The errors of [`Restores::run`].
    pub fn plan(
        &self,
        order: &RestoreOrder,
        will_keep: &WillKeep<'_>,
        job: &Job,
    ) -> Result<PlannedRestore> {
        let (repository, snapshot, mut request) = self.prepare(order, job)?;
        let place = place_of(&request);
        request.spare_git = will_keep(&places_of(&request))?;
        let plan = repository.plan_restore(&snapshot, &request, job)?;
        Ok(PlannedRestore { target: request.target, place, plan })
    }

    fn prepare(
        &self,
        order: &RestoreOrder,
        job: &Job,
    ) -> Result<(Arc<Repository>, Snapshot, RestoreRequest)> {
        let destination = self.destinations.get(order.destination)?;
        let repository = self.destinations.repository_of(&destination)?;
        let snapshot = repository.find_snapshot(&order.snapshot, &SnapshotFilter::default())?;
        let spared = self.spared()?;
        let target = self.target_of(&order.to, &snapshot, &spared)?;
        repository.refresh_index()?;
        let is_in_place = order.to == RestoreTo::InPlace;
        let (above, only) = match &order.paths[..] {
            paths if paths.is_empty() || paths.iter().any(Vec::is_empty) => (&[][..], &[][..]),
            paths if is_in_place => (&[][..], paths),
            paths => (common_folder(paths), paths),
        };
        let top = top(&repository, &snapshot)?;
        let full = |path: &[Vec<u8>]| [&top, path].concat();
        let mut request = RestoreRequest {
            target: canonicalize_missing(&target)?,
            subpath: full(above),
            contents: is_in_place || !only.is_empty(),
            only: only.iter().map(|path| full(path)).collect(),
            verify: true,
            overwrite: order.overwrite,
            ..RestoreRequest::default()
        };
        refuse_spared(&place_of(&request), &spared)?;
        for spared in spared {
            spared.leave_out(&repository, &snapshot, &mut request, job)?;
        }
        Ok((repository, snapshot, request))
    }
}

/// The place where the restored files are then.
fn place_of(request: &RestoreRequest) -> PathBuf {
    let name = match &request.only[..] {
        [] if !request.contents => request.subpath.last(),
        // In a project, all of it is kept.
        [path] if path.len() == request.subpath.len() + 1 => path.last(),
        _ => None,
    };
    match name {
        Some(name) => request.target.join(OsStr::from_bytes(name)),
        None => request.target.clone(),
    }
}

/// The places that a restore writes to, its target canonical.
fn places_of(request: &RestoreRequest) -> Vec<PathBuf> {
    if request.only.is_empty() {
        return vec![place_of(request)];
    }
    let below = |path: &Vec<Vec<u8>>| {
        let mut place = request.target.clone();
        place.extend(path.iter().skip(request.subpath.len()).map(|it| OsStr::from_bytes(it)));
        place
    };
    request.only.iter().map(below).collect()
}

/// The names of the innermost folder that holds all of these entries.
fn common_folder(paths: &[Vec<Vec<u8>>]) -> &[Vec<u8>] {
    let folder = |path: &'_ Vec<Vec<u8>>| path.len().saturating_sub(1);
    let Some((first, others)) = paths.split_first() else { return &[] };
    let shared = others.iter().fold(folder(first), |most, other| {
        let most = most.min(folder(other));
        first.iter().zip(other).take(most).take_while(|(one, other)| one == other).count()
    });
    &first[..shared]
}

fn sentence(summary: &RestoreSummary, request: &RestoreRequest) -> Text {
    let mut text = text!(
        "{files} ({size}) restored into {target} and compared",
        files = TextValue::count(summary.files_restored, "file"),
        size = TextValue::Size(summary.bytes_restored),
        target = escape_path(&request.target)
    );
    if summary.files_identical > 0 {
        text += text!(
            ", {files_identical} the same already",
            files_identical = summary.files_identical
        );
    }
    if summary.files_skipped > 0 {
        text += text!(", {files_skipped} left as they were", files_skipped = summary.files_skipped);
    }
    text
}
