//! Counting a folder that may become a project, for as long as there is time.

use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use jiff::Timestamp;
use undercroft_foundation::mount_points;

use crate::rebuildable::{is_cache, rebuildable};

/// The files of a folder, as far as they were counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Measured {
    /// The number of files.
    pub files: u64,
    /// Their size together.
    pub size_bytes: u64,
    /// The part of that in folders that a program makes again, which backups leave out.
    pub rebuildable_bytes: u64,
    /// The names of those folders: `node_modules`.
    pub rebuildable: Vec<String>,
    /// When the newest of the user's own files was changed.
    pub newest: Option<Timestamp>,
    /// Whether there are more files than were counted.
    pub is_partial: bool,
}

/// Whose files a folder holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    Work,
    /// The repository's own: its times are not those of the work.
    Git,
    Rebuildable,
}

/// Counts what is in `root` until `is_over`. No link is followed, and no other file system entered.
pub(super) fn measure(root: &Path, is_over: impl Fn() -> bool) -> Measured {
    let mut measured = Measured::default();
    let Ok(device) = fs::metadata(root).map(|found| found.dev()) else { return measured };
    let mounts = mount_points();
    let mut open = vec![(root.to_owned(), Holds::Work)];
    while let Some((folder, holds)) = open.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            if is_over() {
                measured.is_partial = true;
                open.clear();
                break;
            }
            // What is mounted may not answer.
            if mounts.contains(&entry.path()) {
                continue;
            }
            let Ok(found) = entry.metadata() else { continue };
            if found.is_file() {
                measured.take(&found, holds);
            } else if found.is_dir() && found.dev() == device {
                let path = entry.path();
                let inner = measured.kind_of(root, &path, holds);
                open.push((path, inner));
            }
        }
    }
    measured.rebuildable.sort_unstable();
    measured
}

impl Measured {
    fn take(&mut self, found: &Metadata, holds: Holds) {
        self.files += 1;
        self.size_bytes += found.len();
        match holds {
            Holds::Work => {
                let changed = found.modified().ok().and_then(|it| Timestamp::try_from(it).ok());
                self.newest = self.newest.max(changed);
            }
            Holds::Rebuildable => self.rebuildable_bytes += found.len(),
            Holds::Git => {}
        }
    }

    fn kind_of(&mut self, root: &Path, folder: &Path, above: Holds) -> Holds {
        if above != Holds::Work {
            return above;
        }
        if folder.file_name().is_some_and(|name| name == ".git") {
            return Holds::Git;
        }
        // Where the name alone says little, it counts as work, as it does for backups.
        let what = match rebuildable(root, folder, || false) {
            Some(proof) => proof.what.to_owned(),
            None if is_cache(folder) => "caches".to_owned(),
            None => return Holds::Work,
        };
        if !self.rebuildable.contains(&what) {
            self.rebuildable.push(what);
        }
        Holds::Rebuildable
    }
}
