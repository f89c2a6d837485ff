//! Retention: which snapshots a policy keeps, and why.
//!
//! The rules are restic's, to the reason: snapshots are grouped, each group is gone through from
//! its newest to its oldest, and one is kept when any rule of the policy wants it. Spans are counted
//! back from a group's newest snapshot, never from the wall clock: a machine that is off for a year
//! loses nothing. Beyond restic, a snapshot that is tagged `pinned` always stays, and so does the
//! newest of each group.

mod budget;
mod calendar;
mod drop_limit;
mod group;
mod policy;
mod reason;
mod span;

use std::cmp::Ordering;

use jiff::Timestamp;

pub use self::calendar::Calendar;
pub use self::drop_limit::DropLimit;
pub use self::group::{GroupBy, GroupKey};
pub use self::policy::{KeepCount, RetentionPolicy};
pub use self::reason::{Period, Reason};
pub use self::span::CalendarSpan;
use crate::format::snapshot::Snapshot;

/// The tag of a snapshot that no policy drops. restic's `--keep-tag pinned` keeps it, too.
pub const PINNED: &str = "pinned";

/// A policy and how it is applied.
#[derive(Debug, Clone)]
pub struct Retention {
    /// The rules of what is to be kept.
    pub policy: RetentionPolicy,
    /// The grouping of snapshots that are held against each other.
    pub group_by: GroupBy,
    /// The calendar that says when days begin.
    pub calendar: Calendar,
    /// The present: snapshots that are later are from a clock that went wrong.
    pub now: Timestamp,
    /// The limit of how many snapshots go at once.
    pub drop_limit: DropLimit,
}

/// The decision of a policy about the snapshots of one group.
#[derive(Debug, Clone, PartialEq)]
pub struct RetentionGroup {
    /// The values that they have in common.
    pub key: GroupKey,
    /// The snapshots that stay, the newest first, each with all reasons.
    pub keep: Vec<(Snapshot, Vec<Reason>)>,
    /// The snapshots that go, the newest first.
    pub drop: Vec<Snapshot>,
}

/// The order within a group.
fn newest_first(a: &Snapshot, b: &Snapshot) -> Ordering {
    b.time.cmp(&a.time).then(a.id.cmp(&b.id))
}

impl Snapshot {
    /// Whether no policy may drop it.
    pub fn is_pinned(&self) -> bool {
        self.tags.iter().any(|tag| tag == PINNED)
    }

    /// Whether it bears all of these tags; an empty one stands for having none.
    pub(crate) fn has_tags(&self, tags: &[String]) -> bool {
        for tag in tags {
            if tag.is_empty() && self.tags.is_empty() {
                return true;
            }
            if !self.tags.contains(tag) {
                return false;
            }
        }
        true
    }
}

impl Retention {
    /// Decides about snapshots, in any order. The groups come in the order of their keys.
    pub fn apply(&self, snapshots: Vec<Snapshot>) -> Vec<RetentionGroup> {
        let groups = self.group_by.divide(snapshots);
        groups.into_iter().map(|(key, members)| self.decide(key, members)).collect()
    }

    fn decide(&self, key: GroupKey, mut members: Vec<Snapshot>) -> RetentionGroup {
        members.sort_by(newest_first);
        if self.policy.is_empty() {
            let keep = members.into_iter().map(|it| (it, vec![Reason::PolicyEmpty])).collect();
            return RetentionGroup { key, keep, drop: Vec::new() };
        }
        let (mut keep, members) = self.drop_limit.set_future_aside(members, self.now);
        let reasons = self.policy.reasons(&members, self.now, &self.calendar);
        let mut drop = Vec::new();
        for (snapshot, reasons) in members.into_iter().zip(reasons) {
            if reasons.is_empty() {
                drop.push(snapshot);
            } else {
                keep.push((snapshot, reasons));
            }
        }
        if keep.is_empty() {
            keep.push((drop.remove(0), vec![Reason::NewestOfGroup]));
        }
        let mut group = RetentionGroup { key, keep, drop };
        self.drop_limit.hold_back(&mut group);
        group
    }
}
