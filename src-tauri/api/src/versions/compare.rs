//! Differences between versions, and the storage that only one of them needs.

use undercroft_foundation::{Job, Result};

use super::finding::Side;
use super::wire::{Change, Comparison, SizedPath, VersionCompare, VersionRef, VersionSizes};
use crate::Api;
use crate::base::names::{names, tree_path};

/// The most differences that travel.
const SHOWN_CHANGES: usize = 10_000;

impl Api {
    /// Compares two versions, or one with what is on disk.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Invalid`] for versions of different projects.
    pub fn version_compare(&self, request: VersionCompare) -> Result<Comparison> {
        let path = tree_path(&request.path)?;
        let from = self.find_version(&request.from)?;
        let history = &self.0.history;
        let changes = match self.find_side(&request.to, Some(&request.from))? {
            Side::Version(to) => history.reader().compare(from.id, to.id, &path)?,
            Side::Disk(workspace) => {
                history.reader().compare_with_disk(from.id, workspace.id, &path, &Job::new())?
            }
        };
        Ok(Comparison {
            changes: changes.iter().take(SHOWN_CHANGES).map(Change::from).collect(),
            changes_total: changes.len() as u64,
        })
    }

    /// Shows the storage that a version takes and no other version needs.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn version_sizes(&self, request: VersionRef) -> Result<VersionSizes> {
        let version = self.find_version(&request.version)?;
        let sizes = self.0.history.reader().sizes(version.id, &Job::new())?;
        let largest = sizes.largest.iter();
        Ok(VersionSizes {
            unique_bytes: sizes.unique_bytes,
            reclaimable_bytes: sizes.reclaimable_bytes,
            largest: largest
                .map(|(path, size_bytes)| SizedPath { path: names(path), size_bytes: *size_bytes })
                .collect(),
        })
    }
}
