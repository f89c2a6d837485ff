//! Mounts: where another file system, or another part of the same one, is attached within a folder.
//! Whoever removes a folder stops there.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs::{self, Permissions};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStringExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, StatxFlags, statat, statx};
use rustix::io::Errno;
use rustix::path::Arg;

use crate::{Code, Error, IoContext as _, Result, escape_path, text};

/// The mount that something lies on: its device and, where the kernel tells, the mount's own number,
/// which tells a bind mount from the file system that it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mount {
    device: u64,
    number: Option<u64>,
}

impl Mount {
    /// The mount of an open file or folder.
    ///
    /// # Errors
    /// Any error of the system.
    pub fn of(file: impl AsFd) -> io::Result<Self> {
        Self::look(file, "", AtFlags::EMPTY_PATH)
    }

    /// The mount of what a path leads to; a link at its end is not followed.
    ///
    /// # Errors
    /// Any error of the system.
    pub fn of_path(path: &Path) -> io::Result<Self> {
        Self::look(CWD, path, AtFlags::SYMLINK_NOFOLLOW)
    }

    fn look(folder: impl AsFd, name: impl Arg + Copy, flags: AtFlags) -> io::Result<Self> {
        let device = statat(&folder, name, flags)?.st_dev;
        // Kernels before 5.8 have no number, and some sandboxes no such call.
        let number = match statx(&folder, name, flags, StatxFlags::MNT_ID) {
            Ok(found) if found.stx_mask & StatxFlags::MNT_ID.bits() != 0 => Some(found.stx_mnt_id),
            Ok(_) | Err(Errno::NOSYS | Errno::PERM | Errno::INVAL) => None,
            Err(errno) => return Err(errno.into()),
        };
        Ok(Self { device, number })
    }
}

/// The folders at which something is mounted, by the system's own table: none of them is asked.
pub fn mount_points() -> HashSet<PathBuf> {
    let table = fs::read("/proc/self/mountinfo").unwrap_or_default();
    let places = table.split(|byte| *byte == b'\n').filter_map(|line| {
        let place = line.split(|byte| *byte == b' ').nth(4)?;
        Some(PathBuf::from(OsString::from_vec(unescape(place))))
    });
    places.collect()
}

/// Spaces and the like are `\` and three octal digits.
fn unescape(mut field: &[u8]) -> Vec<u8> {
    let mut name = Vec::with_capacity(field.len());
    while let Some((&first, rest)) = field.split_first() {
        let digits = rest.get(..3).filter(|_| first == b'\\');
        let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = digits.and_then(|digits| u8::from_str_radix(digits, 8).ok());
        name.push(byte.unwrap_or(first));
        field = if byte.is_some() { &rest[3..] } else { rest };
    }
    name
}

/// Makes a folder ready to be removed with all that is in it: folders that may not be written become
/// writable.
///
/// # Errors
/// [`Code::Invalid`] when something is mounted in it, and whatever keeps a folder from being read:
/// then nothing is to be removed.
pub fn prepare_removal(folder: &Path) -> Result<()> {
    let mount = Mount::of_path(folder).at("look at", folder)?;
    let mut waiting = vec![folder.to_owned()];
    while let Some(folder) = waiting.pop() {
        if Mount::of_path(&folder).at("look at", &folder)? != mount {
            return Err(Error::new(
                Code::Invalid,
                text!("{folder} stays", folder = escape_path(&folder)),
            )
            .why("Another file system is mounted there")
            .next("Unmount it first"));
        }
        let mode = fs::symlink_metadata(&folder).at("look at", &folder)?.permissions().mode();
        if mode & 0o700 != 0o700 {
            // What stays sealed is told when it is to be read.
            let _ = fs::set_permissions(&folder, Permissions::from_mode(0o700));
        }
        for entry in fs::read_dir(&folder).at("read", &folder)? {
            let entry = entry.at("read", &folder)?;
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                waiting.push(entry.path());
            }
        }
    }
    Ok(())
}

/// Removes a folder with all that is in it, also where modes forbid that; one that is not there is
/// none to remove.
///
/// # Errors
/// The errors of [`prepare_removal`], and whatever keeps something from being removed.
pub fn remove_tree(folder: &Path) -> Result<()> {
    if let Err(source) = folder.symlink_metadata() {
        return match source.kind() {
            io::ErrorKind::NotFound => Ok(()),
            _ => Err(Error::io("look at", folder, source)),
        };
    }
    prepare_removal(folder)?;
    fs::remove_dir_all(folder).at("remove", folder)
}
