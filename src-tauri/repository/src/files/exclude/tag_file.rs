//! Tag files: a file that says of its folder that the rest of it is not worth keeping.

use std::os::fd::BorrowedFd;

use rustix::fs::{AtFlags, OFlags, statat};
use rustix::io::{Errno, read};
use undercroft_foundation::{Code, Error, Result, text};

use crate::files::noatime::open_noatime;

/// The beginning of the tag file in the cache folders of <https://bford.info/cachedir/>.
const CACHE_SIGNATURE: &[u8] = b"Signature: 8a477f597d28d172789f06886806bc55";

/// A file by whose presence all else in its folder is left out; the file itself is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagFile {
    name: Vec<u8>,
    header: Vec<u8>,
}

impl TagFile {
    /// `CACHEDIR.TAG` with its signature, as caches carry it.
    pub fn cache() -> Self {
        Self { name: b"CACHEDIR.TAG".to_vec(), header: CACHE_SIGNATURE.to_vec() }
    }

    /// Reads `name`, or `name:header` for a file that must begin with these bytes.
    ///
    /// # Errors
    /// [`Code::Invalid`] when the name is empty or more than one name.
    pub fn parse(text: &str) -> Result<Self> {
        let (name, header) = text.split_once(':').unwrap_or((text, ""));
        if matches!(name, "" | "." | "..") || name.contains(['/', '\0']) {
            return Err(Error::new(
                Code::Invalid,
                text!("Not the name of a tag file: {text}", text = format!("{text:?}")),
            ));
        }
        Ok(Self { name: name.into(), header: header.into() })
    }

    /// The name of the file, which stays in the backup.
    pub fn name(&self) -> &[u8] {
        &self.name
    }

    /// Whether the folder holds such a file. One that is there but does not begin as it should
    /// marks nothing.
    ///
    /// # Errors
    /// Any failure to find that out.
    pub fn marks(&self, folder: BorrowedFd<'_>) -> rustix::io::Result<bool> {
        match statat(folder, &self.name[..], AtFlags::SYMLINK_NOFOLLOW) {
            Err(Errno::NOENT) => return Ok(false),
            Err(error) => return Err(error),
            Ok(_) if self.header.is_empty() => return Ok(true),
            Ok(_) => {}
        }
        // Not to wait for ever on a pipe of that name, nor to be led out of the folder by a link.
        let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK;
        let file = open_noatime(folder, &self.name[..], flags)?;
        let mut start = vec![0; self.header.len()];
        let mut filled = 0;
        while filled < start.len() {
            match read(&file, &mut start[filled..]) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(Errno::INTR) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(start == self.header)
    }
}
