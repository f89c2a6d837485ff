//! The changes between two snapshots, or between one and what is on disk.

mod disk;

use std::collections::HashSet;

use undercroft_foundation::Result;

use crate::format::blob::BlobKind;
use crate::format::crypto::OVERHEAD;
use crate::format::id::BlobId;
use crate::format::snapshot::Snapshot;
use crate::format::tree::{Node, NodeKind};
use crate::store::read::{BlobReader, FolderWalk, Step, walk_folders, walk_trees};
use crate::store::repository::Repository;

/// The kind of a change of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChangeKind {
    /// Only the second snapshot has it.
    Added,
    /// Only the first snapshot has it.
    Removed,
    /// A file's content is another.
    Content,
    /// Something else is: times, mode, owner, or for a folder what lies in it.
    Metadata,
    /// It is of another kind: a file became a link.
    Kind,
}

impl ChangeKind {
    /// The letter that restic shows: `+`, `-`, `M`, `U`, `T`.
    pub fn letter(self) -> char {
        match self {
            Self::Added => '+',
            Self::Removed => '-',
            Self::Content => 'M',
            Self::Metadata => 'U',
            Self::Kind => 'T',
        }
    }
}

/// An entry that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The kind of the change.
    pub kind: ChangeKind,
    /// Its path in the snapshots, from `/`; a folder's ends with `/`.
    pub path: Vec<u8>,
    /// Bytes of content in the first snapshot.
    pub size_before: u64,
    /// Bytes of content in the second snapshot.
    pub size_after: u64,
}

/// Counts of what one snapshot has and the other has not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DiffSide {
    /// Files.
    pub files: u64,
    /// Folders.
    pub dirs: u64,
    /// Links, devices and so on.
    pub others: u64,
    /// Pieces of content.
    pub data_blobs: u64,
    /// Trees.
    pub tree_blobs: u64,
    /// Bytes of those blobs, before compression.
    pub bytes: u64,
}

impl DiffSide {
    fn count(&mut self, node: &Node) {
        match node.kind {
            NodeKind::File => self.files += 1,
            NodeKind::Dir => self.dirs += 1,
            _ => self.others += 1,
        }
    }
}

/// The sum of what changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DiffSummary {
    /// Files that both have, with another content.
    pub changed_files: u64,
    /// Counts of what only the second snapshot has.
    pub added: DiffSide,
    /// Counts of what only the first snapshot has.
    pub removed: DiffSide,
}

type Blobs = HashSet<(BlobKind, BlobId)>;

/// An entry before and after.
type Pair = (Option<Node>, Option<Node>);

/// A folder whose entries are being compared.
struct Level {
    path: Vec<u8>,
    pairs: std::vec::IntoIter<Pair>,
}

impl Repository {
    /// Compares two snapshots, and tells `each` change in the order of paths, a folder before what
    /// is in it. For the sum, all trees of both are read.
    ///
    /// # Errors
    /// A tree that cannot be read; `each` has been told of all changes before it.
    pub fn diff(
        &self,
        before: &Snapshot,
        after: &Snapshot,
        each: &mut dyn FnMut(Change),
    ) -> Result<DiffSummary> {
        let _lock = self.lock_shared()?;
        self.walk_changes(before, after, each)?.finish(self)
    }

    /// Tells `each` change between two snapshots, as [`Repository::diff`], without a sum: folders
    /// that are the same are not read.
    ///
    /// # Errors
    /// As [`Repository::diff`].
    pub fn changes(
        &self,
        before: &Snapshot,
        after: &Snapshot,
        each: &mut dyn FnMut(Change),
    ) -> Result<()> {
        let _lock = self.lock_shared()?;
        self.walk_changes(before, after, each).map(drop)
    }

    fn walk_changes<'a>(
        &'a self,
        before: &Snapshot,
        after: &Snapshot,
        each: &'a mut dyn FnMut(Change),
    ) -> Result<Diff<'a>> {
        self.refresh_index()?;
        let mut diff = Diff {
            reader: self.reader()?,
            summary: DiffSummary::default(),
            before: Blobs::new(),
            after: Blobs::new(),
            common: Vec::new(),
            each,
        };
        diff.before.insert((BlobKind::Tree, before.tree));
        diff.after.insert((BlobKind::Tree, after.tree));
        if before.tree != after.tree {
            let pairs = diff.pairs(Some(before.tree), Some(after.tree))?;
            walk_folders(&mut diff, Level { path: b"/".to_vec(), pairs })?;
        }
        Ok(diff)
    }
}

struct Diff<'a> {
    reader: BlobReader<'a>,
    summary: DiffSummary,
    /// Blobs that the parts of the first snapshot need that are not in the second as they are.
    before: Blobs,
    /// The same of the second snapshot.
    after: Blobs,
    /// Trees that both have.
    common: Vec<BlobId>,
    each: &'a mut dyn FnMut(Change),
}

impl FolderWalk for Diff<'_> {
    type Folder = Level;

    fn step(&mut self, level: &mut Level) -> Result<Step<Level>> {
        match level.pairs.next() {
            Some(pair) => Ok(self.pair(&level.path, &pair)?.into()),
            None => Ok(Step::Out),
        }
    }
}

impl Diff<'_> {
    /// Tells of one entry; returns what is to be compared below it.
    fn pair(&mut self, folder: &[u8], (before, after): &Pair) -> Result<Option<Level>> {
        let Some(shown) = after.as_ref().or(before.as_ref()) else { return Ok(None) };
        let slash: &[u8] = if shown.kind == NodeKind::Dir { b"/" } else { b"" };
        let path = [folder, &shown.name, slash].concat();
        if let Some(kind) = self.compare(before.as_ref(), after.as_ref()) {
            let size = |node: &Option<Node>| node.as_ref().map_or(0, |node| node.size);
            let (size_before, size_after) = (size(before), size(after));
            (self.each)(Change { kind, path, size_before, size_after });
        }
        let (before, after) = (subtree(before.as_ref()), subtree(after.as_ref()));
        match (before, after) {
            (None, None) => Ok(None),
            (Some(before), Some(after)) if before == after => {
                self.common.push(before);
                Ok(None)
            }
            (before, after) => {
                // Of a folder and a file of one name, the path shown is the file's, maybe.
                let path = [folder, &shown.name, b"/"].concat();
                Ok(Some(Level { path, pairs: self.pairs(before, after)? }))
            }
        }
    }

    fn compare(&mut self, before: Option<&Node>, after: Option<&Node>) -> Option<ChangeKind> {
        add_blobs(&mut self.before, before);
        add_blobs(&mut self.after, after);
        match (before, after) {
            (None, None) => None,
            (Some(before), None) => {
                self.summary.removed.count(before);
                Some(ChangeKind::Removed)
            }
            (None, Some(after)) => {
                self.summary.added.count(after);
                Some(ChangeKind::Added)
            }
            (Some(before), Some(after)) if before.kind != after.kind => Some(ChangeKind::Kind),
            (Some(before), Some(after))
                if after.kind == NodeKind::File && before.content != after.content =>
            {
                self.summary.changed_files += 1;
                Some(ChangeKind::Content)
            }
            (before, after) => (before != after).then_some(ChangeKind::Metadata),
        }
    }

    /// The entries of two trees, side by side.
    fn pairs(
        &mut self,
        before: Option<BlobId>,
        after: Option<BlobId>,
    ) -> Result<std::vec::IntoIter<Pair>> {
        let mut nodes = |id: Option<BlobId>| -> Result<_> {
            match id {
                Some(id) => Ok(self.reader.tree(&id)?.nodes),
                None => Ok(Vec::new()),
            }
        };
        Ok(side_by_side(nodes(before)?, nodes(after)?))
    }

    /// Counts the blobs that only one of the two needs.
    fn finish(mut self, repository: &Repository) -> Result<DiffSummary> {
        let mut removed: Blobs = self.before.difference(&self.after).copied().collect();
        let mut added: Blobs = self.after.difference(&self.before).copied().collect();
        // A copy of an unchanged file is no new content: look what is common, if that can matter.
        let mut seen = HashSet::new();
        walk_trees(self.common, |id| {
            let mut below = Vec::new();
            if (removed.is_empty() && added.is_empty()) || !seen.insert(id) {
                return Ok(below);
            }
            for set in [&mut removed, &mut added] {
                set.remove(&(BlobKind::Tree, id));
            }
            for node in self.reader.tree(&id)?.nodes {
                for id in node.content.iter().flatten() {
                    removed.remove(&(BlobKind::Data, *id));
                    added.remove(&(BlobKind::Data, *id));
                }
                below.extend(subtree(Some(&node)));
            }
            Ok(below)
        })?;
        count_blobs(repository, &removed, &mut self.summary.removed);
        count_blobs(repository, &added, &mut self.summary.added);
        Ok(self.summary)
    }
}

/// The entries of two folders, those of one name together.
fn side_by_side(mut before: Vec<Node>, mut after: Vec<Node>) -> std::vec::IntoIter<Pair> {
    for nodes in [&mut before, &mut after] {
        nodes.sort_by(|a, b| a.name.cmp(&b.name));
    }
    let mut pairs = Vec::with_capacity(before.len().max(after.len()));
    let (mut before, mut after) = (before.into_iter().peekable(), after.into_iter().peekable());
    loop {
        let order = match (before.peek(), after.peek()) {
            (None, None) => return pairs.into_iter(),
            (Some(_), None) => std::cmp::Ordering::Less,
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (Some(before), Some(after)) => before.name.cmp(&after.name),
        };
        let first = if order.is_le() { before.next() } else { None };
        let second = if order.is_ge() { after.next() } else { None };
        pairs.push((first, second));
    }
}

fn subtree(node: Option<&Node>) -> Option<BlobId> {
    node.filter(|node| node.kind == NodeKind::Dir).and_then(|node| node.subtree)
}

fn add_blobs(blobs: &mut Blobs, node: Option<&Node>) {
    let Some(node) = node else { return };
    blobs.extend(node.content.iter().flatten().map(|id| (BlobKind::Data, *id)));
    blobs.extend(subtree(Some(node)).map(|id| (BlobKind::Tree, id)));
}

fn count_blobs(repository: &Repository, blobs: &Blobs, side: &mut DiffSide) {
    for (kind, id) in blobs {
        match kind {
            BlobKind::Data => side.data_blobs += 1,
            BlobKind::Tree => side.tree_blobs += 1,
        }
        if let Some(location) = repository.find_blob(*kind, id) {
            let stored = u64::from(location.blob.length).saturating_sub(OVERHEAD as u64);
            side.bytes += location.blob.raw_length.map_or(stored, u64::from);
        }
    }
}
