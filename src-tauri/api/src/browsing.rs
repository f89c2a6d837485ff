//! Looking through versions: what differs, what a file went through, what is found, what it takes.

use undercroft_foundation::{Code, Error, Job, Result};

use crate::Api;
use crate::convert::history::{self as to_wire, tree_path};
use crate::files::Side;
use crate::wire::{
    Comparison, FileHit, FileRef, FileSearch, FileVersion, Layer, SizedPath, VersionCompare,
    VersionRef, VersionSizes,
};

/// The most differences that travel.
const SHOWN_CHANGES: usize = 10_000;
/// The most versions of a file that are listed.
const FILE_VERSIONS: usize = 10_000;
/// The number of hits that are given when nobody says, and at most.
const HITS: (u32, u32) = (200, 10_000);

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
            changes: changes.iter().take(SHOWN_CHANGES).map(to_wire::change).collect(),
            changes_total: changes.len() as u64,
        })
    }

    /// Says what a version takes that no other version needs.
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
                .map(|(path, size_bytes)| SizedPath {
                    path: to_wire::names(path),
                    size_bytes: *size_bytes,
                })
                .collect(),
        })
    }

    /// Lists the versions that did something to a file, newest first, also under the names that
    /// it had before.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn file_history(&self, request: FileRef) -> Result<Vec<FileVersion>> {
        let workspace = self.find_workspace(&request.workspace)?;
        let path = tree_path(&request.path)?;
        let found = self.0.history.reader().file_history(workspace.id, &path, FILE_VERSIONS)?;
        let one = |file: undercroft_history::FileVersion| FileVersion {
            path: to_wire::names(&file.path),
            from: file.from.as_ref().map(to_wire::names),
            kind: file.kind.into(),
            size_bytes: file.size_bytes,
            layer: file.layer.map(Layer::from),
            version: to_wire::version(file.version),
        };
        Ok(found.into_iter().map(one).collect())
    }

    /// Looks for files in a version by their paths or in their text.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Invalid`] when nothing is looked for.
    pub fn file_search(&self, request: FileSearch) -> Result<Vec<FileHit>> {
        if request.text.is_empty() {
            return Err(
                Error::new(Code::Invalid, "There is nothing to look for").next("Give some text")
            );
        }
        let version = self.find_version(&request.version)?;
        let limit = request.limit.unwrap_or(HITS.0).min(HITS.1) as usize;
        let (text, in_content) = (&request.text, request.in_content);
        let hits =
            self.0.history.reader().search(version.id, text, in_content, limit, &Job::new())?;
        let hit = |hit: undercroft_history::FileHit| FileHit {
            path: to_wire::names(&hit.path),
            line: hit.line,
            preview: hit.preview,
        };
        Ok(hits.into_iter().map(hit).collect())
    }
}
