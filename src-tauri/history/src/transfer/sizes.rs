//! The room that a project's history takes.

use std::collections::HashSet;

use undercroft_foundation::{Job, ProjectId, Result};
use undercroft_repository::usage::StatsMode;

use crate::history::History;
use crate::objects::snapshots_of;
use crate::store::HistoryStore;

/// The room that a project's history takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HistorySizes {
    /// Bytes of the files of its git repository.
    pub git_bytes: u64,
    /// Bytes in the object store that no other project needs.
    pub objects_bytes: u64,
    /// The number of its versions.
    pub versions: u64,
}

impl History {
    /// The room that a project's history takes; none, where there is no history.
    ///
    /// # Errors
    /// When the catalog or the object store cannot be read.
    pub fn sizes(&self, project: ProjectId) -> Result<HistorySizes> {
        let root = HistoryStore::path_of(self.library().root(), project);
        let entries = walkdir::WalkDir::new(root).into_iter().flatten();
        let files = entries.filter(|entry| entry.file_type().is_file());
        // A save may put packs together meanwhile.
        let git_bytes = files.filter_map(|it| it.metadata().ok()).map(|it| it.len()).sum();
        let versions = self.count_versions_since(project, jiff::Timestamp::UNIX_EPOCH)?;
        let Some(repository) = self.objects().repository()? else {
            return Ok(HistorySizes { git_bytes, objects_bytes: 0, versions });
        };
        let own: HashSet<_> =
            snapshots_of(&repository, project)?.into_iter().map(|it| it.id).collect();
        let unique = match own.is_empty() {
            true => Default::default(),
            false => repository.unique_sizes(&Job::new())?,
        };
        let objects_bytes = own.iter().filter_map(|id| unique.get(id)).sum();
        Ok(HistorySizes { git_bytes, objects_bytes, versions })
    }

    /// The bytes of the object store that go along into an archive of the project: also those that
    /// other projects need as well.
    ///
    /// # Errors
    /// When the object store cannot be read.
    pub fn archived_objects_bytes(&self, project: ProjectId) -> Result<u64> {
        let Some(repository) = self.objects().repository()? else { return Ok(0) };
        let own = snapshots_of(&repository, project)?;
        Ok(repository.stats(&own, StatsMode::RawData, &Job::new())?.total_size)
    }
}
