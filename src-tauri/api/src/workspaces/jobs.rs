//! Jobs on workspaces and their histories: what they are called, and how they begin.

use undercroft_foundation::{Job, Result, Text};
use undercroft_history as history;
use undercroft_library::{JobKind, JobSpec};

use crate::Api;
use crate::jobs::wire::JobView;

impl Api {
    /// The name that people call a workspace by: the project, and its name unless it is the main
    /// one.
    pub(crate) fn name_of(&self, workspace: &history::Workspace) -> Result<String> {
        let project = self.0.library.projects().get(workspace.project)?.name;
        if workspace.name == history::MAIN {
            return Ok(project);
        }
        Ok(format!("{project}/{}", workspace.name))
    }

    pub(crate) fn job_spec(
        &self,
        kind: JobKind,
        title: Text,
        workspace: &history::Workspace,
    ) -> JobSpec {
        JobSpec::new(kind, title).of_project(workspace.project)
    }

    /// Puts work of the histories on the board of jobs.
    pub(crate) fn spawn<Summary: Into<Text>>(
        &self,
        spec: JobSpec,
        work: impl FnOnce(&history::History, &Job) -> Result<Summary> + Send + 'static,
    ) -> Result<JobView> {
        let history = self.0.history.clone();
        let job = self.0.library.jobs().spawn(spec, move |job| work(&history, job))?;
        Ok(job.into())
    }
}
