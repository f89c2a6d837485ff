//! A part of the trash that things are moved into.

use std::fs::{self, File};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, fsync, mkdirat};
use rustix::io::{Errno, Result as SystemResult};
use undercroft_foundation::{IoContext, Result, TreePath, reach_write_point};
use undercroft_repository::fs_at::descend;

use super::Trash;
use crate::guard::guarded_entry::rename_new;

/// A part of the trash that is being filled. When nothing came to it, it goes with this.
#[derive(Debug)]
pub(crate) struct TrashPart {
    pub(super) trash: Trash,
    pub(super) folder: PathBuf,
    /// Whether what is old goes when something came.
    pub(super) expires: bool,
}

impl TrashPart {
    /// Its name in the trash, by which an undoing finds it.
    pub(crate) fn name(&self) -> String {
        self.folder.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// Whether something came to it.
    pub(crate) fn holds_any(&self) -> bool {
        // What cannot be listed may hold something.
        fs::read_dir(&self.folder).map_or(true, |mut entries| entries.next().is_some())
    }

    /// Moves what is at a path of the workspace here. A crash leaves it here or there.
    ///
    /// # Errors
    /// Any error of the system; [`undercroft_foundation::Code::Unsupported`] when the library lies
    /// on another file system. What was not moved is where it was.
    pub(crate) fn add(&self, path: &TreePath) -> Result<()> {
        self.move_in(path)?;
        reach_write_point("workspace.trashed");
        Ok(())
    }

    /// The same, durably.
    ///
    /// # Errors
    /// The errors of [`TrashPart::add`]. What could not be made durable is in one of both places.
    pub(crate) fn add_durably(&self, path: &TreePath) -> Result<()> {
        let (above, below) = self.move_in(path)?;
        let synced = fsync(&below).and_then(|()| fsync(&above));
        synced.map_err(|source| self.trash.cannot_move(path, source))?;
        reach_write_point("workspace.trashed");
        Ok(())
    }

    /// Moves something that was added back to its place, if that is free.
    pub(super) fn take_out(&self, path: &TreePath) -> Result<()> {
        let (from, to) = (open(&self.folder)?, open(&self.trash.workspace)?);
        let moved = move_entry(from.as_fd(), to.as_fd(), path);
        moved.map(drop).map_err(|source| self.trash.cannot_move(path, source))
    }

    fn move_in(&self, path: &TreePath) -> Result<(OwnedFd, OwnedFd)> {
        let (from, to) = (open(&self.trash.workspace)?, open(&self.folder)?);
        move_entry(from.as_fd(), to.as_fd(), path).map_err(|source| {
            self.remove_empty(path);
            self.trash.cannot_move(path, source)
        })
    }

    /// Removes the folders that were made for something that could not be moved.
    fn remove_empty(&self, path: &TreePath) {
        let place = path.below(&self.folder);
        let above = place.ancestors().skip(1);
        for folder in above.take_while(|it| it.starts_with(&self.folder) && *it != self.folder) {
            if fs::remove_dir(folder).is_err() {
                break;
            }
        }
    }
}

impl Drop for TrashPart {
    fn drop(&mut self) {
        let is_gone = fs::remove_dir(&self.folder).is_ok();
        if self.expires && !is_gone {
            // Best effort: what cannot be removed keeps nobody from going on.
            if let Err(error) = self.trash.expire(&self.folder) {
                tracing::warn!(%error, "old trash stays");
            }
        }
    }
}

pub(super) fn open(folder: &Path) -> Result<OwnedFd> {
    File::open(folder).map(Into::into).at("open", folder)
}

/// Moves an entry to the same path below another folder. Gives the two folders, for syncing.
fn move_entry(
    from: BorrowedFd<'_>,
    to: BorrowedFd<'_>,
    path: &TreePath,
) -> SystemResult<(OwnedFd, OwnedFd)> {
    let Some((parent, name)) = path.split() else { return Err(Errno::INVAL) };
    let above = enter(from, &parent)?;
    let below = make_path(to, &parent)?;
    rename_new((above.as_fd(), name), (below.as_fd(), name))?;
    Ok((above, below))
}

/// Opens a folder below another.
pub(super) fn enter(from: BorrowedFd<'_>, path: &TreePath) -> SystemResult<OwnedFd> {
    descend(from, &path.names().collect::<Vec<_>>())
}

/// Opens a folder below another, and makes it and those above it where they are missing.
pub(super) fn make_path(to: BorrowedFd<'_>, path: &TreePath) -> SystemResult<OwnedFd> {
    let mut folder = rustix::io::fcntl_dupfd_cloexec(to, 0)?;
    for name in path.names() {
        match mkdirat(&folder, name, Mode::RWXU) {
            Err(Errno::EXIST) | Ok(()) => folder = descend(folder.as_fd(), &[name])?,
            Err(source) => return Err(source),
        }
    }
    Ok(folder)
}
