//! Backups: making, listing and browsing them, and getting them back.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use undercroft_backup::{self as backup, CachedSnapshot, RestoreOrder};
use undercroft_foundation::{Code, DestinationId, Error, Job, Result, escape_name, unescape_name};
use undercroft_library::{ProjectFilter, ProjectStatus};

use crate::wire::{
    BackupRun, Browse, Entry, EntryKind, JobView, Listing, Nothing, Overwrite, PlacePurpose,
    Restore, Snapshot, SnapshotFilter,
};
use crate::{Api, convert};

impl Api {
    /// Backs a project up.
    ///
    /// # Errors
    /// The errors of [`backup::Backups::start_backup`].
    pub fn backup_run(&self, request: BackupRun) -> Result<JobView> {
        let project = self.find_project(&request.project)?;
        let destination = self.0.backups.find_destination(&request.destination)?;
        Ok(convert::job(self.0.backups.start_backup(project.id, destination.id)?))
    }

    /// Backs every active project up to every destination.
    ///
    /// # Errors
    /// [`Code::NotFound`] when there is no destination yet.
    pub fn backup_run_all(&self, _: Nothing) -> Result<Vec<JobView>> {
        let active = Some(ProjectStatus::Active);
        let filter = ProjectFilter { status: active, ..ProjectFilter::default() };
        let projects = self.0.library.projects().list(&filter)?;
        let destinations = self.0.backups.destinations()?;
        if destinations.is_empty() {
            return Err(Error::new(Code::NotFound, "There is no destination yet")
                .why("Backups need a place to go to")
                .next("Add a destination, best on another drive"));
        }
        let mut jobs = Vec::new();
        for destination in &destinations {
            for project in &projects {
                let job = self.0.backups.start_backup(project.id, destination.id)?;
                jobs.push(convert::job(job));
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
        let find = |text: String| self.0.backups.find_destination(&text);
        let destination = request.destination.map(find).transpose()?;
        let wanted = destination.map(|destination| destination.id);
        let found = self.0.backups.snapshots(project.map(|project| project.id), wanted)?;
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
        let destination = self.0.backups.find_destination(&request.destination)?;
        let path = unescape(&request.path)?;
        let listing = self.0.backups.browse(destination.id, &request.snapshot, &path)?;
        Ok(Listing {
            path: listing.path.iter().map(|name| escape_name(name)).collect(),
            entries: listing.entries.into_iter().map(entry).collect(),
        })
    }

    /// Gets a backup, or a part of it, back.
    ///
    /// # Errors
    /// The errors of [`backup::Backups::start_restore`].
    pub fn restore(&self, request: Restore) -> Result<JobView> {
        let (order, history) = (self.backup_order(request)?, self.0.history.clone());
        let keep = move |place: &Path, job: &Job| history.writer().save_before_writing(place, job);
        Ok(convert::job(self.0.backups.start_restore(order, Arc::new(keep))?))
    }

    pub(crate) fn backup_order(&self, request: Restore) -> Result<RestoreOrder> {
        Ok(RestoreOrder {
            destination: self.0.backups.find_destination(&request.destination)?.id,
            snapshot: request.snapshot,
            path: unescape(&request.path)?,
            target: self.0.places.resolve(&request.to, PlacePurpose::Restore)?,
            overwrite: request.overwrite.into(),
        })
    }

    pub(crate) fn destination_names(&self) -> Result<HashMap<DestinationId, String>> {
        let destinations = self.0.backups.destinations()?;
        Ok(destinations.into_iter().map(|it| (it.id, it.name)).collect())
    }
}

pub(crate) fn unescape(path: &[String]) -> Result<Vec<Vec<u8>>> {
    let name = |text: &String| {
        unescape_name(text).filter(|name| !name.is_empty() && !name.contains(&b'/')).ok_or_else(
            || {
                Error::new(Code::Invalid, format!("{text:?} is not the name of an entry"))
                    .next("Use the names of a listing as they are")
            },
        )
    };
    path.iter().map(name).collect()
}

pub(crate) fn snapshot(cached: CachedSnapshot, names: &HashMap<DestinationId, String>) -> Snapshot {
    Snapshot {
        id: cached.id.to_string(),
        short_id: cached.id.short(),
        destination: cached.destination.to_string(),
        destination_name: names.get(&cached.destination).cloned().unwrap_or_default(),
        project: cached.project.map(|id| id.to_string()),
        time: cached.time,
        host: cached.host,
        user: cached.user,
        paths: cached.paths,
        files: cached.files,
        size_bytes: cached.size_bytes,
        pinned: cached.tags.iter().any(|tag| tag == "pinned"),
        tags: cached.tags,
        added_bytes: cached.added_bytes,
    }
}

fn entry(entry: backup::Entry) -> Entry {
    Entry {
        name: escape_name(&entry.name),
        kind: entry.kind.into(),
        size_bytes: entry.size_bytes,
        modified: entry.modified,
        mode: entry.mode,
        target: entry.target.map(|target| escape_name(&target)),
    }
}

impl From<Overwrite> for backup::Overwrite {
    fn from(overwrite: Overwrite) -> Self {
        match overwrite {
            Overwrite::Never => Self::Never,
            Overwrite::Newer => Self::IfNewer,
            Overwrite::Changed => Self::IfChanged,
            Overwrite::Always => Self::Always,
        }
    }
}

crate::convert::same_names! {
    backup::EntryKind => EntryKind { Folder, File, Symlink, Other };
}
