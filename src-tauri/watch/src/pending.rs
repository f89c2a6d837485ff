//! The changes that were noticed and not yet handed over. They are kept by folder number, so that
//! renaming a folder moves what was noticed in it along.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use undercroft_foundation::TreePath;

use super::folders::Folders;
use super::inotify::WatchId;
use super::{Batch, Names, Touched, WatchOptions};

/// More names in one folder are not told apart.
const MOST_NAMES_IN_FOLDER: usize = 10_000;
/// More names in all are not told apart: everything is to be looked through.
const MOST_NAMES: usize = 100_000;
/// More folders are not told apart, either.
const MOST_FOLDERS: usize = 20_000;

/// The changes that were noticed.
#[derive(Default)]
pub(super) struct Pending {
    folders: HashMap<WatchId, Names>,
    listed: HashSet<WatchId>,
    subtrees: HashSet<WatchId>,
    /// The same by path, from where there are no numbers.
    paths: Touched,
    /// The number of names that are told apart, and of folders in which none are.
    names: usize,
    unnamed: usize,
    whole: bool,
    /// Whether everything is to be looked through only because it is time again.
    idle: bool,
    /// Whether anything was noticed since the last stamp.
    news: bool,
    /// When the first and the last of it was noticed.
    since: Option<(Duration, Duration)>,
}

impl Pending {
    /// Notices a name in a folder.
    pub(super) fn touch(&mut self, folder: WatchId, name: &[u8]) {
        let names = self.folders.entry(folder).or_default();
        if let Names::Some(some) = names
            && !some.contains(name)
        {
            self.names += 1;
            some.insert(name.to_vec());
            if some.len() > MOST_NAMES_IN_FOLDER {
                self.names -= some.len();
                self.unnamed += 1;
                *names = Names::All;
            }
        }
        self.bound();
    }

    /// Notices a folder itself.
    pub(super) fn list(&mut self, folder: WatchId) {
        self.folders.entry(folder).or_default();
        self.listed.insert(folder);
        self.bound();
    }

    /// Notices a folder with everything below it.
    pub(super) fn visit(&mut self, folder: WatchId) {
        self.subtrees.insert(folder);
        self.bound();
    }

    /// Notices what is at a path; with everything below it, when `deep`.
    pub(super) fn touch_path(&mut self, path: &TreePath, deep: bool) {
        self.paths.add(path);
        if deep {
            self.paths.subtrees.insert(path.clone());
        }
        self.bound();
    }

    fn bound(&mut self) {
        (self.news, self.idle) = (true, false);
        let most = self.folders.len().max(self.subtrees.len()).max(self.named_by_path());
        let most_folders = most > MOST_FOLDERS;
        if self.whole || self.names > MOST_NAMES || most_folders {
            self.rescan_all();
        }
    }

    /// Notices that something may have been missed; the rest is part of that.
    pub(super) fn rescan_all(&mut self) {
        *self = Self { whole: true, news: true, since: self.since, ..Self::default() };
    }

    /// The same, only because it is time again.
    pub(super) fn rescan_when_idle(&mut self) {
        let idle = self.is_empty();
        self.rescan_all();
        self.idle = idle;
    }

    /// Stamps everything that was noticed since the last call with this moment.
    pub(super) fn stamp(&mut self, now: Duration) {
        if std::mem::take(&mut self.news) {
            let first = self.since.map_or(now, |(first, _)| first);
            self.since = Some((first, now));
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        let is_named = !self.folders.is_empty() || !self.subtrees.is_empty();
        !self.whole && !is_named && self.paths.is_empty()
    }

    fn named_by_path(&self) -> usize {
        self.paths.folders.len() + self.paths.subtrees.len()
    }

    /// The number of names and folders.
    pub(super) fn count(&self) -> u64 {
        (self.names + self.unnamed + self.subtrees.len() + self.named_by_path()) as u64
    }

    /// When it is settled.
    pub(super) fn due(&self, options: &WatchOptions) -> Option<Duration> {
        let (first, last) = self.since?;
        Some((last + options.quiet).min(first + options.longest))
    }

    /// Takes it, by the paths that the folders have now. Those that have none are gone, or will
    /// be noticed in their new place.
    pub(super) fn take(&mut self, folders: &Folders) -> Batch {
        let pending = std::mem::take(self);
        let paths = pending.subtrees.into_iter().filter_map(|folder| folders.path(folder));
        let mut touched = Touched { subtrees: paths.collect(), ..Touched::default() };
        touched.merge(pending.paths);
        let inner = touched.subtrees.iter().filter(|path| {
            let mut above = std::iter::successors(path.parent(), |path| path.parent());
            above.any(|folder| touched.subtrees.contains(&folder))
        });
        let inner: Vec<_> = inner.cloned().collect();
        for path in inner {
            touched.subtrees.remove(&path);
        }
        for (folder, names) in pending.folders {
            if let Some(path) = folders.path(folder) {
                if pending.listed.contains(&folder) {
                    touched.listed.insert(path.clone());
                }
                touched.folders.entry(path).or_default().merge(names);
            }
        }
        Batch { touched, whole: pending.whole, idle: pending.idle }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use undercroft_foundation::TreePath;

    fn names(pending: &mut Pending, count: usize, folder: WatchId) {
        for number in 0..count {
            pending.touch(folder, number.to_string().as_bytes());
        }
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let folders = Folders::new(1);
        let mut pending = Pending::default();
        names(&mut pending, MOST_NAMES_IN_FOLDER, 1);
        names(&mut pending, MOST_NAMES_IN_FOLDER, 1);
        assert_eq!(pending.count(), MOST_NAMES_IN_FOLDER as u64);
        pending.touch(1, b"one more");
        assert_eq!((pending.names, pending.count()), (0, 1));
        let batch = pending.take(&folders);
        assert_eq!(batch.touched.folders[&TreePath::root()], Names::All);
        assert!(!batch.whole && pending.is_empty());

        for folder in 0..MOST_NAMES / MOST_NAMES_IN_FOLDER {
            names(&mut pending, MOST_NAMES_IN_FOLDER, folder as WatchId);
        }
        assert!(!pending.whole);
        pending.touch(-2, b"one more");
        pending.touch(1, b"another");
        assert_eq!(pending.take(&folders), Batch { whole: true, ..Batch::default() });

        for folder in 0..=MOST_FOLDERS as WatchId {
            pending.visit(folder);
        }
        assert_eq!(pending.take(&folders), Batch { whole: true, ..Batch::default() });
    }

    #[test]
    fn it_settles_when_quiet_and_at_the_latest_when_too_long() {
        let options = WatchOptions::default();
        let mut pending = Pending::default();
        assert_eq!(pending.due(&options), None);
        pending.stamp(Duration::from_secs(9));
        assert_eq!(pending.due(&options), None);
        pending.touch(1, b"f");
        pending.stamp(Duration::from_secs(10));
        pending.stamp(Duration::from_secs(11));
        assert_eq!(pending.due(&options), Some(Duration::from_secs(12)));
        pending.touch(1, b"f");
        pending.stamp(Duration::from_secs(69));
        assert_eq!(pending.due(&options), Some(Duration::from_secs(70)));
    }

    #[test]
    fn paths_are_those_of_the_moment_and_no_subtree_is_named_twice() {
        let mut folders = Folders::new(1);
        for (id, parent, name) in [(2, 1, "a"), (3, 2, "b"), (4, 1, "a-b"), (5, 1, "gone")] {
            folders.put(id, parent, name.as_bytes());
        }
        let mut pending = Pending::default();
        [2, 3, 4, 5].into_iter().for_each(|folder| pending.visit(folder));
        pending.touch(3, b"f");
        pending.touch(5, b"f");
        folders.detach(1, b"gone");
        folders.put(3, 4, b"moved");
        let touched = pending.take(&folders).touched;
        let path = |bytes: &[u8]| TreePath::new(bytes).unwrap();
        assert_eq!(touched.subtrees, [path(b"a"), path(b"a-b")].into());
        assert_eq!(touched.folders.keys().collect::<Vec<_>>(), [&path(b"a-b/moved")]);
    }
}
