//! A folder on a file system that does not tell what others change in it: `notify` compares it with
//! what it saw before, again and again. Where there is no inotify, its own back-end for the system
//! would be here.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use notify::{Config, Event, EventKind, RecursiveMode, Watcher};
use undercroft_foundation::TreePath;

use super::FolderFilter;
use super::control::WatchShared;
use super::pending::Pending;

#[cfg(target_os = "linux")]
type Backend = notify::PollWatcher;
/// FSEvents on macOS, `ReadDirectoryChangesW` on Windows.
#[cfg(not(target_os = "linux"))]
type Backend = notify::RecommendedWatcher;

/// A folder that is compared again and again.
pub(super) struct Polled {
    root: PathBuf,
    filter: Arc<dyn FolderFilter>,
    events: Receiver<notify::Result<Event>>,
    comparing: JoinHandle<()>,
    /// Its end ends the comparing.
    _stop: Sender<()>,
}

impl Polled {
    /// Begins to compare `root` every `interval`, on a thread of its own, which wakes the
    /// watcher of `shared` when it found something.
    pub(super) fn open(
        root: &Path,
        filter: Arc<dyn FolderFilter>,
        interval: Duration,
        shared: Arc<WatchShared>,
    ) -> std::io::Result<Self> {
        let (sender, events) = unbounded();
        let (stop, stopped) = bounded(0);
        let failed = sender.clone();
        let tell = move |event: notify::Result<Event>| {
            // That somebody read is no change.
            if !matches!(event, Ok(Event { kind: EventKind::Access(_), .. })) {
                let _ = sender.send(event);
                shared.wake();
            }
        };
        let config = Config::default().with_poll_interval(interval).with_follow_symlinks(false);
        let folder = root.to_owned();
        // The first look may take long.
        let compare = move || {
            let backend = Backend::new(tell, config).and_then(|mut backend| {
                backend.watch(&folder, RecursiveMode::Recursive)?;
                Ok(backend)
            });
            match backend {
                Ok(_running) => drop::<Result<(), _>>(stopped.recv()),
                Err(error) => drop(failed.send(Err(error))),
            }
        };
        let comparing = thread::Builder::new().name("watch-poll".to_owned()).spawn(compare)?;
        Ok(Self { root: root.to_owned(), filter, events, comparing, _stop: stop })
    }

    /// Whether it could not be done, or not go on.
    pub(super) fn is_over(&self) -> bool {
        self.comparing.is_finished()
    }

    /// Takes down what was found; whether that is all of it.
    pub(super) fn read_notices(&self, pending: &mut Pending) -> bool {
        let mut is_all = true;
        for event in self.events.try_iter() {
            match event {
                Ok(event) if !event.need_rescan() => {
                    // What changed in a folder is told of on its own.
                    let deep = !matches!(event.kind, EventKind::Modify(_));
                    event.paths.iter().for_each(|path| self.touch(path, deep, pending));
                }
                _ => is_all = false,
            }
        }
        is_all
    }

    fn touch(&self, path: &Path, deep: bool, pending: &mut Pending) {
        let Some(path) = TreePath::of(&self.root, path) else { return };
        let folder = path.parent().unwrap_or_default();
        let is_own_git = path.names().next() == Some(b".git".as_slice());
        if !is_own_git && (folder.is_root() || self.filter.includes(&folder)) {
            pending.touch_path(&path, deep);
        }
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "the poller keeps the real time")]
mod tests {
    use super::*;
    use crate::Touched;
    use crate::folders::Folders;

    struct All;

    impl FolderFilter for All {
        fn includes(&self, path: &TreePath) -> bool {
            path.name() != Some(b"left-out")
        }
    }

    #[test]
    fn what_no_notice_tells_is_found_by_comparing() {
        let place = tempfile::tempdir().unwrap();
        let root = place.path();
        std::fs::create_dir_all(root.join("left-out")).unwrap();
        let shared = Arc::new(WatchShared::new(root).unwrap());
        let interval = Duration::from_millis(5);
        let polled = Polled::open(root, Arc::new(All), interval, shared).unwrap();
        std::fs::create_dir(root.join("a")).unwrap();
        let mut pending = Pending::default();
        let mut found = Touched::default();
        let wanted = TreePath::new(b"a").unwrap();
        for number in 0.. {
            // What is there at its first look is no change.
            std::fs::write(root.join(format!("a/{number}")), "").unwrap();
            std::fs::write(root.join(format!("left-out/{number}")), "").unwrap();
            assert!(polled.read_notices(&mut pending) && !polled.is_over());
            found.merge(pending.take(&Folders::new(1)).touched);
            if found.folders.contains_key(&wanted) {
                break;
            }
            std::thread::sleep(interval);
        }
        assert!(found.folders.keys().all(|folder| folder.name() != Some(b"left-out")));
    }
}
