//! Looking for files: what one went through, and what is found by name or text.

use undercroft_foundation::{Job, Result, check_sought};
use undercroft_history as history;

use super::wire::{FileHit, FileRef, FileSearch, FileVersion};
use crate::Api;
use crate::base::names::{names, tree_path};
use crate::versions::wire::Layer;

/// The most versions of a file that are listed.
const FILE_VERSIONS: usize = 10_000;
/// The number of hits that are given when nobody says, and at most.
const HITS: (u32, u32) = (200, 10_000);

impl Api {
    /// Lists the versions that did something to a file, newest first, also under the names that
    /// it had before.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`].
    pub fn file_history(&self, request: FileRef) -> Result<Vec<FileVersion>> {
        let workspace = self.find_workspace(&request.workspace)?;
        let path = tree_path(&request.path)?;
        let found = self.0.history.reader().file_history(workspace.id, &path, FILE_VERSIONS)?;
        let one = |file: history::FileVersion| FileVersion {
            path: names(&file.path),
            from: file.from.as_ref().map(names),
            kind: file.kind.into(),
            size_bytes: file.size_bytes,
            layer: file.layer.map(Layer::from),
            version: file.version.into(),
        };
        Ok(found.into_iter().map(one).collect())
    }

    /// Looks for files in a version by their paths or in their text.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`], and the errors of [`check_sought`].
    pub fn file_search(&self, request: FileSearch) -> Result<Vec<FileHit>> {
        check_sought(&request.text)?;
        let version = self.find_version(&request.version)?;
        let limit = request.limit.unwrap_or(HITS.0).min(HITS.1) as usize;
        let (text, in_content) = (&request.text, request.in_content);
        let hits =
            self.0.history.reader().search(version.id, text, in_content, limit, &Job::new())?;
        let hit = |hit: history::FileHit| FileHit {
            path: names(&hit.path),
            line: hit.line,
            preview: hit.preview,
        };
        Ok(hits.into_iter().map(hit).collect())
    }
}
