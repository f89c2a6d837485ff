//! Copy: snapshots of one repository come to another as they are, and only once.

use crate::support;

use std::fs;
use std::path::Path;
use std::sync::Arc;

use support::{Scene, back_up, collect_files, ids};
use undercroft_foundation::{Code, Job, Result, World};
use undercroft_providers::DiskProvider;
use undercroft_repository::check::{CheckOptions, ReadData};
use undercroft_repository::copy::{CopyOptions, CopyReport, copy};
use undercroft_repository::{Repository, Snapshot, SnapshotId};
use undercroft_testkit::{
    FailingProvider, Fault, Operation, RecordingProvider, Restic, assert_same_tree, random_bytes,
    text_bytes, write_file,
};

const OTHER_PASSWORD: &str = "other";

/// A second repository, with another key, beside the scene's.
fn second(scene: &Scene) -> Repository {
    let provider = Arc::new(DiskProvider::create(&scene.path("second")).unwrap());
    let password = undercroft_repository::Password::new(OTHER_PASSWORD);
    Repository::init(provider, &password, &World::real()).unwrap().assume_strongly_consistent()
}

fn restic_of_second(scene: &Scene) -> Restic {
    Restic::new(scene.path("second"), OTHER_PASSWORD)
}

fn try_copy(source: &Repository, target: &Repository, which: &[SnapshotId]) -> Result<CopyReport> {
    copy(source, target, which, &CopyOptions::default(), &Job::new())
}

fn copy_all(source: &Repository, target: &Repository) -> CopyReport {
    try_copy(source, target, &ids(source)).unwrap()
}

/// Three backups of text, noise, empty and equal files, one below the other.
fn scene_to_copy() -> Scene {
    let scene = Scene::new();
    let repository = scene.init().assume_strongly_consistent();
    for n in 0..8 {
        write_file(scene.source().join(format!("noise/{n}")), random_bytes(n, 300_000));
        write_file(scene.source().join(format!("text/deep/{n}")), text_bytes(n, 90_000));
    }
    write_file(scene.source().join("empty"), b"");
    write_file(scene.source().join("large"), random_bytes(50, 9 << 20));
    for n in 0..3 {
        write_file(scene.source().join(format!("new/{n}")), text_bytes(100 + n, 70_000));
        let request =
            undercroft_repository::BackupRequest { tags: vec![format!("n{n}")], ..scene.request() };
        back_up(&repository, &request);
    }
    scene
}

/// The same but for what is another's on purpose.
#[track_caller]
fn assert_copy(copy: &Snapshot, snapshot: &Snapshot) {
    assert_eq!(copy.original, Some(snapshot.id));
    let same = Snapshot { id: copy.id, original: copy.original, parent: None, ..snapshot.clone() };
    assert_eq!(*copy, same);
}

#[track_caller]
fn assert_sound(repository: &Repository) {
    let report = repository.check(&CheckOptions { read: ReadData::All }, &Job::new()).unwrap();
    assert!(report.is_sound() && report.hints.is_empty(), "{report:#?}");
}

#[test]
fn every_snapshot_comes_whole_and_comes_once() {
    let scene = scene_to_copy();
    let (source, target) = (scene.open(), second(&scene));
    let report = copy_all(&source, &target);
    assert_eq!((report.copied.len(), report.skipped.len()), (3, 0));
    for (copy, snapshot) in target.snapshots().unwrap().iter().zip(source.snapshots().unwrap()) {
        assert_copy(copy, &snapshot);
        let (copied, original) = (scene.restore(&target, copy), scene.restore(&source, &snapshot));
        assert_same_tree(original, copied);
    }
    scene.assert_latest_is_source(&target);
    assert_sound(&target);
    restic_of_second(&scene).check();
    let by_restic = scene.path("by restic");
    restic_of_second(&scene).restore("latest", &by_restic);
    assert_same_tree(scene.source(), by_restic.join(scene.source().strip_prefix("/").unwrap()));

    let again = copy_all(&source, &target);
    assert_eq!((again.copied.len(), again.skipped.len(), again.bytes), (0, 3, 0));
    let back = copy_all(&target, &source);
    assert_eq!((back.copied.len(), back.skipped.len()), (0, 3), "back where it came from");
}

#[test]
fn content_keeps_the_form_that_it_is_stored_in() {
    let scene = scene_to_copy();
    let (source, target) = (scene.open(), second(&scene));
    let report = copy_all(&source, &target);
    let bytes = |folder: &Path| {
        let mut files = Vec::new();
        collect_files(&folder.join("data"), &mut files);
        files.iter().map(|file| fs::metadata(file).unwrap().len()).sum::<u64>()
    };
    let (ours, theirs) = (bytes(&scene.repository()), bytes(&scene.path("second")));
    assert!(ours.abs_diff(theirs) < 2_000, "{ours} {theirs}");
    assert!(report.bytes.abs_diff(ours) < ours / 50, "{report:?}");
}

#[test]
fn restic_and_we_know_each_others_copies() {
    let scene = scene_to_copy();
    let source = scene.open();
    let restic = restic_of_second(&scene);
    let passwords = scene.path("password");
    fs::write(&passwords, "vault").unwrap();
    let from = ["--from-repo", scene.repository().to_str().unwrap(), "--from-password-file"]
        .map(str::to_owned);
    let from = [&from[..], &[passwords.to_str().unwrap().to_owned()]].concat();
    let by_restic = |command: &str, rest: &[String]| {
        let words = [&[command.to_owned()][..], &from, rest].concat();
        restic.run(&words);
    };
    by_restic("init", &["--copy-chunker-params".to_owned()]);
    let first = ids(&source)[0];
    by_restic("copy", &[first.to_string()]);
    let provider = Arc::new(DiskProvider::open(&scene.path("second")).unwrap());
    let password = undercroft_repository::Password::new(OTHER_PASSWORD);
    let target = Repository::open(provider, &password, &World::real()).unwrap();
    let report = copy_all(&source, &target);
    assert_eq!((report.copied.len(), report.skipped.len()), (2, 1));
    restic.check();
    by_restic("copy", &[]);
    assert_eq!(ids(&target).len(), 3, "restic copies none of ours again");
    scene.assert_latest_is_source(&target);
}

#[test]
fn between_the_versions_of_the_format() {
    let scene = scene_to_copy();
    let old = Restic::new(scene.path("second"), OTHER_PASSWORD);
    old.run(&["init", "--repository-version", "1"]);
    let open = |name: &str, word: &str| {
        let provider = Arc::new(DiskProvider::open(&scene.path(name)).unwrap());
        let password = undercroft_repository::Password::new(word);
        Repository::open(provider, &password, &World::real()).unwrap()
    };
    let first = open("second", OTHER_PASSWORD);
    assert_eq!(copy_all(&scene.open(), &first).copied.len(), 3);
    scene.assert_latest_is_source(&first);
    old.check();
    let third = Restic::new(scene.path("third"), "third");
    third.init();
    let newest = open("third", "third");
    assert_eq!(copy_all(&first, &newest).copied.len(), 3);
    scene.assert_latest_is_source(&newest);
    third.check();
}

#[test]
fn tags_are_those_that_are_asked_for() {
    let scene = scene_to_copy();
    let (source, target) = (scene.open(), second(&scene));
    let [first, second, _] = ids(&source)[..] else { panic!("three") };
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let added = CopyOptions { add_tags: words(&["objects", "n0"]), ..CopyOptions::default() };
    copy(&source, &target, &[first], &added, &Job::new()).unwrap();
    let set = CopyOptions { set_tags: Some(words(&["other"])), ..added };
    copy(&source, &target, &[second], &set, &Job::new()).unwrap();
    let tags: Vec<_> = target.snapshots().unwrap().into_iter().map(|copy| copy.tags).collect();
    assert_eq!(tags, [words(&["n0", "objects"]), words(&["other", "objects", "n0"])]);
    assert_eq!(try_copy(&source, &target, &[first, second]).unwrap().skipped.len(), 2);
}

#[test]
fn a_dry_run_says_what_would_come_and_brings_nothing() {
    let scene = scene_to_copy();
    let (source, target) = (scene.open(), second(&scene));
    let dry = CopyOptions { dry_run: true, ..CopyOptions::default() };
    let would = copy(&source, &target, &ids(&source), &dry, &Job::new()).unwrap();
    assert!(ids(&target).is_empty());
    let mut packs = Vec::new();
    collect_files(&scene.path("second/data"), &mut packs);
    assert!(packs.is_empty());
    let did = copy_all(&source, &target);
    let counts = |it: &CopyReport| (it.copied.len(), it.data_blobs, it.tree_blobs, it.bytes);
    assert_eq!(counts(&would), counts(&did));
}

#[test]
fn what_a_relative_has_is_not_even_looked_at() {
    let scene = scene_to_copy();
    for n in 0..60 {
        write_file(scene.source().join(format!("many/{n}/file")), text_bytes(500 + n, 100));
    }
    back_up(&scene.open(), &scene.request());
    let target = second(&scene);
    copy_all(&scene.open(), &target);
    write_file(scene.source().join("many/7/more"), "more");
    back_up(&scene.open(), &scene.request());
    let recording = Arc::new(RecordingProvider::new(scene.disk()));
    let source = scene.open_through(recording.clone());
    let report = copy_all(&source, &target);
    assert_eq!((report.copied.len(), report.data_blobs), (1, 1));
    let reads = recording.count(Operation::Read, "data/").0;
    assert!(reads < 25, "{reads} reads of packs");
    scene.assert_latest_is_source(&target);
    assert_sound(&target);
}

#[test]
fn a_tree_that_came_without_its_content_gets_it() {
    let scene = scene_to_copy();
    let (source, target) = (scene.open(), second(&scene));
    copy_all(&source, &target);
    // As a copy leaves it that was killed between a pack of trees and a pack of data.
    target.forget(&ids(&target), undercroft_repository::Forget::ForGood).unwrap();
    let restic = restic_of_second(&scene);
    let mut packs = Vec::new();
    collect_files(&scene.path("second/data"), &mut packs);
    for pack in packs {
        let size = fs::metadata(&pack).unwrap().len();
        if size > 1 << 20 {
            fs::remove_file(pack).unwrap();
        }
    }
    restic.run(&["rebuild-index"]);
    let provider = Arc::new(DiskProvider::open(&scene.path("second")).unwrap());
    let password = undercroft_repository::Password::new(OTHER_PASSWORD);
    let target = Repository::open(provider, &password, &World::real()).unwrap();
    let report = copy_all(&source, &target);
    assert_eq!((report.copied.len(), report.tree_blobs), (3, 0));
    assert!(report.data_blobs > 0);
    assert_sound(&target);
    scene.assert_latest_is_source(&target);
}

#[test]
fn damage_is_not_handed_on_and_what_was_copied_stays() {
    let scene = scene_to_copy();
    let target = second(&scene);
    let (source, all) = (scene.open(), ids(&scene.open()));
    try_copy(&source, &target, &all[..1]).unwrap();
    let mut packs = Vec::new();
    collect_files(&scene.repository().join("data"), &mut packs);
    for pack in &packs {
        let original = fs::read(pack).unwrap();
        let mut damaged = original.clone();
        damaged.iter_mut().skip(40).step_by(100).for_each(|byte| *byte ^= 1);
        fs::write(pack, damaged).unwrap();
        if let Err(error) = try_copy(&scene.open(), &target, &all) {
            assert_eq!(error.code(), Code::Damaged, "{error}");
        }
        assert_sound(&target);
        fs::write(pack, original).unwrap();
    }
    copy_all(&scene.open(), &target);
    assert_eq!(ids(&target).len(), 3);
    scene.assert_latest_is_source(&target);
    assert_sound(&target);
}

#[test]
fn any_call_may_fail_and_the_next_goes_on() {
    let scene = scene_to_copy();
    let target = second(&scene);
    let password = undercroft_repository::Password::new(OTHER_PASSWORD);
    drop(target);
    for operation in [Operation::Read, Operation::Write, Operation::List] {
        for nth in [1, 2, 3, 5, 8, 12] {
            let disk = Arc::new(DiskProvider::open(&scene.path("second")).unwrap());
            let failing = Arc::new(FailingProvider::new(disk));
            let target = Repository::open(failing.clone(), &password, &World::real()).unwrap();
            let target = target.assume_strongly_consistent();
            failing.fail_once(operation, "", nth, Fault::Refuse(Code::Unavailable));
            let failed = try_copy(&scene.open(), &target, &ids(&scene.open()));
            failing.heal();
            if let Err(error) = &failed {
                assert_eq!(error.code(), Code::Unavailable, "{operation:?} {nth}: {error}");
            }
            target.unlock(true).unwrap();
            let report = target.check(&CheckOptions { read: ReadData::All }, &Job::new()).unwrap();
            assert!(report.is_sound(), "{operation:?} {nth}: {report:#?}");
            copy_all(&scene.open(), &target);
            assert_eq!(ids(&target).len(), 3);
            scene.assert_latest_is_source(&target);
            target.forget(&ids(&target), undercroft_repository::Forget::ForGood).unwrap();
            if nth % 2 == 0 {
                let all = undercroft_repository::prune::PruneOptions::default();
                target.prune(&all, &Job::new()).unwrap();
            }
        }
    }
    let job = Job::new();
    job.cancel();
    let source = scene.open();
    let target = scene.open();
    let cancelled = copy(&source, &target, &ids(&source), &CopyOptions::default(), &job);
    assert_eq!(cancelled.unwrap().skipped.len(), 3, "nothing to do is nothing to stop");
}
