//! Extended attributes, in the order in which the system lists them, as restic keeps them.

use std::os::fd::{AsRawFd, BorrowedFd};

use rustix::fs::{
    XattrFlags, fgetxattr, flistxattr, fremovexattr, fsetxattr, lgetxattr, llistxattr,
    lremovexattr, lsetxattr,
};
use rustix::io::{Errno, Result};

use super::Entry;

/// Enough for nearly all, so that most entries cost one call.
const USUAL: usize = 1024;

/// The names of an entry's attributes; none where the file system knows no attributes.
pub(super) fn list(entry: Entry<'_>) -> Result<Vec<Vec<u8>>> {
    let listed = grow(|buffer| match entry {
        Entry::Open(file) => flistxattr(file, buffer),
        Entry::In(folder, name) => llistxattr(&path_of(folder, name)[..], buffer),
    });
    match listed {
        Err(Errno::NOTSUP | Errno::NODATA) => Ok(Vec::new()),
        Err(error) => Err(error),
        Ok(names) => {
            let names = names.split(|&byte| byte == 0).filter(|name| !name.is_empty());
            Ok(names.map(<[u8]>::to_vec).collect())
        }
    }
}

/// The value of an attribute; `None` when it is not there (any more).
pub(super) fn get(entry: Entry<'_>, attribute: &[u8]) -> Result<Option<Vec<u8>>> {
    let got = grow(|buffer| match entry {
        Entry::Open(file) => fgetxattr(file, attribute, buffer),
        Entry::In(folder, name) => lgetxattr(&path_of(folder, name)[..], attribute, buffer),
    });
    match got {
        Err(Errno::NOTSUP | Errno::NODATA) => Ok(None),
        got => got.map(Some),
    }
}

pub(super) fn set(entry: Entry<'_>, attribute: &[u8], value: &[u8]) -> Result<()> {
    let flags = XattrFlags::empty();
    match entry {
        Entry::Open(file) => fsetxattr(file, attribute, value, flags),
        Entry::In(folder, name) => lsetxattr(&path_of(folder, name)[..], attribute, value, flags),
    }
}

pub(super) fn remove(entry: Entry<'_>, attribute: &[u8]) -> Result<()> {
    match entry {
        Entry::Open(file) => fremovexattr(file, attribute),
        Entry::In(folder, name) => lremovexattr(&path_of(folder, name)[..], attribute),
    }
}

/// There are no calls with a descriptor and a name. This path leads through the descriptor; its
/// last part is not followed.
fn path_of(folder: BorrowedFd<'_>, name: &[u8]) -> Vec<u8> {
    [format!("/proc/self/fd/{}/", folder.as_raw_fd()).as_bytes(), name].concat()
}

/// Asks with a buffer that is large enough, finding out how large that is by asking.
fn grow(mut ask: impl FnMut(&mut [u8]) -> Result<usize>) -> Result<Vec<u8>> {
    let mut buffer = vec![0; USUAL];
    loop {
        match ask(&mut buffer) {
            Ok(length) => {
                buffer.truncate(length);
                return Ok(buffer);
            }
            Err(Errno::RANGE) if buffer.len() < 1 << 20 => {
                let larger = buffer.len() * 4;
                buffer.resize(larger, 0);
            }
            Err(error) => return Err(error),
        }
    }
}
