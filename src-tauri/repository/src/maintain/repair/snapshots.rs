//! Snapshots without what is lost.

use std::collections::{HashMap, HashSet};

use undercroft_foundation::{Code, Job, Result, escape_name};

use crate::format::blob::{BlobEncoder, BlobKind};
use crate::format::id::{BlobId, SnapshotId};
use crate::format::snapshot::Snapshot;
use crate::format::tree::{Node, NodeKind, encode_tree};
use crate::maintain::forget::Forget;
use crate::store::lock::Lock;
use crate::store::read::{BlobReader, FolderWalk, Step, walk_folders};
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
    sound: HashSet<BlobId>,
    /// The repaired trees by those that lack something.
    repaired: HashMap<BlobId, BlobId>,
}

/// A tree, before anything in it was looked at.
enum Begun {
    /// It lacks nothing.
    Sound,
    /// It cannot be read.
    Lost,
    /// It is to be gone through.
    Open(Level),
}

/// A folder that is being repaired.
struct Level {
    id: BlobId,
    /// Its path in the snapshot, escaped, without the last `/`.
    path: String,
    nodes: Vec<Node>,
    /// The number of entries that were repaired.
    done: usize,
    changed: bool,
}

impl Level {
    /// Gives the folder that came last the tree that is left of it.
    fn set_subtree(&mut self, tree: BlobId) {
        if let Some(folder) = self.nodes[..self.done].last_mut() {
            self.changed |= folder.subtree != Some(tree);
            folder.subtree = Some(tree);
        }
    }
}

impl<'r> TreeRepair<'r> {
    fn new(repository: &'r Repository, writer: &'r BlobWriter<'r>, job: &'r Job) -> Result<Self> {
        Ok(Self {
            repository,
            writer,
            reader: repository.reader()?,
            encoder: BlobEncoder::new(repository.compression)?,
            job,
            sound: HashSet::new(),
            repaired: HashMap::new(),
        })
    }

    fn repair(&mut self, snapshot: &Snapshot) -> Result<RepairedTree> {
        self.job.set_current(format!("Snapshot {}", snapshot.id.short()));
        let mut repaired = RepairedTree::default();
        match self.begin(snapshot.tree, "")? {
            Begun::Sound => repaired.tree = Some(snapshot.tree),
            Begun::Lost => repaired.note("/"),
            Begun::Open(top) => {
                walk_folders(&mut SnapshotWalk { trees: self, repaired: &mut repaired }, top)?;
            }
        }
        self.job.add_files_done(1);
        Ok(repaired)
    }

    fn begin(&mut self, id: BlobId, path: &str) -> Result<Begun> {
        self.job.check_cancelled()?;
        if self.sound.contains(&id) {
            return Ok(Begun::Sound);
        }
        let nodes = match self.reader.tree(&id) {
            Err(error) if error.code() == Code::Damaged => return Ok(Begun::Lost),
            read => read?.nodes,
        };
        let path = path.to_owned();
        Ok(Begun::Open(Level { id, path, nodes, done: 0, changed: false }))
    }

    /// The tree that is left of a folder.
    fn finish(&mut self, level: &Level) -> Result<BlobId> {
        if !level.changed {
            self.sound.insert(level.id);
            return Ok(level.id);
        }
        if let Some(repaired) = self.repaired.get(&level.id) {
            return Ok(*repaired);
        }
        let repaired = self.put(&level.nodes)?;
        self.repaired.insert(level.id, repaired);
        Ok(repaired)
    }

    fn put(&mut self, nodes: &[Node]) -> Result<BlobId> {
        self.writer.put(&mut self.encoder, BlobKind::Tree, &encode_tree(nodes.iter()))
    }

    /// Leaves out what is in no index; says whether there was such content.
    fn file(&self, node: &mut Node) -> bool {
        let find = |id: &BlobId| self.repository.find_blob(BlobKind::Data, id);
        let content = node.content.take();
        let was = content.as_ref().map(Vec::len);
        let mut size = 0;
        let mut left = content.unwrap_or_default();
        left.retain(|id| find(id).inspect(|found| size += found.plain_length()).is_some());
        let changed = was != Some(left.len());
        if changed {
            node.size = size;
        }
        node.content = Some(left);
        changed
    }
}

/// The repair of one snapshot.
struct SnapshotWalk<'w, 'r> {
    trees: &'w mut TreeRepair<'r>,
    repaired: &'w mut RepairedTree,
}

impl SnapshotWalk<'_, '_> {
    /// Begins with a folder; one that is lost is left empty.
    fn folder(
        &mut self,
        level: &mut Level,
        subtree: Option<BlobId>,
        path: &str,
    ) -> Result<Option<Level>> {
        let begun = match subtree {
            Some(subtree) => self.trees.begin(subtree, path)?,
            None => Begun::Lost,
        };
        match begun {
            Begun::Sound => Ok(None),
            Begun::Open(below) => Ok(Some(below)),
            Begun::Lost => {
                self.repaired.note(path);
                let empty = self.trees.put(&[])?;
                level.set_subtree(empty);
                Ok(None)
            }
        }
    }
}

impl FolderWalk for SnapshotWalk<'_, '_> {
    type Folder = Level;

    fn step(&mut self, level: &mut Level) -> Result<Step<Level>> {
        let Some(node) = level.nodes.get_mut(level.done) else { return Ok(Step::Out) };
        level.done += 1;
        let path = format!("{}/{}", level.path, escape_name(&node.name));
        if node.kind == NodeKind::File && self.trees.file(node) {
            self.repaired.note(&path);
            level.changed = true;
        }
        let folder = (node.kind == NodeKind::Dir).then_some(node.subtree);
        match folder {
            Some(subtree) => Ok(self.folder(level, subtree, &path)?.into()),
            None => Ok(Step::On),
        }
    }

    fn leave(&mut self, level: Level, above: Option<&mut Level>) -> Result<()> {
        let left = self.trees.finish(&level)?;
        match above {
            Some(above) => above.set_subtree(left),
            None => self.repaired.tree = Some(left),
        }
        Ok(())
    }
}
