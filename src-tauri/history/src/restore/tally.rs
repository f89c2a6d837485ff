//! Counts what a restore does, or would do.

use std::sync::{Mutex, MutexGuard, PoisonError};

use undercroft_foundation::{Error, TreePath};

use super::order::{RestorePlan, RestoreReport};
use crate::version::{Change, ChangeKind};

pub(super) struct Tally {
    counts: Mutex<RestorePlan>,
    /// The number of changes that are listed one by one.
    listed: usize,
}

impl Tally {
    pub(super) fn new(listed: usize) -> Self {
        Self { counts: Mutex::default(), listed }
    }

    pub(super) fn identical(&self) {
        self.lock().identical += 1;
    }

    pub(super) fn written(&self, change: Change, bytes: u64) {
        let mut counts = self.lock();
        counts.restore += 1;
        counts.overwrite += u64::from(change.kind != ChangeKind::Added);
        counts.bytes += bytes;
        self.list(&mut counts, change);
    }

    pub(super) fn removed(&self, path: TreePath) {
        let mut counts = self.lock();
        counts.remove += 1;
        let kind = ChangeKind::Removed;
        self.list(&mut counts, Change { path, from: None, kind, size_bytes: None, layer: None });
    }

    pub(super) fn failed(&self, path: &TreePath, error: &Error) {
        self.lock().failed.push((path.clone(), error.to_string()));
    }

    /// The same, once for a path.
    pub(super) fn failed_once(&self, path: &TreePath, error: &Error) {
        let is_known = self.lock().failed.iter().any(|(known, _)| known == path);
        if !is_known {
            self.failed(path, error);
        }
    }

    pub(super) fn plan(self) -> RestorePlan {
        let mut plan = self.counts.into_inner().unwrap_or_else(PoisonError::into_inner);
        plan.first.sort_by(|a, b| a.path.cmp(&b.path));
        plan.failed.sort();
        plan
    }

    pub(super) fn report(self) -> RestoreReport {
        let RestorePlan { restore, identical, remove, bytes, failed, .. } = self.plan();
        let (restored, removed) = (restore, remove);
        RestoreReport { restored, identical, removed, bytes, failed, before: None, after: None }
    }

    fn lock(&self) -> MutexGuard<'_, RestorePlan> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn list(&self, counts: &mut RestorePlan, change: Change) {
        if counts.first.len() < self.listed {
            counts.first.push(change);
        }
    }
}
