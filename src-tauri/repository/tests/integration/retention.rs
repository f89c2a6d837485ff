//! Retention: the real restic is the judge of what a policy keeps, and of the reasons; beyond that,
//! what must hold for any policy.

use crate::support;

use std::collections::BTreeMap;
use std::process::Command;

use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use serde_json::{Value, json};
use support::{Scene, Sealer, back_up};
use undercroft_foundation::Job;
use undercroft_repository::retention::{
    Calendar, DropLimit, GroupBy, KeepCount, PINNED, Reason, Retention, RetentionGroup,
    RetentionPolicy,
};
use undercroft_repository::{BlobId, Snapshot, SnapshotId};
use undercroft_testkit::{SeededRandom, random_bytes, write_file};

const NOW: &str = "2026-06-15T12:00:00Z";

fn snapshot(nr: u8, time: &str, tags: &[&str]) -> Snapshot {
    Snapshot {
        id: SnapshotId([nr; 32]),
        time: time.parse().unwrap(),
        offset: Offset::UTC,
        tree: BlobId([0; 32]),
        paths: vec!["/home".to_owned()],
        hostname: "vault".to_owned(),
        username: String::new(),
        uid: 0,
        gid: 0,
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        excludes: Vec::new(),
        parent: None,
        original: None,
        program_version: String::new(),
        summary: None,
    }
}

fn retention(policy: RetentionPolicy) -> Retention {
    Retention {
        policy,
        group_by: GroupBy::default(),
        calendar: Calendar::OfSnapshots { local: TimeZone::UTC },
        now: NOW.parse().unwrap(),
        drop_limit: DropLimit::None,
    }
}

fn days(count: u32) -> RetentionPolicy {
    RetentionPolicy { daily: KeepCount::Number(count), ..RetentionPolicy::default() }
}

/// The snapshots that are kept, with the reasons, as restic would print them.
fn kept(groups: &[RetentionGroup]) -> Vec<(u8, String)> {
    let text =
        |reasons: &[Reason]| reasons.iter().map(Reason::to_string).collect::<Vec<_>>().join("; ");
    let kept = groups.iter().flat_map(|group| &group.keep);
    kept.map(|(snapshot, reasons)| (snapshot.id.0[0], text(reasons))).collect()
}

/// Plants snapshots of many years, with all that matters to a policy, as any program may write
/// them. No two have the same time.
fn plant(scene: &Scene, random: &SeededRandom, count: usize) {
    let sealer = Sealer::of(&scene.restic());
    let pick = |from: &[&str]| from[random.below(from.len())].to_owned();
    for nr in 0..count {
        // Close together, days apart, or years: and some in the future.
        let ago = match random.below(10) {
            0..=3 => random.below(60 * 24 * 3),
            4..=7 => random.below(60 * 24 * 90),
            8 => random.below(60 * 24 * 365 * 8),
            _ => 0,
        };
        let ahead = if random.below(40) == 0 { 60 * 24 * 200 } else { 0 };
        let minutes = ahead - i64::try_from(ago).unwrap();
        let time = Timestamp::now() + SignedDuration::from_mins(minutes);
        let time = time - SignedDuration::from_nanos(i64::try_from(nr).unwrap() * 1001 + 1);
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let offset = match random.below(4) {
            0 => Offset::UTC,
            1 => Offset::from_seconds(-5 * 3600 - 1800).unwrap(),
            _ => berlin.to_offset(time),
        };
        let time = match offset {
            Offset::UTC => time.to_string(),
            offset => time.display_with_offset(offset).to_string(),
        };
        let mut paths = vec![pick(&["/home", "/etc"])];
        if random.below(3) == 0 {
            paths.push("/b".to_owned());
        }
        let mut file = json!({
            "time": time, "tree": "00".repeat(32), "paths": paths,
            "hostname": pick(&["vault", "attic", ""]),
        });
        let tags: Vec<_> =
            ["z", "keep", "a b"].into_iter().filter(|_| random.below(4) == 0).collect();
        if !tags.is_empty() {
            file["tags"] = json!(tags);
        }
        sealer.plant(&scene.repository(), "snapshots", file.to_string().as_bytes());
    }
}

/// A random policy, as restic's arguments and as ours.
fn random_policy(random: &SeededRandom) -> (Vec<String>, RetentionPolicy) {
    let mut arguments = Vec::new();
    let mut policy = RetentionPolicy::default();
    let counts = [
        ("last", &mut policy.last),
        ("hourly", &mut policy.hourly),
        ("daily", &mut policy.daily),
        ("weekly", &mut policy.weekly),
        ("monthly", &mut policy.monthly),
        ("yearly", &mut policy.yearly),
    ];
    for (name, count) in counts {
        if random.below(3) == 0 {
            let number = 1 + random.below(12);
            arguments.push(format!("--keep-{name}={number}"));
            *count = number.to_string().parse().unwrap();
        }
    }
    let spans = [
        ("within", &mut policy.within),
        ("within-hourly", &mut policy.within_hourly),
        ("within-daily", &mut policy.within_daily),
        ("within-weekly", &mut policy.within_weekly),
        ("within-monthly", &mut policy.within_monthly),
        ("within-yearly", &mut policy.within_yearly),
    ];
    for (name, span) in spans {
        if random.below(4) == 0 {
            let texts = ["7h", "3d", "1m", "1y5m7d2h", "30d", "5y", "13m40d", "2d100h"];
            let text = texts[random.below(texts.len())];
            arguments.push(format!("--keep-{name}={text}"));
            *span = text.parse().unwrap();
        }
    }
    for tags in ["keep", "z,a b", ""] {
        if random.below(6) == 0 {
            arguments.push(format!("--keep-tag={tags}"));
            policy.tags.push(tags.split(',').map(str::to_owned).collect());
        }
    }
    if policy.is_empty() {
        policy.last = KeepCount::Number(3);
        arguments.push("--keep-last=3".to_owned());
    }
    (arguments, policy)
}

/// By group: what is kept with its reasons, and what goes.
type Decision = BTreeMap<String, (Vec<(String, Vec<String>)>, Vec<String>)>;

fn of_restic(scene: &Scene, zone: &str, group_by: &str, arguments: &[String]) -> Decision {
    let output = Command::new("restic")
        .args(["--no-cache", "--json", "--repo"])
        .arg(scene.repository())
        .args(["forget", "--dry-run", "--group-by", group_by])
        .args(arguments)
        .env("RESTIC_PASSWORD", support::PASSWORD)
        .env("TZ", zone)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}");
    let groups: Vec<Value> = serde_json::from_str(&text).unwrap();
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let id = |it: &Value| it["id"].as_str().unwrap().to_owned();
    let decide = |group: &Value| {
        let words = |reason: &Value| {
            list(&reason["matches"]).iter().map(|it| it.as_str().unwrap().to_owned()).collect()
        };
        let reasons = list(&group["reasons"]);
        let keep = list(&group["keep"]);
        assert_eq!(keep.len(), reasons.len());
        let keep = keep.iter().map(id).zip(reasons.iter().map(words)).collect();
        let drop = list(&group["remove"]).iter().map(id).collect();
        let key = [&group["host"], &group["paths"], &group["tags"]].map(Value::to_string);
        (key.concat(), (keep, drop))
    };
    groups.iter().map(decide).collect()
}

/// Ours. The restic that Debian has does not know the rule of the oldest yet, nor that the last
/// snapshot of a group stays: these reasons do not count then.
fn of_ours(groups: Vec<RetentionGroup>, knows_oldest: bool) -> Decision {
    let counts = |reason: &Reason| match reason {
        Reason::Counted { oldest, .. } | Reason::CountedWithin { oldest, .. } => {
            knows_oldest || !*oldest
        }
        Reason::NewestOfGroup => false,
        _ => true,
    };
    let decide = |group: RetentionGroup| {
        let null = |list: Option<Vec<String>>| match list {
            Some(list) if !list.is_empty() => json!(list),
            _ => Value::Null,
        };
        let host = json!(group.key.host.unwrap_or_default());
        let key = [host, null(group.key.paths), null(group.key.tags)].map(|it| it.to_string());
        let mut drop: Vec<_> = group.drop.iter().map(|it| (it.time, it.id.to_string())).collect();
        let mut keep = Vec::new();
        for (snapshot, reasons) in group.keep {
            let id = snapshot.id.to_string();
            let words: Vec<_> =
                reasons.iter().filter(|it| counts(it)).map(Reason::to_string).collect();
            if words.is_empty() {
                drop.push((snapshot.time, id));
            } else {
                keep.push((id, words));
            }
        }
        drop.sort_unstable_by(|a, b| b.cmp(a));
        (key.concat(), (keep, drop.into_iter().map(|(_, id)| id).collect()))
    };
    groups.into_iter().map(decide).collect()
}

#[test]
fn restic_decides_the_same_for_the_same_reasons() {
    for seed in 0..3 {
        let random = SeededRandom::new(seed);
        let scene = Scene::new();
        let repository = scene.init();
        plant(&scene, &random, 120);
        for round in 0..14 {
            let (arguments, policy) = random_policy(&random);
            let group_by = ["host,paths", "", "tags", "host,tags", "paths"][random.below(5)];
            let zone = ["UTC", "Europe/Berlin", "America/New_York"][random.below(3)];
            let theirs = of_restic(&scene, zone, group_by, &arguments);
            let knows_oldest = format!("{theirs:?}").contains("\"oldest ");
            let local = TimeZone::get(zone).unwrap();
            let retention = Retention {
                policy,
                group_by: group_by.parse().unwrap(),
                calendar: Calendar::OfSnapshots { local },
                now: Timestamp::now(),
                drop_limit: DropLimit::None,
            };
            let ours = of_ours(retention.apply(repository.snapshots().unwrap()), knows_oldest);
            assert_eq!(ours, theirs, "seed {seed} round {round}: {arguments:?} {group_by} {zone}");
        }
    }
}

#[test]
fn the_oldest_stays_while_some_are_still_to_be_kept() {
    let all = vec![
        snapshot(1, "2026-06-01T08:00:00Z", &[]),
        snapshot(2, "2026-06-01T09:00:00Z", &[]),
        snapshot(3, "2026-06-01T10:00:00Z", &[]),
        snapshot(4, "2026-06-02T10:00:00Z", &[]),
    ];
    let three = retention(days(3)).apply(all.clone());
    let expected = [(4, "daily snapshot"), (3, "daily snapshot"), (1, "oldest daily snapshot")];
    assert_eq!(kept(&three), expected.map(|(nr, why)| (nr, why.to_owned())));
    assert_eq!(kept(&retention(days(2)).apply(all.clone())).len(), 2);

    let unlimited = RetentionPolicy { daily: "unlimited".parse().unwrap(), ..days(0) };
    assert_eq!(kept(&retention(unlimited).apply(all.clone())), kept(&three));
    let within = RetentionPolicy { within_daily: "1y".parse().unwrap(), ..days(0) };
    let within = kept(&retention(within).apply(all));
    assert_eq!(within[2], (1, "oldest daily within 1y".to_owned()));
}

#[test]
fn without_rules_everything_stays_and_pins_hold_against_any() {
    let all: Vec<_> = (1..=5)
        .map(|nr| {
            let tags: &[&str] = if nr == 2 { &["x", PINNED] } else { &[] };
            snapshot(nr, &format!("2020-01-0{nr}T00:00:00Z"), tags)
        })
        .collect();
    let groups = retention(RetentionPolicy::default()).apply(all.clone());
    assert!(groups[0].drop.is_empty());
    assert_eq!(kept(&groups)[0], (5, "policy is empty".to_owned()));

    let last = RetentionPolicy { last: KeepCount::Number(1), ..RetentionPolicy::default() };
    let groups = retention(last).apply(all.clone());
    let expected = [(5, "last snapshot"), (2, "pinned")].map(|(nr, why)| (nr, why.to_owned()));
    assert_eq!(kept(&groups), expected);

    // A rule that wants none of a group does not empty it.
    let tagged = RetentionPolicy { tags: vec![vec!["none".to_owned()]], ..days(0) };
    let groups = retention(tagged).apply(all[2..].to_vec());
    assert_eq!(kept(&groups), [(5, "newest of its group".to_owned())]);
}

#[test]
fn a_clock_that_went_wrong_takes_nothing() {
    let mut all: Vec<_> =
        (1..=8).map(|nr| snapshot(nr, &format!("2026-06-0{nr}T00:00:00Z"), &[])).collect();
    let within = RetentionPolicy { within: "3d".parse().unwrap(), ..days(0) };
    // Years later, three days before the newest are still those three days.
    let later =
        Retention { now: "2036-01-01T00:00:00Z".parse().unwrap(), ..retention(within.clone()) };
    assert_eq!(kept(&later.apply(all.clone())).len(), 3);

    // One that claims to be of next year counts for no rule and is kept itself.
    all.push(snapshot(9, "2027-07-20T00:00:00Z", &[]));
    let drop_limit = DropLimit::AtMost { percent: 50 };
    let careful = Retention { drop_limit, ..retention(within) };
    let groups = careful.apply(all.clone());
    assert_eq!(kept(&groups)[0], (9, "made later than now".to_owned()));
    assert_eq!(groups[0].drop.len(), 4, "{:?}", kept(&groups));
    assert_eq!(kept(&groups)[4], (5, "held back, as too many would go at once".to_owned()));

    // While the clock is wrong, the rules would take all that is real: half of it stays, the rest
    // is asked for again the next time.
    let fooled = Retention { now: "2027-07-21T00:00:00Z".parse().unwrap(), ..careful };
    let groups = fooled.apply(all);
    assert_eq!((groups[0].keep.len(), groups[0].drop.len()), (5, 4));
    let alone = fooled.apply(groups[0].keep.iter().take(2).map(|(it, _)| it.clone()).collect());
    assert_eq!(alone[0].drop.len(), 1, "one may always go");
}

#[test]
fn days_begin_where_the_calendar_says() {
    // Half past eleven in the evening and half past midnight in Tokyo: one day in UTC.
    let all = vec![
        snapshot(1, "2026-06-01T14:30:00Z", &[]),
        snapshot(2, "2026-06-01T15:30:00Z", &[]),
        snapshot(3, "2026-06-01T16:30:00Z", &[]),
    ];
    let tokyo = TimeZone::get("Asia/Tokyo").unwrap();
    let there = Retention { calendar: Calendar::In(tokyo), ..retention(days(2)) };
    let numbers =
        |groups: &[RetentionGroup]| kept(groups).iter().map(|it| it.0).collect::<Vec<_>>();
    assert_eq!(numbers(&there.apply(all.clone())), [3, 1]);
    let utc = retention(days(2)).apply(all);
    assert_eq!(kept(&utc)[1], (1, "oldest daily snapshot".to_owned()));
}

#[test]
fn a_budget_takes_the_oldest_but_no_pin_and_no_newest() {
    let scene = Scene::new();
    let repository = scene.init();
    for nr in 0..5 {
        write_file(scene.source().join("file"), random_bytes(nr, 100_000));
        let mut request = scene.request();
        request.tags = if nr == 1 { vec![PINNED.to_owned()] } else { Vec::new() };
        back_up(&repository, &request);
    }
    let all = repository.snapshots().unwrap();
    let keep_all = RetentionPolicy { last: KeepCount::Unlimited, ..RetentionPolicy::default() };
    let groups = Retention { now: Timestamp::now(), ..retention(keep_all) }.apply(all.clone());
    let fit = |budget, drop_limit| {
        let mut fitted = groups.clone();
        let fits = repository.fit_retention(&mut fitted, budget, drop_limit, &Job::new()).unwrap();
        let kept: Vec<_> = fitted[0].keep.iter().map(|(it, _)| it.id).collect();
        (fits, all.iter().map(|it| kept.contains(&it.id)).collect::<Vec<_>>())
    };
    assert_eq!(fit(600_000, DropLimit::None), (true, vec![true; 5]));
    assert_eq!(fit(350_000, DropLimit::None), (true, vec![false, true, false, true, true]));
    assert_eq!(fit(250_000, DropLimit::None), (true, vec![false, true, false, false, true]));
    assert_eq!(fit(150_000, DropLimit::None), (false, vec![false, true, false, false, true]));
    let half = DropLimit::AtMost { percent: 50 };
    assert_eq!(fit(250_000, half), (false, vec![false, true, false, true, true]));
}

#[test]
fn what_makes_no_sense_is_refused() {
    for wrong in ["7", "d", "3x", "1y2", "-1d", "1 d", "99999999999d"] {
        assert!(
            wrong.parse::<undercroft_repository::retention::CalendarSpan>().is_err(),
            "{wrong}"
        );
    }
    for wrong in ["-2", "many", ""] {
        assert!(wrong.parse::<KeepCount>().is_err(), "{wrong}");
    }
    assert!("host,color".parse::<GroupBy>().is_err());
    // Longer ago than all time is no reason to drop anything.
    let ever = RetentionPolicy { within: "4000000000y".parse().unwrap(), ..days(0) };
    let all = vec![snapshot(1, "1970-01-01T00:00:00Z", &[]), snapshot(2, NOW, &[])];
    assert_eq!(kept(&retention(ever).apply(all)).len(), 2);
}

fn some_snapshots() -> impl Strategy<Value = Vec<Snapshot>> {
    let one = (0i64..1_000_000, 0..4u8);
    prop::collection::vec(one, 1..40).prop_map(|parts| {
        let numbered = parts.into_iter().enumerate();
        let make = |(nr, (minutes, tag)): (usize, (i64, u8))| {
            let tags: &[&str] = [&[] as &[&str], &["a"], &[PINNED], &[]][usize::from(tag)];
            let mut made = snapshot(u8::try_from(nr).unwrap(), "2024-01-01T00:00:00Z", tags);
            made.time += SignedDuration::from_mins(minutes);
            made
        };
        numbered.map(make).collect()
    })
}

fn some_policy() -> impl Strategy<Value = RetentionPolicy> {
    let spans = prop::sample::select(vec!["", "", "30d", "3m", "1y"]);
    (prop::array::uniform6(0..5u32), prop::array::uniform3(spans), any::<bool>()).prop_map(
        |(counts, spans, tagged)| RetentionPolicy {
            last: KeepCount::Number(counts[0]),
            hourly: KeepCount::Number(counts[1]),
            daily: KeepCount::Number(counts[2]),
            weekly: KeepCount::Number(counts[3]),
            monthly: KeepCount::Number(counts[4]),
            yearly: KeepCount::Number(counts[5]),
            within: spans[0].parse().unwrap(),
            within_daily: spans[1].parse().unwrap(),
            within_yearly: spans[2].parse().unwrap(),
            tags: if tagged { vec![vec!["a".to_owned()]] } else { Vec::new() },
            ..RetentionPolicy::default()
        },
    )
}

proptest! {
    #[test]
    fn whatever_the_policy(all in some_snapshots(), policy in some_policy(), more in 1..4u32) {
        let groups = retention(policy.clone()).apply(all.clone());
        let group = &groups[0];
        prop_assert_eq!(group.keep.len() + group.drop.len(), all.len());
        prop_assert!(group.drop.iter().all(|it| !it.is_pinned()));
        if let KeepCount::Number(last) = policy.last {
            prop_assert!(group.keep.len() >= all.len().min(last as usize).max(1));
        }

        // Applied to what it kept, it drops no more.
        let again = retention(policy.clone()).apply(group.keep.iter().map(|(it, _)| it.clone()).collect());
        prop_assert!(again[0].drop.is_empty());

        // A rule that keeps more drops nothing that was kept.
        let kept: Vec<_> = kept(&groups).into_iter().map(|it| it.0).collect();
        if policy.is_empty() {
            return Ok(());
        }
        for nr in 0..4 {
            let mut wider = policy.clone();
            let count = [&mut wider.last, &mut wider.hourly, &mut wider.daily, &mut wider.yearly];
            if let Some(KeepCount::Number(number)) = count.into_iter().nth(nr) {
                *number += more;
            }
            let wider = retention(wider).apply(all.clone());
            let wider: Vec<_> = wider[0].keep.iter().map(|(it, _)| it.id.0[0]).collect();
            prop_assert!(kept.iter().all(|nr| wider.contains(nr) ), "{:?} {:?}", kept, wider);
        }
    }
}
