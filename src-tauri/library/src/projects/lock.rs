//! The lock of a project: whoever moves all of it from one place to another holds it, so that no
//! other process does the same at once.

use std::fs::File;
use std::path::Path;

use undercroft_foundation::{Code, Error, IoContext as _, ProjectId, Result, text};

use super::metadata::folder_of;
use crate::layout::make_folder;

/// Held as long as it lives; a process that ends gives it back.
#[derive(Debug)]
pub struct ProjectLock {
    _file: File,
}

/// Takes the lock of a project.
pub(super) fn take(library: &Path, id: ProjectId, name: &str) -> Result<ProjectLock> {
    let folder = folder_of(library, id);
    make_folder(&folder)?;
    let path = folder.join("lock");
    let mut options = File::options();
    let file = options.create(true).truncate(false).write(true).open(&path).at("open", &path)?;
    match file.try_lock() {
        Ok(()) => Ok(ProjectLock { _file: file }),
        Err(std::fs::TryLockError::WouldBlock) => {
            Err(Error::new(Code::Locked, text!("{name} is busy", name))
                .why("It is being archived, restored or deleted")
                .next("Wait until that is over, and try again"))
        }
        Err(std::fs::TryLockError::Error(source)) => Err(Error::io("lock", &path, source)),
    }
}
