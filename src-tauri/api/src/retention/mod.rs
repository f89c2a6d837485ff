//! Letting backups go: chosen ones, those that a policy does not keep, the trash, and freeing room.

mod alerts;
pub(crate) mod wire;

use undercroft_backup as backup;
use undercroft_foundation::{
    Code, DestinationId, Error, Job, ProjectId, Result, escape_name, text,
};

use crate::Api;
use crate::backups::convert::snapshot;
use crate::backups::wire::Snapshot;
use crate::destinations::wire::DestinationRef;
use crate::jobs::wire::JobView;

use wire::{
    CleanupPlan, ForgetPlan, KeptSnapshot, LostFile, RetentionRequest, SnapshotPin, SnapshotsRef,
    TrashedSnapshot,
};

impl Api {
    /// Pins a backup, so that no policy drops it, or lets it go with the others again.
    ///
    /// # Errors
    /// The errors of [`backup::Removals::pin`].
    pub fn snapshot_pin(&self, request: SnapshotPin) -> Result<Snapshot> {
        let SnapshotPin { destination, snapshot: name, pinned } = request;
        let destination = self.0.backups.destinations().find(&destination)?;
        let pinned = self.0.backups.removals().pin(destination.id, &name, pinned)?;
        Ok(snapshot(pinned, &self.destination_names()?))
    }

    /// Previews what forgetting these backups would remove and free.
    ///
    /// # Errors
    /// The errors of [`backup::Removals::preview_forget`].
    pub fn snapshot_forget_preview(&self, request: SnapshotsRef) -> Result<ForgetPlan> {
        let destination = self.0.backups.destinations().find(&request.destination)?;
        let snapshots = &request.snapshots;
        let plan =
            self.0.backups.removals().preview_forget(destination.id, snapshots, &Job::new())?;
        self.show_forgetting(plan)
    }

    /// Moves backups to the destination's trash.
    ///
    /// # Errors
    /// The errors of [`backup::Removals::start_forget`], and [`Code::Invalid`] for a snapshot that
    /// holds an archive.
    pub fn snapshot_forget(&self, request: SnapshotsRef) -> Result<JobView> {
        let destination = self.0.backups.destinations().find(&request.destination)?;
        let held = self.0.backups.archive_copies().among(&destination, &request.snapshots)?;
        let archives = self.0.archives.lying_in(&destination.repository)?;
        if let Some(archive) = archives.iter().find(|it| held.contains(&it.manifest.id)) {
            let name = &archive.manifest.project.name;
            return Err(Error::new(Code::Invalid, "Cannot forget this backup")
                .why(text!("It is the archive of {name}", name))
                .next("Bring the archive back to this disk, or move it to the trash"));
        }
        Ok(self.0.backups.removals().start_forget(destination.id, &request.snapshots)?.into())
    }

    /// Previews what a policy keeps, and why, and what it lets go.
    ///
    /// # Errors
    /// The errors of [`backup::Removals::preview_retention`].
    pub fn retention_preview(&self, request: RetentionRequest) -> Result<ForgetPlan> {
        let (destination, policy, project) = self.retention_order(request)?;
        let plan = self.0.backups.removals().preview_retention(
            destination,
            &policy,
            project,
            &Job::new(),
        )?;
        self.show_forgetting(plan)
    }

    /// Lets go what a policy does not keep, to the trash.
    ///
    /// # Errors
    /// The errors of [`backup::Removals::start_retention`].
    pub fn retention_apply(&self, request: RetentionRequest) -> Result<JobView> {
        let (destination, policy, project) = self.retention_order(request)?;
        Ok(self.0.backups.removals().start_retention(destination, &policy, project)?.into())
    }

    fn retention_order(
        &self,
        request: RetentionRequest,
    ) -> Result<(DestinationId, backup::Retention, Option<ProjectId>)> {
        let RetentionRequest { destination, policy, project } = request;
        let destination = self.0.backups.destinations().find(&destination)?.id;
        let project = project.map(|text| self.find_project(&text)).transpose()?;
        let days = self.0.library.settings(&self.0.overrides)?.backup_retention_days();
        let usual = || backup::Retention::of_days(days);
        let policy = policy.map_or_else(usual, backup::Retention::from);
        policy.policy()?;
        Ok((destination, policy, project.map(|project| project.id)))
    }

    /// Lists the backups in a destination's trash.
    ///
    /// # Errors
    /// The errors of the destination.
    pub fn trash_list(&self, request: DestinationRef) -> Result<Vec<TrashedSnapshot>> {
        let destination = self.0.backups.destinations().find(&request.destination)?;
        let names = self.destination_names()?;
        let show = |it: backup::Trashed| TrashedSnapshot {
            snapshot: snapshot(it.snapshot, &names),
            trashed: it.trashed,
            expires: it.expires,
        };
        Ok(self.0.backups.removals().trash(destination.id)?.into_iter().map(show).collect())
    }

    /// Takes backups out of the trash.
    ///
    /// # Errors
    /// The errors of [`backup::Removals::take_from_trash`].
    pub fn trash_restore(&self, request: SnapshotsRef) -> Result<Vec<Snapshot>> {
        let destination = self.0.backups.destinations().find(&request.destination)?;
        let taken =
            self.0.backups.removals().take_from_trash(destination.id, &request.snapshots)?;
        let names = self.destination_names()?;
        Ok(taken.into_iter().map(|cached| snapshot(cached, &names)).collect())
    }

    /// Empties a destination's trash.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`].
    pub fn trash_empty(&self, request: DestinationRef) -> Result<JobView> {
        let destination = self.0.backups.destinations().find(&request.destination)?;
        Ok(self.0.backups.removals().start_empty_trash(destination.id)?.into())
    }

    /// Previews how much a clean-up of a destination would free.
    ///
    /// # Errors
    /// The errors of the destination.
    pub fn cleanup_preview(&self, request: DestinationRef) -> Result<CleanupPlan> {
        let destination = self.0.backups.destinations().find(&request.destination)?;
        Ok(self.0.backups.removals().preview_cleanup(destination.id, &Job::new())?.into())
    }

    /// Frees what no backup of a destination needs any more.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`].
    pub fn cleanup(&self, request: DestinationRef) -> Result<JobView> {
        let destination = self.0.backups.destinations().find(&request.destination)?;
        Ok(self.0.backups.removals().start_cleanup(destination.id)?.into())
    }

    fn show_forgetting(&self, plan: backup::Forgetting) -> Result<ForgetPlan> {
        let names = self.destination_names()?;
        let show = |cached| snapshot(cached, &names);
        let keep = |(cached, reasons)| KeptSnapshot { snapshot: show(cached), reasons };
        let deletion = plan.deletion;
        Ok(ForgetPlan {
            keep: plan.keep.into_iter().map(keep).collect(),
            drop: plan.drop.into_iter().map(show).collect(),
            frees_bytes: deletion.frees_bytes,
            lost_files: deletion.lost_files,
            lost: deletion.lost.into_iter().map(lost).collect(),
            trash_until: plan.trash_until,
        })
    }
}

fn lost(file: backup::LostFile) -> LostFile {
    LostFile {
        path: escape_name(&file.path),
        size_bytes: file.size,
        snapshot: file.snapshot.to_string(),
    }
}
