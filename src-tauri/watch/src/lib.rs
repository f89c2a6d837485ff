//! Watching a workspace: the file system's notices become settled batches. It knows nothing of
//! versions or git; it says where something may have changed, and when it may have missed
//! something.
//!
//! It speaks with the kernel's inotify itself, through `rustix`. `notify` 8 subscribes to every
//! opening of a file, so that a search through the tree overflows the queue; it names folders by
//! path, so that a renamed one is watched under its old name; and it is deaf for half a minute
//! when 20,000 folders are deleted, because each costs it a walk over all others. Where inotify is
//! silent, on drives of other machines and of programs, `notify` compares beside it.

mod batch_worker;
mod control;
mod folders;
mod inotify;
mod limits;
mod look_queue;
mod mounts;
mod notices;
mod pending;
mod polled;
mod root;
mod touched;
mod watch_tree;
mod watcher;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use undercroft_foundation::{Result, Text, TreePath, World};

use batch_worker::BatchWorker;
use control::WatchShared;
use watcher::Watcher;

pub use root::RootId;
pub use touched::{Names, Touched};

/// The timing of a watch.
#[derive(Debug, Clone)]
pub struct WatchOptions {
    /// A batch is settled when nothing more happened for so long.
    pub quiet: Duration,
    /// A batch is handed over at the latest so long after its first change.
    pub longest: Duration,
    /// The time between two looks whether the root is still the same folder.
    pub look: Duration,
    /// The time between two rescans while parts cannot be watched; the longest wait between two
    /// such when changes come faster than the system can tell of them.
    pub rescan: Duration,
    /// The time after folders came or went, before the watched folders are compared with the disk.
    pub idle: Duration,
    /// The time between two rescans although all is watched: for what the system does not tell,
    /// such as changes through mapped memory.
    pub full: Duration,
    /// The time between two comparisons of a folder on another machine's drive with what was there.
    pub poll: Duration,
}

impl Default for WatchOptions {
    fn default() -> Self {
        Self {
            quiet: Duration::from_secs(2),
            longest: Duration::from_secs(60),
            look: Duration::from_secs(10),
            rescan: Duration::from_secs(300),
            idle: Duration::from_secs(60),
            full: Duration::from_secs(24 * 3600),
            poll: Duration::from_secs(60),
        }
    }
}

/// Tells the folders that belong to the versions, and so are watched, from others.
pub trait FolderFilter: Send + Sync {
    /// Whether this folder does. Asked on the watcher's own thread, for every folder whose parent
    /// is included; never for the root, nor for its own `.git`.
    fn includes(&self, path: &TreePath) -> bool;

    /// Whether a folder that does not belong to them, as [`FolderFilter::includes`] said, could by
    /// what comes or goes in it: it is watched for that alone.
    fn is_closed(&self, _path: &TreePath) -> bool {
        false
    }

    /// Whether the folder that took the place of the root is to be watched in its stead.
    fn takes_root(&self) -> bool {
        false
    }

    /// The folders that have to be asked about again when the file `name` in one of them changed.
    fn affected_by(&self, _name: &[u8]) -> AffectedFolders {
        AffectedFolders::Nothing
    }
}

/// Folders whose place in the versions a file decides about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AffectedFolders {
    /// None.
    Nothing,
    /// The one that it is in, and those in that.
    Near,
    /// All below the one that it is in.
    Below,
}

/// The changes since the last batch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    /// The paths where something changed.
    pub touched: Touched,
    /// Whether something may have been missed, so that everything is to be compared with the disk.
    pub whole: bool,
    /// Whether that is done only because it is time again, and so can be done at low priority.
    pub idle: bool,
}

/// The extent to which a workspace is watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Health {
    /// All of it.
    Watching {
        /// The number of folders.
        folders: u64,
    },
    /// Parts of it are not; everything is looked through now and then instead.
    Limited {
        /// Why.
        why: Text,
        /// The advice to the user.
        next: Text,
    },
    /// The folder is not there, or another is in its place. Nothing is reported.
    Missing {
        /// The reason: which of the two.
        why: Text,
        /// The advice to the user.
        next: Text,
    },
    /// The user wants it so. Nothing is reported.
    Paused,
}

/// A workspace that is being watched, until this is dropped.
#[derive(Debug)]
pub struct Watch {
    shared: Arc<WatchShared>,
}

impl Watch {
    /// Begins to watch the folder `root`; batches go to `sink`, one at a time, on a thread of
    /// their own. The first asks for a look through everything, for what happened while nobody
    /// watched. While `sink` is busy, changes are gathered for the next batch.
    ///
    /// The folder may be away; it is watched when it comes. The folder that is there first is the
    /// one: when another takes its place, nothing is reported until the first is back, or
    /// `filter` takes the other for it.
    ///
    /// # Errors
    /// The system has no thread or file descriptor left.
    pub fn start(
        root: &Path,
        filter: Arc<dyn FolderFilter>,
        options: WatchOptions,
        world: &World,
        sink: impl FnMut(Batch) + Send + 'static,
    ) -> Result<Self> {
        Self::start_at(root, None, filter, options, world, sink)
    }

    /// The same, where `known` is the folder that is meant, if that is known.
    ///
    /// # Errors
    /// The same.
    pub fn start_at(
        root: &Path,
        known: Option<RootId>,
        filter: Arc<dyn FolderFilter>,
        options: WatchOptions,
        world: &World,
        sink: impl FnMut(Batch) + Send + 'static,
    ) -> Result<Self> {
        let shared = Arc::new(WatchShared::new(root)?);
        let worker = BatchWorker::start(root, Arc::clone(&shared), sink)?;
        let clock = Arc::clone(&world.clock);
        Watcher::new(root, known, filter, options, clock, Arc::clone(&shared), worker).start()?;
        Ok(Self { shared })
    }

    /// The extent to which it is watched.
    pub fn health(&self) -> Health {
        self.shared.health()
    }

    /// The number of names and folders that wait for the next batch.
    pub fn pending(&self) -> u64 {
        self.shared.pending()
    }

    /// Hands over what is there, without waiting for quiet.
    pub fn flush(&self) {
        self.shared.request(|requests| requests.flush = true);
    }

    /// Watches no longer, and forgets what was pending.
    pub fn pause(&self) {
        self.shared.request(|requests| requests.pause = true);
    }

    /// Watches again; the next batch asks for a look through everything. On a watch that was not
    /// paused it does the same, which is how changed rules about folders are taken up.
    pub fn resume(&self) {
        self.shared.request(|requests| (requests.pause, requests.restart) = (false, true));
    }
}

/// Ends the watching. Waits for nothing: a batch that is being handed over still is.
impl Drop for Watch {
    fn drop(&mut self) {
        self.shared.request(|requests| requests.stop = true);
    }
}
