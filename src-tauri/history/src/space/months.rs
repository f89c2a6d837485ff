//! The months in which a history grew.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use undercroft_foundation::{Job, ProjectId, Result};

use super::compact::reach::Reached;
use super::compact::stored_sizes;
use crate::consistency::HistoryMaintenance;
use crate::tree::commit::Commit;
use crate::versions::table;

/// The part of a history that the versions of a month brought.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MonthOfVersions {
    /// The versions of the month.
    pub versions: u64,
    /// The stored bytes of code and text that no earlier version has.
    pub bytes: u64,
}

impl HistoryMaintenance {
    /// The versions of a project by month, as `2026-11`, each month with what it brought.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::Damaged`] when something that a version needs cannot be read,
    /// [`undercroft_foundation::Code::Cancelled`].
    pub fn months(
        &self,
        project: ProjectId,
        zone: &TimeZone,
        job: &Job,
    ) -> Result<BTreeMap<String, MonthOfVersions>> {
        let store = self.history.store(project)?;
        let catalog = self.history.library().catalog();
        let mut versions = catalog.read(|connection| table::of_project(connection, project))?;
        versions.sort_by_key(|version| version.time);
        let sizes = stored_sizes(&store)?;
        let (mut reached, mut months) = (Reached::default(), BTreeMap::new());
        for version in versions {
            let name = version.time.to_zoned(zone.clone()).strftime("%Y-%m").to_string();
            let month: &mut MonthOfVersions = months.entry(name).or_default();
            month.versions += 1;
            month.bytes += sizes.get(&version.commit).copied().unwrap_or(0);
            let tree = Commit::read(&store, version.commit)?.tree;
            reached.walk(&store, tree, job, |met| {
                month.bytes += sizes.get(&met.id).copied().unwrap_or(0);
            })?;
        }
        Ok(months)
    }
}
