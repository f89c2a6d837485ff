//! Statistics, counted in the ways of restic.

use std::collections::{HashMap, HashSet};

use sha2::{Digest, Sha256};
use undercroft_foundation::{Job, Result};

use super::folder_sizes::{FolderSize, FolderSizes};
use super::walk::{Visitor, Walk};
use crate::format::crypto::OVERHEAD;
use crate::format::id::BlobId;
use crate::format::snapshot::Snapshot;
use crate::format::tree::{Node, NodeKind};
use crate::store::index::{EntrySet, Index};
use crate::store::read::{BlobReader, ParallelTreeWalk, walk_trees_in_parallel};
use crate::store::repository::Repository;
use crate::store::threads::threads;

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

/// Weighs what a restore of each snapshot would write.
fn restore_size(
    repository: &Repository,
    index: &Index,
    snapshots: &[Snapshot],
    job: &Job,
) -> Result<Stats> {
    let tops: Vec<BlobId> = snapshots.iter().map(|snapshot| snapshot.tree).collect();
    let mut looking = Looking { index, seen: HashSet::new(), sizes: FolderSizes::default() };
    walk_trees_in_parallel(&mut looking, tops.clone(), (repository, index), threads(), job)?;
    let weight = looking.sizes.weigh(&tops, index)?;
    Ok(Stats { total_file_count: weight.entries, total_size: weight.bytes, ..Stats::default() })
}

/// Looks at each tree once.
struct Looking<'a> {
    index: &'a Index,
    seen: HashSet<BlobId>,
    sizes: FolderSizes,
}

impl ParallelTreeWalk for Looking<'_> {
    type Tree = BlobId;

    /// The folder's size, and the trees in it.
    type Look = (FolderSize, Vec<BlobId>);

    fn enter(&mut self, tree: &BlobId) -> bool {
        self.seen.insert(*tree)
    }

    fn look(&self, reader: &mut BlobReader<'_>, tree: &BlobId) -> Result<Self::Look> {
        let (mut size, mut below) = (FolderSize::default(), Vec::new());
        for node in reader.nodes(tree)? {
            let node = node?;
            size.add(&node, self.index)?;
            below.extend(node.subtree.filter(|_| node.kind == NodeKind::Dir));
        }
        Ok((size, below))
    }

    fn take_in(&mut self, tree: &BlobId, (size, below): Self::Look) -> Result<Vec<BlobId>> {
        self.sizes.insert(tree, size, self.index)?;
        Ok(below)
    }
}
