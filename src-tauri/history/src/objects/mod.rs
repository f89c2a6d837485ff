//! The object store: a repository in restic's format in the library's `objects/`, for large and
//! binary content. Each project has a snapshot there that holds the content of all its versions,
//! where git-lfs looks for it: `lfs/objects/ab/cd/<sha256>`.
//!
//! Its password is random and lies in `keys/objects`, which only the user may read: so stock restic
//! opens it with nothing but the library's folder.

pub(crate) mod pointer;

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, DirBuilder, File};
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use undercroft_foundation::{
    Code, Error, IoContext, Job, ProjectId, Result, VersionId, World, reach_write_point,
    replace_file, text,
};
use undercroft_providers::{DiskProvider, Provider};
use undercroft_repository::ingest::{IngestWriter, SnapshotOrder, StoredContent};
use undercroft_repository::{BlobId, Forget, Node, NodeKind, Password, Repository, Snapshot, Tree};

/// The time to wait for another who prunes, or adds while we would prune.
const PATIENCE: Duration = Duration::from_secs(60);

/// Packs and index files of saves are joined when there are so many of these.
const JOINED_FROM: usize = 64;

/// Packs of fewer bytes are joined.
const JOINED_BELOW: u64 = 4 << 20;

/// Go's bit for a folder in a node's mode.
const GO_FOLDER: u32 = 1 << 31;

/// The library's object store; made when the first content needs it.
#[derive(Debug)]
pub(crate) struct ObjectStore {
    library: PathBuf,
    world: World,
    open: Mutex<Option<Arc<Repository>>>,
    snapshots: Mutex<HashMap<ProjectId, Arc<[Snapshot]>>>,
}

impl ObjectStore {
    pub(crate) fn new(library: PathBuf, world: World) -> Self {
        Self { library, world, open: Mutex::default(), snapshots: Mutex::default() }
    }

    /// The repository; nothing when there is none yet.
    pub(crate) fn repository(&self) -> Result<Option<Arc<Repository>>> {
        self.open(false)
    }

    /// The repository, which is made where there is none.
    pub(crate) fn repository_or_make(&self) -> Result<Arc<Repository>> {
        self.open(true)?.ok_or_else(gone)
    }

    /// Lets go of all content of a project: the next prune frees what no other needs.
    pub(crate) fn release(&self, project: ProjectId) -> Result<()> {
        self.snapshots.lock().unwrap_or_else(PoisonError::into_inner).remove(&project);
        let Some(repository) = self.repository()? else { return Ok(()) };
        let all: Vec<_> = snapshots_of(&repository, project)?.iter().map(|it| it.id).collect();
        repository.forget(&all, Forget::ForGood)
    }

    fn open(&self, or_make: bool) -> Result<Option<Arc<Repository>>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(repository) = &*open {
            return Ok(Some(Arc::clone(repository)));
        }
        let folder = self.library.join("objects");
        if !or_make && !folder.join("config").is_file() {
            return Ok(None);
        }
        for folder in [&folder, &self.library.join("keys")] {
            DirBuilder::new().recursive(true).mode(0o700).create(folder).at("make", folder)?;
        }
        // One process at a time makes it.
        let making = File::open(&folder).at("open", &folder)?;
        making.lock().at("lock", &folder)?;
        let provider: Arc<dyn Provider> = Arc::new(DiskProvider::open(&folder)?);
        let is_there = Repository::exists(&provider)?;
        let password = self.password(is_there)?;
        let repository = if is_there {
            Repository::open(provider, &password, &self.world)?
        } else {
            Repository::init(provider, &password, &self.world)?
        };
        // A disk of this machine: who writes of the library must not wait for what is certain.
        let repository = repository.assume_strongly_consistent().with_lock_timeout(PATIENCE);
        Ok(Some(Arc::clone(open.insert(Arc::new(repository)))))
    }

    fn password(&self, must_be_there: bool) -> Result<Password> {
        let path = self.library.join("keys/objects");
        match fs::read_to_string(&path) {
            Ok(text) => return Ok(Password::new(text.trim_end().to_owned())),
            Err(source) if source.kind() == std::io::ErrorKind::NotFound => {
                if must_be_there {
                    return Err(Error::new(Code::Damaged, "The object store cannot be opened")
                        .why("The file with its password, keys/objects in the library, is gone")
                        .next("Bring the file back from a backup; nothing else opens the store"));
                }
            }
            Err(source) => return Err(Error::io("read", &path, source)),
        }
        let mut bytes = [0; 32];
        self.world.random.fill(&mut bytes);
        let text = hex::encode(bytes);
        replace_file(&path, format!("{text}\n").as_bytes(), 0o600)?;
        reach_write_point("history.object-key-written");
        Ok(Password::new(text))
    }

    /// Runs `work`, which stores content, and then makes that part of what the store holds of
    /// `project`. All of it is durable when this returns.
    pub(crate) fn add<T>(
        &self,
        project: ProjectId,
        version: VersionId,
        work: impl FnOnce(&IngestWriter<'_, '_>) -> Result<(T, Vec<StoredContent>)>,
    ) -> Result<T> {
        let repository = self.repository_or_make()?;
        let ingest = repository.begin_ingest()?;
        let before = snapshots_of(&repository, project)?;
        let (value, tree) = ingest.store(|writer| {
            let (value, contents) = work(writer)?;
            let mut new: BTreeMap<[u8; 32], Node> = contents.into_iter().map(object_node).collect();
            // More than one there is only when a process was killed between two steps of this.
            for older in before.iter().skip(1) {
                new.extend(objects_in(&repository, older)?);
            }
            let base = before.first().map(|snapshot| snapshot.tree);
            Ok((value, add_objects(&repository, writer, base, new)?))
        })?;
        if before.first().is_some_and(|newest| newest.tree == tree) && before.len() == 1 {
            return Ok(value);
        }
        let tags = vec![project_tag(project), format!("version:{version}")];
        let order = SnapshotOrder { tree, paths: vec!["/lfs".to_owned()], tags, time: None };
        ingest.publish(order)?;
        reach_write_point("history.objects-published");
        let older: Vec<_> = before.iter().map(|snapshot| snapshot.id).collect();
        repository.forget(&older, Forget::ForGood)?;
        drop(ingest);
        join_when_many(&repository);
        Ok(value)
    }

    /// The blobs of an object's content.
    ///
    /// # Errors
    /// [`Code::Damaged`] when it is not there.
    pub(crate) fn find(&self, project: ProjectId, object: &[u8; 32]) -> Result<Node> {
        let missing = || {
            let name = hex::encode(object);
            Error::new(Code::Damaged, text!("The object {name} is missing", name))
                .why("No snapshot of the object store holds it")
                .next("Run `undercroft history check` to see which versions it touches")
        };
        let repository = self.repository()?.ok_or_else(missing)?;
        let name = hex::encode(object);
        let path: Vec<Vec<u8>> = ["lfs", "objects", &name[..2], &name[2..4], &name]
            .iter()
            .map(|name| name.as_bytes().to_vec())
            .collect();
        let look = |snapshots: &[Snapshot]| -> Result<Option<Node>> {
            for snapshot in snapshots {
                match repository.find_node(snapshot, &path) {
                    Ok(Some(node)) => return Ok(Some(node)),
                    Err(error) if error.code() != Code::NotFound => return Err(error),
                    _ => {}
                }
            }
            Ok(None)
        };
        if let Some(known) = self.known(project)
            && let Ok(Some(node)) = look(&known)
        {
            return Ok(node);
        }
        // Others may have come since, or taken the place of those.
        let snapshots = snapshots_of(&repository, project)?;
        let found = look(&snapshots)?;
        self.snapshots
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(project, snapshots.into());
        found.ok_or_else(missing)
    }

    /// The project's snapshots as they were when they were last asked for.
    fn known(&self, project: ProjectId) -> Option<Arc<[Snapshot]>> {
        let known = self.snapshots.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&project).cloned()
    }
}

/// Joins what saves left in small packs and index files, so that the next costs no more than the
/// first. The save that it comes after is done whatever becomes of it.
fn join_when_many(repository: &Repository) {
    let joined = repository.small_indexes().and_then(|small| {
        if small < JOINED_FROM {
            return Ok(());
        }
        // It waits for nobody who works in the store now: the next save will do.
        let impatient = repository.wrap_provider(|provider| provider).assume_strongly_consistent();
        impatient.join_packs(JOINED_BELOW, &Job::new()).map(|_| ())
    });
    match joined {
        Err(error) if error.code() != Code::Locked => {
            tracing::warn!(%error, "the packs of the object store could not be joined");
        }
        _ => {}
    }
}

/// The label of the snapshots that hold the content of a project's versions.
pub(crate) fn project_tag(project: ProjectId) -> String {
    format!("project:{project}")
}

/// The snapshots that hold a project's content, the newest first.
pub(crate) fn snapshots_of(repository: &Repository, project: ProjectId) -> Result<Vec<Snapshot>> {
    let tag = project_tag(project);
    let mut snapshots = repository.snapshots()?;
    snapshots.retain(|snapshot| snapshot.tags.contains(&tag));
    snapshots.sort_by_key(|snapshot| std::cmp::Reverse(snapshot.time));
    Ok(snapshots)
}

fn gone() -> Error {
    Error::new(Code::Internal, "The object store could not be made")
}

fn object_node(content: StoredContent) -> ([u8; 32], Node) {
    let name = hex::encode(content.sha256).into_bytes();
    // No times: a node is the same whenever it is made, so that equal trees are one.
    let node = Node {
        mode: 0o600,
        content: Some(content.blobs),
        size: content.size,
        ..Node::new(name, NodeKind::File)
    };
    (content.sha256, node)
}

/// All objects that a snapshot holds, by their digests.
pub(crate) fn objects_in(
    repository: &Repository,
    snapshot: &Snapshot,
) -> Result<BTreeMap<[u8; 32], Node>> {
    let mut found = BTreeMap::new();
    let mut open = vec![snapshot.tree];
    while let Some(tree) = open.pop() {
        for node in repository.tree(&tree)?.nodes {
            if let Some(subtree) = node.subtree {
                open.push(subtree);
            } else if let Some(digest) = digest_of(&node.name) {
                found.insert(digest, node);
            }
        }
    }
    Ok(found)
}

fn digest_of(name: &[u8]) -> Option<[u8; 32]> {
    hex::decode(name).ok()?.try_into().ok()
}

/// The tree of `base` with more objects in it.
pub(crate) fn add_objects(
    repository: &Repository,
    writer: &IngestWriter<'_, '_>,
    base: Option<BlobId>,
    new: BTreeMap<[u8; 32], Node>,
) -> Result<BlobId> {
    let leaves = new.into_values().map(|node| {
        let name = String::from_utf8_lossy(&node.name).into_owned();
        let folders =
            ["lfs".to_owned(), "objects".to_owned(), name[..2].to_owned(), name[2..4].to_owned()];
        (folders, node)
    });
    let leaves: Vec<_> = leaves.collect();
    graft(repository, writer, base, &leaves, 0)
}

/// The tree at `depth` on the way to `leaves`, which are sorted and share the way so far.
fn graft(
    repository: &Repository,
    writer: &IngestWriter<'_, '_>,
    base: Option<BlobId>,
    leaves: &[([String; 4], Node)],
    depth: usize,
) -> Result<BlobId> {
    let tree = base.map(|id| repository.tree(&id)).transpose()?;
    let mut nodes: BTreeMap<Vec<u8>, Node> = tree
        .into_iter()
        .flat_map(|tree| tree.nodes)
        .map(|node| (node.name.clone(), node))
        .collect();
    if depth == 4 {
        for (_, node) in leaves {
            nodes.entry(node.name.clone()).or_insert_with(|| node.clone());
        }
    } else {
        for group in leaves.chunk_by(|a, b| a.0[depth] == b.0[depth]) {
            let name = group[0].0[depth].clone().into_bytes();
            let before = nodes.get(&name).and_then(|node| node.subtree);
            let subtree = graft(repository, writer, before, group, depth + 1)?;
            let folder = Node::new(name.clone(), NodeKind::Dir);
            let mode = GO_FOLDER | 0o700;
            nodes.insert(name, Node { mode, subtree: Some(subtree), ..folder });
        }
    }
    writer.store_tree(&Tree { nodes: nodes.into_values().collect() })
}
