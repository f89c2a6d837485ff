//! The rule by which versions stay: all of a day, then one an hour for a week, one a day for ninety
//! days, and one a week after.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use undercroft_foundation::{VersionId, WorkspaceId};

use crate::version::{Trigger, Version};

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;
const WEEK: i64 = 7 * DAY;

/// One run drops at most half of a workspace's versions, or so many: a clock that jumped ahead makes
/// everything look old.
const MOST_AT_ONCE: usize = 50;

/// Why a version stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeepReason {
    /// The history begins with it.
    First,
    /// It is the last of its workspace.
    Newest,
    /// The user made it.
    Manual,
    /// It is what a restore can be undone with.
    BeforeRestore,
    /// The user gave it a name or remarks.
    Named,
    /// The user pinned it.
    Pinned,
    /// Another workspace was opened from it.
    OpenedFrom,
    /// Undoing the last restore or deletion goes back to it.
    Undo,
    /// It is less than a day old.
    LastDay,
    /// It is the last of its hour, and less than a week old.
    LastOfHour,
    /// It is the last of its day, and less than ninety days old.
    LastOfDay,
    /// It is the last of its week.
    LastOfWeek,
    /// One run drops only so many.
    Later,
}

impl KeepReason {
    /// As people read it.
    pub fn text(self) -> &'static str {
        match self {
            Self::First => "The history begins with it",
            Self::Newest => "It is the last version of its workspace",
            Self::Manual => "It was saved by hand",
            Self::BeforeRestore => "A restore can be undone with it",
            Self::Named => "It has a name or a note",
            Self::Pinned => "It is pinned",
            Self::OpenedFrom => "A workspace was opened from it",
            Self::Undo => "Undo goes back to it",
            Self::LastDay => "It is less than a day old",
            Self::LastOfHour => "It is the last of its hour",
            Self::LastOfDay => "It is the last of its day",
            Self::LastOfWeek => "It is the last of its week",
            Self::Later => "Only so many are dropped at once",
        }
    }
}

/// Why a version goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DropReason {
    /// Its hour has a later one, and is more than a day ago.
    Hour,
    /// Its day has a later one, and is more than a week ago.
    Day,
    /// Its week has a later one, and is more than ninety days ago.
    Week,
}

impl DropReason {
    /// As people read it.
    pub fn text(self) -> &'static str {
        match self {
            Self::Hour => "A later version of the same hour stays; it is more than a day old",
            Self::Day => "A later version of the same day stays; it is more than a week old",
            Self::Week => "A later version of the same week stays; it is more than 90 days old",
        }
    }
}

/// The decision on a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ThinDecision {
    Keep(KeepReason),
    Drop(DropReason),
}

/// Decides about the versions of a project, which come in their order; `needed` stay whatever
/// their age.
///
/// The order counts, not the clock: a version is never taken for older than those before it.
pub(crate) fn decide(
    versions: &[Version],
    needed: &HashMap<VersionId, KeepReason>,
    now: Timestamp,
) -> Vec<ThinDecision> {
    let mut by_workspace: HashMap<WorkspaceId, Vec<usize>> = HashMap::new();
    for (at, version) in versions.iter().enumerate() {
        by_workspace.entry(version.workspace).or_default().push(at);
    }
    let mut decisions = vec![ThinDecision::Keep(KeepReason::First); versions.len()];
    for places in by_workspace.into_values() {
        let moments = steady_moments(&places, versions);
        let mut periods = HashSet::new();
        // The newest first: it is the last of its hour, its day and its week.
        for (at, moment) in places.iter().copied().zip(moments).rev() {
            let by_age = by_age(moment, now, &mut periods);
            decisions[at] = match reason_to_stay(&versions[at], needed) {
                _ if at == 0 => ThinDecision::Keep(KeepReason::First),
                _ if Some(&at) == places.last() => ThinDecision::Keep(KeepReason::Newest),
                Some(reason) => ThinDecision::Keep(reason),
                None => by_age,
            };
        }
        limit(&places, &mut decisions);
    }
    decisions
}

/// The seconds of each version, never less than those of one before it.
fn steady_moments(places: &[usize], versions: &[Version]) -> Vec<i64> {
    let mut last = i64::MIN;
    let steady = |at: &usize| {
        last = last.max(versions[*at].time.as_second());
        last
    };
    places.iter().map(steady).collect()
}

fn reason_to_stay(
    version: &Version,
    needed: &HashMap<VersionId, KeepReason>,
) -> Option<KeepReason> {
    match version.trigger {
        Trigger::Import => return Some(KeepReason::First),
        Trigger::Manual => return Some(KeepReason::Manual),
        Trigger::BeforeRestore => return Some(KeepReason::BeforeRestore),
        Trigger::Automatic => {}
    }
    if version.pinned {
        return Some(KeepReason::Pinned);
    }
    if version.name.is_some() || version.note.is_some() {
        return Some(KeepReason::Named);
    }
    needed.get(&version.id).copied()
}

/// The decision by age alone; `periods` holds those that have a version already.
fn by_age(moment: i64, now: Timestamp, periods: &mut HashSet<(i64, i64)>) -> ThinDecision {
    // 1970 began on a Thursday, weeks begin on Monday.
    let week = (moment + 3 * DAY).div_euclid(WEEK);
    let mut is_last = |length: i64, number: i64| periods.insert((length, number));
    let of_hour = is_last(HOUR, moment.div_euclid(HOUR));
    let of_day = is_last(DAY, moment.div_euclid(DAY));
    let of_week = is_last(WEEK, week);
    let age = now.as_second().saturating_sub(moment);
    let (stays, keep, drop) = if age < DAY {
        (true, KeepReason::LastDay, DropReason::Hour)
    } else if age < WEEK {
        (of_hour, KeepReason::LastOfHour, DropReason::Hour)
    } else if age < 90 * DAY {
        (of_day, KeepReason::LastOfDay, DropReason::Day)
    } else {
        (of_week, KeepReason::LastOfWeek, DropReason::Week)
    };
    if stays { ThinDecision::Keep(keep) } else { ThinDecision::Drop(drop) }
}

/// Lets only the oldest go, when many would.
fn limit(places: &[usize], decisions: &mut [ThinDecision]) {
    let most = (places.len() / 2).max(MOST_AT_ONCE);
    let is_dropped = |at: &&usize| matches!(decisions[**at], ThinDecision::Drop(_));
    let dropped = places.iter().filter(is_dropped).copied();
    for at in dropped.skip(most).collect::<Vec<_>>() {
        decisions[at] = ThinDecision::Keep(KeepReason::Later);
    }
}

#[cfg(test)]
mod tests {
    use undercroft_foundation::{OsRandom, ProjectId, SystemClock};

    use super::*;
    use crate::version::GitId;

    /// Automatic versions that are so many seconds old, the oldest first, behind an import.
    fn versions(ages: &[i64], now: Timestamp) -> Vec<Version> {
        let (clock, random) = (SystemClock, OsRandom);
        let workspace = WorkspaceId::new(&clock, &random);
        let project = ProjectId::new(&clock, &random);
        let of = |(seq, age): (usize, &i64)| Version {
            id: VersionId::new(&clock, &random),
            project,
            workspace,
            seq: seq as u64 + 1,
            time: Timestamp::from_second(now.as_second() - age).unwrap(),
            author: String::new(),
            message: String::new(),
            trigger: if seq == 0 { Trigger::Import } else { Trigger::Automatic },
            name: None,
            note: None,
            pinned: false,
            parent: None,
            commit: GitId([0; 20]),
            files: 0,
            size_bytes: 0,
            stored_bytes: 0,
            added: 0,
            modified: 0,
            removed: 0,
            renamed: 0,
        };
        ages.iter().enumerate().map(of).collect()
    }

    /// A Sunday, at noon.
    fn noon() -> Timestamp {
        Timestamp::from_second(1_700_000_000 / WEEK * WEEK + 3 * DAY + DAY / 2).unwrap()
    }

    fn kept(versions: &[Version], now: Timestamp) -> Vec<bool> {
        let decisions = decide(versions, &HashMap::new(), now);
        decisions.iter().map(|decision| matches!(decision, ThinDecision::Keep(_))).collect()
    }

    #[test]
    fn all_of_a_day_then_hourly_daily_weekly() {
        let now = noon();
        let minute = 60;
        let ages = [
            400 * DAY,
            200 * DAY + 2 * HOUR,
            200 * DAY,
            30 * DAY + 5 * HOUR,
            30 * DAY,
            3 * DAY + 20 * minute,
            3 * DAY + 10 * minute,
            3 * DAY - 10 * minute,
            20 * minute,
            10 * minute,
            0,
        ];
        let expected = [true, false, true, false, true, false, true, true, true, true, true];
        assert_eq!(kept(&versions(&ages, now), now), expected);
    }

    #[test]
    fn what_was_kept_stays_kept_as_it_grows_older() {
        let now = noon();
        let ages: Vec<i64> = (0..2000).rev().map(|n| n * 1300).collect();
        let mut known = versions(&ages, now);
        for days in 0..150 {
            let later = Timestamp::from_second(now.as_second() + days * DAY).unwrap();
            let keep = kept(&known, later);
            let mut keep = keep.iter();
            known.retain(|_| *keep.next().unwrap());
        }
        // The first, a week each, and the newest.
        assert!((6..=8).contains(&known.len()), "{}", known.len());
    }

    #[test]
    fn a_clock_that_jumped_drops_little() {
        let now = noon();
        let ages: Vec<i64> = (0..400).rev().map(|n| n * 60).collect();
        let all = versions(&ages, now);
        let years_later = Timestamp::from_second(now.as_second() + 3000 * DAY).unwrap();
        let dropped = |at| kept(&all, at).iter().filter(|kept| !**kept).count();
        assert_eq!(dropped(now), 0);
        assert_eq!(dropped(years_later), 200);
        let years_before = Timestamp::from_second(now.as_second() - 3000 * DAY).unwrap();
        assert_eq!(dropped(years_before), 0);
        // A version that says 1970 makes none before it old, and is not old itself.
        let mut odd = all.clone();
        odd[200].time = Timestamp::UNIX_EPOCH;
        assert_eq!(kept(&odd, now).iter().filter(|kept| !**kept).count(), 0);
    }

    #[test]
    fn what_the_user_cares_for_stays() {
        let now = noon();
        let mut all = versions(&[500 * DAY; 9], now);
        all[2].trigger = Trigger::Manual;
        all[3].trigger = Trigger::BeforeRestore;
        all[4].pinned = true;
        all[5].name = Some("good".to_owned());
        let needed = HashMap::from([(all[6].id, KeepReason::OpenedFrom)]);
        let decisions = decide(&all, &needed, now);
        let expected = [
            ThinDecision::Keep(KeepReason::First),
            ThinDecision::Drop(DropReason::Week),
            ThinDecision::Keep(KeepReason::Manual),
            ThinDecision::Keep(KeepReason::BeforeRestore),
            ThinDecision::Keep(KeepReason::Pinned),
            ThinDecision::Keep(KeepReason::Named),
            ThinDecision::Keep(KeepReason::OpenedFrom),
            ThinDecision::Drop(DropReason::Week),
            ThinDecision::Keep(KeepReason::Newest),
        ];
        assert_eq!(decisions, expected);
    }
}
