//! Deleting a project for good: what goes and what stays is shown first, and its name is typed.

use std::collections::BTreeMap;

use undercroft_archive::{Archive, Archives};
use undercroft_foundation::{Code, Error, Job, Result, TextValue, escape_path, text};
use undercroft_history::{History, MAIN, ProjectTrash, WorkspaceWatcher};
use undercroft_library::{self as library, JobKind, JobSpec, ProjectStatus};
use undercroft_session::SessionWork;

use super::measuring::measure;
use super::wire::{DeleteItem, DeleteItemKind, DeletePlan, ProjectDelete, ProjectRef};
use crate::Api;
use crate::backups::wire::SnapshotFilter;
use crate::jobs::wire::JobView;

impl Api {
    /// Previews what deleting a project for good removes, and what still holds it.
    ///
    /// # Errors
    /// [`Code::NotFound`], and whatever keeps its parts from being read.
    pub fn project_delete_preview(&self, request: ProjectRef) -> Result<DeletePlan> {
        let project = self.find_project(&request.project)?;
        let goes = self.parts_that_go(&project)?;
        Ok(DeletePlan {
            freed_bytes: goes.iter().filter_map(|item| item.bytes).sum(),
            goes,
            stays: self.parts_that_stay(&project)?,
            refusal: refusal(&project).map(|error| error.sentence().into()),
            project: self.show_project(project)?,
        })
    }

    /// Deletes a project in the trash for good, with its versions.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Invalid`] for one that is in use or whose name was not typed,
    /// [`Code::Locked`] while something works on it.
    pub fn project_delete(&self, request: ProjectDelete) -> Result<JobView> {
        let project = self.find_project(&request.project)?;
        if let Some(refusal) = refusal(&project) {
            return Err(refusal);
        }
        if request.name.trim() != project.name {
            return Err(Error::new(
                Code::Invalid,
                text!("{project} was not deleted", project = project.name),
            )
            .why("What was typed is not its name")
            .next("Type the project's name as it is written"));
        }
        let what = text!("Cannot delete {project}", project = project.name);
        self.refuse_while_working(&project, what)?;
        let freed = self.bytes_of_removal(&project)?;
        let spec =
            JobSpec::new(JobKind::Cleanup, text!("Delete {project}", project = project.name));
        let removal = self.project_removal()?;
        let job = self.0.library.jobs().spawn(spec.of_project(project.id), move |job| {
            removal.remove(&project, job)?;
            removal.history.reclaim(job)?;
            Ok(text!(
                "{project} is gone; {size} free again",
                project = project.name,
                size = TextValue::Size(freed)
            ))
        })?;
        Ok(job.into())
    }

    /// The hands that delete projects, for a job.
    pub(crate) fn project_removal(&self) -> Result<ProjectRemoval> {
        Ok(ProjectRemoval {
            library: self.0.library.clone(),
            history: self.0.history.clone(),
            archives: self.0.archives.clone(),
            session: self.session_work()?.clone(),
            watcher: self.0.watcher.clone(),
        })
    }

    /// The bytes that deleting a project frees.
    pub(crate) fn bytes_of_removal(&self, project: &library::Project) -> Result<u64> {
        Ok(self.parts_that_go(project)?.iter().filter_map(|item| item.bytes).sum())
    }

    /// The parts of a project that go when it is deleted.
    fn parts_that_go(&self, project: &library::Project) -> Result<Vec<DeleteItem>> {
        let mut parts = Vec::new();
        let folder = project.folder();
        if self.owns_folder(project) && folder.is_dir() {
            let measured = measure(&folder, &Job::new())?;
            parts.push(DeleteItem {
                kind: DeleteItemKind::Folder,
                name: escape_path(&project.root),
                count: measured.files,
                bytes: Some(measured.bytes),
            });
        }
        let sizes = self.0.history.sizes(project.id)?;
        let mut archives = self.0.archives.list()?;
        archives.retain(|archive| archive.manifest.project.id == project.id);
        let mut drafts = self.session_work()?.list(Some(project.id))?;
        drafts.retain(|draft| draft.key.project == project.id);
        let counted = [
            (DeleteItemKind::Versions, sizes.versions, sizes.git_bytes + sizes.objects_bytes),
            (
                DeleteItemKind::Archives,
                archives.len() as u64,
                archives.iter().map(Archive::bytes_here).sum(),
            ),
            (
                DeleteItemKind::Drafts,
                drafts.len() as u64,
                drafts.iter().map(|draft| draft.size_bytes).sum(),
            ),
        ];
        let there = counted.into_iter().filter(|(_, count, _)| *count > 0);
        parts.extend(there.map(|(kind, count, bytes)| DeleteItem {
            kind,
            name: String::new(),
            count,
            bytes: Some(bytes),
        }));
        Ok(parts)
    }

    /// The things that still hold a project that is deleted.
    fn parts_that_stay(&self, project: &library::Project) -> Result<Vec<DeleteItem>> {
        let mut parts = Vec::new();
        // One whose move to the trash a killed process began is still where it was.
        let is_away = project.trashed.is_some() && project.folder().is_dir();
        if !self.0.library.projects().is_managed(project) && !is_away && project.root.is_dir() {
            parts.push(DeleteItem {
                kind: DeleteItemKind::Folder,
                name: escape_path(&project.root),
                count: project.files,
                bytes: Some(project.size_bytes),
            });
        }
        for workspace in self.0.history.workspaces(Some(project.id))? {
            if workspace.name != MAIN && workspace.closed.is_none() && workspace.is_present() {
                let measured = measure(&workspace.root, &Job::new())?;
                parts.push(DeleteItem {
                    kind: DeleteItemKind::Folder,
                    name: escape_path(&workspace.root),
                    count: measured.files,
                    bytes: Some(measured.bytes),
                });
            }
        }
        let of_project = Some(project.id.to_string());
        let filter = SnapshotFilter { project: of_project, destination: None };
        let mut backups: BTreeMap<String, u64> = BTreeMap::new();
        for snapshot in self.snapshot_list(filter)? {
            *backups.entry(snapshot.destination_name).or_default() += 1;
        }
        parts.extend(backups.into_iter().map(|(name, count)| DeleteItem {
            kind: DeleteItemKind::Backups,
            name,
            count,
            bytes: None,
        }));
        Ok(parts)
    }

    /// Whether the folder of a project goes with it: it lies in the trash, or in the library.
    fn owns_folder(&self, project: &library::Project) -> bool {
        project.trashed.is_some() || self.0.library.projects().is_managed(project)
    }
}

/// The rooms that deleting a project goes through.
#[derive(Debug, Clone)]
pub(crate) struct ProjectRemoval {
    library: library::Library,
    history: History,
    archives: Archives,
    session: SessionWork,
    watcher: WorkspaceWatcher,
}

impl ProjectRemoval {
    /// Deletes a project. Each step may have been done already, by a process that ended; the
    /// project's entry, which leads to all the others, goes last.
    pub(crate) fn remove(&self, project: &library::Project, job: &Job) -> Result<()> {
        let _lock = self.library.projects().lock(project)?;
        let now = self.library.projects().get(project.id)?;
        if now.status == ProjectStatus::Active || now.trashed != project.trashed {
            return Err(Error::new(
                Code::Invalid,
                text!("{project} was not deleted", project = project.name),
            )
            .why("It was taken out of the trash meanwhile"));
        }
        // The folder first: as long as it is there, its versions are.
        self.library.projects().delete_folder(project.id, job)?;
        self.history.remove(project.id)?;
        self.watcher.sync()?;
        for archive in self.archives.list()? {
            if archive.manifest.project.id == project.id {
                job.check_cancelled()?;
                self.archives.set_trashed(archive.manifest.id, true)?;
                self.archives.remove(archive.manifest.id)?;
            }
        }
        self.session.delete_project(project.id)?;
        ProjectTrash::of(&self.library, project).delete()?;
        self.library.projects().delete(project.id, job)
    }
}

/// Why a project cannot be deleted.
fn refusal(project: &library::Project) -> Option<Error> {
    (project.status == ProjectStatus::Active).then(|| {
        Error::new(Code::Invalid, text!("{project} is in use", project = project.name))
            .why("Only a project in the trash, off the list or in an archive is deleted")
            .next("Move it to the trash first")
    })
}
