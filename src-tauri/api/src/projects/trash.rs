//! The trash for projects: a folder out of sight, and back in its place.

use undercroft_foundation::{Code, Error, Result, Text, text};
use undercroft_library as library;

use super::wire::{Project, ProjectRef};
use crate::Api;

impl Api {
    /// Moves a project with its folder to the trash.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Locked`] while something works on it, and the errors of
    /// [`undercroft_library::Projects::trash`].
    pub fn project_trash(&self, request: ProjectRef) -> Result<Project> {
        let project = self.find_project(&request.project)?;
        let what = text!("Cannot move {project} to the trash", project = project.name);
        self.refuse_while_working(&project, what)?;
        let trashed = self.0.library.projects().trash(project.id)?;
        self.0.watcher.sync()?;
        self.show_project(trashed)
    }

    /// Brings a forgotten project back.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Invalid`] for one that was archived, and
    /// [`Code::AlreadyExists`] where something else is in its place.
    pub fn project_recall(&self, request: ProjectRef) -> Result<Project> {
        let project = self.find_project(&request.project)?;
        if project.status == library::ProjectStatus::Archived {
            return Err(Error::new(
                Code::Invalid,
                text!("{project} is archived", project = project.name),
            )
            .why("Its files lie in its archive")
            .next("Restore the archive"));
        }
        let recalled = self.0.library.projects().recall(project.id)?;
        self.0.watcher.sync()?;
        self.show_project(recalled)
    }

    /// Goes on with a project that no job works on.
    pub(super) fn refuse_while_working(
        &self,
        project: &library::Project,
        what: Text,
    ) -> Result<()> {
        let jobs = self.0.library.jobs().list_all();
        // Looking at a folder is nothing that its move disturbs.
        let looks = |job: &library::JobView| {
            matches!(job.kind, library::JobKind::Refresh | library::JobKind::Preview)
        };
        let works = |job: &library::JobView| {
            job.project == Some(project.id) && !job.state.is_over() && !looks(job)
        };
        let Some(job) = jobs.into_iter().find(works) else { return Ok(()) };
        Err(Error::new(Code::Locked, what)
            .why(text!("\"{title}\" is not over yet", title = job.title))
            .next("Wait until it is, or stop it, and try again"))
    }
}
