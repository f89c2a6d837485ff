//! From a folder that is filled to a project with its first version.

use std::fs;
use std::path::{Path, PathBuf};

use undercroft_archive::unpack::sweep;
use undercroft_foundation::{Code, Error, Job, Result, Text, escape_path, text};
use undercroft_history::{History, WorkspaceWatcher};
use undercroft_library::{
    AddProject, JobKind, JobSpec, Library, NewManaged, OccupiedFolder, Overlap, Project, overlap,
};

use super::names::free_place;
use super::unfinished::{Filling, NewProject};
use crate::Api;
use crate::jobs::wire::JobView;

/// A project that is to be made.
#[derive(Debug)]
pub(super) struct Order {
    /// Its name.
    pub(super) name: String,
    /// Its tags.
    pub(super) tags: Vec<String>,
    /// The folder that receives its folder; the library when there is none.
    pub(super) target: Option<PathBuf>,
}

/// The place of the new folder.
#[derive(Debug)]
enum Home {
    Library(NewManaged),
    /// Beside what is in this folder.
    Beside(PathBuf),
}

/// The rooms that making a project takes.
struct Making {
    library: Library,
    history: History,
    watcher: WorkspaceWatcher,
    occupied: Vec<OccupiedFolder>,
    name: String,
    tags: Vec<String>,
}

impl Api {
    /// Puts the making of a project on the board of jobs. `fill` makes its folder, which is not
    /// there yet, and says what it did; it is told the project's name, and whether the folder lies
    /// in the library.
    pub(super) fn make_project(
        &self,
        title: Text,
        order: Order,
        fill: impl FnOnce(&str, &Path, bool, &Job) -> Result<Text> + Send + 'static,
    ) -> Result<JobView> {
        let occupied = self.folders_in_use()?;
        let spec = JobSpec::new(JobKind::Import, title);
        let home = match order.target {
            Some(parent) => {
                check_target(&parent, self.root(), &occupied)?;
                Home::Beside(parent)
            }
            None => {
                let new = self.0.library.projects().begin_managed()?;
                Home::Library(new)
            }
        };
        let making = Making {
            library: self.0.library.clone(),
            history: self.0.history.clone(),
            watcher: self.0.watcher.clone(),
            occupied,
            name: order.name,
            tags: order.tags,
        };
        let job = self.0.library.jobs().spawn(spec, move |job| {
            let (project, did) = making.make(home, fill, job)?;
            job.set_made(project.id);
            making.begin(&project, job);
            Ok(text!("{project} is a project: {did}", project = project.name, did))
        })?;
        Ok(job.into())
    }
}

impl Making {
    fn make(
        &self,
        home: Home,
        fill: impl FnOnce(&str, &Path, bool, &Job) -> Result<Text>,
        job: &Job,
    ) -> Result<(Project, Text)> {
        let projects = self.library.projects();
        match home {
            Home::Library(new) => {
                let did = fill(&self.name, &new.source(), true, job)?;
                Ok((projects.add_managed(new, &self.name, &self.tags)?, did))
            }
            Home::Beside(parent) => {
                // What a killed process left half unpacked.
                sweep(&parent)?;
                let folder = free_place(&parent, &self.name)?;
                let project = NewProject { name: self.name.clone(), tags: self.tags.clone() };
                let filling = Filling::begin(&self.library, folder.clone(), Some(project))?;
                let did = fill(&self.name, filling.hidden(), false, job)?;
                filling.publish()?;
                let added = projects.add_linked(&AddProject {
                    path: folder.clone(),
                    name: Some(self.name.clone()),
                    tags: self.tags.clone(),
                    apart_from: &self.occupied,
                });
                if added.is_err() {
                    // It was just made, and is of no use to anybody.
                    let _ = fs::remove_dir_all(&folder);
                }
                Ok((added?, did))
            }
        }
    }

    /// Counts what is in the project, and makes its first version. The project is there, whatever
    /// comes of this.
    fn begin(&self, project: &Project, job: &Job) {
        let begun = || -> Result<()> {
            self.library.projects().refresh(project.id, job)?;
            self.history.writer().begin(project.id, job)?;
            self.watcher.sync()
        };
        if let Err(error) = begun() {
            job.warn(project.name.clone(), text!("It has no version yet. {error}", error));
        }
    }
}

/// Goes on with a folder that can receive a project.
fn check_target(parent: &Path, library: &Path, occupied: &[OccupiedFolder]) -> Result<()> {
    let what = || format!("Cannot make a project in {}", escape_path(parent));
    if !parent.is_dir() {
        return Err(Error::new(Code::NotFound, what())
            .why("There is no such folder")
            .next("Make it first, or choose another one"));
    }
    let is_in = |folder: &Path| matches!(overlap(parent, folder), Overlap::Same | Overlap::Inside);
    if is_in(library) {
        return Err(Error::new(Code::Invalid, what())
            .why("It belongs to Undercroft's own library")
            .next("Name no folder, and the project is kept in the library"));
    }
    if let Some(occupied) = occupied.iter().find(|occupied| is_in(&occupied.path)) {
        return Err(Error::new(Code::Invalid, what())
            .why(text!("It belongs to {what}", what = occupied.what))
            .next("Choose a folder apart from it"));
    }
    Ok(())
}
