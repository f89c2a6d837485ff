//! The mounts of this system below a folder: that a drive comes or goes there, the kernel's notices
//! of folders do not say.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read, Seek};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, StatxFlags, statx};
use undercroft_foundation::TreePath;

/// The system's table of mounts, as far as it is about what is below a folder.
pub(super) struct Mounts {
    table: File,
    root: PathBuf,
    known: HashSet<Mount>,
}

/// One line of the table: its number and whatever else tells it from another at the same place.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Mount {
    at: TreePath,
    what: Vec<u8>,
}

impl Mounts {
    /// Reads what is mounted below `root` now.
    pub(super) fn open(root: &Path) -> io::Result<Self> {
        let table = File::open("/proc/self/mountinfo")?;
        let mut mounts = Self { table, root: root.to_owned(), known: HashSet::new() };
        mounts.changed()?;
        Ok(mounts)
    }

    /// The folders where a mount came or went since the last call.
    pub(super) fn changed(&mut self) -> io::Result<Vec<TreePath>> {
        let mut text = Vec::new();
        self.table.rewind()?;
        self.table.read_to_end(&mut text)?;
        let lines = text.split(|byte| *byte == b'\n');
        let now: HashSet<_> = lines.filter_map(|line| mount_below(&self.root, line)).collect();
        let changed = now.symmetric_difference(&self.known).map(|mount| mount.at.clone()).collect();
        self.known = now;
        Ok(changed)
    }
}

/// Has something urgent to tell when the table changed.
impl AsFd for Mounts {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.table.as_fd()
    }
}

/// Whether two open folders were reached through one mount, if the kernel tells (Linux 5.8).
pub(super) fn is_one_mount(one: BorrowedFd<'_>, other: BorrowedFd<'_>) -> bool {
    let mount = |folder| {
        let found = statx(folder, "", AtFlags::EMPTY_PATH, StatxFlags::MNT_ID).ok()?;
        (found.stx_mask & StatxFlags::MNT_ID.bits() != 0).then_some(found.stx_mnt_id)
    };
    mount(one).is_some_and(|id| mount(other) == Some(id))
}

/// The mount that a line of the table is about: its number, that of the one above, the device, the
/// folder of it that is mounted, and the place (see `proc_pid_mountinfo(5)`).
fn mount_below(root: &Path, line: &[u8]) -> Option<Mount> {
    let mut fields = line.splitn(6, |byte| *byte == b' ');
    let what = [fields.next()?, fields.next()?, fields.next()?, fields.next()?].join(&b' ');
    let at = unescape(fields.next()?);
    let at = TreePath::of(root, Path::new(OsStr::from_bytes(&at)))?;
    (!at.is_root()).then_some(Mount { at, what })
}

/// Spaces and the like are `\` and three octal digits.
fn unescape(mut field: &[u8]) -> Vec<u8> {
    let mut name = Vec::with_capacity(field.len());
    while let Some((&first, rest)) = field.split_first() {
        let digits = rest.get(..3).filter(|_| first == b'\\');
        let byte = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        match byte.and_then(|digits| u8::from_str_radix(digits, 8).ok()) {
            Some(byte) => {
                name.push(byte);
                field = &rest[3..];
            }
            None => {
                name.push(first);
                field = rest;
            }
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_below_counts_whatever_its_name() {
        let root = Path::new("/home/me");
        let at = |line: &str| mount_below(root, line.as_bytes()).map(|mount| mount.at.to_string());
        let line =
            |at: &str| format!("36 35 98:0 / {at} rw,noatime master:1 - ext3 /dev/r errors=0");
        assert_eq!(at(&line(r"/home/me/a\040b\134c")), Some(r"a b\\c".to_owned()));
        for elsewhere in ["/home/me", "/home", "/home/merge/a", "/"] {
            assert_eq!(at(&line(elsewhere)), None);
        }
        assert_eq!(at(""), None);
    }
}
