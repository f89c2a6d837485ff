//! Files first: where a file is to be had, and names looked for in all backups.

use std::cmp::Reverse;

use undercroft_backup::{BackedUpFile, SearchHit, SearchOrder};
use undercroft_foundation::{Code, Job, ProjectId, Result, escape_name, escape_path};
use undercroft_history::TreePath;

use crate::Api;
use crate::backups::unescape;
use crate::convert::history::tree_path;
use crate::wire::{
    BackupCopy, ChangeKind, FileCopy, FileEverywhere, Restore, SnapshotChange, SnapshotCompare,
    SnapshotDifference, SnapshotHit, SnapshotRestorePlan, SnapshotSearch,
};

/// The most versions of a file that are listed.
const VERSIONS: usize = 500;
/// The number of names that are found when nobody says, and at most.
const HITS: (u32, u32) = (200, 5_000);

impl Api {
    /// Lists all that is kept of one file, in the history and in every backup, newest first. What
    /// has the same size and was changed at the same moment is taken for one content.
    ///
    /// # Errors
    /// [`Code::NotFound`] for a project that there is not; those of the history and the
    /// destinations, but for ones that are away.
    pub fn file_everywhere(&self, request: FileEverywhere) -> Result<Vec<FileCopy>> {
        let project = self.find_project(&request.project)?.id;
        let path = tree_path(&request.path)?;
        let mut copies = self.versions_of_file(project, &path)?;
        let names = unescape(&request.path)?;
        for file in self.0.backups.file_in_backups(project, &names)? {
            let same = |copy: &&mut FileCopy| {
                copy.size_bytes == file.size_bytes && copy.modified == Some(file.modified)
            };
            match copies.iter_mut().find(same) {
                Some(copy) => add_backups(copy, file),
                None => copies.push(copy_of(file)),
            }
        }
        for copy in &mut copies {
            copy.backups.sort_by_key(|backup| Reverse(backup.time));
        }
        copies.sort_by_key(|copy| Reverse(copy.time));
        Ok(copies)
    }

    /// The versions of a file that the history of the project's main workspace holds.
    fn versions_of_file(&self, project: ProjectId, path: &TreePath) -> Result<Vec<FileCopy>> {
        let none = |code| matches!(code, Code::NotFound);
        let workspace = match self.0.history.main_workspace(project) {
            Err(error) if none(error.code()) => return Ok(Vec::new()),
            workspace => workspace?,
        };
        let versions = match self.0.history.reader().file_history(workspace.id, path, VERSIONS) {
            Err(error) if none(error.code()) => return Ok(Vec::new()),
            versions => versions?,
        };
        let mut copies: Vec<FileCopy> = Vec::new();
        for found in versions {
            // A version that removed it holds nothing.
            let Some(size_bytes) = found.size_bytes else { continue };
            let modified =
                Some(self.0.history.reader().entry(found.version.id, &found.path)?.modified);
            let copy = FileCopy {
                time: found.version.time,
                modified,
                size_bytes,
                version: Some(found.version.id.to_string()),
                backups: Vec::new(),
            };
            let is_known =
                |known: &FileCopy| known.size_bytes == size_bytes && known.modified == modified;
            // Versions that only moved it, or changed its mode, have the same content again.
            match copies.iter_mut().find(|known| is_known(known)) {
                Some(known) => *known = copy,
                None => copies.push(copy),
            }
        }
        Ok(copies)
    }

    /// Compares two backups, or one with what is on disk.
    ///
    /// # Errors
    /// The errors of [`undercroft_backup::Backups::compare_snapshots`].
    pub fn snapshot_compare(&self, request: SnapshotCompare) -> Result<SnapshotDifference> {
        let SnapshotCompare { destination, from, to } = request;
        let destination = self.0.backups.find_destination(&destination)?.id;
        let backups = &self.0.backups;
        let found = backups.compare_snapshots(destination, &from, to.as_deref(), &Job::new())?;
        Ok(SnapshotDifference {
            changes: found.changes.into_iter().map(change).collect(),
            total: found.total,
            added_bytes: found.summary.added.bytes,
            removed_bytes: found.summary.removed.bytes,
        })
    }

    /// Says what a restore would do.
    ///
    /// # Errors
    /// The errors of [`undercroft_backup::Backups::plan_restore`].
    pub fn restore_preview(&self, request: Restore) -> Result<SnapshotRestorePlan> {
        let order = self.backup_order(request)?;
        let plan = self.0.backups.plan_restore(&order, &Job::new())?;
        let room = order.target.ancestors().find_map(|folder| rustix::fs::statvfs(folder).ok());
        Ok(SnapshotRestorePlan {
            create: plan.create,
            replace: plan.replace,
            keep: plan.keep,
            bytes: plan.bytes,
            free_bytes: room.map(|room| room.f_bavail.saturating_mul(room.f_frsize)),
            replaced: plan.replaced.iter().map(|path| escape_path(path)).collect(),
        })
    }

    /// Looks for names in all backups.
    ///
    /// # Errors
    /// The errors of [`undercroft_backup::Backups::search_snapshots`].
    pub fn snapshot_search(&self, request: SnapshotSearch) -> Result<Vec<SnapshotHit>> {
        let find = |text: String| self.0.backups.find_destination(&text);
        let project = request.project.map(|text| self.find_project(&text)).transpose()?;
        let order = SearchOrder {
            text: request.text,
            destination: request.destination.map(find).transpose()?.map(|it| it.id),
            project: project.map(|project| project.id),
            limit: request.limit.unwrap_or(HITS.0).min(HITS.1) as usize,
        };
        let hits = self.0.backups.search_snapshots(&order, &Job::new())?;
        Ok(hits.into_iter().map(hit).collect())
    }
}

fn add_backups(copy: &mut FileCopy, file: BackedUpFile) {
    let other = copy_of(file);
    copy.time = copy.time.min(other.time);
    copy.backups.extend(other.backups);
}

fn copy_of(file: BackedUpFile) -> FileCopy {
    let destination = file.destination;
    let backup = |it: undercroft_backup::FileIn| BackupCopy {
        destination: destination.id.to_string(),
        destination_name: destination.name.clone(),
        // It was just read.
        present: true,
        snapshot: it.snapshot.to_string(),
        time: it.time,
        path: it.path.iter().map(|name| escape_name(name)).collect(),
    };
    let backups: Vec<_> = file.backups.into_iter().map(backup).collect();
    FileCopy {
        time: backups.last().map_or(file.modified, |backup| backup.time),
        modified: Some(file.modified),
        size_bytes: file.size_bytes,
        version: None,
        backups,
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
