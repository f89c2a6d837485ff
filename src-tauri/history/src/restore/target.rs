//! The folder that is restored into.

use std::fs::{self, File};
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};

use undercroft_foundation::{Error, IoContext, Result, TreePath};
use undercroft_repository::fs_at::descend;

use crate::disk::{Disk, DiskFolder};

/// The folder, open; nothing is open while there is none.
pub(super) struct Target {
    path: PathBuf,
    open: Option<(Disk, OwnedFd)>,
}

impl Target {
    pub(super) fn open(path: &Path, make: bool) -> Result<Self> {
        if make {
            fs::create_dir_all(path).at("create", path)?;
        }
        let open = match Disk::open(path) {
            Ok(disk) => Some((disk, File::open(path).at("open", path)?.into())),
            Err(error) if error.code() == undercroft_foundation::Code::SourceMissing && !make => {
                None
            }
            Err(error) => return Err(error),
        };
        Ok(Self { path: path.to_owned(), open })
    }

    /// For reading; nothing when there is no such folder.
    pub(super) fn folder(&self, at: &TreePath) -> Result<Option<DiskFolder>> {
        match &self.open {
            Some((disk, _)) => disk.folder(at),
            None => Ok(None),
        }
    }

    /// For writing.
    pub(super) fn descend(&self, at: &TreePath) -> Result<OwnedFd> {
        let root = self.open.as_ref().map(|(_, root)| root.as_fd());
        let root =
            root.ok_or_else(|| Error::io("open", &self.path, std::io::ErrorKind::NotFound.into()))?;
        let names: Vec<&[u8]> = at.names().collect();
        descend(root, &names).map_err(Into::into).at("open", &self.path_of(at))
    }

    /// The path of something in it, for people.
    pub(super) fn path_of(&self, at: &TreePath) -> PathBuf {
        at.below(&self.path)
    }

    /// Makes all that was written to the file system durable.
    pub(super) fn sync(&self) -> Result<()> {
        let Some((_, root)) = &self.open else { return Ok(()) };
        rustix::fs::syncfs(root).map_err(Into::into).at("sync", &self.path)
    }
}
