//! Backups: making, listing and browsing them, and getting them back.

pub(crate) mod convert;
mod finding;
pub(crate) mod wire;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use undercroft_backup::{self as backup, KeptBefore, RestoreOrder, RestoreTo};
use undercroft_foundation::{Code, DestinationId, Error, Job, Result, escape_name};
use undercroft_history as history;
use undercroft_library::{ProjectFilter, ProjectStatus};

use crate::Api;
use crate::base::names::unescape;
use crate::base::wire::Nothing;
use crate::host::wire::PlacePurpose;
use crate::jobs::wire::JobView;

use convert::{entry, snapshot};
use wire::{BackupRun, Browse, Listing, Restore, Snapshot, SnapshotFilter};

/// Keeps in the history the content of workspaces that a backup is about to replace.
struct InHistory {
    kept: history::KeptBefore,
    workspaces: Vec<String>,
}

impl KeptBefore for InHistory {
    fn workspaces(&self) -> Vec<String> {
        self.workspaces.clone()
    }

    fn set_aside(&self, path: &Path, job: &Job) -> Result<()> {
        self.kept.set_aside(path, job)
    }

    fn finish(self: Box<Self>, was_written: bool) -> Result<bool> {
        self.kept.finish(was_written)
    }
}

impl Api {
    /// Backs a project up.
    ///
    /// # Errors
    /// The errors of [`backup::ProjectBackups::start`].
    pub fn backup_run(&self, request: BackupRun) -> Result<JobView> {
        let project = self.find_project(&request.project)?;
        let destination = match &request.destination {
            Some(text) => self.0.backups.destinations().find(text)?,
            None => self.usual_destination()?,
        };
        Ok(self.0.backups.project_backups().start(project.id, destination.id)?.into())
    }

    /// The destination of a backup that names none.
    fn usual_destination(&self) -> Result<backup::Destination> {
        let settings = self.0.library.settings(&self.0.overrides)?;
        if let Some(name) = settings.backup_destination() {
            return self.0.backups.destinations().find(name);
        }
        let mut all = self.0.backups.destinations().list()?;
        match (all.pop(), all.is_empty()) {
            (Some(only), true) => Ok(only),
            _ => Err(Error::new(Code::Invalid, "It is not known where to back up")
                .why("No destination is named, and the setting backup-destination is empty")
                .next("Name a destination, or change that setting")),
        }
    }

    /// Backs every active project up to every destination.
    ///
    /// # Errors
    /// [`Code::NotFound`] when there is no destination yet.
    pub fn backup_run_all(&self, _: Nothing) -> Result<Vec<JobView>> {
        let active = Some(ProjectStatus::Active);
        let filter = ProjectFilter { status: active, ..ProjectFilter::default() };
        let projects = self.0.library.projects().list(&filter)?;
        let destinations = self.0.backups.destinations().list()?;
        if destinations.is_empty() {
            return Err(Error::new(Code::NotFound, "There is no destination yet")
                .why("Backups need a place to go to")
                .next("Add a destination, best on another drive"));
        }
        let mut jobs = Vec::new();
        for destination in &destinations {
            for project in &projects {
                let job = self.0.backups.project_backups().start(project.id, destination.id)?;
                jobs.push(JobView::from(job));
            }
        }
        Ok(jobs)
    }

    /// Lists backups, newest first. Those of a destination that is away are as they were last
    /// seen.
    ///
    /// # Errors
    /// [`Code::NotFound`] for a project or destination that there is not; for the one destination
    /// that is asked for, whatever but its absence keeps it from being read.
    pub fn snapshot_list(&self, request: SnapshotFilter) -> Result<Vec<Snapshot>> {
        let project = request.project.map(|text| self.find_project(&text)).transpose()?;
        let find = |text: String| self.0.backups.destinations().find(&text);
        let destination = request.destination.map(find).transpose()?;
        let wanted = destination.map(|destination| destination.id);
        let found = self.0.backups.browser().list(project.map(|project| project.id), wanted)?;
        for backup::OutOfDate { destination, error } in found.out_of_date {
            if wanted.is_some() && error.code() != Code::Unavailable {
                return Err(error);
            }
            tracing::info!(
                destination = destination.name, %error, "its backups are as they were last seen"
            );
        }
        let names = self.destination_names()?;
        Ok(found.snapshots.into_iter().map(|cached| snapshot(cached, &names)).collect())
    }

    /// Lists a folder inside a backup.
    ///
    /// # Errors
    /// [`Code::NotFound`], and whatever keeps the destination from being read.
    pub fn snapshot_browse(&self, request: Browse) -> Result<Listing> {
        let destination = self.0.backups.destinations().find(&request.destination)?;
        let path = unescape(&request.path)?;
        let listing = self.0.backups.browser().browse(destination.id, &request.snapshot, &path)?;
        Ok(Listing {
            path: listing.path.iter().map(|name| escape_name(name)).collect(),
            entries: listing.entries.into_iter().map(entry).collect(),
        })
    }

    /// Gets a backup, or a part of it, back: where it was, or elsewhere.
    ///
    /// # Errors
    /// The errors of [`backup::Restores::start`].
    pub fn restore(&self, request: Restore) -> Result<JobView> {
        let (order, api) = (self.backup_order(request)?, self.clone());
        let keep = move |places: &[PathBuf], job: &Job| {
            let kept = api.0.history.writer().keep_before_writing(places, job)?;
            let said = |it| api.workspace_text(it);
            let workspaces = kept.workspaces().map(said).collect::<Result<Vec<_>>>()?;
            let is_any = !workspaces.is_empty();
            Ok(is_any.then(|| Box::new(InHistory { kept, workspaces }) as Box<dyn KeptBefore>))
        };
        Ok(self.0.backups.restores().start(order, Arc::new(keep))?.into())
    }

    pub(crate) fn backup_order(&self, request: Restore) -> Result<RestoreOrder> {
        Ok(RestoreOrder {
            destination: self.0.backups.destinations().find(&request.destination)?.id,
            snapshot: request.snapshot,
            paths: request.paths.iter().map(|path| unescape(path)).collect::<Result<_>>()?,
            to: match &request.to {
                Some(place) => {
                    RestoreTo::Elsewhere(self.0.places.resolve(place, PlacePurpose::Restore)?)
                }
                None => RestoreTo::InPlace,
            },
            overwrite: request.overwrite.into(),
        })
    }

    pub(crate) fn destination_names(&self) -> Result<HashMap<DestinationId, String>> {
        let destinations = self.0.backups.destinations().list()?;
        Ok(destinations.into_iter().map(|it| (it.id, it.name)).collect())
    }
}
