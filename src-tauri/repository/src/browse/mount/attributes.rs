//! The attributes that `stat` shows of each item.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use fuser::{FileAttr, FileType, INodeNo};
use rustix::fs::{major, minor};

use super::items::Item;
use crate::files::metadata::permissions;
use crate::format::tree::{Node, NodeKind, NodeTime};

/// The attributes of what no snapshot says anything of.
#[derive(Debug, Clone, Copy)]
pub(super) struct AttributeDefaults {
    pub(super) uid: u32,
    pub(super) gid: u32,
    /// When the mount was made.
    pub(super) since: NodeTime,
    /// Whether all in the snapshots is shown as the superuser's.
    pub(super) owner_root: bool,
}

impl AttributeDefaults {
    /// The attributes of the item of this number.
    pub(super) fn attributes(&self, number: u64, item: &Item) -> FileAttr {
        match item {
            Item::VirtualDir(_) => self.made_up(number, FileType::Directory, 0, self.since),
            Item::Link(target) => {
                self.made_up(number, FileType::Symlink, target.len() as u64, self.since)
            }
            Item::Snapshot(snapshot) => {
                let nanoseconds = snapshot.time.subsec_nanosecond().unsigned_abs();
                let time = NodeTime { seconds: snapshot.time.as_second(), nanoseconds };
                self.made_up(number, FileType::Directory, 0, time)
            }
            Item::Entry(node, _) => self.kept(number, node),
        }
    }

    fn made_up(&self, number: u64, kind: FileType, size: u64, at: NodeTime) -> FileAttr {
        let time = system_time(at);
        FileAttr {
            ino: INodeNo(number),
            size,
            blocks: 0,
            atime: time,
            mtime: time,
            ctime: time,
            crtime: time,
            kind,
            perm: if kind == FileType::Symlink { 0o777 } else { 0o555 },
            nlink: if kind == FileType::Directory { 2 } else { 1 },
            uid: self.uid,
            gid: self.gid,
            rdev: 0,
            blksize: 4096,
            flags: 0,
        }
    }

    fn kept(&self, number: u64, node: &Node) -> FileAttr {
        let size = match node.kind {
            NodeKind::Symlink => node.linktarget.len() as u64,
            _ => node.size,
        };
        let perm = permissions(node.mode).bits() & 0o7777;
        let least = if node.kind == NodeKind::Dir { 2 } else { 1 };
        FileAttr {
            ino: INodeNo(number),
            size,
            blocks: size.div_ceil(512),
            atime: system_time(node.atime),
            mtime: system_time(node.mtime),
            ctime: system_time(node.ctime),
            crtime: system_time(node.mtime),
            kind: kind_of(&node.kind),
            perm: u16::try_from(perm).unwrap_or(0),
            nlink: u32::try_from(node.links.max(least)).unwrap_or(u32::MAX),
            uid: if self.owner_root { 0 } else { node.uid },
            gid: if self.owner_root { 0 } else { node.gid },
            rdev: device(node.device),
            blksize: 4096,
            flags: 0,
        }
    }
}

/// The kernel's word for the kind of a node; what has none there looks like a file.
pub(super) fn kind_of(kind: &NodeKind) -> FileType {
    match kind {
        NodeKind::Dir => FileType::Directory,
        NodeKind::Symlink => FileType::Symlink,
        NodeKind::Dev => FileType::BlockDevice,
        NodeKind::CharDev => FileType::CharDevice,
        NodeKind::Fifo => FileType::NamedPipe,
        NodeKind::Socket => FileType::Socket,
        NodeKind::File | NodeKind::Other(_) => FileType::RegularFile,
    }
}

/// A device's number as the kernel packs it into 32 bits.
fn device(number: u64) -> u32 {
    let (major, minor) = (major(number), minor(number));
    (minor & 0xff) | ((major & 0xfff) << 8) | ((minor & !0xff) << 12)
}

fn system_time(time: NodeTime) -> SystemTime {
    let whole = Duration::from_secs(time.seconds.unsigned_abs());
    let second = match time.seconds {
        0.. => UNIX_EPOCH.checked_add(whole),
        _ => UNIX_EPOCH.checked_sub(whole),
    };
    let nanoseconds = Duration::from_nanos(time.nanoseconds.into());
    second.and_then(|second| second.checked_add(nanoseconds)).unwrap_or(UNIX_EPOCH)
}
