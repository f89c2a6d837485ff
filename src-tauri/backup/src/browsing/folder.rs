//! Looking into a snapshot.

use std::path::{Component, Path};

use jiff::Timestamp;
use std::os::unix::ffi::OsStrExt;
use undercroft_foundation::{Code, DestinationId, Error, Result, escape_name, text};
use undercroft_repository::{BlobId, Node, NodeKind, Repository, Snapshot, SnapshotFilter, Tree};

use super::SnapshotBrowser;
use crate::snapshots::CachedSnapshot;

/// A folder of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// The snapshot.
    pub snapshot: CachedSnapshot,
    /// The folder: names from the top down. The top is the folder that was backed up, or, where
    /// several were, the root above them all.
    pub path: Vec<Vec<u8>>,
    /// Its entries: folders first, then by name.
    pub entries: Vec<Entry>,
}

/// An entry of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name; any bytes.
    pub name: Vec<u8>,
    /// The kind of thing that it is.
    pub kind: EntryKind,
    /// Its size.
    pub size_bytes: u64,
    /// When its content last changed.
    pub modified: Timestamp,
    /// Its kind and permissions, as `ls` shows them.
    pub mode: String,
    /// The target of a symlink; any bytes.
    pub target: Option<Vec<u8>>,
}

/// The kind of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryKind {
    /// A folder.
    Folder,
    /// A file.
    File,
    /// A symbolic link.
    Symlink,
    /// A pipe, a socket, a device.
    Other,
}

impl SnapshotBrowser {
    /// The entries of a folder of a snapshot. The snapshot is told by its id, the beginning of one,
    /// or `latest`.
    ///
    /// # Errors
    /// [`Code::NotFound`], and the errors of the destination.
    pub fn browse(
        &self,
        destination: DestinationId,
        snapshot: &str,
        path: &[Vec<u8>],
    ) -> Result<Listing> {
        let destination = self.destinations.get(destination)?;
        let repository = self.destinations.repository_of(&destination)?;
        let snapshot = repository.find_snapshot(snapshot, &SnapshotFilter::default())?;
        repository.refresh_index()?;
        let full = full_path(&repository, &snapshot, path)?;
        let tree = folder(&repository, &snapshot, &full)?;
        let mut entries: Vec<_> = tree.nodes.iter().map(entry).collect();
        entries.sort_by(|a, b| {
            let place = |entry: &Entry| entry.kind != EntryKind::Folder;
            place(a).cmp(&place(b)).then_with(|| a.name.cmp(&b.name))
        });
        let snapshot = CachedSnapshot::of(destination.id, &snapshot);
        Ok(Listing { snapshot, path: path.to_vec(), entries })
    }
}

/// The names from the root of a snapshot that lead where `path` leads from its top.
pub(super) fn full_path(
    repository: &Repository,
    snapshot: &Snapshot,
    path: &[Vec<u8>],
) -> Result<Vec<Vec<u8>>> {
    let mut full = top(repository, snapshot)?;
    full.extend_from_slice(path);
    Ok(full)
}

/// The names that lead to the one folder that was backed up; none where several were.
///
/// The snapshot's own word for it is text, and a path is bytes: where they differ, the tree
/// itself is followed, which has one entry a level down to that folder.
pub(crate) fn top(repository: &Repository, snapshot: &Snapshot) -> Result<Vec<Vec<u8>>> {
    let [path] = &snapshot.paths[..] else { return Ok(Vec::new()) };
    let (mut names, mut tree) = (Vec::new(), snapshot.tree);
    for part in Path::new(path).components() {
        let Component::Normal(name) = part else { continue };
        let nodes = repository.tree(&tree)?;
        let exact = nodes.find(name.as_bytes());
        let [only] = &nodes.nodes[..] else {
            // A backup of a relative path keeps nothing of what leads to it.
            return Ok(Vec::new());
        };
        let node = exact.unwrap_or(only);
        match node.subtree {
            Some(subtree) => tree = subtree,
            // A single file was backed up: its folder is the top.
            None => return Ok(names),
        }
        names.push(node.name.clone());
    }
    Ok(names)
}

fn folder(repository: &Repository, snapshot: &Snapshot, path: &[Vec<u8>]) -> Result<Tree> {
    let tree: BlobId = match repository.find_node(snapshot, path)? {
        None => snapshot.tree,
        Some(node) => node.subtree.ok_or_else(|| {
            let name = escape_name(&node.name);
            Error::new(Code::Invalid, text!("Cannot list {name}", name))
                .why("It is no folder")
                .next("Restore it to look at it")
        })?,
    };
    repository.tree(&tree)
}

pub(super) fn entry(node: &Node) -> Entry {
    let kind = match node.kind {
        NodeKind::Dir => EntryKind::Folder,
        NodeKind::File => EntryKind::File,
        NodeKind::Symlink => EntryKind::Symlink,
        _ => EntryKind::Other,
    };
    Entry {
        name: node.name.clone(),
        kind,
        size_bytes: node.size,
        modified: node.mtime.timestamp(),
        mode: mode_text(node),
        target: (kind == EntryKind::Symlink).then(|| node.linktarget.clone()),
    }
}

/// `drwxr-xr-x`, from Go's mode bits.
fn mode_text(node: &Node) -> String {
    const SETUID: u32 = 1 << 23;
    const SETGID: u32 = 1 << 22;
    const STICKY: u32 = 1 << 20;
    let letter = match node.kind {
        NodeKind::Dir => 'd',
        NodeKind::Symlink => 'l',
        NodeKind::Dev => 'b',
        NodeKind::CharDev => 'c',
        NodeKind::Fifo => 'p',
        NodeKind::Socket => 's',
        NodeKind::File => '-',
        NodeKind::Other(_) => '?',
    };
    let mut text = String::from(letter);
    for (shift, special, mark) in [(6, SETUID, 's'), (3, SETGID, 's'), (0, STICKY, 't')] {
        let bits = node.mode >> shift;
        text.push(if bits & 4 != 0 { 'r' } else { '-' });
        text.push(if bits & 2 != 0 { 'w' } else { '-' });
        text.push(match (bits & 1 != 0, node.mode & special != 0) {
            (true, true) => mark,
            (false, true) => mark.to_ascii_uppercase(),
            (true, false) => 'x',
            (false, false) => '-',
        });
    }
    text
}
