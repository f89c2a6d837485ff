//! The lock of a temporary folder: its process lives, and no sweep takes the folder for left over.

use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{AtFlags, CWD, FlockOperation, Mode, OFlags, flock, fstat, openat, statat};
use rustix::io::Errno;

/// Locks a folder, unless another process works in it or took it away.
///
/// # Errors
/// The system's; what is no folder, a link to one included, cannot be opened, and a file system
/// without locks has none to give.
pub fn lock_folder(folder: &Path) -> io::Result<Option<OwnedFd>> {
    lock(folder, true)
}

/// The same for a folder that was made just now, also on a file system without locks: no sweep takes
/// anything away there.
///
/// # Errors
/// The system's, but those of the lock itself.
pub fn lock_new_folder(folder: &Path) -> io::Result<Option<OwnedFd>> {
    lock(folder, false)
}

fn lock(folder: &Path, needs_lock: bool) -> io::Result<Option<OwnedFd>> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let opened = match openat(CWD, folder, flags, Mode::empty()) {
        Ok(opened) => opened,
        Err(Errno::NOENT) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    match flock(&opened, FlockOperation::NonBlockingLockExclusive) {
        Err(Errno::WOULDBLOCK) => return Ok(None),
        Err(error) if needs_lock => return Err(error.into()),
        _ => {}
    }
    let own = fstat(&opened)?;
    let named = statat(CWD, folder, AtFlags::SYMLINK_NOFOLLOW);
    let is_there =
        named.is_ok_and(|found| (found.st_dev, found.st_ino) == (own.st_dev, own.st_ino));
    Ok(is_there.then_some(opened))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use rustix::fs::{FileType, mknodat};

    use super::*;

    #[test]
    fn a_folder_is_locked_by_one_at_a_time() {
        let home = tempfile::tempdir().unwrap();
        let held = lock_new_folder(home.path()).unwrap();
        assert!(held.is_some());
        assert!(lock_folder(home.path()).unwrap().is_none());
        drop(held);
        assert!(lock_folder(home.path()).unwrap().is_some());
        assert!(lock_folder(&home.path().join("gone")).unwrap().is_none());
    }

    #[test]
    fn nothing_but_a_folder_is_locked_or_waited_for() {
        let home = tempfile::tempdir().unwrap();
        let named = |name: &str| home.path().join(name);
        fs::write(named("file"), "x").unwrap();
        symlink(home.path(), named("link")).unwrap();
        // An opened pipe waits for a writer.
        mknodat(CWD, named("pipe"), FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
        for name in ["file", "link", "pipe"] {
            assert!(lock_folder(&named(name)).is_err(), "{name}");
        }
    }
}
