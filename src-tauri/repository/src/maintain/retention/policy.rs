//! The rules, and which of them want a snapshot.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use undercroft_foundation::{Code, Error, Result, text};

use super::calendar::Calendar;
use super::reason::{Period, Reason};
use super::span::CalendarSpan;
use crate::format::snapshot::Snapshot;

/// The number of snapshots that a rule keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeepCount {
    /// So many; 0 for a rule that is not there.
    Number(u32),
    /// One of each period, however many there are.
    Unlimited,
}

impl Default for KeepCount {
    fn default() -> Self {
        Self::Number(0)
    }
}

impl KeepCount {
    fn has_left(self) -> bool {
        self != Self::Number(0)
    }

    fn take(&mut self) {
        if let Self::Number(number) = self {
            *number = number.saturating_sub(1);
        }
    }
}

impl FromStr for KeepCount {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        if matches!(text, "unlimited" | "-1") {
            return Ok(Self::Unlimited);
        }
        text.parse().map(Self::Number).map_err(|_| {
            Error::new(
                Code::Invalid,
                text!("Not a number of snapshots: {text}", text = format!("{text:?}")),
            )
            .next("Give a number, or unlimited")
        })
    }
}

impl fmt::Display for KeepCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Unlimited => f.write_str("unlimited"),
        }
    }
}

/// A policy keeps whatever at least one rule wants. Without any rule, everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RetentionPolicy {
    /// The newest so many.
    pub last: KeepCount,
    /// The newest of each of so many hours that have one.
    pub hourly: KeepCount,
    /// The same of days.
    pub daily: KeepCount,
    /// The same of ISO weeks.
    pub weekly: KeepCount,
    /// The same of months.
    pub monthly: KeepCount,
    /// The same of years.
    pub yearly: KeepCount,
    /// All that are newer than this before the newest; no rule where it is zero, as below.
    pub within: CalendarSpan,
    /// The newest of each hour within this span before the newest.
    pub within_hourly: CalendarSpan,
    /// The same of days.
    pub within_daily: CalendarSpan,
    /// The same of ISO weeks.
    pub within_weekly: CalendarSpan,
    /// The same of months.
    pub within_monthly: CalendarSpan,
    /// The same of years.
    pub within_yearly: CalendarSpan,
    /// All that bear every tag of one of these lists; an empty tag stands for having none.
    pub tags: Vec<Vec<String>>,
}

/// A rule while the snapshots pass by.
struct Rule {
    period: Period,
    count: KeepCount,
    /// Only what is newer than this, with the span that led to it.
    within: Option<(CalendarSpan, Timestamp)>,
    /// The period that was seen last.
    seen: Option<i64>,
}

impl RetentionPolicy {
    /// Whether there is no rule, so that everything stays.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Why each of these snapshots (the newest first) stays; no reason where none does.
    pub(super) fn reasons(
        &self,
        snapshots: &[Snapshot],
        now: Timestamp,
        calendar: &Calendar,
    ) -> Vec<Vec<Reason>> {
        let newest = snapshots.iter().find(|snapshot| snapshot.time < now);
        let since = |span: &CalendarSpan| {
            newest.map_or(Timestamp::MIN, |newest| calendar.before(newest, span))
        };
        let within = (!self.within.is_zero()).then(|| since(&self.within));
        let mut rules = self.rules(since);
        let mut all = Vec::with_capacity(snapshots.len());
        for (nr, snapshot) in snapshots.iter().enumerate() {
            let mut reasons = Vec::new();
            if snapshot.is_pinned() {
                reasons.push(Reason::Pinned);
            }
            let wanted = self.tags.iter().filter(|tags| snapshot.has_tags(tags));
            reasons.extend(wanted.map(|tags| Reason::HasTags(tags.clone())));
            if within.is_some_and(|since| snapshot.time > since) {
                reasons.push(Reason::Within(self.within));
            }
            let is_oldest = nr + 1 == snapshots.len();
            for rule in &mut rules {
                let number = calendar.number(rule.period, snapshot, nr);
                reasons.extend(rule.look_at(snapshot, number, is_oldest));
            }
            all.push(reasons);
        }
        all
    }

    fn rules(&self, since: impl Fn(&CalendarSpan) -> Timestamp) -> Vec<Rule> {
        let counted = [
            (Period::Last, self.last),
            (Period::Hourly, self.hourly),
            (Period::Daily, self.daily),
            (Period::Weekly, self.weekly),
            (Period::Monthly, self.monthly),
            (Period::Yearly, self.yearly),
        ];
        let within = [
            (Period::Hourly, self.within_hourly),
            (Period::Daily, self.within_daily),
            (Period::Weekly, self.within_weekly),
            (Period::Monthly, self.within_monthly),
            (Period::Yearly, self.within_yearly),
        ];
        let counted = counted.into_iter().filter(|(_, count)| count.has_left());
        let counted =
            counted.map(|(period, count)| Rule { period, count, within: None, seen: None });
        let within = within.into_iter().filter(|(_, span)| !span.is_zero());
        let within = within.map(|(period, span)| Rule {
            period,
            count: KeepCount::Unlimited,
            within: Some((span, since(&span))),
            seen: None,
        });
        counted.chain(within).collect()
    }
}

impl Rule {
    /// Whether this rule wants the snapshot. The oldest of all is wanted as long as some are still
    /// to be kept, so that the history reaches back as far as it can.
    fn look_at(&mut self, snapshot: &Snapshot, number: i64, is_oldest: bool) -> Option<Reason> {
        if !self.count.has_left() || self.within.is_some_and(|(_, since)| snapshot.time <= since) {
            return None;
        }
        let is_new = self.seen != Some(number);
        if !is_new && !is_oldest {
            return None;
        }
        self.seen = Some(number);
        self.count.take();
        let (period, oldest) = (self.period, !is_new);
        Some(match self.within {
            None => Reason::Counted { period, oldest },
            Some((within, _)) => Reason::CountedWithin { period, within, oldest },
        })
    }
}
