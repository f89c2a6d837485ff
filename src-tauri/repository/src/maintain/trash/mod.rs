//! The trash: forgotten snapshots, from where they can be had back.
//!
//! It lies beside the format, where no other program looks. The file `snapshots/ID` becomes
//! `trash/ID`, byte for byte; `trash/records/ID`, sealed like an index, says when which snapshots
//! went there, and is written first. While a snapshot is on its way it may be in both places, never
//! in none; one that is in `snapshots` is not in the trash, whatever else says so.
//!
//! A prune keeps what trashed snapshots need. A prune by another program does not: then it is said
//! before such a snapshot is taken out again.

mod completeness;
mod record;

pub(crate) use self::completeness::require_complete;
pub use crate::format::id::TrashRecordId;

use std::collections::HashSet;

use jiff::Timestamp;
use undercroft_foundation::{Code, Error, Job, Result, reach_write_point, text};

use crate::format::file_kind::FileKind;
use crate::format::id::SnapshotId;
use crate::format::snapshot::Snapshot;
use crate::store::lock::confirm;
use crate::store::repository::Repository;

/// A snapshot in the trash.
#[derive(Debug, Clone, PartialEq)]
pub struct TrashedSnapshot {
    /// The snapshot as it was.
    pub snapshot: Snapshot,
    /// When it was forgotten; `None` where nothing says so any more.
    pub trashed: Option<Timestamp>,
}

/// All snapshots whose content must not be removed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SnapshotsInUse {
    /// The snapshots that are listed, the oldest first: all that they need must be there.
    pub snapshots: Vec<Snapshot>,
    /// The snapshots in the trash, the oldest first: what is there of all that they need stays.
    /// Another program may have removed some of it, rightly.
    pub trashed: Vec<Snapshot>,
}

impl Repository {
    /// All snapshots whose content must not be removed.
    ///
    /// # Errors
    /// A snapshot, in the trash or not, that cannot be read: what it needs would be a guess.
    pub fn snapshots_in_use(&self) -> Result<SnapshotsInUse> {
        self.retry_listing(|| {
            // One may go into the trash meanwhile, or come out of it: it is in one of the two
            // listings of the trash then, or among the snapshots.
            let mut in_trash = self.ids_in_trash()?;
            let snapshots = self.snapshots()?;
            in_trash.extend(self.ids_in_trash()?);
            for snapshot in &snapshots {
                in_trash.remove(&snapshot.id);
            }
            let in_trash: Vec<_> = in_trash.into_iter().collect();
            Ok(SnapshotsInUse { trashed: self.read_trashed(&in_trash)?, snapshots })
        })
    }

    /// The snapshots in the trash, the oldest first.
    ///
    /// # Errors
    /// One that cannot be read is an error: a list that lacks it would be a lie.
    pub fn trashed(&self) -> Result<Vec<TrashedSnapshot>> {
        let dates = self.trash_dates()?;
        let snapshots = self.retry_listing(|| {
            let ids = self.ids_only_in_trash()?;
            self.read_trashed(&ids)
        })?;
        let dated = |snapshot: Snapshot| {
            let trashed = dates.get(&snapshot.id).copied();
            TrashedSnapshot { snapshot, trashed }
        };
        Ok(snapshots.into_iter().map(dated).collect())
    }

    /// Takes snapshots out of the trash, once it is certain that all they need is still there. One
    /// that is no longer forgotten is passed over. Returns those that came out.
    ///
    /// # Errors
    /// [`Code::NotFound`] when one is not in the trash; [`Code::Damaged`] when something that one
    /// needs is gone. Nothing was changed then.
    pub fn restore_from_trash(&self, ids: &[SnapshotId], job: &Job) -> Result<Vec<SnapshotId>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        // From the look at what they need on, nobody may prune.
        let lock = self.lock_shared()?;
        let there = self.ids_in_trash()?;
        let (ids, elsewhere): (Vec<_>, Vec<_>) = ids.iter().partition(|id| there.contains(id));
        let listed: HashSet<_> = self.snapshot_ids()?.into_iter().collect();
        if let Some(missing) = elsewhere.iter().find(|id| !listed.contains(id)) {
            let what =
                text!("There is no snapshot {missing} in the trash", missing = missing.short());
            return Err(
                Error::new(Code::NotFound, what).next("List the trash to see what it holds")
            );
        }
        let snapshots = self.read_trashed(&ids)?;
        self.forget_index();
        self.refresh_index()?;
        for snapshot in &snapshots {
            require_complete(self, snapshot, job)?;
        }
        confirm(lock.as_ref())?;
        self.storage.rename_kind(&ids, FileKind::TrashedSnapshot, FileKind::Snapshot)?;
        reach_write_point("repository.trash-restored");
        if let Err(lost) = confirm(lock.as_ref()) {
            // What they need may be gone by now.
            self.storage.rename_kind(&ids, FileKind::Snapshot, FileKind::TrashedSnapshot)?;
            return Err(lost);
        }
        let back: HashSet<_> = self.snapshot_ids()?.into_iter().collect();
        match ids.iter().find(|id| !back.contains(id)) {
            None => Ok(ids),
            Some(lost) => Err(Error::new(
                Code::NotFound,
                text!("Snapshot {lost} is no longer in the trash", lost = lost.short()),
            )
            .why("Somebody emptied the trash at the same moment")),
        }
    }

    /// Removes snapshots from the trash for good: all, or those that were forgotten before a
    /// moment. Returns which; a prune frees what only they held.
    ///
    /// # Errors
    /// [`Code::Locked`], or storage that cannot be listed or changed.
    pub fn empty_trash(&self, older_than: Option<Timestamp>) -> Result<Vec<SnapshotId>> {
        if self.list_beside::<SnapshotId>(FileKind::TrashedSnapshot)?.is_empty()
            && self.list_beside::<TrashRecordId>(FileKind::TrashRecord)?.is_empty()
        {
            return Ok(Vec::new());
        }
        let lock = self.lock_shared()?;
        let there = self.ids_in_trash()?;
        let dates = match older_than {
            Some(_) => self.trash_dates()?,
            None => Default::default(),
        };
        let is_due = |id: &SnapshotId| match older_than {
            Some(moment) => dates.get(id).is_some_and(|trashed| *trashed < moment),
            None => true,
        };
        confirm(lock.as_ref())?;
        let mut due: Vec<_> = there.iter().copied().filter(is_due).collect();
        due.sort_unstable();
        self.storage.remove_all(FileKind::TrashedSnapshot, &due)?;
        reach_write_point("repository.trash-emptied");
        self.tidy_trash_records(older_than.is_none())?;
        // What nothing says the age of has it counted from now on.
        let undated = |id: &SnapshotId| older_than.is_some() && !dates.contains_key(id);
        let undated: Vec<_> = there.iter().copied().filter(undated).collect();
        self.write_trash_record(&undated)?;
        Ok(due)
    }

    /// Moves snapshots into the trash.
    pub(crate) fn move_into_trash(&self, ids: &[SnapshotId]) -> Result<()> {
        self.write_trash_record(ids)?;
        reach_write_point("repository.trash-recorded");
        self.storage.rename_kind(ids, FileKind::Snapshot, FileKind::TrashedSnapshot)
    }

    /// The ids of the files in the trash. No folder is no trash; no repository is an error.
    fn ids_in_trash(&self) -> Result<HashSet<SnapshotId>> {
        let listed = self.list_beside(FileKind::TrashedSnapshot)?;
        Ok(listed.into_iter().collect())
    }

    /// Without those that are on their way in or out.
    fn ids_only_in_trash(&self) -> Result<Vec<SnapshotId>> {
        let mut ids = self.ids_in_trash()?;
        for id in self.snapshot_ids()? {
            ids.remove(&id);
        }
        Ok(ids.into_iter().collect())
    }

    fn read_trashed(&self, ids: &[SnapshotId]) -> Result<Vec<Snapshot>> {
        let read = self.read_snapshots(FileKind::TrashedSnapshot, ids);
        let mut snapshots = read.map_err(|error| match error.code() {
            Code::Damaged => Error::new(Code::Damaged, "A snapshot in the trash is damaged")
                .why(error.to_string())
                .next("Empty the trash, or bring the file back from a copy")
                .because(error),
            _ => error,
        })?;
        snapshots.sort_by_key(|snapshot| (snapshot.time, snapshot.id));
        Ok(snapshots)
    }

    /// Lists files that lie beside the format, in a folder that need not be there.
    fn list_beside<Id: std::str::FromStr>(&self, kind: FileKind) -> Result<Vec<Id>> {
        match self.storage.list(kind) {
            Err(error) if error.code() == Code::NotFound && self.storage.has_config()? => {
                Ok(Vec::new())
            }
            listed => listed,
        }
    }
}
