//! Snapshots without what is lost.

use std::collections::HashMap;

use undercroft_foundation::{Code, Job, Result, escape_name};

use crate::format::blob::{BlobEncoder, BlobKind};
use crate::format::id::{BlobId, SnapshotId};
use crate::format::snapshot::Snapshot;
use crate::format::tree::{Node, NodeKind, encode_tree};
use crate::maintain::forget::Forget;
use crate::store::lock::Lock;
use crate::store::read::BlobReader;
use crate::store::repository::Repository;
use crate::store::write::{BlobWriter, WriteMode};

/// The tag of a snapshot that was repaired, as restic gives it.
const REPAIRED: &str = "repaired";

/// The number of paths of a snapshot that are named.
const NAMED: usize = 100;

/// Options for the repair of snapshots.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SnapshotRepairOptions {
    /// Broken snapshots go into the trash once they are repaired, and those of which nothing is
    /// left.
    pub forget: bool,
    /// Only says what would be done.
    pub dry_run: bool,
}

/// A snapshot that lacks something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepairedSnapshot {
    /// The snapshot.
    pub id: SnapshotId,
    /// The one that holds all that is left of it; none where nothing is, or it only would be
    /// written.
    pub repaired: Option<SnapshotId>,
    /// The first hundred files and folders that lack something, escaped.
    pub paths: Vec<String>,
    /// The number of such paths.
    pub paths_total: u64,
}

/// The outcome of a repair of snapshots.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SnapshotRepair {
    /// Snapshots that lack something.
    pub broken: Vec<RepairedSnapshot>,
    /// Snapshots that lack nothing.
    pub sound: u64,
}

impl Repository {
    /// Writes a snapshot of what is left for each of these that lacks something: files without the
    /// content that is in no index, and empty folders in place of trees that cannot be read. The
    /// new one bears the tag `repaired` and names the broken one.
    ///
    /// # Errors
    /// A snapshot or an index file that cannot be read, [`Code::Locked`], [`Code::Cancelled`], or a
    /// failure of the storage; no snapshot was touched then.
    pub fn repair_snapshots(
        &self,
        ids: &[SnapshotId],
        options: &SnapshotRepairOptions,
        job: &Job,
    ) -> Result<SnapshotRepair> {
        let lock = self.lock_shared()?;
        let all = self.snapshots()?;
        let wanted = ids.iter().map(|id| self.read_snapshot(*id)).collect::<Result<Vec<_>>>()?;
        self.refresh_index()?;
        job.add_total(wanted.len() as u64, 0);
        job.settle_totals();
        let mode = if options.dry_run { WriteMode::DryRun } else { WriteMode::Add };
        let (repaired_trees, _) = BlobWriter::run(self, lock.as_ref(), mode, |writer| {
            let mut repair = TreeRepair::new(self, writer, job)?;
            wanted.iter().map(|snapshot| repair.repair(snapshot)).collect::<Result<Vec<_>>>()
        })?;
        let mut report = SnapshotRepair::default();
        for (snapshot, repaired_tree) in wanted.into_iter().zip(repaired_trees) {
            if repaired_tree.tree == Some(snapshot.tree) {
                report.sound += 1;
                continue;
            }
            let id = snapshot.id;
            let repaired = match repaired_tree.tree.filter(|_| !options.dry_run) {
                Some(tree) => Some(self.write_repaired(lock.as_ref(), snapshot, tree, &all)?),
                None => None,
            };
            let (paths, paths_total) = (repaired_tree.paths, repaired_tree.paths_total);
            report.broken.push(RepairedSnapshot { id, repaired, paths, paths_total });
        }
        drop(lock);
        if options.forget && !options.dry_run {
            let broken: Vec<_> = report.broken.iter().map(|broken| broken.id).collect();
            self.forget(&broken, Forget::IntoTrash)?;
        }
        Ok(report)
    }

    /// Writes the snapshot, unless an earlier repair did.
    fn write_repaired(
        &self,
        lock: Option<&Lock>,
        snapshot: Snapshot,
        tree: BlobId,
        all: &[Snapshot],
    ) -> Result<SnapshotId> {
        let is_it = |other: &&Snapshot| other.original == Some(snapshot.id) && other.tree == tree;
        if let Some(before) = all.iter().find(is_it) {
            return Ok(before.id);
        }
        let original = Some(snapshot.id);
        let mut tags = snapshot.tags.clone();
        if !tags.iter().any(|tag| tag == REPAIRED) {
            tags.push(REPAIRED.to_owned());
        }
        Ok(self.write_snapshot(lock, Snapshot { tree, tags, original, ..snapshot })?.id)
    }
}

/// A tree without what is lost.
#[derive(Default)]
struct RepairedTree {
    /// The tree; none where the root itself is lost.
    tree: Option<BlobId>,
    paths: Vec<String>,
    paths_total: u64,
}

impl RepairedTree {
    fn note(&mut self, path: &str) {
        self.paths_total += 1;
        if self.paths.len() < NAMED {
            self.paths.push(path.to_owned());
        }
    }
}

/// Repairs trees, each once: what a tree lacks, it lacks wherever it is.
struct TreeRepair<'r> {
    repository: &'r Repository,
    writer: &'r BlobWriter<'r>,
    reader: BlobReader<'r>,
    encoder: BlobEncoder,
    job: &'r Job,
    /// Trees that lack nothing.
    sound: std::collections::HashSet<BlobId>,
    /// The repaired trees by those that lack something.
    repaired: HashMap<BlobId, BlobId>,
}

impl<'r> TreeRepair<'r> {
    fn new(repository: &'r Repository, writer: &'r BlobWriter<'r>, job: &'r Job) -> Result<Self> {
        Ok(Self {
            repository,
            writer,
            reader: repository.reader()?,
            encoder: BlobEncoder::new(repository.compression)?,
            job,
            sound: Default::default(),
            repaired: HashMap::new(),
        })
    }

    fn repair(&mut self, snapshot: &Snapshot) -> Result<RepairedTree> {
        self.job.set_current(format!("Snapshot {}", snapshot.id.short()));
        let mut repaired = RepairedTree::default();
        match self.tree(snapshot.tree, "", &mut repaired)? {
            Some(tree) => repaired.tree = Some(tree),
            None => repaired.note("/"),
        }
        self.job.add_files_done(1);
        Ok(repaired)
    }

    /// The tree without what is lost; nothing of one that cannot be read.
    fn tree(&mut self, id: BlobId, path: &str, lacks: &mut RepairedTree) -> Result<Option<BlobId>> {
        self.job.check_cancelled()?;
        if self.sound.contains(&id) {
            return Ok(Some(id));
        }
        let mut tree = match self.reader.tree(&id) {
            Err(error) if error.code() == Code::Damaged => return Ok(None),
            read => read?,
        };
        let mut changed = false;
        for node in &mut tree.nodes {
            let path = format!("{path}/{}", escape_name(&node.name));
            changed |= match node.kind {
                NodeKind::Dir => self.folder(node, &path, lacks)?,
                NodeKind::File => self.file(node, &path, lacks),
                _ => false,
            };
        }
        if !changed {
            self.sound.insert(id);
            return Ok(Some(id));
        }
        if let Some(repaired) = self.repaired.get(&id) {
            return Ok(Some(*repaired));
        }
        let json = encode_tree(tree.nodes.iter());
        let repaired = self.writer.put(&mut self.encoder, BlobKind::Tree, &json)?;
        self.repaired.insert(id, repaired);
        Ok(Some(repaired))
    }

    /// Repairs a folder; says whether it lacks something.
    fn folder(&mut self, node: &mut Node, path: &str, lacks: &mut RepairedTree) -> Result<bool> {
        let left = match node.subtree {
            Some(subtree) => self.tree(subtree, path, lacks)?,
            None => None,
        };
        let left = match left {
            Some(left) => left,
            None => {
                lacks.note(path);
                self.writer.put(&mut self.encoder, BlobKind::Tree, &encode_tree([].iter()))?
            }
        };
        let changed = node.subtree != Some(left);
        node.subtree = Some(left);
        Ok(changed)
    }

    /// Leaves out what is in no index; says whether there was such content.
    fn file(&self, node: &mut Node, path: &str, lacks: &mut RepairedTree) -> bool {
        let find = |id: &BlobId| self.repository.find_blob(BlobKind::Data, id);
        let content = node.content.take();
        let was = content.as_ref().map(Vec::len);
        let mut size = 0;
        let mut left = content.unwrap_or_default();
        left.retain(|id| find(id).inspect(|found| size += found.plain_length()).is_some());
        let changed = was != Some(left.len());
        if changed {
            lacks.note(path);
            node.size = size;
        }
        node.content = Some(left);
        changed
    }
}
