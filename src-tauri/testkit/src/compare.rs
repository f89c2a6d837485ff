//! The judge of whether two trees are the same: names, kinds, bytes, modes, owners, times to the
//! nanosecond, links of both kinds, attributes.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs::{self, File, Metadata};
use std::io::Read;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use undercroft_foundation::escape_path;

use crate::files::must;

/// The properties to compare beside names, kinds, bytes and symlink targets, which always are.
#[derive(Debug, Clone, Copy)]
pub struct Compare {
    /// Modification times, to the nanosecond.
    pub times: bool,
    /// Permission bits.
    pub modes: bool,
    /// User and group.
    pub owners: bool,
    /// Extended attributes.
    pub attributes: bool,
    /// Which names are hard links to one file.
    pub hard_links: bool,
    /// Files with holes must have about as many blocks in the other tree.
    pub holes: bool,
    /// The metadata of the two roots themselves.
    pub roots: bool,
}

impl Compare {
    /// Everything but holes, which depend on the file system.
    pub const METADATA: Self = Self {
        times: true,
        modes: true,
        owners: true,
        attributes: true,
        hard_links: true,
        holes: false,
        roots: true,
    };

    /// Names, kinds, bytes and targets alone.
    pub const CONTENT: Self = Self {
        times: false,
        modes: false,
        owners: false,
        attributes: false,
        hard_links: false,
        holes: false,
        roots: false,
    };
}

/// Fails the test with the list of differences, if there are any in bytes or metadata.
#[track_caller]
pub fn assert_same_tree(expected: impl AsRef<Path>, actual: impl AsRef<Path>) {
    let differences = tree_differences(expected.as_ref(), actual.as_ref(), Compare::METADATA);
    let shown = differences.iter().take(40).map(String::as_str).collect::<Vec<_>>().join("\n");
    assert!(differences.is_empty(), "{} differences:\n{shown}", differences.len());
}

/// Every difference between two trees, one line each, in the order of paths.
pub fn tree_differences(expected: &Path, actual: &Path, compare: Compare) -> Vec<String> {
    let mut judge = Judge { compare, differences: Vec::new(), links: BTreeMap::new() };
    judge.entry(expected, actual, Path::new("."));
    judge.differences
}

struct Judge {
    compare: Compare,
    differences: Vec<String>,
    /// Inode of the expected tree to inode of the actual one, both ways round.
    links: BTreeMap<(bool, u64, u64), (u64, u64)>,
}

impl Judge {
    fn entry(&mut self, expected: &Path, actual: &Path, name: &Path) {
        let left = must(fs::symlink_metadata(expected), "look at", expected);
        let Ok(right) = fs::symlink_metadata(actual) else {
            return self.differ(name, "is missing");
        };
        let kinds = (kind(&left), kind(&right));
        if kinds.0 != kinds.1 {
            return self.differ(name, format!("is a {}, should be a {}", kinds.1, kinds.0));
        }
        match kinds.0 {
            "folder" => self.folder(expected, actual, name),
            "file" => self.file((expected, &left), (actual, &right), name),
            "symlink" => self.same(name, "target", &target(expected), &target(actual)),
            "device" => self.same(name, "device number", &left.rdev(), &right.rdev()),
            _ => {}
        }
        if name != Path::new(".") || self.compare.roots {
            self.metadata((expected, &left), (actual, &right), name);
        }
    }

    fn folder(&mut self, expected: &Path, actual: &Path, name: &Path) {
        let (left, right) = (names(expected), names(actual));
        for extra in right.difference(&left) {
            self.differ(&name.join(extra), "should not be there");
        }
        for child in &left {
            self.entry(&expected.join(child), &actual.join(child), &name.join(child));
        }
    }

    fn file(&mut self, left: (&Path, &Metadata), right: (&Path, &Metadata), name: &Path) {
        if left.1.len() != right.1.len() {
            return self.same(name, "size", &left.1.len(), &right.1.len());
        }
        if let Some(at) = first_difference(left.0, right.0) {
            self.differ(name, format!("has other bytes from {at}"));
        }
        if self.compare.hard_links {
            self.hard_links(left.1, right.1, name);
        }
        let blocks = (left.1.blocks(), right.1.blocks());
        if self.compare.holes && blocks.1 > blocks.0 + blocks.0 / 4 + 64 {
            self.differ(name, format!("has {} blocks instead of {}", blocks.1, blocks.0));
        }
    }

    /// Two names are one file on the left exactly when they are one file on the right.
    fn hard_links(&mut self, left: &Metadata, right: &Metadata, name: &Path) {
        let (left, right) = ((left.dev(), left.ino()), (right.dev(), right.ino()));
        let to_right = *self.links.entry((true, left.0, left.1)).or_insert(right);
        let to_left = *self.links.entry((false, right.0, right.1)).or_insert(left);
        if to_right != right || to_left != left {
            self.differ(name, "is linked to other names");
        }
    }

    fn metadata(&mut self, left: (&Path, &Metadata), right: (&Path, &Metadata), name: &Path) {
        let (a, b) = (left.1, right.1);
        if self.compare.modes && !a.is_symlink() {
            let mode = |m: &Metadata| format!("{:o}", m.mode() & 0o7777);
            self.same(name, "mode", &mode(a), &mode(b));
        }
        if self.compare.owners {
            self.same(name, "owner", &(a.uid(), a.gid()), &(b.uid(), b.gid()));
        }
        if self.compare.times {
            let time = |m: &Metadata| (m.mtime(), m.mtime_nsec());
            self.same(name, "modification time", &time(a), &time(b));
        }
        if self.compare.attributes {
            self.same(name, "attributes", &attributes(left.0), &attributes(right.0));
        }
    }

    fn same<T: PartialEq + std::fmt::Debug>(
        &mut self,
        name: &Path,
        what: &str,
        left: &T,
        right: &T,
    ) {
        if left != right {
            self.differ(name, format!("has {what} {right:?}, should have {left:?}"));
        }
    }

    fn differ(&mut self, name: &Path, how: impl AsRef<str>) {
        self.differences.push(format!("{} {}", escape_path(name), how.as_ref()));
    }
}

fn kind(metadata: &Metadata) -> &'static str {
    let kind = metadata.file_type();
    if kind.is_dir() {
        "folder"
    } else if kind.is_file() {
        "file"
    } else if kind.is_symlink() {
        "symlink"
    } else if kind.is_fifo() {
        "pipe"
    } else if kind.is_socket() {
        "socket"
    } else {
        "device"
    }
}

fn names(folder: &Path) -> BTreeSet<OsString> {
    must(fs::read_dir(folder), "list", folder)
        .map(|entry| must(entry, "list", folder).file_name())
        .collect()
}

fn target(path: &Path) -> PathBuf {
    must(fs::read_link(path), "read the link", path)
}

fn attributes(path: &Path) -> BTreeMap<OsString, Option<Vec<u8>>> {
    let Ok(names) = xattr::list(path) else { return BTreeMap::new() };
    names.map(|name| (name.clone(), xattr::get(path, &name).ok().flatten())).collect()
}

fn first_difference(left: &Path, right: &Path) -> Option<usize> {
    const BLOCK: usize = 256 * 1024;
    let open = |path: &Path| must(File::open(path), "open", path);
    let (mut files, mut blocks) = ((open(left), open(right)), (vec![0; BLOCK], vec![0; BLOCK]));
    let mut done = 0;
    loop {
        let a = fill(&mut files.0, &mut blocks.0, left);
        let b = fill(&mut files.1, &mut blocks.1, right);
        let (a, b) = (&blocks.0[..a], &blocks.1[..b]);
        if a != b {
            let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
            return Some(done + same);
        }
        if a.is_empty() {
            return None;
        }
        done += a.len();
    }
}

fn fill(file: &mut File, block: &mut [u8], path: &Path) -> usize {
    let mut filled = 0;
    while filled < block.len() {
        match must(file.read(&mut block[filled..]), "read", path) {
            0 => break,
            read => filled += read,
        }
    }
    filled
}
