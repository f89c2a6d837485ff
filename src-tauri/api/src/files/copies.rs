//! All that is kept of one file, in the history and in every backup.

use std::cmp::Reverse;

use undercroft_backup::BackedUpFile;
use undercroft_foundation::{Code, ProjectId, Result, escape_name};
use undercroft_history::TreePath;

use super::wire::{BackupCopy, FileCopy, FileEverywhere};
use crate::Api;
use crate::base::names::{tree_path, unescape};

/// The most versions of a file that are listed.
const VERSIONS: usize = 500;

impl Api {
    /// Lists all that is kept of one file, in the history and in every backup, newest first. What
    /// has the same size and was changed at the same moment is taken for one content.
    ///
    /// # Errors
    /// [`Code::NotFound`] for a project that there is not; the errors of the history and the
    /// destinations, but for ones that are away.
    pub fn file_everywhere(&self, request: FileEverywhere) -> Result<Vec<FileCopy>> {
        let project = self.find_project(&request.project)?.id;
        let path = tree_path(&request.path)?;
        let mut copies = self.versions_of_file(project, &path)?;
        let names = unescape(&request.path)?;
        for file in self.0.backups.file_search().find_file(project, &names)? {
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
