//! The metadata of an entry comes back as it was.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use rustix::fs::{Mode, mknodat};
use undercroft_foundation::{IoContext, Result};

use super::*;
use crate::format::tree::{ExtendedAttribute, Node, NodeKind, NodeTime};

/// Looks at an entry and makes a whole node of it.
fn capture(entry: Entry<'_>, name: &[u8], path: &Path) -> Result<Node> {
    let capture = Capture::new(false, false);
    let stat = Stat::of(entry).map_err(Into::into).at("look at", path)?;
    let mut node = capture.node_of(name, &stat)?;
    capture.fill(&mut node, entry, path)?;
    Ok(node)
}

struct Folder {
    guard: tempfile::TempDir,
    file: File,
}

impl Folder {
    fn new() -> Self {
        let guard = tempfile::tempdir().unwrap();
        let file = File::open(guard.path()).unwrap();
        Self { guard, file }
    }

    fn path(&self, name: &[u8]) -> std::path::PathBuf {
        self.guard.path().join(OsStr::from_bytes(name))
    }

    fn capture(&self, name: &[u8]) -> Node {
        let entry = Entry::In(self.file.as_fd(), name);
        capture(entry, name, &self.path(name)).unwrap()
    }

    fn apply(&self, node: &Node, name: &[u8]) {
        let entry = Entry::In(self.file.as_fd(), name);
        apply(node, entry, &self.path(name)).unwrap();
    }
}

/// A node without what a restored entry cannot have: its old place and moment of change.
fn restorable(node: &Node) -> Node {
    Node { inode: 0, ctime: NodeTime::default(), device_id: 0, ..node.clone() }
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[test]
fn a_file_is_captured_and_made_again() {
    let (from, to) = (Folder::new(), Folder::new());
    let name = b"odd\n\xff name";
    fs::write(from.path(name), "content").unwrap();
    fs::write(to.path(name), "content").unwrap();
    let time = NodeTime { seconds: -86_401, nanoseconds: 123_456_789 };
    let mut node = from.capture(name);
    assert_eq!((node.kind.clone(), node.size, node.links), (NodeKind::File, 7, 1));
    assert_eq!((node.content.as_deref(), node.device_id), (Some(&[][..]), 0));
    assert_eq!((node.name.as_slice(), node.atime), (&name[..], node.mtime));
    node.mtime = time;
    node.atime = time;
    node.mode = 0o640 | (1 << 23) | (1 << 20);
    if is_root() {
        (node.uid, node.gid) = (1234, 4321);
        (node.user, node.group) = (String::new(), String::new());
    }
    to.apply(&node, name);
    assert_eq!(restorable(&to.capture(name)), restorable(&node));
    let mode = fs::symlink_metadata(to.path(name)).unwrap().permissions().mode();
    assert_eq!(mode & 0o7777, 0o5640);
}

#[test]
fn attributes_are_kept_and_others_removed() {
    let folder = Folder::new();
    fs::write(folder.path(b"a"), "").unwrap();
    let file = File::open(folder.path(b"a")).unwrap();
    let mut node = folder.capture(b"a");
    let attribute = |name: &str, value: Option<&[u8]>| ExtendedAttribute {
        name: name.to_owned(),
        value: value.map(<[u8]>::to_vec),
    };
    node.extended_attributes = vec![
        attribute("user.empty", Some(b"")),
        attribute("user.long", Some(&[7; 2000])),
        attribute("user.null", None),
    ];
    for entry in [Entry::Open(file.as_fd()), Entry::In(folder.file.as_fd(), b"a")] {
        attributes::set(entry, b"user.stale", b"x").unwrap();
        apply(&node, entry, Path::new("a")).unwrap();
        let mut found = capture(entry, b"a", Path::new("a")).unwrap();
        found.extended_attributes.sort_by(|a, b| a.name.cmp(&b.name));
        let values: Vec<_> = found
            .extended_attributes
            .iter()
            .map(|found| (found.name.as_str(), found.value.as_ref().map(Vec::len)))
            .collect();
        let expected = [("user.empty", Some(0)), ("user.long", Some(2000)), ("user.null", Some(0))];
        assert_eq!(values, expected);
    }
}

#[test]
fn a_link_is_the_link_and_not_where_it_leads() {
    let folder = Folder::new();
    fs::write(folder.path(b"file"), "x").unwrap();
    symlink(OsStr::from_bytes(b"file"), folder.path(b"link")).unwrap();
    symlink(OsStr::from_bytes(b"no\xffwhere"), folder.path(b"dangling")).unwrap();
    assert_eq!(folder.capture(b"dangling").linktarget, b"no\xffwhere");
    let before = folder.capture(b"file");
    let mut link = folder.capture(b"link");
    assert_eq!((link.kind.clone(), link.linktarget.as_slice()), (NodeKind::Symlink, &b"file"[..]));
    assert!(link.content.is_none());
    link.mtime = NodeTime { seconds: 5, nanoseconds: 6 };
    link.atime = link.mtime;
    folder.apply(&link, b"link");
    assert_eq!(folder.capture(b"link").mtime, link.mtime);
    assert_eq!(folder.capture(b"file"), before);
}

#[test]
fn the_mode_of_a_swapped_in_link_is_not_set() {
    let folder = Folder::new();
    fs::write(folder.path(b"file"), "x").unwrap();
    let mut node = folder.capture(b"file");
    node.mode = 0o777;
    symlink("file", folder.path(b"link")).unwrap();
    let entry = Entry::In(folder.file.as_fd(), b"link");
    assert!(apply(&node, entry, Path::new("link")).is_err());
    assert_ne!(folder.capture(b"file").mode & 0o777, 0o777);
}

#[test]
fn folders_pipes_and_sockets_come_back() {
    let (from, to) = (Folder::new(), Folder::new());
    let folder = from.file.as_fd();
    mknodat(folder, "pipe", rustix::fs::FileType::Fifo, Mode::from_raw_mode(0o620), 0).unwrap();
    mknodat(folder, "socket", rustix::fs::FileType::Socket, Mode::from_raw_mode(0o600), 0).unwrap();
    for (name, kind) in [(b"pipe" as &[u8], NodeKind::Fifo), (b"socket", NodeKind::Socket)] {
        let node = from.capture(name);
        assert_eq!((node.kind.clone(), node.links), (kind, 0));
        create_special(&node, Entry::In(to.file.as_fd(), name), Path::new("x")).unwrap();
        to.apply(&node, name);
        assert_eq!(restorable(&to.capture(name)), restorable(&node));
    }
    fs::create_dir(from.path(b"dir")).unwrap();
    fs::create_dir(to.path(b"dir")).unwrap();
    fs::set_permissions(from.path(b"dir"), fs::Permissions::from_mode(0o3751)).unwrap();
    let node = from.capture(b"dir");
    assert_eq!(node.mode, 1 << 31 | 1 << 22 | 1 << 20 | 0o751);
    to.apply(&node, b"dir");
    assert_eq!(restorable(&to.capture(b"dir")), restorable(&node));
}

#[test]
fn devices_come_back_with_their_numbers() {
    if !is_root() {
        return;
    }
    let (from, to) = (Folder::new(), Folder::new());
    let device = rustix::fs::makedev(7, 300);
    let folder = from.file.as_fd();
    let mode = Mode::from_raw_mode(0o660);
    mknodat(folder, "block", rustix::fs::FileType::BlockDevice, mode, device).unwrap();
    let null =
        capture(Entry::In(File::open("/dev").unwrap().as_fd(), b"null"), b"null", Path::new("x"))
            .unwrap();
    assert_eq!((null.kind.clone(), null.device), (NodeKind::CharDev, rustix::fs::makedev(1, 3)));
    for node in [from.capture(b"block"), null] {
        create_special(&node, Entry::In(to.file.as_fd(), &node.name), Path::new("x")).unwrap();
        to.apply(&node, &node.name);
        let found = to.capture(&node.name);
        assert_eq!((found.kind, found.device, found.mode), (node.kind, node.device, node.mode));
    }
}

#[test]
fn hard_links_share_a_device_and_others_name_none() {
    let folder = Folder::new();
    fs::write(folder.path(b"a"), "x").unwrap();
    assert_eq!(folder.capture(b"a").device_id, 0);
    fs::hard_link(folder.path(b"a"), folder.path(b"b")).unwrap();
    let (a, b) = (folder.capture(b"a"), folder.capture(b"b"));
    assert_eq!((a.links, a.inode, a.device_id), (2, b.inode, b.device_id));
    assert_ne!(a.device_id, 0);
}

#[test]
fn what_is_gone_says_so_with_its_path() {
    let folder = Folder::new();
    let entry = Entry::In(folder.file.as_fd(), b"gone");
    let error = capture(entry, b"gone", Path::new("/x/gone")).unwrap_err();
    assert_eq!(error.what_text(), "Cannot look at /x/gone");
    assert_eq!(error.code(), undercroft_foundation::Code::NotFound);
}
