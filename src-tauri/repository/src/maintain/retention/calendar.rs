//! The calendar of retention: where an hour, a day, a week, a month and a year begin, and when a
//! span ago was.

use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};
use jiff::{Span, Timestamp};

use super::reason::Period;
use super::span::CalendarSpan;
use crate::format::snapshot::Snapshot;

/// The time zone whose days are counted.
#[derive(Debug, Clone)]
pub enum Calendar {
    /// Each snapshot's own, as restic does: a day begins where its machine's clock had midnight. A
    /// span is counted back in `local` where the snapshot was made in that zone, summer time and
    /// all.
    OfSnapshots {
        /// The zone of this machine.
        local: TimeZone,
    },
    /// All snapshots' in one zone.
    In(TimeZone),
}

impl Calendar {
    /// As restic does on this machine.
    pub fn as_restic() -> Self {
        Self::OfSnapshots { local: TimeZone::system() }
    }

    fn zone(&self, snapshot: &Snapshot) -> TimeZone {
        match self {
            Self::In(zone) => zone.clone(),
            // What is written as UTC is UTC, even where the local time is the same just then.
            Self::OfSnapshots { local } => {
                let is_local = snapshot.offset != Offset::UTC
                    && local.to_offset(snapshot.time) == snapshot.offset;
                if is_local { local.clone() } else { TimeZone::fixed(snapshot.offset) }
            }
        }
    }

    /// A number that all snapshots of the same period have, and none of another.
    pub(super) fn number(&self, period: Period, snapshot: &Snapshot, nr: usize) -> i64 {
        let there = self.zone(snapshot).to_datetime(snapshot.time);
        let (year, month, day) = (there.year(), there.month(), there.day());
        let (year, month, day) = (i64::from(year), i64::from(month), i64::from(day));
        match period {
            Period::Last => i64::try_from(nr).unwrap_or(i64::MAX),
            Period::Hourly => {
                year * 1_000_000 + month * 10_000 + day * 100 + i64::from(there.hour())
            }
            Period::Daily => year * 10_000 + month * 100 + day,
            Period::Weekly => {
                let week = there.date().iso_week_date();
                i64::from(week.year()) * 100 + i64::from(week.week())
            }
            Period::Monthly => year * 100 + month,
            Period::Yearly => year,
        }
    }

    /// The moment that lies `span` before a snapshot; the beginning of time where that is before
    /// all years that can be told.
    pub(super) fn before(&self, snapshot: &Snapshot, span: &CalendarSpan) -> Timestamp {
        let zone = self.zone(snapshot);
        let there = zone.to_datetime(snapshot.time);
        let moment = date_before(there, span).and_then(|then| instant(&zone, then));
        let hours = Span::new().try_hours(span.hours).ok();
        let moment = moment.zip(hours).and_then(|(then, hours)| then.checked_sub(hours).ok());
        moment.unwrap_or(Timestamp::MIN)
    }
}

/// Years, months and days before. A day that its month does not have runs over into the next: a
/// month before the 31st of March is the 3rd of March, or the 2nd.
fn date_before(there: DateTime, span: &CalendarSpan) -> Option<DateTime> {
    let months = i64::from(there.year()) * 12 + i64::from(there.month())
        - 1
        - i64::from(span.years) * 12
        - i64::from(span.months);
    let year = i16::try_from(months.div_euclid(12)).ok()?;
    let month = i8::try_from(months.rem_euclid(12) + 1).ok()?;
    let days = i64::from(there.day()) - 1 - i64::from(span.days);
    let days = Span::new().try_days(days).ok()?;
    let date = Date::new(year, month, 1).ok()?.checked_add(days).ok()?;
    Some(date.to_datetime(there.time()))
}

/// When a clock of the zone shows this. Where it never does, or does twice, restic's language takes
/// the offset that holds at the moment that the first guess leads to.
fn instant(zone: &TimeZone, shown: DateTime) -> Option<Timestamp> {
    let as_utc = Offset::UTC.to_timestamp(shown).ok()?;
    let guess = zone.to_offset(as_utc);
    let offset = zone.to_offset(guess.to_timestamp(shown).ok()?);
    if guess == Offset::UTC { Some(as_utc) } else { offset.to_timestamp(shown).ok() }
}
