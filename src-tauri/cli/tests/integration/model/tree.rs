//! The contents of a folder, read by nothing of ours.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Everything below a folder, by path.
pub(crate) type Tree = BTreeMap<String, Thing>;

#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Thing {
    Folder { mode: u32 },
    File { bytes: Vec<u8>, mode: u32, modified: (i64, i64) },
    Link { target: Vec<u8> },
}

impl std::fmt::Debug for Thing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Folder { mode } => write!(f, "folder {mode:o}"),
            Self::Link { target } => write!(f, "link to {:?}", String::from_utf8_lossy(target)),
            Self::File { bytes, mode, modified } => {
                let head = String::from_utf8_lossy(&bytes[..bytes.len().min(16)]);
                write!(f, "{} bytes {head:?} {mode:o} {modified:?}", bytes.len())
            }
        }
    }
}

/// The beginning of the names of files that a killed restore may leave, until the next one.
const LEFT: &str = ".undercroft-restore-";

pub(crate) fn read(folder: &Path) -> Tree {
    let mut tree = Tree::new();
    add(folder, "", &mut tree);
    tree
}

fn add(folder: &Path, above: &str, tree: &mut Tree) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if name.starts_with(LEFT) {
            continue;
        }
        let path = if above.is_empty() { name } else { format!("{above}/{name}") };
        let meta = fs::symlink_metadata(entry.path()).unwrap();
        let mode = meta.mode() & 0o7777;
        if meta.is_dir() {
            tree.insert(path.clone(), Thing::Folder { mode });
            add(&entry.path(), &path, tree);
        } else if meta.is_symlink() {
            let target = fs::read_link(entry.path()).unwrap();
            tree.insert(path, Thing::Link { target: target.as_os_str().as_bytes().to_vec() });
        } else {
            let bytes = fs::read(entry.path()).unwrap();
            let modified = (meta.mtime(), meta.mtime_nsec());
            tree.insert(path, Thing::File { bytes, mode, modified });
        }
    }
}

/// The differences between two trees, a line each.
pub(crate) fn differences(expected: &Tree, actual: &Tree) -> Vec<String> {
    let paths = expected.keys().chain(actual.keys());
    let mut lines: Vec<_> = paths
        .filter(|path| expected.get(*path) != actual.get(*path))
        .map(|path| format!("{path}: {:?} is {:?}", expected.get(path), actual.get(path)))
        .collect();
    lines.sort();
    lines.dedup();
    lines
}
