//! What an alert is about: the paths that are gone or another, the backups that hold them, and the
//! end of the alert when they are back.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs::Metadata;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::SystemTime;

use jiff::Timestamp;
use undercroft_foundation::{AlertId, Result, escape_name, unescape_name};
use undercroft_library::{Moment, Project};
use undercroft_repository::diff::ChangeKind;
use undercroft_repository::{Repository, Snapshot};

use super::{AnomalyAlert, AnomalyAlerts, AnomalyAnswer, AnomalyKind, table};
use crate::browsing::top;
use crate::snapshots::{CachedSnapshot, OBJECTS_TAG};

/// Whether all of these paths of a project are again as they were before an alert; nothing where no
/// versions tell.
pub type IsAsBefore<'a> = dyn Fn(&AnomalyAlert, &[Vec<u8>]) -> Result<Option<bool>> + 'a;

/// Of deleted files that are there again, one in so many may have another content: somebody works on.
/// More are placeholders, or something that writes under the old names.
const WORKED_ON: usize = 10;

/// Whether so few of the deleted files that are there again have another content that all are back.
#[must_use]
pub fn are_back(rewritten: usize, deleted: usize) -> bool {
    rewritten <= deleted / WORKED_ON
}

impl AnomalyAlerts {
    /// The files and folders that are still gone, or that were rewritten, from the top of the
    /// project; all of them where an open alert has nothing but their names there again. What lies in a
    /// folder that is gone is not named beside it. Nothing where it is not known.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn lost(&self, alert: &AnomalyAlert) -> Result<Vec<Vec<u8>>> {
        let root = self.library.projects().get(alert.project)?.root;
        let mut paths = self.paths_of(alert.id)?;
        if alert.kind == AnomalyKind::Deletion {
            let missing = |path: &&Vec<u8>| !is_there(&root, path);
            let missing: Vec<_> = paths.iter().filter(missing).cloned().collect();
            if !missing.is_empty() || !alert.is_open() {
                paths = missing;
            }
        }
        let mut lost: Vec<Vec<u8>> = Vec::new();
        let mut folder: Option<Vec<u8>> = None;
        // A folder comes before what is in it.
        for path in paths {
            if folder.as_ref().is_some_and(|folder| path.starts_with(folder)) {
                continue;
            }
            let name = path.strip_suffix(b"/").map(<[u8]>::to_vec);
            if let Some(name) = name {
                lost.push(name);
                folder = Some(path);
            } else {
                lost.push(path);
            }
        }
        Ok(lost)
    }

    /// The project's newest backup from before an alert in each destination, the newest first.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn backups_before(&self, alert: &AnomalyAlert) -> Result<Vec<CachedSnapshot>> {
        let is_before = |snapshot: &CachedSnapshot| match alert.before {
            Some(before) => snapshot.time <= before,
            None => snapshot.time < alert.time,
        };
        let mut seen = HashSet::new();
        // Newest first, as the catalog gives them.
        let mut snapshots = self.snapshots.list(Some(alert.project), None)?;
        snapshots.retain(|snapshot| {
            let is_of_files = !snapshot.tags.iter().any(|tag| tag == OBJECTS_TAG);
            is_of_files && is_before(snapshot) && seen.insert(snapshot.destination)
        });
        Ok(snapshots)
    }

    /// Ends each alert of which everything is there again: as `is_as_before` says, and for deleted
    /// files a look at the disk. What neither can tell is left to the next backup.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read or written, and those of `is_as_before`.
    pub fn settle(&self, is_as_before: &IsAsBefore<'_>) -> Result<()> {
        for alert in self.list()?.iter().filter(|alert| alert.is_open()) {
            let paths = self.paths_of(alert.id)?;
            let is_back = !paths.is_empty()
                && match alert.kind {
                    AnomalyKind::Deletion => {
                        let root = self.library.projects().get(alert.project)?.root;
                        paths.iter().all(|path| is_there(&root, path))
                            && match is_as_before(alert, &paths)? {
                                Some(is_as_before) => is_as_before,
                                None => are_old(&root, &paths, alert.time),
                            }
                    }
                    AnomalyKind::Rewriting => is_as_before(alert, &paths)?.unwrap_or(false),
                    AnomalyKind::Growth => false,
                };
            if is_back {
                self.keep_answer(alert, Some(AnomalyAnswer::Back))?;
            }
        }
        Ok(())
    }

    /// Ends the alerts of which a new backup has all as the one from before has it. Gives whether
    /// that is how it differs from the backup that showed the alert: the way back is no anomaly.
    pub(super) fn settle_by(
        &self,
        project: &Project,
        repository: &Repository,
        earlier: &[Snapshot],
        after: &Snapshot,
    ) -> Result<bool> {
        let mut is_way_back = false;
        let shown_by = earlier.last().map(|last| Moment::of(last.time).0);
        for alert in self.list()? {
            let is_last = Some(alert.time) == shown_by && alert.answer == Some(AnomalyAnswer::Back);
            let is_of_files = alert.project == project.id && alert.kind != AnomalyKind::Growth;
            if !is_of_files || !(alert.is_open() || is_last) {
                continue;
            }
            let is_before = |it: &&Snapshot| Some(Moment::of(it.time).0) == alert.before;
            let Some(before) = earlier.iter().find(is_before) else { continue };
            if !self.has_all(&alert, repository, before, after)? {
                continue;
            }
            is_way_back |= Some(alert.time) == shown_by;
            if alert.is_open() {
                self.keep_answer(&alert, Some(AnomalyAnswer::Back))?;
            }
        }
        Ok(is_way_back)
    }

    /// Whether a snapshot has all that an alert is about as the one from before has it.
    fn has_all(
        &self,
        alert: &AnomalyAlert,
        repository: &Repository,
        before: &Snapshot,
        after: &Snapshot,
    ) -> Result<bool> {
        let lost: HashSet<_> = self.paths_of(alert.id)?.into_iter().collect();
        let top = prefix(&top(repository, before)?);
        let (mut gone, mut rewritten) = (0, 0);
        repository.changes(before, after, &mut |change| {
            let path = change.path.strip_prefix(&top[..]);
            if !path.is_some_and(|path| lost.contains(path)) {
                return;
            }
            match change.kind {
                ChangeKind::Removed | ChangeKind::Kind => gone += 1,
                ChangeKind::Content => rewritten += 1,
                ChangeKind::Added | ChangeKind::Metadata => {}
            }
        })?;
        let is_back = match alert.kind {
            AnomalyKind::Deletion => are_back(rewritten, lost.len()),
            AnomalyKind::Rewriting | AnomalyKind::Growth => rewritten == 0,
        };
        Ok(!lost.is_empty() && gone == 0 && is_back)
    }

    /// All paths that an alert is about, from the top of the project; a folder's ends with `/`.
    fn paths_of(&self, id: AlertId) -> Result<Vec<Vec<u8>>> {
        let paths = self.library.catalog().read(|connection| table::lost(connection, id))?;
        Ok(paths.iter().filter_map(|path| unescape_name(path)).collect())
    }
}

fn is_there(root: &Path, path: &[u8]) -> bool {
    look_at(root, path).is_some()
}

/// Whether these are files from before an alert, as a restore leaves them: what was written since then, or
/// is empty, may be no more than the name.
fn are_old(root: &Path, paths: &[Vec<u8>], alert: Timestamp) -> bool {
    let is_old = |found: &Metadata| {
        let is_before = |time: SystemTime| Timestamp::try_from(time).is_ok_and(|it| it <= alert);
        !found.is_file() || (found.len() > 0 && found.modified().is_ok_and(is_before))
    };
    let new = paths.iter().filter(|path| !look_at(root, path).as_ref().is_some_and(is_old));
    are_back(new.count(), paths.len())
}

fn look_at(root: &Path, path: &[u8]) -> Option<Metadata> {
    let path = path.strip_suffix(b"/").unwrap_or(path);
    root.join(OsStr::from_bytes(path)).symlink_metadata().ok()
}

/// Those of these paths of a snapshot that are below its top, from there.
pub(super) fn below_top(paths: Vec<String>, top: &[Vec<u8>]) -> Vec<String> {
    let prefix = escape_name(&prefix(top));
    let below = |path: String| path.strip_prefix(&prefix).map(str::to_owned);
    paths.into_iter().filter_map(below).filter(|path| !path.is_empty()).collect()
}

/// What paths in a snapshot begin with, of what lies at its top.
fn prefix(top: &[Vec<u8>]) -> Vec<u8> {
    let mut path = b"/".to_vec();
    for name in top {
        path.extend_from_slice(name);
        path.push(b'/');
    }
    path
}
