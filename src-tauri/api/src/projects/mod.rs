//! Projects: adding, finding, changing and forgetting them.

mod convert;
pub(crate) mod wire;

use undercroft_foundation::Result;
use undercroft_library as library;
use undercroft_library::{AddProject, JobKind, JobSpec};

use crate::Api;
use crate::backups::wire::SnapshotFilter;
use crate::base::wire::Nothing;
use crate::host::wire::PlacePurpose;
use crate::jobs::wire::JobView;

use convert::to_wire;
use wire::{
    Project, ProjectAdd, ProjectDetail, ProjectFilter, ProjectMove, ProjectRef, ProjectRename,
    ProjectTag,
};

/// The number of runs that a project's page shows.
const SHOWN_RUNS: usize = 20;

impl Api {
    /// Lists the projects.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn project_list(&self, request: ProjectFilter) -> Result<Vec<Project>> {
        let ProjectFilter { text, status, language, framework, tag } = request;
        let status = status.map(library::ProjectStatus::from);
        let filter = library::ProjectFilter { text, status, language, framework, tag };
        self.show_all(self.0.library.projects().list(&filter)?)
    }

    /// Shows one project with its backups and what was done with it.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`].
    pub fn project_show(&self, request: ProjectRef) -> Result<ProjectDetail> {
        let project = self.find_project(&request.project)?;
        let filter = SnapshotFilter { project: Some(request.project), destination: None };
        let snapshots = self.snapshot_list(filter)?;
        let holds = |id: &String| snapshots.iter().any(|snapshot| snapshot.destination == *id);
        let mut destinations = self.destination_list(Nothing {})?;
        destinations.retain(|destination| holds(&destination.id));
        let runs = self.0.library.runs().list(Some(project.id), SHOWN_RUNS)?;
        Ok(ProjectDetail {
            project: self.show(project)?,
            destinations,
            snapshots,
            runs: runs.into_iter().map(Into::into).collect(),
        })
    }

    /// Makes a folder a project, and starts counting what is in it.
    ///
    /// # Errors
    /// The errors of [`undercroft_library::Projects::add_linked`].
    pub fn project_add(&self, request: ProjectAdd) -> Result<Project> {
        let path = self.0.places.resolve(&request.place, PlacePurpose::Project)?;
        let occupied = self.0.backups.destinations().occupied()?;
        let request =
            AddProject { path, name: request.name, tags: request.tags, apart_from: &occupied };
        let project = self.0.library.projects().add_linked(&request)?;
        self.start_refresh(&project)?;
        self.show(project)
    }

    /// Gives a project another name.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`], [`undercroft_foundation::Code::Invalid`].
    pub fn project_rename(&self, request: ProjectRename) -> Result<Project> {
        let project = self.find_project(&request.project)?;
        self.show(self.0.library.projects().rename(project.id, &request.name)?)
    }

    /// Records the new folder of a project that was moved.
    ///
    /// # Errors
    /// The errors of [`undercroft_library::Projects::relocate`].
    pub fn project_move(&self, request: ProjectMove) -> Result<Project> {
        let project = self.find_project(&request.project)?;
        let path = self.0.places.resolve(&request.place, PlacePurpose::Project)?;
        let occupied = self.0.backups.destinations().occupied()?;
        let moved = self.0.library.projects().relocate(project.id, &path, &occupied)?;
        self.0.history.follow_project(moved.id)?;
        self.0.watcher.sync()?;
        self.show(moved)
    }

    /// Adds and removes tags of a project.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`], [`undercroft_foundation::Code::Invalid`].
    pub fn project_tag(&self, request: ProjectTag) -> Result<Project> {
        let project = self.find_project(&request.project)?;
        self.show(self.0.library.projects().tag(project.id, &request.add, &request.remove)?)
    }

    /// Forgets a project; its folder and its backups stay as they are.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`].
    pub fn project_forget(&self, request: ProjectRef) -> Result<Project> {
        let project = self.find_project(&request.project)?;
        self.show(self.0.library.projects().forget(project.id)?)
    }

    /// Brings a forgotten project back.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`].
    pub fn project_recall(&self, request: ProjectRef) -> Result<Project> {
        let project = self.find_project(&request.project)?;
        self.show(self.0.library.projects().recall(project.id)?)
    }

    /// Looks at a project's folder anew: languages, frameworks, size.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`].
    pub fn project_refresh(&self, request: ProjectRef) -> Result<JobView> {
        self.start_refresh(&self.find_project(&request.project)?)
    }

    pub(crate) fn find_project(&self, text: &str) -> Result<library::Project> {
        self.0.library.projects().find(text)
    }

    fn start_refresh(&self, project: &library::Project) -> Result<JobView> {
        let id = project.id;
        let spec =
            JobSpec::new(JobKind::Refresh, format!("Look at {}", project.name)).of_project(id);
        // The job must not keep the library open that keeps the job.
        let library = self.0.library.clone();
        let job = self.0.library.jobs().spawn(spec, move |job| {
            let project = library.projects().refresh(id, job)?;
            let files = if project.files == 1 { "file" } else { "files" };
            Ok(format!("Counted {} {files}", project.files))
        })?;
        Ok(job.into())
    }

    fn show(&self, project: library::Project) -> Result<Project> {
        let mut shown = self.show_all(vec![project])?;
        Ok(shown.remove(0))
    }

    fn show_all(&self, projects: Vec<library::Project>) -> Result<Vec<Project>> {
        let protections = self.0.backups.protections().of_all(&projects)?;
        Ok(projects.into_iter().zip(protections).map(|(it, safe)| to_wire(it, safe)).collect())
    }
}
