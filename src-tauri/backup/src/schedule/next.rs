//! From a moment to the next that a schedule means.
//!
//! A schedule says what a clock on the wall shows, and that clock is put forward and back. What
//! comes at a fixed time comes once a day: a time that is skipped comes with the next that is not,
//! one that the clock shows twice comes the first time. What comes at intervals comes whenever the
//! clock shows it, so that no hour goes without.

use croner::parser::{CronParser, Seconds, Year};
use croner::{Cron, JobType};
use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, ToSpan};
use undercroft_foundation::{Code, Error, Result, text};

use super::{DayTime, Schedule};

/// Every rule by weekday or day of the month comes within two months.
const DAYS_LOOKED_AT: i64 = 62;

/// The times that the clock on the wall shows, again and again.
enum Rule<'a> {
    Hourly(i8),
    Daily(DayTime, Box<dyn Fn(Date) -> bool + 'a>),
    Cron(Box<Cron>),
}

impl Schedule {
    /// The first moment after `after` that the schedule means; none for one that goes by no clock,
    /// or means a day that never comes.
    pub fn next_after(&self, after: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let rule = self.rule()?;
        if rule.is_by_interval() {
            rule.next_by_interval(after, zone)
        } else {
            rule.next_by_clock(after, zone)
        }
    }

    /// The last moment after `after` and not after `until` that the schedule means.
    pub fn last_between(
        &self,
        after: Timestamp,
        until: Timestamp,
        zone: &TimeZone,
    ) -> Option<Timestamp> {
        let first = self.next_after(after, zone).filter(|first| *first <= until)?;
        // Steps back are doubled, so that years of an hourly plan are not walked hour by hour.
        let mut back: i64 = 3600;
        let mut last = loop {
            let from = until.checked_sub(back.seconds()).unwrap_or(Timestamp::MIN);
            if from <= first {
                break first;
            }
            match self.next_after(from, zone).filter(|next| *next <= until) {
                Some(next) => break next,
                None => back = back.saturating_mul(2),
            }
        };
        while let Some(next) = self.next_after(last, zone).filter(|next| *next <= until) {
            last = next;
        }
        Some(last)
    }

    /// Goes on when a cron expression can be understood.
    pub(crate) fn check_cron(&self) -> Result<()> {
        let Self::Cron { expression } = self else { return Ok(()) };
        parse(expression).map(drop)
    }

    fn rule(&self) -> Option<Rule<'_>> {
        match self {
            Self::Usual | Self::Manual | Self::AfterChanges { .. } => None,
            Self::Hourly { minute } => Some(Rule::Hourly(i8::try_from(*minute).ok()?)),
            Self::Daily { at } => Some(Rule::Daily(*at, Box::new(|_| true))),
            Self::Weekly { weekdays, at } => {
                Some(Rule::Daily(*at, Box::new(|date| weekdays.contains(&number(date.weekday())))))
            }
            Self::Monthly { day, at } => {
                let is_it = |date: Date| {
                    i8::try_from(*day).is_ok_and(|day| date.day() == day.min(date.days_in_month()))
                };
                Some(Rule::Daily(*at, Box::new(is_it)))
            }
            Self::Cron { expression } => Some(Rule::Cron(Box::new(parse(expression).ok()?))),
        }
    }
}

fn number(weekday: Weekday) -> u8 {
    weekday.to_monday_one_offset().unsigned_abs()
}

fn parse(expression: &str) -> Result<Cron> {
    let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
    parser.parse(expression).map_err(|source| {
        Error::new(
            Code::Invalid,
            text!(
                "Cannot understand the schedule {expression}",
                expression = format!("{expression:?}")
            ),
        )
        .why("It is not what cron understands")
        .next("Write minute, hour, day, month and weekday, such as 30 12 * * 1-5")
        .because(source)
    })
}

impl Rule<'_> {
    fn is_by_interval(&self) -> bool {
        match self {
            Self::Hourly(_) => true,
            Self::Daily(..) => false,
            Self::Cron(cron) => cron.determine_job_type() == JobType::IntervalWildcard,
        }
    }

    /// The time that the clock shows next, were it never put forward or back.
    fn shown_after(&self, after: DateTime) -> Option<DateTime> {
        match self {
            Self::Hourly(minute) => {
                let time = after.with().minute(*minute).second(0).subsec_nanosecond(0).build();
                let time = time.ok()?;
                if time > after { Some(time) } else { time.checked_add(1.hour()).ok() }
            }
            Self::Daily(at, is_it) => (0..DAYS_LOOKED_AT).find_map(|days| {
                let date = after.date().checked_add(days.days()).ok()?;
                let shown = date.to_datetime(at.time());
                (is_it(date) && shown > after).then_some(shown)
            }),
            Self::Cron(cron) => cron.find_next_occurrence(&after, false).ok(),
        }
    }

    fn next_by_clock(&self, after: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let mut shown = zone.to_datetime(after);
        loop {
            shown = self.shown_after(shown)?;
            let moment = first_moment(shown, zone)?;
            // The clock may show for the second time what has come the first.
            if moment > after {
                return Some(moment);
            }
        }
    }

    fn next_by_interval(&self, after: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let mut from = after;
        let mut shown = zone.to_datetime(after);
        loop {
            let offset = zone.to_offset(from);
            let next = offset.to_timestamp(self.shown_after(shown)?).ok()?;
            match zone.following(from).next() {
                // The clock is put forward or back before: it goes on from there.
                Some(change) if change.timestamp() <= next => {
                    from = change.timestamp();
                    let shows = change.offset().to_datetime(from);
                    shown = shows.checked_sub(1.nanosecond()).ok()?;
                }
                _ => return Some(next),
            }
        }
    }
}

/// When the clock first shows this, or has skipped it.
fn first_moment(shown: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    match zone.to_ambiguous_timestamp(shown).offset() {
        AmbiguousOffset::Unambiguous { offset } => offset.to_timestamp(shown).ok(),
        AmbiguousOffset::Fold { before, .. } => before.to_timestamp(shown).ok(),
        AmbiguousOffset::Gap { after, .. } => {
            let before_change = after.to_timestamp(shown).ok()?;
            Some(zone.following(before_change).next()?.timestamp())
        }
    }
}
