//! Statistics, counted in the ways of restic.

use std::collections::{HashMap, HashSet};

use sha2::{Digest, Sha256};
use undercroft_foundation::{Code, Error, Job, Result};

use super::walk::{Visitor, Walk};
use crate::format::crypto::OVERHEAD;
use crate::format::id::BlobId;
use crate::format::snapshot::Snapshot;
use crate::format::tree::{Node, NodeKind};
use crate::store::index::{EntrySet, Index};
use crate::store::read::{BlobReader, FolderWalk, Step, walk_folders};
use crate::store::repository::Repository;

/// The things that are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StatsMode {
    /// The files that a restore of all the snapshots would write.
    #[default]
    RestoreSize,
    /// Files, those of the same content once.
    FilesByContents,
    /// Pieces of content, once for each path at which they are.
    BlobsPerFile,
    /// The blobs that the repository stores for the snapshots.
    RawData,
}

/// The counts. What a mode does not count is 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stats {
    /// Snapshots that were looked at.
    pub snapshots_count: u64,
    /// Bytes.
    pub total_size: u64,
    /// Files; as restic counts them, folders and links too.
    pub total_file_count: u64,
    /// Blobs.
    pub total_blob_count: u64,
    /// Bytes that the blobs would take if they were not compressed.
    pub total_uncompressed_size: u64,
    /// Bytes of compressed blobs.
    pub compressed_size: u64,
    /// Bytes that compressed blobs would take if they were not.
    pub compressed_uncompressed_size: u64,
}

impl Stats {
    /// The factor by which compressed content is larger when it is not compressed.
    pub fn compression_ratio(&self) -> f64 {
        ratio(self.compressed_uncompressed_size, self.compressed_size)
    }

    /// The share of all content that is compressed, in hundredths.
    pub fn compression_progress(&self) -> f64 {
        ratio(self.compressed_uncompressed_size, self.total_uncompressed_size) * 100.0
    }

    /// The share of room that compression saves, in hundredths.
    pub fn compression_space_saving(&self) -> f64 {
        match self.total_uncompressed_size {
            0 => 0.0,
            all => (1.0 - ratio(self.total_size, all)) * 100.0,
        }
    }
}

fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

impl Repository {
    /// Counts what these snapshots hold.
    ///
    /// # Errors
    /// A tree or an index that cannot be read.
    pub fn stats(&self, snapshots: &[Snapshot], mode: StatsMode, job: &Job) -> Result<Stats> {
        let _lock = self.lock_reading(job)?;
        self.refresh_index()?;
        let index = self.index();
        let mut stats = match mode {
            StatsMode::RestoreSize => restore_size(self, &index, snapshots, job)?,
            StatsMode::RawData => {
                let mut raw =
                    Raw { index: &index, seen: EntrySet::empty(&index), stats: Stats::default() };
                walk_all(self, &index, snapshots, &mut raw, job)?;
                raw.stats
            }
            StatsMode::FilesByContents | StatsMode::BlobsPerFile => {
                let mut files = Files {
                    index: &index,
                    trees: EntrySet::empty(&index),
                    contents: HashSet::new(),
                    by_path: (mode == StatsMode::BlobsPerFile).then(HashMap::new),
                    stats: Stats::default(),
                };
                walk_all(self, &index, snapshots, &mut files, job)?;
                files.stats
            }
        };
        stats.snapshots_count = snapshots.len() as u64;
        Ok(stats)
    }
}

fn walk_all(
    repository: &Repository,
    index: &Index,
    snapshots: &[Snapshot],
    visitor: &mut impl Visitor,
    job: &Job,
) -> Result<()> {
    let mut walk = Walk::new(repository, index, job)?;
    snapshots.iter().try_for_each(|snapshot| walk.run(snapshot.tree, visitor))
}

/// The stored blobs, each once.
struct Raw<'a> {
    index: &'a Index,
    seen: EntrySet,
    stats: Stats,
}

impl Visitor for Raw<'_> {
    fn enter(&mut self, position: usize) -> bool {
        let new = self.seen.insert(position);
        if new {
            let location = self.index.at(position);
            let stored = u64::from(location.blob.length);
            let plain = location.plain_length() + OVERHEAD as u64;
            self.stats.total_blob_count += 1;
            self.stats.total_size += stored;
            self.stats.total_uncompressed_size += plain;
            if location.blob.raw_length.is_some() {
                self.stats.compressed_size += stored;
                self.stats.compressed_uncompressed_size += plain;
            }
        }
        new
    }

    fn entry(&mut self, _: &[u8], _: &Node, content: &[usize]) {
        for position in content {
            self.enter(*position);
        }
    }
}

/// Files by their contents. A tree that was read has no file that was not seen.
struct Files<'a> {
    index: &'a Index,
    trees: EntrySet,
    contents: HashSet<[u8; 32]>,
    /// The blobs that were counted at each path, where they are.
    by_path: Option<HashMap<Vec<u8>, HashSet<usize>>>,
    stats: Stats,
}

impl Visitor for Files<'_> {
    fn enter(&mut self, position: usize) -> bool {
        self.trees.insert(position)
    }

    fn entry(&mut self, folder: &[u8], node: &Node, content: &[usize]) {
        let mut digest = Sha256::new();
        node.content.iter().flatten().for_each(|id| digest.update(id.0));
        if !self.contents.insert(digest.finalize().into()) {
            return;
        }
        let Some(by_path) = &mut self.by_path else {
            self.stats.total_file_count += 1;
            self.stats.total_size += node.size;
            return;
        };
        if content.is_empty() {
            return;
        }
        let counted = by_path.entry([folder, &node.name].concat()).or_insert_with(|| {
            self.stats.total_file_count += 1;
            HashSet::new()
        });
        for position in content {
            if counted.insert(*position) {
                self.stats.total_blob_count += 1;
                self.stats.total_size += self.index.at(*position).plain_length();
            }
        }
    }
}

/// The entries and bytes below a folder.
#[derive(Debug, Clone, Copy, Default)]
struct Weight {
    entries: u64,
    bytes: u64,
}

/// A folder that is being weighed.
struct Level {
    id: BlobId,
    nodes: std::vec::IntoIter<Node>,
    weight: Weight,
    /// Whether a file below has several names: it weighs less where another name came before.
    linked: bool,
}

/// Weighs what a restore of each snapshot would write. A folder without files of several names
/// weighs the same wherever it is.
fn restore_size(
    repository: &Repository,
    index: &Index,
    snapshots: &[Snapshot],
    job: &Job,
) -> Result<Stats> {
    let mut stats = Stats::default();
    let mut weighing = Weighing {
        reader: repository.reader_by(index)?,
        job,
        known: HashMap::new(),
        links: HashSet::new(),
        whole: Weight::default(),
    };
    for snapshot in snapshots {
        weighing.links.clear();
        let top = weighing.enter(snapshot.tree)?;
        walk_folders(&mut weighing, top)?;
        stats.total_file_count += weighing.whole.entries;
        stats.total_size += weighing.whole.bytes;
    }
    Ok(stats)
}

/// The walk that weighs one snapshot after the other.
struct Weighing<'a> {
    reader: BlobReader<'a>,
    job: &'a Job,
    known: HashMap<BlobId, Weight>,
    /// Files of several names that came in this snapshot.
    links: HashSet<(u64, u64)>,
    /// The weight of this snapshot.
    whole: Weight,
}

impl Weighing<'_> {
    fn enter(&mut self, id: BlobId) -> Result<Level> {
        self.job.check_cancelled()?;
        let known = self.known.get(&id).copied();
        let nodes = if known.is_some() { Vec::new() } else { self.reader.tree(&id)?.nodes };
        let weight = known.unwrap_or_default();
        Ok(Level { id, nodes: nodes.into_iter(), weight, linked: false })
    }
}

impl FolderWalk for Weighing<'_> {
    type Folder = Level;

    fn step(&mut self, level: &mut Level) -> Result<Step<Level>> {
        let Some(node) = level.nodes.next() else { return Ok(Step::Out) };
        level.weight.entries += 1;
        if node.kind == NodeKind::Dir {
            let subtree = node.subtree.ok_or_else(|| {
                Error::new(Code::Damaged, "Cannot weigh a folder").why("It names no tree")
            })?;
            return self.enter(subtree).map(Step::Into);
        }
        let shared = node.links > 1 && node.inode != 0;
        level.linked |= shared;
        if !shared || self.links.insert((node.inode, node.device_id)) {
            level.weight.bytes += node.size;
        }
        Ok(Step::On)
    }

    fn leave(&mut self, done: Level, above: Option<&mut Level>) -> Result<()> {
        if !done.linked {
            self.known.insert(done.id, done.weight);
        }
        match above {
            Some(above) => {
                above.weight.entries += done.weight.entries;
                above.weight.bytes += done.weight.bytes;
                above.linked |= done.linked;
            }
            None => self.whole = done.weight,
        }
        Ok(())
    }
}
