//! A node: one entry of a folder as the format keeps it.

use jiff::Timestamp;

use crate::format::id::BlobId;

/// The kind of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NodeKind {
    /// A regular file.
    File,
    /// A folder.
    Dir,
    /// A symbolic link.
    Symlink,
    /// A block device.
    Dev,
    /// A character device.
    CharDev,
    /// A named pipe.
    Fifo,
    /// A socket.
    Socket,
    /// Anything that another program wrote and this one has no word for (`irregular`, …).
    Other(String),
}

impl NodeKind {
    /// The word of the format.
    pub fn name(&self) -> &str {
        match self {
            Self::File => "file",
            Self::Dir => "dir",
            Self::Symlink => "symlink",
            Self::Dev => "dev",
            Self::CharDev => "chardev",
            Self::Fifo => "fifo",
            Self::Socket => "socket",
            Self::Other(name) => name,
        }
    }

    /// The kind that goes by this word of the format.
    pub fn from_name(name: &str) -> Self {
        match name {
            "file" => Self::File,
            "dir" => Self::Dir,
            "symlink" => Self::Symlink,
            "dev" => Self::Dev,
            "chardev" => Self::CharDev,
            "fifo" => Self::Fifo,
            "socket" => Self::Socket,
            other => Self::Other(other.to_owned()),
        }
    }
}

/// A moment to the nanosecond, in the years 0 to 9999 that the format can hold.
///
/// Kept apart from [`Timestamp`] in width only: seconds and nanoseconds since 1970, UTC.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct NodeTime {
    /// Seconds since 1970-01-01T00:00:00Z, rounded down.
    pub seconds: i64,
    /// Nanoseconds within the second, 0 to 999,999,999.
    pub nanoseconds: u32,
}

impl NodeTime {
    /// The same moment as a timestamp; the nearest that a timestamp can hold.
    pub fn timestamp(self) -> Timestamp {
        Timestamp::new(self.seconds, self.nanoseconds.min(999_999_999).cast_signed())
            .unwrap_or(if self.seconds < 0 { Timestamp::MIN } else { Timestamp::MAX })
    }
}

/// An extended attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtendedAttribute {
    /// Its name: `user.comment`.
    pub name: String,
    /// Its value; `None` where the writer stored `null`.
    pub value: Option<Vec<u8>>,
}

/// One entry of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// The name, any bytes but `/` and NUL.
    pub name: Vec<u8>,
    /// Its kind.
    pub kind: NodeKind,
    /// Go's `FileMode` bits (not `st_mode`).
    pub mode: u32,
    /// Content last changed.
    pub mtime: NodeTime,
    /// Last read, or the same as `mtime` when that is not kept.
    pub atime: NodeTime,
    /// Attributes last changed.
    pub ctime: NodeTime,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Owner's name, or empty.
    pub user: String,
    /// Group's name, or empty.
    pub group: String,
    /// Inode number.
    pub inode: u64,
    /// Number of the device that holds it; written only for files with several links.
    pub device_id: u64,
    /// Bytes of a file's content.
    pub size: u64,
    /// Number of hard links.
    pub links: u64,
    /// The target of a symbolic link.
    pub linktarget: Vec<u8>,
    /// Extended attributes, by name.
    pub extended_attributes: Vec<ExtendedAttribute>,
    /// Attributes of other systems: the JSON as it was written.
    pub generic_attributes: Option<String>,
    /// A device's number (`st_rdev`).
    pub device: u64,
    /// The blobs of a file's content in order; `None` for all that is not a file.
    pub content: Option<Vec<BlobId>>,
    /// The tree of a folder.
    pub subtree: Option<BlobId>,
    /// The error that kept its writer from reading all of it.
    pub error: String,
}

impl Node {
    /// A node of this name and kind with one link, and nothing else in it.
    pub fn new(name: impl Into<Vec<u8>>, kind: NodeKind) -> Self {
        Self {
            name: name.into(),
            kind,
            mode: 0,
            mtime: NodeTime::default(),
            atime: NodeTime::default(),
            ctime: NodeTime::default(),
            uid: 0,
            gid: 0,
            user: String::new(),
            group: String::new(),
            inode: 0,
            device_id: 0,
            size: 0,
            links: 1,
            linktarget: Vec::new(),
            extended_attributes: Vec::new(),
            generic_attributes: None,
            device: 0,
            content: None,
            subtree: None,
            error: String::new(),
        }
    }
}
