//! The metadata that one look at an entry tells, without reading any of it.

use rustix::fs::{AtFlags, fstat, statat};

use super::Entry;
use super::mode::go_mode;
use crate::format::tree::{NodeKind, NodeTime};

/// The seconds of the first and the last moment that the format can hold: years 0 and 9999.
const FIRST: i64 = -62_167_219_200;
const LAST: i64 = 253_402_300_799;

/// An entry's state at one moment. A symbolic link's is the link's own.
#[derive(Debug, Clone, Copy)]
pub struct Stat(rustix::fs::Stat);

impl Stat {
    /// Looks at an entry.
    ///
    /// # Errors
    /// The system's, such as `NOENT`.
    pub fn of(entry: Entry<'_>) -> rustix::io::Result<Self> {
        match entry {
            Entry::Open(file) => fstat(file),
            Entry::In(folder, name) => statat(folder, name, AtFlags::SYMLINK_NOFOLLOW),
        }
        .map(Self)
    }

    /// Its kind; `None` for what the format has no word for.
    pub fn kind(&self) -> Option<NodeKind> {
        go_mode(self.0.st_mode).map(|(kind, _)| kind)
    }

    /// Whether it is a regular file.
    pub fn is_file(&self) -> bool {
        self.0.st_mode & 0o170_000 == 0o100_000
    }

    /// Whether it is a folder.
    pub fn is_dir(&self) -> bool {
        self.0.st_mode & 0o170_000 == 0o040_000
    }

    /// Go's mode bits.
    pub fn mode(&self) -> u32 {
        go_mode(self.0.st_mode).map_or(0, |(_, mode)| mode)
    }

    /// Bytes of its content.
    pub fn size(&self) -> u64 {
        u64::try_from(self.0.st_size).unwrap_or(0)
    }

    /// When its content last changed.
    pub fn mtime(&self) -> NodeTime {
        time(self.0.st_mtime, self.0.st_mtime_nsec)
    }

    /// When anything of it last changed.
    pub fn ctime(&self) -> NodeTime {
        time(self.0.st_ctime, self.0.st_ctime_nsec)
    }

    /// When it was last read.
    pub fn atime(&self) -> NodeTime {
        time(self.0.st_atime, self.0.st_atime_nsec)
    }

    /// Its inode number.
    pub fn inode(&self) -> u64 {
        self.0.st_ino
    }

    /// The number of the file system that holds it.
    pub fn device_id(&self) -> u64 {
        self.0.st_dev
    }

    /// The number of the device that it is.
    pub fn device(&self) -> u64 {
        self.0.st_rdev
    }

    /// The number of its names.
    #[allow(clippy::useless_conversion, reason = "other machines have 32 bits here")]
    pub fn links(&self) -> u64 {
        u64::from(self.0.st_nlink)
    }

    /// The number of its owner.
    pub fn uid(&self) -> u32 {
        self.0.st_uid
    }

    /// The number of its group.
    pub fn gid(&self) -> u32 {
        self.0.st_gid
    }
}

fn time(seconds: i64, nanoseconds: impl TryInto<u32>) -> NodeTime {
    NodeTime {
        seconds: seconds.clamp(FIRST, LAST),
        nanoseconds: nanoseconds.try_into().unwrap_or(0).min(999_999_999),
    }
}
