//! A loss that the guard noticed: the newest version that has what is gone, else a backup, and
//! bringing it back from there.

use std::collections::HashSet;

use undercroft_backup::{AnomalyAlert, AnomalyKind, CachedSnapshot, are_back};
use undercroft_foundation::{Code, Error, Result, Text, text};
use undercroft_history::{self as history, ChangeKind, TreePath, VersionFilter};

use super::wire::{GuardLoss, LossSource, VersionRestore};
use crate::Api;
use crate::backups::convert::snapshot;
use crate::backups::wire::{Overwrite, Restore};
use crate::base::names::names;
use crate::jobs::wire::JobView;
use crate::retention::wire::GuardRef;

/// The most versions since the backup from before that are looked through.
const VERSIONS: usize = 10_000;

impl Api {
    /// Shows what of an alert is gone, and the newest that has all of it: a version, or the backup
    /// from before.
    ///
    /// # Errors
    /// [`Code::NotFound`] when nothing is gone any more, or nothing holds it.
    pub fn guard_loss(&self, request: GuardRef) -> Result<GuardLoss> {
        let alert = self.0.backups.alerts().find(&request.alert)?;
        self.loss_of(&alert)
    }

    /// Brings back what of an alert is gone: where it was, from the newest that has all of it.
    ///
    /// # Errors
    /// As [`Api::guard_loss`], and those of restoring.
    pub fn guard_restore(&self, request: GuardRef) -> Result<JobView> {
        let alert = self.0.backups.alerts().find(&request.alert)?;
        let GuardLoss { source, paths } = self.loss_of(&alert)?;
        match source {
            LossSource::Version { version } => self.version_restore(VersionRestore {
                version: version.id,
                paths,
                to: None,
                keep_extra: true,
            }),
            LossSource::Backup { snapshot } => self.restore(Restore {
                destination: snapshot.destination,
                snapshot: snapshot.id,
                paths,
                to: None,
                // What still has its content is not named; what is written over can be had back.
                overwrite: Overwrite::Changed,
            }),
        }
    }

    /// Whether the newest version of a project has these paths as they were before an alert; nothing
    /// without versions.
    ///
    /// # Errors
    /// Whatever keeps the history from being read.
    pub(crate) fn is_as_before(
        &self,
        alert: &AnomalyAlert,
        paths: &[Vec<u8>],
    ) -> Result<Option<bool>> {
        let paths = tree_paths(paths)?;
        let Some(before) = self.version_before(alert, &paths)? else { return Ok(None) };
        let newest = self.0.history.newest_version(before.workspace)?;
        let Some(newest) = newest.filter(|newest| newest.id != before.id) else {
            return Ok(Some(false));
        };
        let lost: HashSet<_> = paths.into_iter().collect();
        let reader = self.0.history.reader();
        let changes = reader.compare(before.id, newest.id, &TreePath::root())?;
        let is_lost = changes.iter().any(|change| loses(alert.kind, change, &lost));
        let rewritten = |change: &&history::Change| loses(AnomalyKind::Rewriting, change, &lost);
        Ok(Some(!is_lost && are_back(changes.iter().filter(rewritten).count(), lost.len())))
    }

    fn loss_of(&self, alert: &AnomalyAlert) -> Result<GuardLoss> {
        let lost = tree_paths(&self.0.backups.alerts().lost(alert)?)?;
        let none = |what: Text, next| Error::new(Code::NotFound, what).next(next);
        if lost.is_empty() {
            let what = text!("Nothing is known to be gone: {text}", text = alert.text);
            return Err(none(what, "Look into the project's versions and backups"));
        }
        let version = self.version_before(alert, &lost)?;
        let source = match version.filter(|version| self.holds_all(version, &lost)) {
            Some(version) => LossSource::Version { version: Box::new(version.into()) },
            None => self.backup_before(alert)?.ok_or_else(|| {
                let what = text!(
                    "Neither a version nor a backup has all of it: {text}",
                    text = alert.text
                );
                none(what, "Search for single files: `undercroft search`")
            })?,
        };
        Ok(GuardLoss { source, paths: lost.iter().map(names).collect() })
    }

    /// The newest version from before any of this was lost; nothing without versions.
    fn version_before(
        &self,
        alert: &AnomalyAlert,
        lost: &[TreePath],
    ) -> Result<Option<history::Version>> {
        let workspace = match self.0.history.main_workspace(alert.project) {
            Err(error) if error.code() == Code::NotFound => return Ok(None),
            workspace => workspace?.id,
        };
        let lost: HashSet<_> = lost.iter().cloned().collect();
        let since =
            VersionFilter { from: alert.before, limit: VERSIONS, ..VersionFilter::default() };
        let mut first_to_lose = None;
        for version in self.0.history.versions(workspace, &since)? {
            let changes = self.0.history.changes(version.id, usize::MAX)?;
            if changes.iter().any(|change| loses(alert.kind, change, &lost)) {
                first_to_lose = Some(version.seq);
            }
        }
        let newest =
            VersionFilter { before_seq: first_to_lose, limit: 1, ..VersionFilter::default() };
        Ok(self.0.history.versions(workspace, &newest)?.pop())
    }

    fn holds_all(&self, version: &history::Version, lost: &[TreePath]) -> bool {
        let reader = self.0.history.reader();
        lost.iter().all(|path| reader.entry(version.id, path).is_ok())
    }

    /// The newest backup from before; rather one that can be read now.
    fn backup_before(&self, alert: &AnomalyAlert) -> Result<Option<LossSource>> {
        let mut backups = self.0.backups.alerts().backups_before(alert)?;
        let destinations = self.0.backups.destinations().list()?;
        let is_present = |backup: &CachedSnapshot| {
            let of = destinations.iter().find(|it| it.id == backup.destination);
            let state = of.map(|it| self.0.backups.destinations().state_of(it));
            matches!(state, Some(Ok(state)) if state.is_present)
        };
        let readable = backups.iter().position(is_present).unwrap_or_default();
        if backups.is_empty() {
            return Ok(None);
        }
        let backup = snapshot(backups.swap_remove(readable), &self.destination_names()?);
        Ok(Some(LossSource::Backup { snapshot: Box::new(backup) }))
    }
}

fn tree_paths(paths: &[Vec<u8>]) -> Result<Vec<TreePath>> {
    let path = |path: &Vec<u8>| TreePath::new(path.strip_suffix(b"/").unwrap_or(path));
    paths.iter().map(path).collect()
}

/// Whether a change loses something of these files and folders: takes it away, or, where they were
/// rewritten, gives it another content.
fn loses(kind: AnomalyKind, change: &history::Change, lost: &HashSet<TreePath>) -> bool {
    let path = match change.kind {
        ChangeKind::Removed => &change.path,
        ChangeKind::Modified if kind == AnomalyKind::Rewriting => &change.path,
        ChangeKind::Renamed => change.from.as_ref().unwrap_or(&change.path),
        ChangeKind::Added | ChangeKind::Modified | ChangeKind::Metadata => return false,
    };
    std::iter::successors(Some(path.clone()), TreePath::parent).any(|path| lost.contains(&path))
}
