//! Workspaces: finding, listing, describing, switching, opening and closing them.

mod jobs;
mod watching;
pub(crate) mod wire;

use undercroft_foundation::{Candidate, Result, escape_path, find_by_name, text};
use undercroft_history as history;
use undercroft_library::JobKind;

use crate::Api;
use crate::base::wire::Nothing;
use crate::host::wire::PlacePurpose;
use crate::jobs::wire::JobView;
use crate::projects::wire::ProjectRef;

use wire::{Current, Workspace, WorkspaceDescribe, WorkspaceOpen, WorkspaceRef};

impl Api {
    /// Lists the workspaces of a project.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn workspace_list(&self, request: ProjectRef) -> Result<Vec<Workspace>> {
        let project = self.find_project(&request.project)?;
        let mut all = self.0.history.workspaces(Some(project.id))?;
        all.retain(|workspace| workspace.closed.is_none());
        all.into_iter().map(|workspace| self.show_workspace(workspace)).collect()
    }

    /// Shows one workspace.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn workspace_show(&self, request: WorkspaceRef) -> Result<Workspace> {
        self.show_workspace(self.find_workspace(&request.workspace)?)
    }

    /// Makes a workspace the one that the user works in.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn workspace_switch(&self, request: WorkspaceRef) -> Result<Workspace> {
        let workspace = self.find_workspace(&request.workspace)?;
        self.show_workspace(self.0.history.switch_workspace(workspace.id)?)
    }

    /// Changes the description of a workspace.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn workspace_describe(&self, request: WorkspaceDescribe) -> Result<Workspace> {
        let workspace = self.find_workspace(&request.workspace)?;
        self.show_workspace(self.0.history.describe_workspace(workspace.id, &request.text)?)
    }

    /// Shows the project and the workspace that the user works in.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn current(&self, _: Nothing) -> Result<Current> {
        let current = self.0.history.current_workspace()?;
        Ok(current.map_or_else(Current::default, |workspace| Current {
            project: Some(workspace.project.to_string()),
            workspace: Some(workspace.id.to_string()),
        }))
    }

    /// The workspace that `text` means: its id, a project for its main workspace, or
    /// `project/workspace`.
    pub(crate) fn find_workspace(&self, text: &str) -> Result<history::Workspace> {
        if let Ok(id) = text.parse()
            && let Ok(workspace) = self.0.history.workspace(id)
        {
            return Ok(workspace);
        }
        let unknown = match self.find_project(text) {
            Ok(project) => return self.0.history.main_workspace(project.id),
            Err(error) => error,
        };
        let Some((project, name)) = text.rsplit_once('/') else { return Err(unknown) };
        let project = self.find_project(project)?;
        let all = self.0.history.workspaces(Some(project.id))?;
        let candidate = |it: &history::Workspace| Candidate {
            id: it.id.to_string(),
            name: Some(it.name.clone()),
            about: escape_path(&it.root),
        };
        find_by_name("workspace", name, &all, candidate).cloned()
    }

    /// A workspace as a command takes it: by its project or its name, where that means no other.
    pub(crate) fn workspace_text(&self, workspace: &history::Workspace) -> Result<String> {
        let project = self.0.library.projects().get(workspace.project)?.name;
        let named = [project.clone(), format!("{project}/{}", workspace.name)];
        let means_it =
            |text: &String| self.find_workspace(text).is_ok_and(|it| it.id == workspace.id);
        Ok(named.into_iter().find(means_it).unwrap_or_else(|| workspace.id.to_string()))
    }

    pub(crate) fn show_workspace(&self, workspace: history::Workspace) -> Result<Workspace> {
        let project = self.0.library.projects().get(workspace.project)?;
        let last = self.0.history.newest_version(workspace.id)?;
        Ok(Workspace {
            id: workspace.id.to_string(),
            project: workspace.project.to_string(),
            project_name: project.name,
            path: escape_path(&workspace.root),
            present: workspace.is_present(),
            main: workspace.name == history::MAIN,
            watch: self.watch_status(workspace.id)?,
            name: workspace.name,
            description: workspace.description,
            current: workspace.is_current,
            opened_from: workspace.opened_from.map(|id| id.to_string()),
            created: workspace.created,
            versions: self.0.history.moments(workspace.id)?.len() as u64,
            last_version: last.map(|version| version.time),
        })
    }

    /// Opens a version as another workspace beside those that are there.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`].
    pub fn workspace_open(&self, request: WorkspaceOpen) -> Result<JobView> {
        let version = self.find_version(&request.version)?;
        let resolve = |id: &String| self.0.places.resolve(id, PlacePurpose::Restore);
        let place = request.to.as_ref().map(resolve).transpose()?;
        let from = self.0.history.workspace(version.workspace)?;
        let (name, watcher) = (request.name, self.0.watcher.clone());
        let spec = self.job_spec(JobKind::Workspace, text!("Open {name}", name), &from);
        self.spawn(spec, move |history, job| {
            let opened =
                history.writer().open_workspace(version.id, &name, place.as_deref(), job)?;
            watcher.sync()?;
            Ok(text!("{name} is at {root}", name, root = escape_path(&opened.root)))
        })
    }

    /// Looks through all of a workspace for changes that nobody noticed.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`].
    pub fn workspace_refresh(&self, request: WorkspaceRef) -> Result<JobView> {
        let workspace = self.find_workspace(&request.workspace)?;
        let title = text!("Look through {workspace}", workspace = self.name_of(&workspace)?);
        let spec = self.job_spec(JobKind::Workspace, title, &workspace);
        self.spawn(spec, move |history, job| {
            let made = history.writer().refresh_workspace(workspace.id, job)?;
            let changed = made.map(|version| version.message.into());
            Ok(changed.unwrap_or_else(|| text!("Nothing has changed")))
        })
    }

    /// Closes a workspace after a last version of it.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`].
    pub fn workspace_close(&self, request: WorkspaceRef) -> Result<JobView> {
        let workspace = self.find_workspace(&request.workspace)?;
        let title = text!("Close {workspace}", workspace = self.name_of(&workspace)?);
        let watcher = self.0.watcher.clone();
        let spec = self.job_spec(JobKind::Workspace, title, &workspace);
        self.spawn(spec, move |history, job| {
            let closed = history.writer().close_workspace(workspace.id, job)?;
            watcher.sync()?;
            Ok(match history.writer().remove_closed_folder(&closed, job)? {
                true => text!("Closed; its folder is gone, its versions stay"),
                false => {
                    text!("Closed; its folder stays at {root}", root = escape_path(&closed.root))
                }
            })
        })
    }
}
