//! Owner, permissions and extended attributes: a file hands them on to the one that takes its place.

use std::ffi::OsStr;
use std::fs::File;
use std::os::fd::BorrowedFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::fchown;

use rustix::fs::{AtFlags, FileType, fstat, statat};
use xattr::FileExt;

use super::open_file;
use crate::disk::extended;

/// The extended attribute of an access list (see `acl(5)`).
const ACCESS_LIST: &[u8] = b"system.posix_acl_access";

/// Attributes that speak for the content: other content has not earned them.
const OF_THE_CONTENT: [&[u8]; 3] = [b"security.capability", b"security.ima", b"security.evm"];

/// A file as it was before another takes its place.
pub(crate) struct ReplacedFile {
    owner: u32,
    group: u32,
    mode: u32,
    /// Nothing when it could not be opened.
    attributes: Option<Vec<(Vec<u8>, Vec<u8>)>>,
}

impl ReplacedFile {
    /// The file of this name in a folder; nothing when it is none.
    pub(super) fn of(folder: BorrowedFd<'_>, name: &[u8]) -> Option<Self> {
        let file = open_file(folder, name);
        let stat = match &file {
            Some(file) => fstat(file),
            None => statat(folder, name, AtFlags::SYMLINK_NOFOLLOW),
        };
        let stat = stat.ok()?;
        (FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile).then(|| Self {
            owner: stat.st_uid,
            group: stat.st_gid,
            mode: stat.st_mode & 0o7777,
            attributes: file.as_ref().map(extended),
        })
    }

    /// Gives all of it to a file, as far as the system lets us. Returns the permissions that the
    /// file may have with what it got, and whether that is all.
    pub(super) fn apply_to(&self, to: &File) -> (u32, bool) {
        let owned = fchown(to, Some(self.owner), Some(self.group)).is_ok();
        let grouped = owned || fchown(to, None, Some(self.group)).is_ok();
        let mut all = owned && self.attributes.is_some();
        // The folder may have handed one on, which opens the file to others than the former one was.
        if to.get_xattr(OsStr::from_bytes(ACCESS_LIST)).is_ok_and(|list| list.is_some()) {
            all &= to.remove_xattr(OsStr::from_bytes(ACCESS_LIST)).is_ok();
        }
        for (name, value) in self.attributes.iter().flatten() {
            if !OF_THE_CONTENT.contains(&&name[..]) {
                let may = grouped || name != ACCESS_LIST;
                all &= may && to.set_xattr(OsStr::from_bytes(name), value).is_ok();
            }
        }
        let mode = match (owned, grouped) {
            (true, _) => self.mode,
            (false, true) => self.mode & 0o777,
            // Another group gets no more than everybody has.
            (false, false) => self.mode & 0o707 | (self.mode & 0o007) << 3,
        };
        // One that could not be read would be in no version either.
        (if self.attributes.is_some() { mode } else { mode & 0o777 | 0o600 }, all)
    }
}
