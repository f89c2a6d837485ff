//! Gives entries the owner, the mode, the attributes and the times of their nodes.

use std::os::fd::{AsFd, AsRawFd};
use std::path::Path;

use rustix::fs::{
    AtFlags, CWD, FileType, Gid, Mode, OFlags, Timespec, Timestamps, Uid, chmodat, chownat, fchmod,
    fchown, futimens, mknodat, openat, utimensat,
};
use rustix::io::{Errno, Result as SystemResult};
use rustix::process::geteuid;
use undercroft_foundation::{Code, Error, IoContext, Result};

use super::mode::{permissions, without_set_id};
use super::stat::Stat;
use super::{Entry, attributes};
use crate::format::tree::{Node, NodeKind, NodeTime};

/// Makes an entry what its node says, all but its content: what differs is set, and extended
/// attributes that the node lacks, such as an inherited access list, are removed. Each step is
/// tried, whatever became of the others; the times come last.
///
/// Without the rights of root, an owner that cannot be given away is left, as `cp -a` does; then
/// nobody gets the powers of another by setuid or setgid.
///
/// # Errors
/// The first failure; `path` is for its message.
pub fn apply(node: &Node, entry: Entry<'_>, path: &Path) -> Result<()> {
    let found = Stat::of(entry).map_err(Into::into).at("look at", path)?;
    let owner = set_owner(entry, node, &found);
    let wanted = if owner.is_ok() { node.mode } else { without_set_id(node.mode) };
    let attributes = set_attributes(entry, node);
    // Giving it away takes setuid from it, and an access list is part of its mode.
    let is_as_wanted = found.mode() == wanted && owner == Ok(false) && attributes == Ok(false);
    let mode = if node.kind == NodeKind::Symlink || is_as_wanted {
        Ok(())
    } else {
        set_mode(entry, Some(&node.kind), wanted)
    };
    let times = set_times(entry, node);
    let owner = owner.or_else(|error| match error {
        Errno::PERM if !geteuid().is_root() => Ok(false),
        error => Err(error),
    });
    owner.map_err(Into::into).at("set the owner of", path)?;
    attributes.map_err(Into::into).at("set the extended attributes of", path)?;
    mode.map_err(Into::into).at("set the mode of", path)?;
    times.map_err(Into::into).at("set the times of", path)
}

/// Makes a device, a pipe or a socket; nobody else can use it until [`apply`] says so.
///
/// # Errors
/// The system's; making devices takes the rights of root.
pub(crate) fn create_special(node: &Node, entry: Entry<'_>, path: &Path) -> Result<()> {
    let kind = match node.kind {
        NodeKind::Dev => FileType::BlockDevice,
        NodeKind::CharDev => FileType::CharacterDevice,
        NodeKind::Fifo => FileType::Fifo,
        NodeKind::Socket => FileType::Socket,
        _ => FileType::Unknown,
    };
    let Entry::In(folder, name) = entry else {
        return Err(Error::new(Code::Internal, "A device cannot be made from a descriptor"));
    };
    let device =
        if node.kind == NodeKind::Dev || node.kind == NodeKind::CharDev { node.device } else { 0 };
    let made = mknodat(folder, name, kind, Mode::RUSR | Mode::WUSR, device);
    made.map_err(Into::into).at(&format!("make the {}", node.kind.name()), path)
}

/// Gives an entry its owner and group, unless it has them; whether it had not.
fn set_owner(entry: Entry<'_>, node: &Node, found: &Stat) -> SystemResult<bool> {
    // All bits set means "leave it" to the system, and is no number of anybody.
    if node.uid == u32::MAX || node.gid == u32::MAX {
        return Err(Errno::INVAL);
    }
    if (found.uid(), found.gid()) == (node.uid, node.gid) {
        return Ok(false);
    }
    let (owner, group) = (Some(Uid::from_raw(node.uid)), Some(Gid::from_raw(node.gid)));
    match entry {
        Entry::Open(file) => fchown(file, owner, group)?,
        Entry::In(folder, name) => {
            chownat(folder, name, owner, group, AtFlags::SYMLINK_NOFOLLOW)?;
        }
    }
    Ok(true)
}

/// Gives an entry the attributes of its node and no others, but for the system's labels; whether
/// there was anything to do.
fn set_attributes(entry: Entry<'_>, node: &Node) -> SystemResult<bool> {
    let mut result = Ok(!node.extended_attributes.is_empty());
    for attribute in &node.extended_attributes {
        let value = attribute.value.as_deref().unwrap_or_default();
        let set = attributes::set(entry, attribute.name.as_bytes(), value);
        let set = set.or_else(|error| excuse(error, &attribute.name));
        result = result.and_then(|_| set.map(|()| true));
    }
    for name in attributes::list(entry)? {
        let kept = |own: &crate::format::tree::ExtendedAttribute| own.name.as_bytes() == name;
        if !node.extended_attributes.iter().any(kept) && !name.starts_with(b"security.") {
            let removed = attributes::remove(entry, &name);
            result = result.and_then(|_| removed.map(|()| true));
        }
    }
    result
}

/// Only root may set attributes of these families; who is not, expects no more of them than of
/// owners.
fn excuse(error: Errno, name: &str) -> SystemResult<()> {
    let of_root = name.starts_with("security.") || name.starts_with("trusted.");
    if error == Errno::PERM && of_root && !geteuid().is_root() { Ok(()) } else { Err(error) }
}

/// Sets the permissions of an entry of a kind; not of a link, nor of what it leads to.
///
/// # Errors
/// The system's; `LOOP` when something of another kind is there.
pub(crate) fn set_mode(
    entry: Entry<'_>,
    kind: Option<&NodeKind>,
    go_mode: u32,
) -> SystemResult<()> {
    let mode = permissions(go_mode);
    let (folder, name) = match entry {
        Entry::Open(file) => return fchmod(file, mode),
        Entry::In(folder, name) => (folder, name),
    };
    // The system's call by name follows links. So first hold on to what is there, see that it is
    // none, and then change what is held.
    let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let held = openat(folder, name, flags, Mode::empty())?;
    let found = Stat::of(Entry::Open(held.as_fd()))?.kind();
    if found.as_ref() != kind {
        return Err(Errno::LOOP);
    }
    chmodat(CWD, format!("/proc/self/fd/{}", held.as_raw_fd()), mode, AtFlags::empty())
}

fn set_times(entry: Entry<'_>, node: &Node) -> SystemResult<()> {
    let times =
        Timestamps { last_access: timespec(node.atime), last_modification: timespec(node.mtime) };
    match entry {
        Entry::Open(file) => futimens(file, &times),
        Entry::In(folder, name) => utimensat(folder, name, &times, AtFlags::SYMLINK_NOFOLLOW),
    }
}

fn timespec(time: NodeTime) -> Timespec {
    Timespec { tv_sec: time.seconds, tv_nsec: i64::from(time.nanoseconds.min(999_999_999)) }
}
