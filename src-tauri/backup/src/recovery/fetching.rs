//! Fetching a library into `recovering/`.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use undercroft_foundation::{
    Code, Error, IoContext, Job, Result, Text, TextValue, escape_path, reach_write_point, text,
};
use undercroft_library::{
    JobKind, JobSpec, JobView, Library, NewEvent, ProjectFilter, ProjectStatus,
};
use undercroft_providers::{DiskProvider, Provider};
use undercroft_repository::check::CheckOptions;
use undercroft_repository::copy::{CopyOptions, copy};
use undercroft_repository::{
    Overwrite, Repository, RestoreRequest, Snapshot, SnapshotFilter, SnapshotId,
};

use super::confirming::{ConfirmPlaces, OtherRooms, confirm_recorded, remove_links};
use super::order::{RecoveryFolder, RecoverySource, remove};
use super::{RecoverableProject, Recovery, folders, is_library, open, place_in, projects_in};
use crate::destinations::{AddDestination, Destinations, objects_password};
use crate::library_copy::{OBJECTS_LIST, ObjectsOf};
use crate::plans::Plans;
use crate::restore::spared::Spared;
use crate::secrets::NewPassword;
use crate::snapshots::{OBJECTS_TAG, tag_of};

/// The library that is to be recovered.
#[derive(Clone)]
pub struct RecoverOrder {
    /// The folder of the destination.
    pub path: PathBuf,
    /// Its password.
    pub password: String,
    /// The snapshot of the library: its id, or the beginning of one; the newest when left out.
    pub snapshot: Option<String>,
    /// Whether the projects' folders are brought back, where nothing is and the user confirms the
    /// place.
    pub with_folders: bool,
    /// The recorded places that may be written to from now on.
    pub confirm: ConfirmPlaces,
    /// The home folder of the user, which receives what was in one that is called otherwise.
    pub home: Option<PathBuf>,
}

// A derived `Debug` would print the password.
impl std::fmt::Debug for RecoverOrder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RecoverOrder")
            .field("path", &self.path)
            .field("snapshot", &self.snapshot)
            .field("with_folders", &self.with_folders)
            .field("confirm", &self.confirm)
            .finish_non_exhaustive()
    }
}

impl Recovery {
    /// Puts the recovery of a library on the board of jobs.
    ///
    /// # Errors
    /// [`Code::Invalid`] for a library that is not empty, and the errors of opening the repository.
    pub fn start(&self, order: RecoverOrder, others: OtherRooms) -> Result<JobView> {
        self.refuse_not_empty()?;
        drop(open(&order.path, &order.password, self.library.world())?);
        let title = text!("Recover the library from {path}", path = escape_path(&order.path));
        let recovery = self.clone();
        self.library.jobs().spawn(JobSpec::new(JobKind::Recover, title), move |job| {
            recovery.run(&order, &others, job)
        })
    }

    /// Fetches a library, to be taken over when Undercroft is started anew; says what it did.
    ///
    /// # Errors
    /// [`Code::Invalid`] for a library that is not empty; [`Code::Damaged`] when not all of it can
    /// be had; the errors of the repository. What was fetched until then is used by the next
    /// attempt.
    pub fn run(&self, order: &RecoverOrder, others: &OtherRooms, job: &Job) -> Result<Text> {
        self.refuse_not_empty()?;
        let world = self.library.world();
        let repository = open(&order.path, &order.password, world)?;
        let all = repository.snapshots()?;
        let snapshot = find(&repository, &all, order.snapshot.as_deref())?;
        let wanted = RecoverySource {
            repository: repository.id().to_owned(),
            snapshot: snapshot.id.to_string(),
        };
        let recovering = RecoveryFolder::begin(self.library.root(), &wanted)?;
        job.set_current("Library");
        fetch_library(&repository, &snapshot, &recovering, job)?;
        reach_write_point("recovery.restored");
        job.set_current("Objects");
        self.fetch_objects(&repository, &all, &recovering.library(), job)?;
        reach_write_point("recovery.objects-copied");
        let projects = projects_in(&repository, &snapshot, order.home.as_deref())?;
        let brought = match order.with_folders {
            true => {
                let confirmed = |root: &Path| order.confirm.covers(root);
                let own = self.secrets.own_configuration().map(Spared::own_configuration);
                folders::bring_back(
                    &repository,
                    &all,
                    &projects,
                    &recovering,
                    &confirmed,
                    own.as_ref(),
                    job,
                )?
            }
            false => 0,
        };
        let waiting = self.know_destination(&recovering.library(), &projects, order, others)?;
        recovering.complete()?;
        reach_write_point("recovery.completed");
        let folders = match order.with_folders {
            true => text!(" and {folders}", folders = TextValue::count(brought, "folder")),
            false => Text::default(),
        };
        let count = TextValue::count(projects.len() as u64, "project");
        let waiting = match waiting {
            0 => Text::default(),
            waiting => {
                let places = TextValue::count(waiting as u64, "place");
                text!("; {places} not confirmed", places)
            }
        };
        Ok(text!(
            "The library of {hostname} with {count}{folders} recovered{waiting}",
            hostname = snapshot.hostname,
            count,
            folders,
            waiting
        ))
    }

    fn refuse_not_empty(&self) -> Result<()> {
        let projects = self.library.projects();
        let trashed =
            ProjectFilter { status: Some(ProjectStatus::Trashed), ..ProjectFilter::default() };
        let is_empty = projects.list(&ProjectFilter::default())?.is_empty()
            && projects.list(&trashed)?.is_empty()
            && self.destinations.list()?.is_empty();
        if is_empty {
            return Ok(());
        }
        Err(Error::new(Code::Invalid, "Cannot recover a library into this one")
            .why("It holds projects or destinations already")
            .next("Recover into an empty one: --library and a new folder"))
    }

    /// The objects come into a store of their own, which the key of the library opens.
    fn fetch_objects(
        &self,
        repository: &Repository,
        all: &[Snapshot],
        library: &Path,
        job: &Job,
    ) -> Result<()> {
        let path = library.join(OBJECTS_LIST);
        let listed = fs::read(&path).at("read", &path)?;
        let listed: Vec<ObjectsOf> = serde_json::from_slice(&listed).map_err(|source| {
            Error::new(Code::Damaged, "The library's list of objects is damaged").because(source)
        })?;
        let wanted = wanted_objects(all, &listed, job);
        if wanted.is_empty() {
            return Ok(());
        }
        let password = objects_password(library)?;
        let folder = library.join("objects");
        let provider: Arc<dyn Provider> = Arc::new(DiskProvider::create(&folder)?);
        let world = self.library.world();
        let store = match Repository::exists(&provider)? {
            true => Repository::open(provider, &password, world)?,
            false => Repository::init_like(provider, &password, world, Some(repository))?,
        };
        let store = store.assume_strongly_consistent();
        store.unlock(true)?;
        copy(repository, &store, &wanted, &CopyOptions::default(), job)?;
        let report = store.check(&CheckOptions::default(), job)?;
        if let Some(problem) = report.errors.first() {
            return Err(Error::new(Code::Damaged, "The objects were not recovered whole")
                .why(text!("{item}: {message}", item = problem.item, message = problem.message))
                .next("Try again; if it stays so, check the destination"));
        }
        Ok(())
    }

    /// The recovered library knows the destination, wherever it is now, and its password. Gives how
    /// many of the places that it records wait to be confirmed.
    fn know_destination(
        &self,
        recovered: &Path,
        projects: &[RecoverableProject],
        order: &RecoverOrder,
        others: &OtherRooms,
    ) -> Result<usize> {
        let library = Library::open_or_create(recovered, self.library.world(), &others.tables)?;
        let secrets = Arc::new(self.secrets.of_another(&library));
        let destinations = Destinations::new(&library, &self.overrides, &secrets);
        let plans = Plans::new(&library, &self.overrides, &destinations, &secrets);
        for moved in projects.iter().filter(|it| it.root != it.was_at) {
            library.projects().set_root(moved.id, &moved.root)?;
            (others.follow_project)(&library, moved.id)?;
        }
        let (confirm, from) = (&order.confirm, &order.path);
        let waiting = confirm_recorded(&library, &destinations, others, confirm, from)?;
        plans.withdraw_hooks(plans.list()?.iter())?;
        let request = AddDestination {
            path: order.path.clone(),
            name: None,
            password: NewPassword::Typed(order.password.clone()),
            create: false,
        };
        match destinations.add(&request) {
            // An attempt before this one came as far.
            Err(error) if error.code() == Code::AlreadyExists => {}
            added => drop(added?),
        }
        library.catalog().write(|transaction| {
            let event = NewEvent::new("library.recovered", "The library was recovered");
            library.events().append(transaction, &event).map(drop)
        })?;
        Ok(waiting)
    }
}

/// The snapshot of a library that is meant.
fn find(repository: &Repository, all: &[Snapshot], wanted: Option<&str>) -> Result<Snapshot> {
    let Some(text) = wanted else {
        let newest = all.iter().rfind(|snapshot| is_library(snapshot)).cloned();
        return newest.ok_or_else(|| {
            let what = text!("There is no library in {location}", location = repository.location());
            Error::new(Code::NotFound, what)
                .why("No plan that includes the library has run there")
                .next("Restore the projects one by one, or try another destination")
        });
    };
    let snapshot = repository.find_snapshot(text, &SnapshotFilter::default())?;
    if is_library(&snapshot) {
        return Ok(snapshot);
    }
    Err(Error::new(
        Code::Invalid,
        text!("Snapshot {snapshot} holds no library", snapshot = snapshot.id.short()),
    )
    .next("List what can be recovered"))
}

fn fetch_library(
    repository: &Repository,
    snapshot: &Snapshot,
    recovering: &RecoveryFolder,
    job: &Job,
) -> Result<()> {
    let library = recovering.library();
    // An attempt before this one may have opened it: then its log belongs to another catalog.
    if let Ok(entries) = fs::read_dir(&library) {
        for entry in entries {
            let entry = entry.at("read", &library)?;
            if entry.file_name().to_string_lossy().starts_with("catalog") {
                remove(&entry.path())?;
            }
        }
    }
    let request = RestoreRequest {
        target: recovering.folder.clone(),
        subpath: place_in(repository, snapshot)?,
        verify: true,
        overwrite: Overwrite::IfChanged,
        ..RestoreRequest::default()
    };
    let before = job.warnings().len();
    repository.restore(snapshot, &request, job)?;
    match job.warnings().get(before) {
        None => remove_links(&library, job),
        Some(warning) => Err(Error::new(Code::Damaged, "The library was not recovered whole")
            .why(text!("{item}: {message}", item = warning.item, message = warning.message))
            .next("Try again, or recover an older state of the library")),
    }
}

/// The snapshots of the objects that the library's histories need: those that belong to it, or the
/// newest, which hold the objects of more versions.
fn wanted_objects(all: &[Snapshot], listed: &[ObjectsOf], job: &Job) -> Vec<SnapshotId> {
    let mut wanted = Vec::new();
    for objects in listed {
        let tag = tag_of(objects.project);
        let of_project = |snapshot: &&Snapshot| {
            snapshot.tags.iter().any(|it| it == OBJECTS_TAG) && snapshot.tags.contains(&tag)
        };
        let same = |snapshot: &&Snapshot| snapshot.tree.to_string() == objects.tree;
        let found = all.iter().rev().filter(of_project).find(same);
        match found.or_else(|| all.iter().rev().find(of_project)) {
            Some(snapshot) => wanted.push(snapshot.id),
            None => job.warn(
                format!("project {}", objects.project),
                "The large files of its versions are not in the destination",
            ),
        }
    }
    wanted
}
