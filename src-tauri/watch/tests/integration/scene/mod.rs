//! A folder that is watched, and what its watch reports.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError};
use tempfile::TempDir;
use undercroft_foundation::{TreePath, World};
use undercroft_watch::{Batch, FolderFilter, Health, Touched, Watch, WatchOptions};

/// Far longer than anything takes; reached only when a test fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Leaves out the folders named `left-out`.
pub(crate) struct Usual;

impl FolderFilter for Usual {
    fn includes(&self, path: &TreePath) -> bool {
        path.name() != Some(b"left-out")
    }
}

/// Batches settle soon, and the root is looked at often.
pub(crate) fn quick() -> WatchOptions {
    WatchOptions {
        quiet: Duration::from_millis(40),
        longest: Duration::from_secs(5),
        look: Duration::from_millis(100),
        rescan: Duration::from_secs(300),
        ..WatchOptions::default()
    }
}

pub(crate) fn path(bytes: impl AsRef<[u8]>) -> TreePath {
    TreePath::new(bytes.as_ref()).unwrap()
}

/// A watched folder.
pub(crate) struct Scene {
    pub(crate) place: TempDir,
    pub(crate) root: PathBuf,
    pub(crate) watch: Option<Watch>,
    pub(crate) batches: Receiver<Batch>,
    sentinels: u32,
}

impl Scene {
    /// An empty folder, watched.
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    /// A folder that `prepare` filled, watched; the first batch was taken.
    pub(crate) fn with(prepare: impl FnOnce(&Path)) -> Self {
        Self::start(prepare, Arc::new(Usual), quick(), &World::real())
    }

    pub(crate) fn start(
        prepare: impl FnOnce(&Path),
        filter: Arc<dyn FolderFilter>,
        options: WatchOptions,
        world: &World,
    ) -> Self {
        let scene = Self::unsettled(prepare, filter, options, world);
        scene.watch().flush();
        assert!(scene.next().whole, "the first batch asks for a look through everything");
        assert_eq!(scene.next_soon(), None);
        scene
    }

    /// A folder that is watched; nothing was taken yet.
    pub(crate) fn unsettled(
        prepare: impl FnOnce(&Path),
        filter: Arc<dyn FolderFilter>,
        options: WatchOptions,
        world: &World,
    ) -> Self {
        let place = tempfile::tempdir().unwrap();
        let root = place.path().join("root");
        fs::create_dir(&root).unwrap();
        prepare(&root);
        let (watch, batches) = watch(&root, filter, options, world);
        Self { place, root, watch: Some(watch), batches, sentinels: 0 }
    }

    pub(crate) fn watch(&self) -> &Watch {
        self.watch.as_ref().unwrap()
    }

    /// The path on disk of a path below the root.
    pub(crate) fn at(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    pub(crate) fn write(&self, path: &str) {
        fs::write(self.at(path), path).unwrap();
    }

    pub(crate) fn mkdir(&self, path: &str) {
        fs::create_dir_all(self.at(path)).unwrap();
    }

    pub(crate) fn rename(&self, from: &str, to: &str) {
        fs::rename(self.at(from), self.at(to)).unwrap();
    }

    /// The next batch.
    pub(crate) fn next(&self) -> Batch {
        self.batches.recv_timeout(PATIENCE).expect("a batch")
    }

    /// A batch that comes within a moment, if one does.
    pub(crate) fn next_soon(&self) -> Option<Batch> {
        self.batches.recv_timeout(Duration::from_millis(120)).ok()
    }

    /// Everything that was reported of what happened until now: notices come in order, so that a
    /// last change comes last.
    pub(crate) fn all(&mut self) -> Batch {
        self.sentinels += 1;
        let name = format!("sentinel-{}", self.sentinels);
        let mut all = Batch::default();
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            fs::write(self.root.join(&name), "").unwrap();
            while let Ok(batch) = self.batches.recv_timeout(Duration::from_millis(500)) {
                all.whole |= batch.whole;
                all.touched.merge(batch.touched);
                if names(&all.touched, "").is_some_and(|names| names.contains(name.as_bytes())) {
                    return without_sentinels(all);
                }
            }
        }
        panic!("no word of the last change; until then {all:?}");
    }

    /// Waits until the watch says so.
    pub(crate) fn until(&self, what: &str, is: impl Fn(&Watch) -> bool) {
        let start = Instant::now();
        while !is(self.watch()) {
            assert!(start.elapsed() < PATIENCE, "never {what}: {:?}", self.watch().health());
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    pub(crate) fn until_watching(&self, folders: u64) {
        self.until("watching", |watch| watch.health() == Health::Watching { folders });
    }
}

/// A watch on `root`, and its batches.
pub(crate) fn watch(
    root: &Path,
    filter: Arc<dyn FolderFilter>,
    options: WatchOptions,
    world: &World,
) -> (Watch, Receiver<Batch>) {
    let (sender, batches) = crossbeam_channel::unbounded();
    let sink = move |batch| drop(sender.send(batch));
    (Watch::start(root, filter, options, world, sink).unwrap(), batches)
}

/// Waits until the watch's threads have ended.
pub(crate) fn ends(batches: &Receiver<Batch>) -> bool {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        if batches.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Disconnected) {
            return true;
        }
    }
    false
}

/// The names that were touched in a folder; all of them is every name that is asked for.
pub(crate) fn names<'a>(touched: &'a Touched, folder: &str) -> Option<&'a undercroft_watch::Names> {
    touched.folders.get(&path(folder))
}

/// Whether a change of this path would be found by looking only where `batch` says.
pub(crate) fn covers(batch: &Batch, changed: &str) -> bool {
    let changed = path(changed);
    let (folder, name) = changed.split().unwrap();
    batch.whole
        || batch.touched.folders.get(&folder).is_some_and(|names| names.contains(name))
        || batch.touched.subtrees.iter().any(|subtree| changed.is_in(subtree))
}

/// The paths that were touched.
pub(crate) fn paths(batch: &Batch) -> Vec<String> {
    let mut paths = Vec::new();
    for (folder, names) in &batch.touched.folders {
        match names {
            undercroft_watch::Names::All => paths.push(folder.join(b"*").to_string()),
            undercroft_watch::Names::Some(names) => {
                paths.extend(names.iter().map(|name| folder.join(name).to_string()));
            }
        }
    }
    paths
}

fn without_sentinels(mut batch: Batch) -> Batch {
    let root = TreePath::root();
    if let Some(undercroft_watch::Names::Some(names)) = batch.touched.folders.get_mut(&root) {
        names.retain(|name| !name.starts_with(b"sentinel-"));
        if names.is_empty() {
            batch.touched.folders.remove(&root);
        }
    }
    batch
}
