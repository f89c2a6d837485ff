//! `recovering/order.json`: what is being fetched, so that it is gone on with and never mixed with
//! something else.

use std::fs::{self, DirBuilder, File, TryLockError};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use undercroft_foundation::{Code, Error, IoContext, Result, replace_file, sync_folder};

/// Below the library's folder.
const FOLDER: &str = "recovering";
const ORDER: &str = "order.json";
const COMPLETE: &str = "complete";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RecoverySource {
    pub(super) repository: String,
    pub(super) snapshot: String,
}

/// The folder while something is fetched into it; no other process does so meanwhile.
pub(super) struct RecoveryFolder {
    pub(super) folder: PathBuf,
    _lock: File,
}

pub(super) fn folder_of(root: &Path) -> PathBuf {
    root.join(FOLDER)
}

/// Whether something was fetched completely.
pub(super) fn is_complete(root: &Path) -> bool {
    folder_of(root).join(COMPLETE).is_file()
}

impl RecoveryFolder {
    /// Begins, or goes on with what was begun before; something else that was begun is thrown away.
    pub(super) fn begin(root: &Path, wanted: &RecoverySource) -> Result<Self> {
        let folder = folder_of(root);
        if is_complete(root) {
            return Err(Error::new(Code::AlreadyExists, "A library was recovered already")
                .why("It waits to be taken over")
                .next("Start Undercroft anew"));
        }
        make(&folder)?;
        let lock = File::open(&folder).at("open", &folder)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Error::new(Code::Locked, "Cannot recover a library")
                    .why("Another Undercroft is recovering one")
                    .next("Wait until it is done"));
            }
            Err(TryLockError::Error(source)) => return Err(Error::io("lock", &folder, source)),
        }
        let path = folder.join(ORDER);
        let known = fs::read(&path).ok();
        let known = known.and_then(|bytes| serde_json::from_slice::<RecoverySource>(&bytes).ok());
        if known.as_ref() != Some(wanted) {
            for entry in fs::read_dir(&folder).at("read", &folder)? {
                remove(&entry.at("read", &folder)?.path())?;
            }
            let text = serde_json::to_vec(wanted).map_err(|source| {
                Error::new(Code::Internal, "The order has no form in JSON").because(source)
            })?;
            replace_file(&path, &text, 0o600)?;
            sync_folder(root)?;
        }
        Ok(Self { folder, _lock: lock })
    }

    /// The folder that the library is fetched to.
    pub(super) fn library(&self) -> PathBuf {
        self.folder.join("library")
    }

    /// Notes that a project's folder is being brought back. Says whether that was noted before.
    pub(super) fn note_begun(&self, name: &str) -> Result<()> {
        replace_file(&self.folder.join(format!("folder-{name}")), b"", 0o600)
    }

    /// Whether a project's folder was begun to be brought back.
    pub(super) fn is_begun(&self, name: &str) -> bool {
        self.folder.join(format!("folder-{name}")).exists()
    }

    /// Makes all of it durable, and says last that it is complete.
    pub(super) fn complete(&self) -> Result<()> {
        let folder = File::open(&self.folder).at("open", &self.folder)?;
        rustix::fs::syncfs(&folder).map_err(io::Error::from).at("sync", &self.folder)?;
        replace_file(&self.folder.join(COMPLETE), b"", 0o600)
    }
}

pub(super) fn make(folder: &Path) -> Result<()> {
    match DirBuilder::new().mode(0o700).create(folder) {
        Err(source) if source.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
        made => made.at("make", folder),
    }
}

pub(super) fn remove(path: &Path) -> Result<()> {
    let found = fs::symlink_metadata(path).at("look at", path)?;
    if found.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }.at("remove", path)
}
