//! Limits that protect snapshots from a clock that went wrong.

use jiff::Timestamp;

use super::reason::Reason;
use super::{RetentionGroup, newest_first};
use crate::format::snapshot::Snapshot;

/// The limit of how many snapshots go at once, by how much the clocks are trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DropLimit {
    /// Wholly: just what the policy says, as restic does.
    None,
    /// Not when it looks odd: a snapshot from the future stays and is counted by no rule, and no
    /// more than a part of a group goes at once, but always one may; the oldest go first. What is
    /// held back goes with the next applications.
    AtMost {
        /// The part, in hundredths.
        percent: u8,
    },
}

/// A snapshot that stays, and why.
type Kept = (Snapshot, Vec<Reason>);

impl DropLimit {
    /// Takes the snapshots from the future out.
    pub(super) fn set_future_aside(
        self,
        members: Vec<Snapshot>,
        now: Timestamp,
    ) -> (Vec<Kept>, Vec<Snapshot>) {
        if self == Self::None {
            return (Vec::new(), members);
        }
        let (future, past): (Vec<_>, Vec<_>) =
            members.into_iter().partition(|snapshot| snapshot.time > now);
        (future.into_iter().map(|it| (it, vec![Reason::FromTheFuture])).collect(), past)
    }

    /// Keeps what is too much to go at once; returns whether there was such.
    pub(super) fn hold_back(self, group: &mut RetentionGroup) -> bool {
        let Self::AtMost { percent } = self else { return false };
        let (keep, drop) = (&mut group.keep, &mut group.drop);
        let allowed = ((keep.len() + drop.len()) * usize::from(percent) / 100).max(1);
        let too_many = drop.len().saturating_sub(allowed);
        keep.extend(drop.drain(..too_many).map(|it| (it, vec![Reason::HeldBack])));
        keep.sort_by(|(a, _), (b, _)| newest_first(a, b));
        too_many > 0
    }
}
