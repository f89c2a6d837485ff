//! Differences between versions, and the storage that only one of them needs.

use undercroft_foundation::{Code, Error, Job, Result, VersionId, text};
use undercroft_history::{self as history, LineBudget, LinesAfter};

use super::finding::Side;
use super::wire::{
    Change, Comparison, LineCounts, SizedPath, VersionCompare, VersionLines, VersionLinesOf,
    VersionRef, VersionSizes,
};
use crate::Api;
use crate::base::names::{names, tree_path};

/// The most differences that travel.
const SHOWN_CHANGES: usize = 10_000;
/// The most versions whose lines are counted in one request.
const VERSIONS_AT_ONCE: usize = 100;
/// The budget for counting the lines of one comparison, or of one version.
pub(super) const LINES: LineBudget = LineBudget { files: 300, bytes: 4 << 20 };
/// The budget for counting the lines of all versions of one request.
const LINES_AT_ONCE: LineBudget = LineBudget { files: 2_000, bytes: 24 << 20 };

impl Api {
    /// Compares two versions, or one with what is on disk.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Invalid`] for versions of different projects.
    pub fn version_compare(&self, request: VersionCompare) -> Result<Comparison> {
        let path = tree_path(&request.path)?;
        let from = self.find_version(&request.from)?;
        let history = &self.0.history;
        let (changes, after) = match self.find_side(&request.to, Some(&request.from))? {
            Side::Version(to) => {
                (history.reader().compare(from.id, to.id, &path)?, LinesAfter::Version(to.id))
            }
            Side::Disk(workspace) => {
                let (id, job) = (workspace.id, Job::new());
                let changes = history.reader().compare_with_disk(from.id, id, &path, &job)?;
                (changes, LinesAfter::Disk(id))
            }
        };
        let shown = &changes[..changes.len().min(SHOWN_CHANGES)];
        let mut budget = LINES;
        Ok(Comparison {
            changes: self.with_lines(from.id, after, shown, &mut budget),
            changes_total: changes.len() as u64,
        })
    }

    /// Changes as they travel, with the lines that they added and removed as far as the budget goes.
    pub(super) fn with_lines(
        &self,
        before: VersionId,
        after: LinesAfter,
        changes: &[history::Change],
        budget: &mut LineBudget,
    ) -> Vec<Change> {
        let counts = self.0.history.reader().line_counts(before, after, changes, budget);
        let with = |(change, lines): (&history::Change, Option<history::LineCounts>)| Change {
            lines: lines.map(LineCounts::from),
            ..Change::from(change)
        };
        changes.iter().zip(counts).map(with).collect()
    }

    /// Counts the lines that versions added and removed, as far as that is cheap: what is asked for
    /// beyond that is left out of the reply.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Invalid`] for more than a hundred.
    pub fn version_lines(&self, request: VersionLinesOf) -> Result<Vec<VersionLines>> {
        if request.versions.len() > VERSIONS_AT_ONCE {
            return Err(Error::new(Code::Invalid, "Too many versions at once").next(text!(
                "Ask for {versions_at_once} at most",
                versions_at_once = VERSIONS_AT_ONCE
            )));
        }
        let mut all = LINES_AT_ONCE;
        let mut counted = Vec::with_capacity(request.versions.len());
        for version in &request.versions {
            if all.files < LINES.files || all.bytes < LINES.bytes {
                break;
            }
            let mut budget = LINES;
            counted.push(self.lines_of_version(&self.find_version(version)?, &mut budget)?);
            all.files -= LINES.files - budget.files;
            all.bytes -= LINES.bytes - budget.bytes;
        }
        Ok(counted)
    }

    fn lines_of_version(
        &self,
        version: &history::Version,
        budget: &mut LineBudget,
    ) -> Result<VersionLines> {
        let most = usize::try_from(LINES.files).unwrap_or(usize::MAX);
        let changes = self.0.history.changes(version.id, most)?;
        let after = LinesAfter::Version(version.id);
        let reader = self.0.history.reader();
        let counts = version
            .parent
            .map(|parent| reader.line_counts(parent, after, &changes, budget))
            .unwrap_or_default();
        let known: Vec<_> = counts.into_iter().flatten().collect();
        let all = version.added + version.modified + version.removed + version.renamed;
        Ok(VersionLines {
            version: version.id.to_string(),
            uncounted: all.saturating_sub(known.len() as u64),
            lines: (!known.is_empty()).then(|| LineCounts {
                added: known.iter().map(|lines| lines.added).sum(),
                removed: known.iter().map(|lines| lines.removed).sum(),
            }),
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
