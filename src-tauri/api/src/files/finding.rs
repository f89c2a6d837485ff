//! Looking for files: what one went through, and what is found by name or text.

use undercroft_foundation::{Job, Result, check_sought};
use undercroft_history as history;

use super::wire::{DeletedFile, DeletedFiles, FileAt, FileHit, FileRef, FileSearch, FileVersion};
use crate::Api;
use crate::base::names::{names, tree_path};
use crate::versions::finding::Side;
use crate::versions::wire::Layer;

/// The most versions of a file that are listed.
const FILE_VERSIONS: usize = 10_000;
/// The most names that a folder had once that are listed.
const DELETED: usize = 1_000;
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

    /// Lists the names that a folder had in versions before and that this one, or the newest of a
    /// workspace on disk, lacks.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`].
    pub fn file_deleted(&self, request: FileAt) -> Result<DeletedFiles> {
        let path = tree_path(&request.path)?;
        let version = match self.find_side(&request.version, None)? {
            Side::Version(version) => Some(version),
            Side::Disk(workspace) => self.0.history.newest_version(workspace.id)?,
        };
        let Some(version) = version else {
            return Ok(DeletedFiles { entries: Vec::new(), more: false });
        };
        let found = self.0.history.reader().deleted(version.id, &path, DELETED, &Job::new())?;
        let one = |deleted: history::DeletedEntry| DeletedFile {
            entry: deleted.entry.into(),
            version: deleted.version.into(),
            removed: deleted.gone.removed,
            renamed_to: deleted.gone.renamed_to.as_ref().map(names),
        };
        Ok(DeletedFiles { entries: found.entries.into_iter().map(one).collect(), more: found.more })
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
