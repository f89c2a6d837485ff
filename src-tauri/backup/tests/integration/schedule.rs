//! Schedules against what a clock on the wall shows, minute by minute.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use undercroft_backup::{DayTime, Schedule};
use undercroft_testkit::SeededRandom;

/// Zones and moments near which their clocks are put forward or back, by an hour, half an hour,
/// a day, at midnight, or not at all.
const CHANGES: &[(&str, &str)] = &[
    ("Europe/Vienna", "2026-03-29T01:00:00Z"),
    ("Europe/Vienna", "2026-10-25T01:00:00Z"),
    ("Australia/Lord_Howe", "2026-04-04T15:00:00Z"),
    ("Australia/Lord_Howe", "2026-10-03T15:30:00Z"),
    ("America/Santiago", "2026-09-06T04:00:00Z"),
    ("America/Santiago", "2026-04-05T03:00:00Z"),
    ("Pacific/Apia", "2011-12-30T10:00:00Z"),
    ("Asia/Kathmandu", "2026-02-28T12:00:00Z"),
    ("UTC", "2028-02-29T00:00:00Z"),
];

fn at(text: &str) -> DayTime {
    text.parse().unwrap()
}

/// A schedule, what of the clock's showings it means, and whether it comes whenever they come.
type Case = (Schedule, Box<dyn Fn(DateTime) -> bool>, bool);

fn shows(shown: DateTime, hour: i8, minute: i8) -> bool {
    (shown.hour(), shown.minute()) == (hour, minute)
}

fn cron(expression: &str) -> Schedule {
    Schedule::Cron { expression: expression.to_owned() }
}

fn cases() -> Vec<Case> {
    let last_day = |shown: DateTime| shown.date().days_in_month();
    let weekday = |shown: DateTime| shown.weekday().to_monday_one_offset();
    vec![
        (Schedule::Hourly { minute: 0 }, Box::new(|s| s.minute() == 0), true),
        (Schedule::Hourly { minute: 42 }, Box::new(|s| s.minute() == 42), true),
        (Schedule::Daily { at: at("02:30") }, Box::new(|s| shows(s, 2, 30)), false),
        (Schedule::Daily { at: at("01:45") }, Box::new(|s| shows(s, 1, 45)), false),
        (Schedule::Daily { at: at("00:10") }, Box::new(|s| shows(s, 0, 10)), false),
        (Schedule::Daily { at: at("23:30") }, Box::new(|s| shows(s, 23, 30)), false),
        (
            Schedule::Weekly { weekdays: vec![7, 3], at: at("02:00") },
            Box::new(move |s| [3, 7].contains(&weekday(s)) && shows(s, 2, 0)),
            false,
        ),
        (
            Schedule::Monthly { day: 31, at: at("12:30") },
            Box::new(move |s| s.day() == last_day(s) && shows(s, 12, 30)),
            false,
        ),
        (
            Schedule::Monthly { day: 29, at: at("02:15") },
            Box::new(move |s| s.day() == 29.min(last_day(s)) && shows(s, 2, 15)),
            false,
        ),
        (cron("30 2 * * *"), Box::new(|s| shows(s, 2, 30)), false),
        (cron("0 2 * * 1-5"), Box::new(move |s| weekday(s) <= 5 && shows(s, 2, 0)), false),
        (cron("*/20 * * * *"), Box::new(|s| s.minute() % 20 == 0), true),
        (
            cron("5 0-4/2 * * *"),
            Box::new(|s| s.minute() == 5 && s.hour() <= 4 && s.hour() % 2 == 0),
            true,
        ),
    ]
}

/// Every minute from `start` for so many days, with what the clock shows in it.
fn minutes(start: Timestamp, days: i64, zone: &TimeZone) -> Vec<(Timestamp, DateTime)> {
    let minute = |n| start + SignedDuration::from_mins(n);
    (0..days * 24 * 60).map(|n| (minute(n), zone.to_datetime(minute(n)))).collect()
}

/// When the schedule comes, told by looking at every minute.
fn looked_up(case: &Case, minutes: &[(Timestamp, DateTime)]) -> Vec<Timestamp> {
    let (_, means, by_interval) = case;
    if *by_interval {
        return minutes.iter().filter(|(_, s)| means(*s)).map(|(moment, _)| *moment).collect();
    }
    let (first, last) = (minutes[0].1, minutes[minutes.len() - 1].1);
    let mut found = Vec::new();
    let mut wanted = first;
    while wanted < last {
        if means(wanted) {
            // The first minute in which the clock shows it, or has skipped it.
            found.extend(minutes.iter().find(|(_, s)| *s >= wanted).map(|(moment, _)| *moment));
        }
        wanted = wanted.checked_add(1.minute()).unwrap();
    }
    found.sort_unstable();
    found.dedup();
    found
}

#[test]
fn every_schedule_comes_when_the_clock_says_so_and_once() {
    for (name, change) in CHANGES {
        let zone = TimeZone::get(name).unwrap();
        let change: Timestamp = change.parse().unwrap();
        let start = change - SignedDuration::from_hours(3 * 24);
        let minutes = minutes(start, 7, &zone);
        for case in cases() {
            let expected = looked_up(&case, &minutes);
            let (mut from, until) =
                (start - SignedDuration::from_secs(1), minutes.last().unwrap().0);
            let mut found = Vec::new();
            while let Some(next) = case.0.next_after(from, &zone).filter(|next| *next < until) {
                assert!(next > from, "{name} {:?} at {from}", case.0);
                found.push(next);
                from = next;
            }
            let expected: Vec<_> = expected.into_iter().filter(|each| *each < until).collect();
            assert_eq!(found, expected, "{name} {:?}", case.0);
        }
    }
}

#[test]
fn from_any_moment_the_next_and_the_last_are_those_of_the_list() {
    let dice = SeededRandom::new(11);
    for (name, change) in CHANGES {
        let zone = TimeZone::get(name).unwrap();
        let start = change.parse::<Timestamp>().unwrap() - SignedDuration::from_hours(48);
        for (schedule, ..) in cases() {
            let mut all = vec![];
            let mut from = start;
            while all.len() < 1000 && from < start + SignedDuration::from_hours(5 * 24) {
                let Some(next) = schedule.next_after(from, &zone) else { break };
                all.push(next);
                from = next;
            }
            for _ in 0..40 {
                let moment = start + SignedDuration::from_secs(dice.below(4 * 86400) as i64);
                let next = all.iter().find(|each| **each > moment);
                if next.is_some() {
                    assert_eq!(schedule.next_after(moment, &zone).as_ref(), next, "{schedule:?}");
                }
                let last = all.iter().rev().find(|each| **each <= moment);
                let found = schedule.last_between(start, moment, &zone);
                assert_eq!(found.as_ref(), last, "{name} {schedule:?} until {moment}");
            }
        }
    }
}

#[test]
fn a_leap_day_comes_and_what_never_does_is_told() {
    let now: Timestamp = "2026-03-01T00:00:00Z".parse().unwrap();
    let next = |schedule: &Schedule| schedule.next_after(now, &TimeZone::UTC);
    let leap = next(&cron("0 12 29 2 *")).unwrap();
    assert_eq!(leap.to_string(), "2028-02-29T12:00:00Z");
    assert_eq!(next(&cron("0 0 31 4 *")), None);
    assert_eq!(next(&Schedule::Manual), None);
    assert_eq!(next(&Schedule::AfterChanges { versions: 3 }), None);
    let month = next(&Schedule::Monthly { day: 31, at: at("06:00") }).unwrap();
    assert_eq!(month.to_string(), "2026-03-31T06:00:00Z");
}
