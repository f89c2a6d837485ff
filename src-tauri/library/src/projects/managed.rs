//! Managed projects: those whose folder lies in the library, in `projects/{id}/source`. One is
//! filled under a hidden name, and appears whole.

use std::fs;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};
use undercroft_foundation::{
    Error, IoContext as _, ProjectId, Result, lock_folder, lock_new_folder, reach_write_point,
    sync_folder,
};

use super::metadata::folder_of;
use crate::layout::make_folder;

/// The end of the name of a folder that is being filled.
const UNFINISHED: &str = ".tmp-project";

/// A managed project that is being filled. It goes when it is dropped before it was added.
#[derive(Debug)]
pub struct NewManaged {
    id: ProjectId,
    folder: PathBuf,
    /// Locked as long as it is filled, so that nobody takes it for a leftover.
    _lock: OwnedFd,
}

impl NewManaged {
    /// The id that the project will have.
    pub fn id(&self) -> ProjectId {
        self.id
    }

    /// The folder to fill; it is not there yet.
    pub fn source(&self) -> PathBuf {
        self.folder.join("source")
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Gives the folder its name.
    pub(super) fn publish(self, library: &Path) -> Result<()> {
        let folder = folder_of(library, self.id);
        make_folder(&self.folder.join("artifacts"))?;
        make_folder(&self.source())?;
        sync_folder(&self.folder)?;
        let renamed = renameat_with(CWD, &self.folder, CWD, &folder, RenameFlags::NOREPLACE);
        renamed.map_err(|errno| Error::io("create", &folder, errno.into()))?;
        reach_write_point("project.managed-published");
        sync_folder(&library.join("projects"))
    }
}

impl Drop for NewManaged {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// The folder of work of a managed project.
pub(super) fn source_of(library: &Path, id: ProjectId) -> PathBuf {
    folder_of(library, id).join("source")
}

/// The path of that below the library.
pub(super) fn below_library(id: ProjectId) -> PathBuf {
    Path::new("projects").join(id.to_string()).join("source")
}

/// Makes a folder to fill.
pub(super) fn begin(library: &Path, id: ProjectId) -> Result<NewManaged> {
    let folder = library.join("projects").join(format!(".{id}{UNFINISHED}"));
    loop {
        make_folder(&folder)?;
        // A sweep may take the folder before it is locked: then it is made again.
        if let Some(lock) = lock_new_folder(&folder).at("open", &folder)? {
            return Ok(NewManaged { id, folder, _lock: lock });
        }
    }
}

/// Removes what killed processes left half filled.
pub(super) fn sweep(library: &Path) {
    let Ok(entries) = fs::read_dir(library.join("projects")) else { return };
    for entry in entries.flatten() {
        let is_ours = entry.file_name().to_string_lossy().ends_with(UNFINISHED);
        if is_ours && let Ok(Some(_lock)) = lock_folder(&entry.path()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use rustix::fs::{FileType, Mode, mknodat};
    use undercroft_foundation::{OsRandom, SystemClock};

    use super::*;

    #[test]
    fn a_folder_that_was_left_half_filled_goes_and_nothing_else() {
        let home = tempfile::tempdir().unwrap();
        let named = |name: &str| home.path().join("projects").join(name.to_owned() + UNFINISHED);
        make_folder(&home.path().join("projects")).unwrap();
        let live = begin(home.path(), ProjectId::new(&SystemClock, &OsRandom)).unwrap();
        make_folder(&named(".left")).unwrap();
        symlink(live.folder(), named(".link")).unwrap();
        // An opened pipe waits for a writer.
        mknodat(CWD, named(".pipe"), FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
        sweep(home.path());
        assert!(!named(".left").exists());
        assert!(live.folder().is_dir() && named(".link").is_symlink() && named(".pipe").exists());
    }
}
