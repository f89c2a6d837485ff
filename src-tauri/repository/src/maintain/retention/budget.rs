//! A budget: when what the policy keeps is too large still, the oldest go until it fits.

use std::collections::HashSet;

use undercroft_foundation::{Job, Result};

use super::{DropLimit, Reason, RetentionGroup, newest_first};
use crate::format::id::SnapshotId;
use crate::format::snapshot::Snapshot;
use crate::store::repository::Repository;

impl RetentionGroup {
    /// The snapshots that may go for a budget's sake: neither what is pinned, nor the newest, nor
    /// what bears a time that cannot be.
    fn droppable(&self) -> impl Iterator<Item = &Snapshot> {
        let sound = self.keep.iter().filter(|(_, reasons)| reasons != &[Reason::FromTheFuture]);
        sound.skip(1).map(|(snapshot, _)| snapshot).filter(|snapshot| !snapshot.is_pinned())
    }

    /// The order in which all groups' snapshots go: first those that the policy drops, then, the
    /// oldest first, those that a budget may drop.
    pub(crate) fn drop_order(groups: &[Self]) -> Vec<SnapshotId> {
        let dropped = groups.iter().flat_map(|group| group.drop.iter().map(|it| it.id));
        let mut droppable: Vec<_> = groups.iter().flat_map(Self::droppable).collect();
        droppable.sort_by_key(|snapshot| (snapshot.time, snapshot.id));
        dropped.chain(droppable.into_iter().map(|snapshot| snapshot.id)).collect()
    }

    /// Drops the oldest until `bytes_after`, which is given how many of
    /// [`Self::drop_order`] are gone, says that the others fit. Returns whether they do.
    pub(crate) fn fit_budget(
        groups: &mut [Self],
        budget: u64,
        bytes_after: impl Fn(usize) -> u64,
    ) -> bool {
        let order = Self::drop_order(groups);
        let dropped = groups.iter().map(|group| group.drop.len()).sum();
        let enough = (dropped..=order.len()).find(|gone| bytes_after(*gone) <= budget);
        let gone: HashSet<_> = order[..enough.unwrap_or(order.len())].iter().collect();
        for group in groups {
            let mut kept = Vec::with_capacity(group.keep.len());
            for (snapshot, reasons) in group.keep.drain(..) {
                if gone.contains(&snapshot.id) {
                    group.drop.push(snapshot);
                } else {
                    kept.push((snapshot, reasons));
                }
            }
            group.keep = kept;
            group.drop.sort_by(newest_first);
        }
        enough.is_some()
    }
}

impl Repository {
    /// Drops the oldest of what a policy keeps until all that stays needs at most `budget` bytes,
    /// as far as `drop_limit` allows. Returns whether it does: what is pinned and the newest of
    /// each group stay anyway.
    ///
    /// # Errors
    /// A snapshot, a tree or an index that cannot be read.
    pub fn fit_retention(
        &self,
        groups: &mut [RetentionGroup],
        budget: u64,
        drop_limit: DropLimit,
        job: &Job,
    ) -> Result<bool> {
        let view = self.budget_view(&RetentionGroup::drop_order(groups), job)?;
        let fits = RetentionGroup::fit_budget(groups, budget, |gone| view.bytes_after(gone));
        let held_back =
            groups.iter_mut().filter_map(|group| drop_limit.hold_back(group).then_some(()));
        Ok(held_back.count() == 0 && fits)
    }
}
