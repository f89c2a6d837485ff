//! Getting versions back, undoing that, and opening versions as workspaces.

use undercroft_foundation::{Job, Result, count_text, escape_path};
use undercroft_history::{self as history, RestoreOrder, RestoreReport, RestoreTo};
use undercroft_library::JobKind;

use crate::Api;
use crate::convert::history::{self as to_wire, tree_path};
use crate::wire::{
    JobView, PlacePurpose, RestorePlan, VersionRestore, WorkspaceOpen, WorkspaceRef,
};

impl Api {
    /// Gets a version, or parts of it, back: in place after a version of what is there, or
    /// elsewhere.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`].
    pub fn version_restore(&self, request: VersionRestore) -> Result<JobView> {
        let (order, workspace) = self.restore_order(&request)?;
        let what = match &order.paths[..] {
            [] => self.name_of(&workspace)?,
            [path] => path.to_string(),
            paths => count_text(paths.len() as u64, "path"),
        };
        let spec = self.job_spec(JobKind::Restore, format!("Restore {what}"), &workspace);
        self.spawn(spec, move |history, job| Ok(told(&history.writer().restore(&order, job)?, job)))
    }

    /// Says what a restore would do.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`].
    pub fn version_restore_preview(&self, request: VersionRestore) -> Result<RestorePlan> {
        let (order, _) = self.restore_order(&request)?;
        let plan = self.0.history.writer().plan_restore(&order, &Job::new())?;
        Ok(RestorePlan {
            restore: plan.restore,
            overwrite: plan.overwrite,
            identical: plan.identical,
            remove: plan.remove,
            bytes: plan.bytes,
            first: plan.first.iter().map(to_wire::change).collect(),
        })
    }

    /// Goes back behind the last restore or deletion in a workspace.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`] when there was none.
    pub fn undo(&self, request: WorkspaceRef) -> Result<JobView> {
        let workspace = self.find_workspace(&request.workspace)?;
        let title = format!("Undo in {}", self.name_of(&workspace)?);
        let spec = self.job_spec(JobKind::Restore, title, &workspace);
        self.spawn(spec, move |history, job| {
            Ok(told(&history.writer().undo(workspace.id, job)?, job))
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
        let spec = self.job_spec(JobKind::Workspace, format!("Open {name}"), &from);
        self.spawn(spec, move |history, job| {
            let opened =
                history.writer().open_workspace(version.id, &name, place.as_deref(), job)?;
            watcher.sync()?;
            Ok(format!("{name} is at {}", escape_path(&opened.root)))
        })
    }

    /// Looks through all of a workspace for changes that nobody noticed.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`].
    pub fn workspace_refresh(&self, request: WorkspaceRef) -> Result<JobView> {
        let workspace = self.find_workspace(&request.workspace)?;
        let title = format!("Look through {}", self.name_of(&workspace)?);
        let spec = self.job_spec(JobKind::Workspace, title, &workspace);
        self.spawn(spec, move |history, job| {
            let made = history.writer().refresh_workspace(workspace.id, job)?;
            Ok(made.map_or_else(|| "Nothing has changed".to_owned(), |version| version.message))
        })
    }

    /// Closes a workspace after a last version of it.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`].
    pub fn workspace_close(&self, request: WorkspaceRef) -> Result<JobView> {
        let workspace = self.find_workspace(&request.workspace)?;
        let title = format!("Close {}", self.name_of(&workspace)?);
        let spec = self.job_spec(JobKind::Workspace, title, &workspace);
        let watcher = self.0.watcher.clone();
        self.spawn(spec, move |history, job| {
            let closed = history.writer().close_workspace(workspace.id, job)?;
            watcher.sync()?;
            Ok(match history.writer().remove_closed_folder(&closed, job)? {
                true => "Closed; its folder is gone, its versions stay".to_owned(),
                false => format!("Closed; its folder stays at {}", escape_path(&closed.root)),
            })
        })
    }

    fn restore_order(
        &self,
        request: &VersionRestore,
    ) -> Result<(RestoreOrder, history::Workspace)> {
        let version = self.find_version(&request.version)?;
        let workspace = self.0.history.workspace(version.workspace)?;
        let paths = request.paths.iter().map(|path| tree_path(path)).collect::<Result<Vec<_>>>()?;
        let to = match &request.to {
            Some(place) => {
                RestoreTo::Elsewhere(self.0.places.resolve(place, PlacePurpose::Restore)?)
            }
            None => RestoreTo::InPlace { workspace: workspace.id, remove_extra: true },
        };
        // Files that are still as they were need not be read from the store.
        let like = request.to.is_some().then(|| workspace.root.clone());
        Ok((RestoreOrder { version: version.id, paths, to, like }, workspace))
    }
}

/// A sentence about what a restore did; what failed becomes warnings.
fn told(report: &RestoreReport, job: &Job) -> String {
    for (path, why) in &report.failed {
        job.warn(path.to_string(), why.clone());
    }
    let removed = match report.removed {
        0 => String::new(),
        count => format!(", {count} removed"),
    };
    format!(
        "{} restored, {} identical{removed}, {} failed",
        report.restored,
        report.identical,
        report.failed.len()
    )
}
