//! Saving, deleting and copying in files of a workspace; each makes a version.

use undercroft_foundation::{Job, Result, text};
use undercroft_history::{self as history, SaveOrder};
use undercroft_library::JobKind;

use super::decode;
use super::wire::{FileDelete, FileSave, FileUpload, Saved};
use crate::Api;
use crate::base::names::tree_path;
use crate::host::wire::PlacePurpose;
use crate::jobs::wire::JobView;

impl Api {
    /// Saves a file of a workspace and makes a version.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Invalid`], [`Code::NotKept`] when no version holds what is there
    /// and it is not forced, and whatever keeps it from being stored.
    pub fn file_save(&self, request: FileSave) -> Result<Saved> {
        let workspace = self.find_workspace(&request.workspace)?;
        let path = tree_path(&request.path)?;
        let content = decode(&request.base64)?;
        let mut order = order(request.message);
        order.layer = request.layer.map(history::Layer::from);
        let (history, unsaved) = (&self.0.history, unsaved_policy(request.force));
        let job = Job::new();
        let written =
            history.writer().put_file(workspace.id, &path, &content, order, unsaved, &job)?;
        Ok(saved(written, &job))
    }

    /// Deletes a file or folder of a workspace and makes a version.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Invalid`], [`Code::NotKept`] when no version holds all of it and
    /// it is not forced, and whatever keeps it from being stored.
    pub fn file_delete(&self, request: FileDelete) -> Result<Saved> {
        let workspace = self.find_workspace(&request.workspace)?;
        let path = tree_path(&request.path)?;
        let order = order(request.message);
        let (history, unsaved) = (&self.0.history, unsaved_policy(request.force));
        let job = Job::new();
        let written = history.writer().delete_file(workspace.id, &path, order, unsaved, &job)?;
        Ok(saved(written, &job))
    }

    /// Copies files and folders into a workspace and makes one version of them.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Invalid`].
    pub fn file_upload(&self, request: FileUpload) -> Result<JobView> {
        let workspace = self.find_workspace(&request.workspace)?;
        let folder = tree_path(&request.folder)?;
        let place = |id: &String| self.0.places.resolve(id, PlacePurpose::Upload);
        let sources = request.places.iter().map(place).collect::<Result<Vec<_>>>()?;
        let conflict = request.conflict.into();
        let title = text!("Copy into {workspace}", workspace = self.name_of(&workspace)?);
        let spec = self.job_spec(JobKind::Upload, title, &workspace);
        self.spawn(spec, move |history, job| {
            history.writer().upload(workspace.id, &folder, &sources, conflict, job)
        })
    }
}

pub(super) fn order(message: Option<String>) -> SaveOrder {
    SaveOrder::new(history::Trigger::Manual, message.unwrap_or_default())
}

pub(super) fn unsaved_policy(force: bool) -> history::UnsavedPolicy {
    if force { history::UnsavedPolicy::ToTrash } else { history::UnsavedPolicy::Ask }
}

pub(super) fn saved(written: history::WriteOutcome, job: &Job) -> Saved {
    let history::WriteOutcome { version, changed, trashed } = written;
    let warnings = job.warnings().into_iter().map(Into::into).collect();
    Saved { version: version.map(Into::into), changed, trashed, warnings }
}
