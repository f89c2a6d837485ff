//! The difference between two backups, or between one and what is on disk.

use undercroft_foundation::{Code, DestinationId, Error, Job, Result, escape_path, text};
use undercroft_repository::diff::{Change, DiffSummary};
use undercroft_repository::{Snapshot, SnapshotFilter};

use super::{SnapshotBrowser, top};

/// The most changes that are kept; all are counted.
const KEPT: usize = 10_000;

/// The difference between two backups.
#[derive(Debug, Clone)]
pub struct Difference {
    /// The changes, by path from the folder that was backed up; the first ten thousand.
    pub changes: Vec<Change>,
    /// The number of changes in all.
    pub total: u64,
    /// In sums.
    pub summary: DiffSummary,
}

impl SnapshotBrowser {
    /// The difference of the backup `to` of a destination from `from`; without `to`, that of the
    /// disk.
    ///
    /// # Errors
    /// [`Code::NotFound`]; [`Code::SourceMissing`] when what was backed up is not on disk;
    /// [`Code::Invalid`] for a backup of several folders and the disk; the errors of the
    /// destination.
    pub fn compare(
        &self,
        destination: DestinationId,
        from: &str,
        to: Option<&str>,
        job: &Job,
    ) -> Result<Difference> {
        let destination = self.destinations.get(destination)?;
        let repository = self.destinations.repository_of(&destination)?;
        let find = |spec: &str| repository.find_snapshot(spec, &SnapshotFilter::default());
        let before = find(from)?;
        repository.refresh_index()?;
        let names = top(&repository, &before)?;
        let (mut changes, mut total) = (Vec::new(), 0);
        let above: usize = names.iter().map(|name| name.len() + 1).sum();
        let summary = match to {
            Some(to) => {
                let after = find(to)?;
                let mut each = |change: Change| keep(&change, above, &mut changes, &mut total);
                repository.diff(&before, &after, &mut each)?
            }
            None => {
                let [path] = &before.paths[..] else {
                    return Err(Error::new(Code::Invalid, "Cannot compare with the disk")
                        .why("It is a backup of several folders")
                        .next("Compare it with another backup"));
                };
                let folder = std::path::PathBuf::from(path);
                if !folder.is_dir() {
                    return Err(Error::new(Code::SourceMissing, "Cannot compare with the disk")
                        .why(text!("{folder} is not there", folder = escape_path(&folder))));
                }
                let node = repository.find_node(&before, &names)?;
                let tree = node.and_then(|node| node.subtree).unwrap_or(before.tree);
                let exclude = before.excludes.clone();
                let before = Snapshot { tree, ..before };
                let mut each = |change: Change| keep(&change, 0, &mut changes, &mut total);
                repository.diff_with_folder(&before, &folder, &exclude, job, &mut each)?
            }
        };
        Ok(Difference { changes, total, summary })
    }
}

/// Keeps a change below the top; the folders that lead there are no news.
fn keep(change: &Change, above: usize, changes: &mut Vec<Change>, total: &mut u64) {
    let Some(path) = change.path.get(above..).filter(|path| !path.is_empty()) else { return };
    *total += 1;
    if changes.len() < KEPT {
        changes.push(Change { path: path.to_vec(), ..change.clone() });
    }
}
