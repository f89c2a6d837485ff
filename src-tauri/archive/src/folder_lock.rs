//! The lock of a temporary folder, which says that the process that fills it lives.

use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{AtFlags, CWD, FlockOperation, Mode, flock, fstat, openat, statat};
use rustix::io::Errno;

use crate::write::source::folder_flags;

/// Locks a folder, unless another process works in it or took it away.
///
/// # Errors
/// The system's; what is no folder, a link to one included, cannot be opened.
pub(crate) fn lock_folder(folder: &Path) -> io::Result<Option<OwnedFd>> {
    let opened = match openat(CWD, folder, folder_flags(), Mode::empty()) {
        Ok(opened) => opened,
        Err(Errno::NOENT) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    match flock(&opened, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => {}
        Err(Errno::WOULDBLOCK) => return Ok(None),
        Err(error) => return Err(error.into()),
    }
    let own = fstat(&opened)?;
    let named = statat(CWD, folder, AtFlags::SYMLINK_NOFOLLOW);
    let is_there =
        named.is_ok_and(|found| (found.st_dev, found.st_ino) == (own.st_dev, own.st_ino));
    Ok(is_there.then_some(opened))
}
