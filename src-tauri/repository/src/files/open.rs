//! Opening folders and files through nothing but folders, so that no link on the way is followed.

use std::fs::File;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{Mode, OFlags, ResolveFlags, openat, openat2};
use rustix::io::{Errno, Result};
use rustix::process::geteuid;

use super::metadata::{Entry, Stat, set_mode};

/// The longest path the system takes in one call, with some room.
const PATH_MAX: usize = 4000;

const OPEN: OFlags =
    OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// Whether an entry was there before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// It was made just now, with nothing in it.
    Made,
    /// It was there.
    Found,
}

/// Opens a folder below another by the names that lead there, through nothing but folders: no
/// link on the way is followed.
///
/// # Errors
/// The system's; `LOOP` or `NOTDIR` when a link is in the way.
pub fn descend(from: BorrowedFd<'_>, names: &[&[u8]]) -> Result<OwnedFd> {
    let mut opened = rustix::io::fcntl_dupfd_cloexec(from, 0)?;
    let mut rest = names;
    while !rest.is_empty() {
        let mut length = 0;
        let fitting = rest.iter().take_while(|name| {
            length += name.len() + 1;
            length <= PATH_MAX
        });
        let count = fitting.count().max(1);
        opened = open_beneath(opened.as_fd(), &rest[..count])?;
        rest = &rest[count..];
    }
    Ok(opened)
}

fn open_beneath(folder: BorrowedFd<'_>, names: &[&[u8]]) -> Result<OwnedFd> {
    let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
    match openat2(folder, names.join(&b'/'), OPEN, Mode::empty(), resolve) {
        // Kernels and sandboxes without this call, and a rename elsewhere meanwhile: go step by
        // step, where no step can lead out.
        Err(Errno::NOSYS | Errno::PERM | Errno::AGAIN) => {
            let mut opened = rustix::io::fcntl_dupfd_cloexec(folder, 0)?;
            for name in names {
                opened = openat(&opened, *name, OPEN, Mode::empty())?;
            }
            Ok(opened)
        }
        opened => opened,
    }
}

/// Opens a file of a folder, and neither follows a link nor waits for a pipe.
pub(crate) fn open_to_read(folder: BorrowedFd<'_>, name: &[u8]) -> Result<File> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    openat(folder, name, flags, Mode::empty()).map(Into::into)
}

/// A folder that its owner closed against himself is opened for as long as it is being filled.
///
/// # Errors
/// The system's.
pub fn ensure_owner_access(entry: Entry<'_>, stat: &Stat) -> Result<()> {
    let closed = stat.mode() & 0o700 != 0o700;
    if closed && stat.uid() == geteuid().as_raw() {
        return set_mode(entry, stat.kind().as_ref(), stat.mode() | 0o700);
    }
    Ok(())
}
