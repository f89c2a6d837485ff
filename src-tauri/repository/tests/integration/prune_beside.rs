//! Prune beside others: who reads and writes meanwhile loses nothing, and what a prune had copied
//! when it was kept from going on is not copied again.

use crate::support;

use std::fs;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use support::{Gate, PASSWORD, Scene, WatchedProvider, back_up, ids, latest};
use undercroft_foundation::{Code, Job, Result};
use undercroft_repository::check::{CheckOptions, ReadData};
use undercroft_repository::prune::{PruneOptions, PrunePlan, PruneReport};
use undercroft_repository::{Forget, Repository};
use undercroft_testkit::{
    Operation, RecordingProvider, assert_same_tree, random_bytes, text_bytes, write_file,
};

const ALL: PruneOptions = PruneOptions {
    max_unused_percent: 0,
    max_unused_bytes: None,
    max_repack_bytes: None,
    join_packs_below: 0,
};

fn prune(repository: &Repository) -> Result<PruneReport> {
    repository.prune(&ALL, &Job::new())
}

fn plan(repository: &Repository, options: &PruneOptions) -> PrunePlan {
    repository.plan_prune(options, &Job::new()).unwrap()
}

#[track_caller]
fn assert_sound(scene: &Scene) {
    let options = CheckOptions { read: ReadData::All };
    let report = scene.open().check(&options, &Job::new()).unwrap();
    assert!(report.is_sound() && report.hints.is_empty(), "{report:#?}");
    scene.restic().check();
    scene.assert_latest_is_source(&scene.open());
}

/// Two backups; the first, which holds more, is forgotten.
fn scene_to_prune() -> Scene {
    let scene = Scene::new();
    let repository = scene.init().assume_strongly_consistent();
    for n in 0..8 {
        write_file(scene.source().join(format!("keep/{n}")), random_bytes(n, 200_000));
        write_file(scene.source().join(format!("drop/{n}")), random_bytes(100 + n, 200_000));
    }
    let first = back_up(&repository, &scene.request()).snapshot.unwrap();
    fs::remove_dir_all(scene.source().join("drop")).unwrap();
    back_up(&repository, &scene.request());
    repository.forget(&[first], Forget::ForGood).unwrap();
    scene
}

#[test]
fn what_came_meanwhile_spares_what_it_needs() {
    let scene = scene_to_prune();
    let gate = Arc::new(Gate::default());
    let pruning =
        scene.open_through(gate.before(scene.disk(), "data/")).assume_strongly_consistent();
    let planned = plan(&pruning, &ALL);
    assert!(planned.repack_bytes > 1_000_000, "{planned:?}");
    std::thread::scope(|scope| {
        let prune = scope.spawn(|| prune(&pruning));
        let held = gate.wait_until_reached();
        // What was to go is needed again, by a backup that finds it in the index.
        for n in 0..8 {
            write_file(scene.source().join(format!("again/{n}")), random_bytes(100 + n, 200_000));
        }
        let summary = back_up(&scene.open().assume_strongly_consistent(), &scene.request());
        assert!(summary.counts.data_added < 100_000, "{summary:?}");
        drop(held);
        let report = prune.join().unwrap().unwrap();
        assert!(report.packs_spared > 0, "{report:?}");
    });
    assert_sound(&scene);
    prune_until_nothing_is_left(&scene);
}

/// Blobs that were copied and spared lie there twice, until now.
fn prune_until_nothing_is_left(scene: &Scene) {
    prune(&scene.open()).unwrap();
    let left = plan(&scene.open(), &ALL);
    assert_eq!((left.unused_bytes, left.packs_to_repack.len()), (0, 0), "{left:?}");
    assert_sound(scene);
}

#[test]
fn kept_out_it_says_so_and_copies_nothing_again() {
    let scene = scene_to_prune();
    let reading = scene.open();
    let held = reading.begin_ingest().unwrap();
    let error = prune(&scene.open().assume_strongly_consistent()).unwrap_err();
    assert_eq!(error.code(), Code::Locked);
    assert!(error.next_text().contains("not copied again"), "{}", error.next_text());
    scene.assert_latest_is_source(&scene.open());
    drop(held);
    let resumed = plan(&scene.open(), &ALL);
    assert_eq!((resumed.repack_bytes, resumed.packs_to_repack.len()), (0, 0), "{resumed:?}");
    let report = prune(&scene.open()).unwrap();
    assert_eq!(report.packs_written, 0, "{report:?}");
    assert!(report.packs_removed > 0);
    assert_sound(&scene);
    assert_eq!(plan(&scene.open(), &ALL).unused_bytes, 0);
}

#[test]
fn with_patience_it_waits_for_a_restore() {
    let scene = scene_to_prune();
    let reader = scene.open();
    let snapshot = latest(&reader);
    let ingest = reader.begin_ingest().unwrap();
    let looks = Arc::new(RecordingProvider::new(scene.disk()));
    let pruning = scene.open_through(looks.clone()).assume_strongly_consistent();
    let pruning = pruning.with_lock_timeout(Duration::from_secs(600));
    std::thread::scope(|scope| {
        let prune = scope.spawn(|| prune(&pruning).unwrap());
        // Two looks for the lock under which it copies; all others are for being alone.
        while looks.count(Operation::List, "locks").0 < 5 {
            assert!(!prune.is_finished(), "it did not wait");
            std::thread::sleep(Duration::from_millis(5));
        }
        let restored = scene.restore(&reader, &snapshot);
        assert_same_tree(scene.source(), restored);
        drop(ingest);
        assert!(prune.join().unwrap().packs_removed > 0);
    });
    assert_sound(&scene);
}

fn start_restic(scene: &Scene) -> Child {
    Command::new("restic")
        .env("RESTIC_PASSWORD", PASSWORD)
        .args(["--no-cache", "--limit-upload", "4000", "--repo"])
        .arg(scene.repository())
        .arg("backup")
        .arg(scene.source())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

fn wait_for_lock(scene: &Scene) {
    let started = Instant::now();
    while fs::read_dir(scene.repository().join("locks")).unwrap().count() == 0 {
        assert!(started.elapsed() < Duration::from_secs(30), "restic takes no lock");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn beside_a_backup_of_restic_it_copies_and_removes_when_that_is_done() {
    let scene = scene_to_prune();
    for n in 0..8 {
        write_file(scene.source().join(format!("again/{n}")), random_bytes(100 + n, 200_000));
        write_file(scene.source().join(format!("new/{n}")), random_bytes(300 + n, 1 << 20));
    }
    let mut restic = start_restic(&scene);
    wait_for_lock(&scene);
    let impatient = prune(&scene.open()).map_err(|error| error.code());
    assert_eq!(impatient.err(), Some(Code::Locked));
    assert!(restic.try_wait().unwrap().is_none(), "restic was quicker");
    let patient = scene.open().with_lock_timeout(Duration::from_secs(120));
    let report = prune(&patient).unwrap();
    assert!(restic.wait().unwrap().success());
    assert_eq!(report.packs_written, 0, "{report:?}");
    assert_eq!(ids(&scene.open()).len(), 2);
    assert_sound(&scene);
    prune_until_nothing_is_left(&scene);
}

#[test]
fn two_prunes_at_once_do_each_other_no_harm() {
    let scene = scene_to_prune();
    let patient =
        || scene.open().assume_strongly_consistent().with_lock_timeout(Duration::from_secs(60));
    let repositories = [patient(), patient(), patient()];
    std::thread::scope(|scope| {
        let running: Vec<_> =
            repositories.iter().map(|repository| scope.spawn(|| prune(repository))).collect();
        for prune in running {
            prune.join().unwrap().unwrap();
        }
    });
    assert_sound(&scene);
    prune_until_nothing_is_left(&scene);
}

#[test]
fn no_more_is_copied_at_a_time_than_is_asked_for() {
    let scene = scene_to_prune();
    let whole = plan(&scene.open(), &ALL);
    let little = PruneOptions { max_repack_bytes: Some(whole.repack_bytes / 2), ..ALL };
    let part = plan(&scene.open(), &little);
    assert!(part.repack_bytes <= whole.repack_bytes / 2 && part.repack_bytes > 0, "{part:?}");
    assert!(part.needs_free_bytes < whole.needs_free_bytes);
    scene.open().prune(&little, &Job::new()).unwrap();
    assert_sound(&scene);
    assert!(plan(&scene.open(), &ALL).repack_bytes > 0);
    let none = PruneOptions { max_unused_bytes: Some(u64::MAX), ..ALL };
    assert_eq!(plan(&scene.open(), &none).repack_bytes, 0);
    prune_until_nothing_is_left(&scene);
}

#[test]
fn what_is_in_the_trash_stays() {
    let scene = scene_to_prune();
    let repository = scene.open().assume_strongly_consistent();
    write_file(scene.source().join("passing"), random_bytes(900, 300_000));
    let passing = back_up(&repository, &scene.request()).snapshot.unwrap();
    fs::remove_file(scene.source().join("passing")).unwrap();
    write_file(scene.source().join("last"), text_bytes(1, 1000));
    back_up(&repository, &scene.request());
    repository.forget(&[passing], Forget::IntoTrash).unwrap();
    prune(&repository).unwrap();
    repository.restore_from_trash(&[passing], &Job::new()).unwrap();
    let restored = scene.restore(&repository, &repository.read_snapshot(passing).unwrap());
    assert_eq!(fs::read(restored.join("passing")).unwrap(), random_bytes(900, 300_000));
    repository.forget(&[passing], Forget::IntoTrash).unwrap();
    // restic knows of no trash. What it removed is no reason to stop.
    scene.restic().run(&["prune", "--max-unused", "0"]);
    prune(&scene.open()).unwrap();
    repository.empty_trash(None).unwrap();
    prune(&scene.open()).unwrap();
    assert_sound(&scene);
}

#[test]
fn packs_are_read_in_long_stretches() {
    let scene = Scene::new();
    let repository = scene.init().assume_strongly_consistent();
    for n in 0..400 {
        write_file(scene.source().join(format!("{n}")), random_bytes(n, 3000));
    }
    let first = back_up(&repository, &scene.request()).snapshot.unwrap();
    fs::remove_file(scene.source().join("7")).unwrap();
    back_up(&repository, &scene.request());
    repository.forget(&[first], Forget::ForGood).unwrap();
    let recording = Arc::new(RecordingProvider::new(scene.disk()));
    let repository = scene.open_through(recording.clone());
    assert!(prune(&repository).unwrap().plan.used_blobs > 390);
    let reads = recording.count(Operation::Read, "data/").0;
    assert!(reads < 20, "{reads} reads of packs");
    assert_sound(&scene);
}

#[test]
fn exclusive_only_at_the_end() {
    let scene = scene_to_prune();
    let reader = Arc::new(scene.open());
    let opened = Arc::clone(&reader);
    let watched = WatchedProvider::over(scene.disk(), move |key| {
        if key.starts_with("data/") {
            // Would be refused if somebody were alone here.
            opened.begin_ingest().unwrap();
        }
    });
    let pruning = scene.open_through(watched).assume_strongly_consistent();
    assert!(prune(&pruning).unwrap().packs_written > 0);
    drop(reader);
    assert_sound(&scene);
}
