//! Go's `FileMode` bits, which the format stores, and `st_mode`, which the system knows.

use rustix::fs::{FileType, Mode};

use crate::format::tree::NodeKind;

const DIR: u32 = 1 << 31;
const SYMLINK: u32 = 1 << 27;
const DEVICE: u32 = 1 << 26;
const FIFO: u32 = 1 << 25;
const SOCKET: u32 = 1 << 24;
const SETUID: u32 = 1 << 23;
const SETGID: u32 = 1 << 22;
const CHAR_DEVICE: u32 = 1 << 21;
const STICKY: u32 = 1 << 20;

/// The bits of Go that have one of their own in `st_mode`.
const SPECIAL: [(u32, u32); 3] = [(SETUID, 0o4000), (SETGID, 0o2000), (STICKY, 0o1000)];

/// The kind and Go's mode of an entry, if the format has a word for it.
pub fn go_mode(st_mode: u32) -> Option<(NodeKind, u32)> {
    let (kind, bits) = match FileType::from_raw_mode(st_mode) {
        FileType::RegularFile => (NodeKind::File, 0),
        FileType::Directory => (NodeKind::Dir, DIR),
        FileType::Symlink => (NodeKind::Symlink, SYMLINK),
        FileType::BlockDevice => (NodeKind::Dev, DEVICE),
        FileType::CharacterDevice => (NodeKind::CharDev, DEVICE | CHAR_DEVICE),
        FileType::Fifo => (NodeKind::Fifo, FIFO),
        FileType::Socket => (NodeKind::Socket, SOCKET),
        FileType::Unknown => return None,
    };
    let special = SPECIAL.iter().filter(|(_, unix)| st_mode & unix != 0).map(|(go, _)| go);
    Some((kind, bits | (st_mode & 0o777) | special.sum::<u32>()))
}

/// The permissions, with setuid, setgid and sticky, of Go's mode.
pub(crate) fn permissions(go_mode: u32) -> Mode {
    let special = SPECIAL.iter().filter(|(go, _)| go_mode & go != 0).map(|(_, unix)| unix);
    Mode::from_raw_mode((go_mode & 0o777) | special.sum::<u32>())
}

/// Go's mode without setuid and setgid.
pub(crate) fn without_set_id(go_mode: u32) -> u32 {
    go_mode & !(SETUID | SETGID)
}
