//! Samples over the years, and where they lead.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write;

use jiff::Timestamp;
use undercroft_foundation::Code;
use undercroft_usage::{Forecast, Sample, Samples, forecast};

use crate::scene::{DAY, NOON, days_after};

fn sample(seconds: i64, bytes: u64) -> Sample {
    let time = Timestamp::from_second(NOON.as_second() + seconds).unwrap();
    let layers = BTreeMap::from([("working".to_owned(), bytes)]);
    Sample { time, bytes, layers, free_bytes: Some(7) }
}

fn daily(bytes: impl IntoIterator<Item = u64>) -> Vec<Sample> {
    let days = bytes.into_iter().enumerate();
    days.map(|(day, bytes)| sample(day as i64 * DAY, bytes)).collect()
}

#[test]
fn samples_are_kept_by_the_hour_and_then_by_the_day() {
    let folder = tempfile::tempdir().unwrap();
    let samples = Samples::new(&folder.path().join("samples"));
    assert!(samples.trend("library", NOON).unwrap().is_empty());
    for half_hours in 0..(10 * 48) {
        let added = samples.add("library", &sample(half_hours * 1800, half_hours as u64)).unwrap();
        assert_eq!(added, half_hours % 2 == 0);
    }
    let kept = samples.trend("library", NOON).unwrap();
    assert!((48 + 8..=48 + 10).contains(&kept.len()), "{}", kept.len());
    assert!(kept.is_sorted_by_key(|sample| sample.time));
    assert_eq!(kept.last().unwrap(), &sample(478 * 1800, 478));
    assert_eq!(samples.trend("library", kept[20].time).unwrap(), kept[20..]);
    assert!(samples.trend("project:1", NOON).unwrap().is_empty());
    assert_eq!(samples.trend("../x", NOON).unwrap_err().code(), Code::Invalid);
    let text = fs::read_to_string(folder.path().join("samples/library.jsonl")).unwrap();
    assert!(text.lines().count() <= kept.len() + 64);
    samples.forget("library").unwrap();
    assert!(samples.trend("library", NOON).unwrap().is_empty());
}

#[test]
fn a_line_torn_by_a_crash_costs_only_itself() {
    let folder = tempfile::tempdir().unwrap();
    let samples = Samples::new(folder.path());
    samples.add("project:1", &sample(0, 1)).unwrap();
    let path = folder.path().join("project.1.jsonl");
    let mut file = OpenOptions::new().append(true).open(&path).unwrap();
    file.write_all(br#"{"time":"2026-03-01T1"#).unwrap();
    samples.add("project:1", &sample(DAY, 2)).unwrap();
    let bytes: Vec<_> = samples.trend("project:1", NOON).unwrap();
    assert_eq!(bytes.iter().map(|it| it.bytes).collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn a_clock_that_was_set_back_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let samples = Samples::new(folder.path());
    for days in [30, 31, 1, 2, 3] {
        assert!(samples.add("library", &sample(days * DAY, days as u64)).unwrap());
    }
    let found = samples.trend("library", days_after(0)).unwrap();
    assert_eq!(found.iter().map(|it| it.bytes).collect::<Vec<_>>(), [1, 2, 3, 30, 31]);
}

#[test]
fn steady_growth_is_foretold() {
    let grown = daily((0..10).map(|day| 1000 + day * 100));
    let wanted = Forecast { bytes_per_day: 100, days_to_full: Some(81), days_observed: 10 };
    assert_eq!(forecast(&grown, Some(10_000)), Some(wanted));
    assert_eq!(forecast(&grown, Some(5)).unwrap().days_to_full, Some(0));
    assert_eq!(forecast(&grown, Some(u64::MAX)).unwrap().days_to_full, None);
    assert_eq!(forecast(&grown, None).unwrap().days_to_full, None);
    let shrunk = forecast(&daily((0..10).map(|day| 5000 - day * 100)), Some(10_000)).unwrap();
    assert_eq!((shrunk.bytes_per_day, shrunk.days_to_full), (-100, None));
}

#[test]
fn noise_and_one_large_step_do_not_bend_it() {
    let noisy = daily((0..60).map(|day| 1_000_000 + day * 1000 + (day * 7919) % 500));
    let slope = forecast(&noisy, None).unwrap().bytes_per_day;
    assert!((980..=1020).contains(&slope), "{slope}");
    let stepped = daily((0..30).map(|day| if day < 22 { 1000 } else { 1_000_000_000 }));
    assert_eq!(forecast(&stepped, None).unwrap().bytes_per_day, 0);
}

#[test]
fn too_little_tells_nothing() {
    assert_eq!(forecast(&[], Some(1)), None);
    assert_eq!(forecast(&daily([1, 2]), Some(1)), None);
    let one_day: Vec<_> = (0..10).map(|hour| sample(hour * 3600, hour as u64)).collect();
    assert_eq!(forecast(&one_day, Some(1)), None);
    let mut mixed = daily((0..5).map(|day| day * 10));
    mixed.rotate_left(2);
    assert_eq!(forecast(&mixed, None).unwrap().bytes_per_day, 10);
}
