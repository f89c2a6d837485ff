//! Counts what a restore does, or would do.

use std::sync::{Mutex, MutexGuard, PoisonError};

use undercroft_foundation::Error;

use super::order::{RestorePlan, RestoreReport};
use crate::path::TreePath;
use crate::version::{Change, ChangeKind};

/// How many changes are listed one by one.
const LISTED: usize = 1000;

#[derive(Default)]
pub(super) struct Tally(Mutex<RestorePlan>);

impl Tally {
    pub(super) fn identical(&self) {
        self.lock().identical += 1;
    }

    pub(super) fn written(&self, change: Change, bytes: u64) {
        let mut counts = self.lock();
        counts.restore += 1;
        counts.overwrite += u64::from(change.kind != ChangeKind::Added);
        counts.bytes += bytes;
        list(&mut counts, change);
    }

    pub(super) fn removed(&self, path: TreePath) {
        let mut counts = self.lock();
        counts.remove += 1;
        let kind = ChangeKind::Removed;
        list(&mut counts, Change { path, from: None, kind, size_bytes: None, layer: None });
    }

    pub(super) fn failed(&self, path: &TreePath, error: &Error) {
        self.lock().failed.push((path.clone(), error.to_string()));
    }

    pub(super) fn plan(self) -> RestorePlan {
        let mut plan = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
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
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn list(counts: &mut RestorePlan, change: Change) {
    if counts.first.len() < LISTED {
        counts.first.push(change);
    }
}
