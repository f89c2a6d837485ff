//! Records of the trash: when which snapshots went there. One is written for all that go at once.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use undercroft_foundation::{Code, Result};

use crate::format::file_kind::FileKind;
use crate::format::id::{SnapshotId, TrashRecordId};
use crate::store::repository::Repository;

/// A record.
#[derive(Debug, Serialize, Deserialize)]
struct TrashRecord {
    time: Timestamp,
    snapshots: Vec<String>,
}

impl TrashRecord {
    fn ids(&self) -> impl Iterator<Item = SnapshotId> + '_ {
        self.snapshots.iter().filter_map(|id| id.parse().ok())
    }
}

impl Repository {
    /// Writes that these go into the trash now.
    pub(super) fn write_trash_record(&self, ids: &[SnapshotId]) -> Result<()> {
        if ids.is_empty() {
            return Ok(());
        }
        let record = TrashRecord {
            time: self.storage.world.clock.now(),
            snapshots: ids.iter().map(SnapshotId::to_string).collect(),
        };
        let (key, version) = (&self.key, self.config.version);
        let written: Result<TrashRecordId> =
            self.storage.write_json(FileKind::TrashRecord, &record, key, version);
        written.map(drop)
    }

    /// When each snapshot last went into the trash, as far as records that can be read say so.
    pub(super) fn trash_dates(&self) -> Result<HashMap<SnapshotId, Timestamp>> {
        let mut dates = HashMap::new();
        for (_, record) in self.trash_records()? {
            let Some(record) = record else { continue };
            for id in record.ids() {
                let date = dates.entry(id).or_insert(record.time);
                *date = record.time.max(*date);
            }
        }
        Ok(dates)
    }

    /// Removes records that are of no use any more: those of snapshots that are gone, and, `all`
    /// being gone, those that cannot be read.
    pub(super) fn tidy_trash_records(&self, all: bool) -> Result<()> {
        // One whose snapshots are not in the trash yet may just be about to fetch them.
        let mut alive: HashSet<SnapshotId> = self.snapshot_ids()?.into_iter().collect();
        alive.extend(self.ids_in_trash()?);
        let is_void = |record: &Option<TrashRecord>| match record {
            Some(record) => record.ids().all(|id| !alive.contains(&id)),
            None => all,
        };
        let records = self.trash_records()?;
        let void: Vec<_> =
            records.iter().filter(|(_, record)| is_void(record)).map(|(id, _)| *id).collect();
        self.storage.remove_all(FileKind::TrashRecord, &void)
    }

    /// All records; `None` for one that is damaged: dates alone are no reason to refuse work.
    fn trash_records(&self) -> Result<Vec<(TrashRecordId, Option<TrashRecord>)>> {
        let mut records = Vec::new();
        for id in self.list_beside::<TrashRecordId>(FileKind::TrashRecord)? {
            match self.storage.read_json(FileKind::TrashRecord, id, &self.key) {
                Ok(record) => records.push((id, Some(record))),
                Err(error) if error.code() == Code::Damaged => {
                    tracing::warn!(%error, "a record of the trash is damaged");
                    records.push((id, None));
                }
                Err(error) if error.code() == Code::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(records)
    }
}
