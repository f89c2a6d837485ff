//! Getting versions back, and undoing that.

use undercroft_foundation::{Job, Result, Text, TextValue, text};
use undercroft_history::{self as history, ProjectTrash, RestoreOrder, RestoreReport, RestoreTo};
use undercroft_library::{JobKind, JobSpec, Project};

use super::wire::{Change, RestorePlan, VersionRestore};
use crate::Api;
use crate::base::names::tree_path;
use crate::host::wire::PlacePurpose;
use crate::jobs::wire::JobView;
use crate::workspaces::wire::WorkspaceRef;

impl Api {
    /// Gets a version, or parts of it, back: in place after a version of what is there, or
    /// elsewhere.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`].
    pub fn version_restore(&self, request: VersionRestore) -> Result<JobView> {
        let (order, workspace) = self.restore_order(&request)?;
        let what = match &order.paths[..] {
            [] => TextValue::Name(self.name_of(&workspace)?),
            [path] => TextValue::Name(path.to_string()),
            paths => TextValue::count(paths.len() as u64, "path"),
        };
        let spec = self.job_spec(JobKind::Restore, text!("Restore {what}", what), &workspace);
        self.spawn(spec, move |history, job| Ok(told(&history.writer().restore(&order, job)?, job)))
    }

    /// Previews the restore of a version; nothing is written.
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
            first: plan.first.iter().map(Change::from).collect(),
        })
    }

    /// Goes back behind the last restore or deletion in a workspace, or behind the last freeing in a
    /// project without versions.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`] when there was none.
    pub fn undo(&self, request: WorkspaceRef) -> Result<JobView> {
        if let Ok(project) = self.find_project(&request.workspace)
            && self.undoes_freeing(&project)?
        {
            return self.undo_freeing(project);
        }
        let workspace = self.find_workspace(&request.workspace)?;
        let title = text!("Undo in {project}", project = self.name_of(&workspace)?);
        let spec = self.job_spec(JobKind::Restore, title, &workspace);
        self.spawn(spec, move |history, job| {
            Ok(told(&history.writer().undo(workspace.id, job)?, job))
        })
    }

    /// Whether the last that can be undone in a project is a freeing from when it had no versions.
    fn undoes_freeing(&self, project: &Project) -> Result<bool> {
        if !self.0.history.is_begun(project.id) {
            return Ok(true);
        }
        let workspace = self.find_workspace(&project.id.to_string())?;
        let can_undo = self.0.history.writer().can_undo(workspace.id)?;
        Ok(!can_undo && !ProjectTrash::of(&self.0.library, project).is_empty()?)
    }

    /// Brings back what was freed last of a project that has no versions.
    fn undo_freeing(&self, project: Project) -> Result<JobView> {
        let spec =
            JobSpec::new(JobKind::Restore, text!("Undo in {project}", project = project.name));
        let library = self.0.library.clone();
        let job = self.0.library.jobs().spawn(spec.of_project(project.id), move |job| {
            library.require_confirmed(&project.root)?;
            let trash = ProjectTrash::of(&library, &project);
            let given = trash.give_back(|path, why| job.warn(path.to_string(), why.sentence()))?;
            Ok(text!(
                "{items} brought back from the trash",
                items = TextValue::count(given, "item")
            ))
        })?;
        Ok(job.into())
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
                let folder = self.0.places.resolve(place, PlacePurpose::Restore)?;
                let reader = self.0.history.reader();
                let find = |path: &_| reader.entry(version.id, path).map(drop);
                self.0.backups.restores().refuse_target(&folder, &find)?;
                RestoreTo::Elsewhere(folder)
            }
            None => {
                RestoreTo::InPlace { workspace: workspace.id, remove_extra: !request.keep_extra }
            }
        };
        // Files that are still as they were need not be read from the store.
        let like = request.to.is_some().then(|| workspace.root.clone());
        Ok((RestoreOrder { version: version.id, paths, to, like }, workspace))
    }
}

/// A sentence about what a restore did; what failed becomes warnings.
fn told(report: &RestoreReport, job: &Job) -> Text {
    for (path, why) in &report.failed {
        job.warn(path.to_string(), why.clone());
    }
    let mut text = text!("{files} restored", files = TextValue::count(report.restored, "file"));
    if report.identical > 0 {
        text += text!(", {files_identical} the same already", files_identical = report.identical);
    }
    if report.removed > 0 {
        text += text!(", {count} removed", count = report.removed);
    }
    if !report.failed.is_empty() {
        text += text!(", {failed} failed", failed = report.failed.len());
    }
    text
}
