//! Looking through backups: how two differ, what a restore would do, and names looked for in all.

use std::path::PathBuf;

use undercroft_backup::{PlannedRestore, SearchHit, SearchOrder};
use undercroft_foundation::{Job, Result, escape_name, escape_path};

use super::wire::{
    Restore, SnapshotChange, SnapshotCompare, SnapshotDifference, SnapshotHit, SnapshotRestorePlan,
    SnapshotSearch,
};
use crate::Api;
use crate::base::wire::ChangeKind;

/// The number of names that are found when nobody says, and at most.
const HITS: (u32, u32) = (200, 5_000);

impl Api {
    /// Compares two backups, or one with what is on disk.
    ///
    /// # Errors
    /// The errors of [`undercroft_backup::SnapshotBrowser::compare`].
    pub fn snapshot_compare(&self, request: SnapshotCompare) -> Result<SnapshotDifference> {
        let SnapshotCompare { destination, from, to } = request;
        let destination = self.0.backups.destinations().find(&destination)?.id;
        let backups = &self.0.backups;
        let found = backups.browser().compare(destination, &from, to.as_deref(), &Job::new())?;
        Ok(SnapshotDifference {
            changes: found.changes.into_iter().map(change).collect(),
            total: found.total,
            added_bytes: found.summary.added.bytes,
            removed_bytes: found.summary.removed.bytes,
        })
    }

    /// Previews the restore of a backup; nothing is written.
    ///
    /// # Errors
    /// The errors of [`undercroft_backup::Restores::plan`].
    pub fn restore_preview(&self, request: Restore) -> Result<SnapshotRestorePlan> {
        let order = self.backup_order(request)?;
        let writer = self.0.history.writer();
        let will_keep = |places: &[PathBuf]| Ok(!writer.written_at(places)?.is_empty());
        let PlannedRestore { target, place, plan } =
            self.0.backups.restores().plan(&order, &will_keep, &Job::new())?;
        let room = target.ancestors().find_map(|folder| rustix::fs::statvfs(folder).ok());
        let workspaces = writer.written_at(&[place])?;
        Ok(SnapshotRestorePlan {
            create: plan.create,
            replace: plan.replace,
            keep: plan.keep,
            bytes: plan.bytes,
            free_bytes: room.map(|room| room.f_bavail.saturating_mul(room.f_frsize)),
            replaced: plan.replaced.iter().map(|path| escape_path(path)).collect(),
            target: escape_path(&target),
            workspaces: workspaces.iter().map(|workspace| workspace.id.to_string()).collect(),
        })
    }

    /// Looks for names in all backups.
    ///
    /// # Errors
    /// The errors of [`undercroft_backup::FileSearch::find_names`].
    pub fn snapshot_search(&self, request: SnapshotSearch) -> Result<Vec<SnapshotHit>> {
        let find = |text: String| self.0.backups.destinations().find(&text);
        let project = request.project.map(|text| self.find_project(&text)).transpose()?;
        let order = SearchOrder {
            text: request.text,
            destination: request.destination.map(find).transpose()?.map(|it| it.id),
            project: project.map(|project| project.id),
            limit: request.limit.unwrap_or(HITS.0).min(HITS.1) as usize,
        };
        let hits = self.0.backups.file_search().find_names(&order, &Job::new())?;
        Ok(hits.into_iter().map(hit).collect())
    }
}

fn change(change: undercroft_backup::Change) -> SnapshotChange {
    use undercroft_backup::ChangeKind as Kind;

    let gone = change.kind == Kind::Removed;
    let names = change.path.split(|byte| *byte == b'/').filter(|name| !name.is_empty());
    SnapshotChange {
        path: names.map(escape_name).collect(),
        kind: match change.kind {
            Kind::Added => ChangeKind::Added,
            Kind::Removed => ChangeKind::Removed,
            Kind::Content | Kind::Kind => ChangeKind::Modified,
            Kind::Metadata => ChangeKind::Metadata,
        },
        size_bytes: Some(if gone { change.size_before } else { change.size_after }),
    }
}

fn hit(hit: SearchHit) -> SnapshotHit {
    SnapshotHit {
        destination: hit.destination.to_string(),
        snapshot: hit.snapshot.to_string(),
        time: hit.time,
        backups: hit.backups,
        path: hit.path.iter().map(|name| escape_name(name)).collect(),
        kind: hit.kind.into(),
        size_bytes: hit.size_bytes,
        modified: hit.modified,
    }
}
