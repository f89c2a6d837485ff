//! Projects: adding, finding, changing, forgetting and deleting them.

pub(crate) mod convert;
pub(crate) mod deleting;
mod finding;
pub(crate) mod measuring;
mod trash;
pub(crate) mod wire;

use std::collections::HashMap;

use undercroft_foundation::{ArchiveId, ProjectId, Result, TextValue, text};
use undercroft_library as library;
use undercroft_library::{AddProject, JobKind, JobSpec, OccupiedFolder};

use crate::Api;
use crate::backups::wire::SnapshotFilter;
use crate::base::wire::Nothing;
use crate::host::wire::PlacePurpose;
use crate::jobs::wire::JobView;

use convert::{Surroundings, to_wire};
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
        let ProjectFilter { text, status, language, framework, tag, .. } = request;
        let ProjectFilter { min_bytes, max_bytes, idle_days, active_days, .. } = request;
        let status = status.map(library::ProjectStatus::from);
        let filter =
            library::ProjectFilter { text, status, language, framework, tag, min_bytes, max_bytes };
        let mut projects = self.show_all(self.0.library.projects().list(&filter)?)?;
        let now = self.0.library.world().clock.now();
        projects.retain(|project| {
            let idle =
                project.last_change.map(|changed| now.duration_since(changed).as_hours() / 24);
            let idle = idle.map(|days| u64::try_from(days).unwrap_or_default());
            idle_days.is_none_or(|least| idle.is_some_and(|days| days >= least))
                && active_days.is_none_or(|most| idle.is_some_and(|days| days < most))
        });
        Ok(projects)
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
            project: self.show_project(project)?,
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
        let occupied = self.folders_in_use()?;
        let request =
            AddProject { path, name: request.name, tags: request.tags, apart_from: &occupied };
        let project = self.0.library.projects().add_linked(&request)?;
        self.start_refresh(&project)?;
        self.show_project(project)
    }

    /// The folders that no new project may hold or lie in: destinations, and workspaces beside the
    /// folders of projects.
    pub(crate) fn folders_in_use(&self) -> Result<Vec<OccupiedFolder>> {
        let mut occupied = self.0.backups.destinations().occupied()?;
        let workspaces = self.0.history.workspaces(None)?;
        let open =
            workspaces.into_iter().filter(|it| it.closed.is_none() && it.opened_from.is_some());
        occupied.extend(open.map(|workspace| OccupiedFolder {
            what: format!("the workspace {}", workspace.name),
            path: workspace.root,
        }));
        Ok(occupied)
    }

    /// Gives a project another name.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`], [`undercroft_foundation::Code::Invalid`].
    pub fn project_rename(&self, request: ProjectRename) -> Result<Project> {
        let project = self.find_project(&request.project)?;
        self.show_project(self.0.library.projects().rename(project.id, &request.name)?)
    }

    /// Records the new folder of a project that was moved.
    ///
    /// # Errors
    /// The errors of [`undercroft_library::Projects::relocate`].
    pub fn project_move(&self, request: ProjectMove) -> Result<Project> {
        let project = self.find_project(&request.project)?;
        let path = self.0.places.resolve(&request.place, PlacePurpose::Project)?;
        let occupied = self.folders_in_use()?;
        let moved = self.0.library.projects().relocate(project.id, &path, &occupied)?;
        self.0.history.follow_project(moved.id)?;
        self.0.watcher.sync()?;
        self.show_project(moved)
    }

    /// Adds and removes tags of a project.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`], [`undercroft_foundation::Code::Invalid`].
    pub fn project_tag(&self, request: ProjectTag) -> Result<Project> {
        let project = self.find_project(&request.project)?;
        self.show_project(self.0.library.projects().tag(
            project.id,
            &request.add,
            &request.remove,
        )?)
    }

    /// Forgets a project; its folder and its backups stay as they are.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`].
    pub fn project_forget(&self, request: ProjectRef) -> Result<Project> {
        let project = self.find_project(&request.project)?;
        self.show_project(self.0.library.projects().forget(project.id)?)
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

    pub(crate) fn start_refresh(&self, project: &library::Project) -> Result<JobView> {
        let id = project.id;
        let spec =
            JobSpec::new(JobKind::Refresh, text!("Look at {project}", project = project.name))
                .of_project(id);
        // The job must not keep the library open that keeps the job.
        let library = self.0.library.clone();
        let job = self.0.library.jobs().spawn(spec, move |job| {
            let project = library.projects().refresh(id, job)?;
            Ok(text!("Counted {files}", files = TextValue::count(project.files, "file")))
        })?;
        Ok(job.into())
    }

    pub(crate) fn show_project(&self, project: library::Project) -> Result<Project> {
        let mut shown = self.show_all(vec![project])?;
        Ok(shown.remove(0))
    }

    fn show_all(&self, projects: Vec<library::Project>) -> Result<Vec<Project>> {
        let protections = self.0.backups.protections().of_all(&projects)?;
        let newest = self.0.history.newest_times()?;
        let trash_days = self.0.library.settings(&self.0.overrides)?.trash_days();
        let archives = self.archives_of_all()?;
        let shown = projects.into_iter().zip(protections).map(|(project, protection)| {
            let around = Surroundings {
                protection,
                is_managed: self.0.library.projects().is_managed(&project),
                newest_version: newest.get(&project.id).copied(),
                trash_days,
                archive: archives.get(&project.id).copied(),
            };
            to_wire(project, around)
        });
        Ok(shown.collect())
    }

    /// The archive that each project lives in.
    fn archives_of_all(&self) -> Result<HashMap<ProjectId, ArchiveId>> {
        let mut of_projects = HashMap::new();
        // The newest first.
        for archive in self.0.archives.list()? {
            let manifest = archive.manifest;
            if manifest.trashed.is_none() {
                of_projects.entry(manifest.project.id).or_insert(manifest.id);
            }
        }
        Ok(of_projects)
    }
}
