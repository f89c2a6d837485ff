//! All that is kept of one file, in the history, in every backup and in every archive.

use std::cmp::Reverse;

use undercroft_archive::{Archive, EntryKind};
use undercroft_backup::BackedUpFile;
use undercroft_foundation::{Code, Error, ProjectId, Result, escape_name};
use undercroft_history::TreePath;

use super::wire::{ArchiveCopy, BackupCopy, FileCopies, FileCopy, FileEverywhere, UnreadArchive};
use crate::Api;
use crate::base::names::{names, tree_path, unescape};

/// The most versions of a file that are listed.
const VERSIONS: usize = 500;

impl Api {
    /// Lists all that is kept of one file, in the history, in every backup and in every archive,
    /// newest first. What has the same size and was changed at the same moment is taken for one
    /// content, and so is what has the same digest.
    ///
    /// # Errors
    /// [`Code::NotFound`] for a project that there is not; the errors of the history and the
    /// destinations, but for ones that are away. An archive that cannot be read is told of.
    pub fn file_everywhere(&self, request: FileEverywhere) -> Result<FileCopies> {
        let (project, archives) = self.project_and_archives(&request.project)?;
        let path = tree_path(&request.path)?;
        let mut copies = self.versions_of_file(project, &path)?;
        for copy in self.backups_of_file(project, &unescape(&request.path)?)? {
            add(&mut copies, copy);
        }
        let mut unread = Vec::new();
        for archive in archives {
            match self.file_in_archive(&archive, &path) {
                Ok(copy) => copy.into_iter().for_each(|copy| add(&mut copies, copy)),
                Err(error) => unread.push(unread_archive(&archive, &error)),
            }
        }
        // An archive may have told that two contents are one.
        let mut copies = copies.into_iter().fold(Vec::new(), |mut known, copy| {
            add(&mut known, copy);
            known
        });
        for copy in &mut copies {
            copy.backups.sort_by_key(|backup| Reverse(backup.time));
            copy.archives.sort_by_key(|archive| Reverse(archive.time));
        }
        copies.sort_by_key(|copy| Reverse(copy.time));
        Ok(FileCopies { copies, unread })
    }

    /// The project that `text` means, and its archives, but for those in the trash. One that was
    /// deleted may live on in archives alone.
    fn project_and_archives(&self, text: &str) -> Result<(ProjectId, Vec<Archive>)> {
        let project = match self.find_project(text) {
            Ok(project) => project.id,
            Err(error) if error.code() == Code::NotFound => {
                self.0.archives.find(text).map_err(|_| error)?.manifest.project.id
            }
            Err(error) => return Err(error),
        };
        let mut archives = self.0.archives.list()?;
        archives.retain(|archive| {
            archive.manifest.project.id == project && archive.manifest.trashed.is_none()
        });
        Ok((project, archives))
    }

    fn backups_of_file(&self, project: ProjectId, names: &[Vec<u8>]) -> Result<Vec<FileCopy>> {
        match self.0.backups.file_search().find_file(project, names) {
            // A project that was deleted is in no list of backups.
            Err(error) if error.code() == Code::NotFound => Ok(Vec::new()),
            files => Ok(files?.into_iter().map(copy_of).collect()),
        }
    }

    /// The file as an archive has it; nothing where it does not.
    fn file_in_archive(&self, archive: &Archive, path: &TreePath) -> Result<Option<FileCopy>> {
        let manifest = &archive.manifest;
        let reader = self.0.archives.reader(manifest.id)?;
        let number = match reader.find(path) {
            Err(error) if error.code() == Code::NotFound => return Ok(None),
            number => number?,
        };
        let entry = reader.entry(number);
        if !matches!(entry.kind, EntryKind::File | EntryKind::HardLink) {
            return Ok(None);
        }
        let copy = ArchiveCopy {
            archive: manifest.id.to_string(),
            archive_name: manifest.project.name.clone(),
            time: manifest.created,
            damaged: manifest.is_damaged(path),
        };
        Ok(Some(FileCopy {
            time: manifest.created,
            modified: entry.attributes.time(),
            size_bytes: entry.size,
            version: None,
            version_path: Vec::new(),
            backups: Vec::new(),
            archives: vec![copy],
            sha256: reader.sha256(number),
        }))
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
                version_path: names(&found.path),
                backups: Vec::new(),
                archives: Vec::new(),
                sha256: None,
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

/// Adds a copy to the content that it is, or as a new one.
fn add(copies: &mut Vec<FileCopy>, other: FileCopy) {
    let Some(copy) = copies.iter_mut().find(|copy| is_same(copy, &other)) else {
        copies.push(other);
        return;
    };
    if copy.version.is_none() {
        (copy.version, copy.version_path) = (other.version, other.version_path);
    }
    copy.time = copy.time.min(other.time);
    copy.backups.extend(other.backups);
    copy.archives.extend(other.archives);
    copy.sha256 = copy.sha256.take().or(other.sha256);
}

/// Whether two copies are one content: by their digests where both are known.
fn is_same(one: &FileCopy, other: &FileCopy) -> bool {
    match (&one.sha256, &other.sha256) {
        (Some(one), Some(other)) => one == other,
        _ => one.size_bytes == other.size_bytes && one.modified == other.modified,
    }
}

fn unread_archive(archive: &Archive, error: &Error) -> UnreadArchive {
    let reason = if error.why_text().is_empty() { error.what_text() } else { error.why_text() };
    UnreadArchive {
        archive: archive.manifest.id.to_string(),
        archive_name: archive.manifest.project.name.clone(),
        time: archive.manifest.created,
        reason: reason.to_owned(),
    }
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
        version_path: Vec::new(),
        backups,
        archives: Vec::new(),
        sha256: None,
    }
}
