//! The plan of an update: which packs go into groups together, and which groups go.
//!
//! Packs of a group are about as long, so that its columns are even. New packs are put together
//! with the groups that are no larger than their number: so small groups grow, and yet a pack goes
//! from group to group but a few times.

use std::collections::{BTreeMap, BTreeSet};

use super::layout::{MEMBERS_MAX, Member};
use super::read::Group;
use super::settings::recoveries;
use crate::format::id::PackId;

/// The packs that an index lists.
#[derive(Debug, Default)]
pub(super) struct Packs {
    /// The packs that are there, as long as they should be.
    pub(super) present: BTreeMap<PackId, u64>,
    /// The packs that are not.
    pub(super) lost: BTreeSet<PackId>,
}

impl Packs {
    fn is_listed(&self, pack: &PackId) -> bool {
        self.present.contains_key(pack) || self.lost.contains(pack)
    }
}

/// The changes to be made.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// The members of groups to be written.
    pub(super) write: Vec<Vec<Member>>,
    /// Groups that go once those are there.
    pub(super) drop: Vec<Group>,
    /// Groups that stay.
    pub(super) keep: Vec<Group>,
}

pub(super) fn plan(packs: &Packs, mut groups: Vec<Group>, percent: u32) -> Plan {
    // The same order for whoever else does this at the same time.
    groups.sort_by_key(|group| (std::cmp::Reverse(group.head.members.len()), group.name.clone()));
    let mut plan = Plan::default();
    let mut covered = BTreeSet::new();
    for group in groups {
        let members = || group.head.members.iter().map(|member| member.id);
        let is_needed = members().any(|id| packs.is_listed(&id) && !covered.contains(&id));
        // What a group may still heal is not given up for anything.
        let holds_lost = members().any(|id| packs.lost.contains(&id));
        let is_as_wanted = group.is_whole()
            && group.head.recoveries == recoveries(group.head.members.len(), percent)
            && group.head.members.iter().all(|it| packs.present.get(&it.id) == Some(&it.size));
        if is_needed && (holds_lost || is_as_wanted) {
            covered.extend(members());
            plan.keep.push(group);
        } else {
            plan.drop.push(group);
        }
    }
    let mut pools: BTreeMap<u32, Vec<Member>> = BTreeMap::new();
    for (id, size) in packs.present.iter().filter(|(id, _)| !covered.contains(id)) {
        pools.entry(class(*size)).or_default().push(Member { id: *id, size: *size });
    }
    for (class, mut pool) in pools {
        absorb_small_groups(&mut plan, class, &mut pool, packs);
        pool.sort_by_key(|member| (std::cmp::Reverse(member.size), member.id));
        plan.write.extend(pool.chunks(MEMBERS_MAX).map(<[_]>::to_vec));
    }
    plan
}

/// Packs of a class differ in length by a factor of four at most, but for the smallest, of which
/// many are nothing.
fn class(size: u64) -> u32 {
    (size >> 16).checked_ilog2().map_or(0, |log| 1 + log / 2)
}

fn absorb_small_groups(plan: &mut Plan, class_of_pool: u32, pool: &mut Vec<Member>, packs: &Packs) {
    let (mut small, others): (Vec<_>, Vec<_>) = plan.keep.drain(..).partition(|group| {
        let members = &group.head.members;
        members.len() < MEMBERS_MAX
            && members.iter().all(|it| class(it.size) == class_of_pool)
            && members.iter().all(|it| packs.present.contains_key(&it.id))
    });
    plan.keep = others;
    small.sort_by_key(|group| (group.head.members.len(), group.name.clone()));
    for group in small {
        if group.head.members.len() <= pool.len() {
            let known: BTreeSet<_> = pool.iter().copied().collect();
            let new = group.head.members.iter().filter(|member| !known.contains(member));
            pool.extend(new.copied());
            plan.drop.push(group);
        } else {
            plan.keep.push(group);
        }
    }
}
