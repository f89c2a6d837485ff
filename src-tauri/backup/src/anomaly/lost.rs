//! What an alert is about: the paths that are gone or another, the backups that hold them, and the
//! end of the alert when they are back.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use undercroft_foundation::{AlertId, Result, escape_name, unescape_name};
use undercroft_library::{Moment, Project};
use undercroft_repository::diff::ChangeKind;
use undercroft_repository::{Repository, Snapshot};

use super::{AnomalyAlert, AnomalyAlerts, AnomalyAnswer, AnomalyKind, table};
use crate::browsing::top;
use crate::snapshots::{CachedSnapshot, OBJECTS_TAG};

/// Whether all of these paths of a project are again as an alert's backup from before has them.
pub type IsAsBefore<'a> = dyn Fn(&AnomalyAlert, &[Vec<u8>]) -> Result<bool> + 'a;

impl AnomalyAlerts {
    /// The files and folders that are still gone, or that were rewritten, from the top of the
    /// project. What lies in a folder that is gone is not named beside it. Nothing where it is not
    /// known.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn lost(&self, alert: &AnomalyAlert) -> Result<Vec<Vec<u8>>> {
        let root = self.library.projects().get(alert.project)?.root;
        let mut paths = self.paths_of(alert.id)?;
        paths.retain(|path| alert.kind != AnomalyKind::Deletion || !is_there(&root, path));
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

    /// Ends each alert of which everything is there again: deleted files by a look at the disk,
    /// rewritten ones by what `is_as_before` says.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read or written, and those of `is_as_before`.
    pub fn settle(&self, is_as_before: &IsAsBefore<'_>) -> Result<()> {
        for alert in self.list()?.iter().filter(|alert| alert.is_open()) {
            let paths = self.paths_of(alert.id)?;
            let is_back = !paths.is_empty()
                && match alert.kind {
                    AnomalyKind::Deletion => self.are_there(alert, &paths)?,
                    AnomalyKind::Rewriting => is_as_before(alert, &paths)?,
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
        let mut differs = lost.is_empty();
        repository.diff(before, after, &mut |change| {
            let is_loss = match change.kind {
                ChangeKind::Removed | ChangeKind::Kind => true,
                ChangeKind::Content => alert.kind == AnomalyKind::Rewriting,
                ChangeKind::Added | ChangeKind::Metadata => false,
            };
            let path = change.path.strip_prefix(&top[..]);
            differs |= is_loss && path.is_some_and(|path| lost.contains(path));
        })?;
        Ok(!differs)
    }

    /// All paths that an alert is about, from the top of the project; a folder's ends with `/`.
    fn paths_of(&self, id: AlertId) -> Result<Vec<Vec<u8>>> {
        let paths = self.library.catalog().read(|connection| table::lost(connection, id))?;
        Ok(paths.iter().filter_map(|path| unescape_name(path)).collect())
    }

    fn are_there(&self, alert: &AnomalyAlert, paths: &[Vec<u8>]) -> Result<bool> {
        let root = self.library.projects().get(alert.project)?.root;
        Ok(paths.iter().all(|path| is_there(&root, path)))
    }
}

fn is_there(root: &Path, path: &[u8]) -> bool {
    let path = path.strip_suffix(b"/").unwrap_or(path);
    root.join(OsStr::from_bytes(path)).symlink_metadata().is_ok()
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
