//! Prune: frees what nobody needs, and nothing else, whatever happens meanwhile.

use crate::support;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use support::{ChangedProvider, Scene, back_up, collect_files, ids, password, without_parent};
use undercroft_foundation::{Code, Error, Job, Result, World};
use undercroft_providers::Provider;
use undercroft_repository::check::{CheckOptions, ReadData};
use undercroft_repository::prune::{PruneOptions, PrunePlan, PruneReport};
use undercroft_repository::{Forget, Repository, SnapshotId};
use undercroft_testkit::{
    FailingProvider, Fault, Operation, RecordingProvider, random_bytes, text_bytes, write_file,
};

const ALL: PruneOptions = PruneOptions {
    max_unused_percent: 0,
    max_unused_bytes: None,
    max_repack_bytes: None,
    join_packs_below: 0,
};

fn prune(repository: &Repository, options: &PruneOptions) -> Result<PruneReport> {
    repository.prune(options, &Job::new())
}

fn plan(repository: &Repository, options: &PruneOptions) -> PrunePlan {
    repository.plan_prune(options, &Job::new()).unwrap()
}

#[track_caller]
fn assert_sound(repository: &Repository) {
    let report = repository.check(&CheckOptions { read: ReadData::All }, &Job::new()).unwrap();
    assert!(report.is_sound(), "{:#?}", report.errors);
}

/// Three backups of files that come, stay and go; the first two are forgotten. Packs of all kinds
/// lie there: needed, partly needed, of no use.
fn scene_to_prune() -> (Scene, SnapshotId) {
    let scene = Scene::new();
    let repository = scene.init().assume_strongly_consistent();
    for n in 0..6 {
        write_file(scene.source().join(format!("keep/{n}")), random_bytes(n, 60_000));
        write_file(scene.source().join(format!("drop/{n}")), random_bytes(100 + n, 60_000));
    }
    let first = back_up(&repository, &scene.request()).snapshot.unwrap();
    for n in 0..6 {
        fs::remove_file(scene.source().join(format!("drop/{n}"))).unwrap();
        write_file(scene.source().join(format!("passing/{n}")), random_bytes(200 + n, 60_000));
    }
    let second = back_up(&repository, &scene.request()).snapshot.unwrap();
    fs::remove_dir_all(scene.source().join("passing")).unwrap();
    write_file(scene.source().join("new"), text_bytes(300, 200_000));
    let third = back_up(&repository, &scene.request()).snapshot.unwrap();
    repository.forget(&[first, second], Forget::ForGood).unwrap();
    (scene, third)
}

fn stored_bytes(scene: &Scene) -> u64 {
    scene.stored_files().iter().map(|path| fs::metadata(path).unwrap().len()).sum()
}

#[test]
fn what_was_forgotten_goes_and_the_rest_stays() {
    let (scene, third) = scene_to_prune();
    let repository = scene.open();
    let planned = plan(&repository, &ALL);
    assert!(!planned.packs_to_remove.is_empty() && !planned.packs_to_repack.is_empty());
    assert!(planned.frees_bytes > 700_000, "{planned:?}");
    let before = stored_bytes(&scene);
    let report = prune(&repository, &ALL).unwrap();
    assert_eq!(report.plan, planned);
    let freed = before - stored_bytes(&scene);
    assert!(freed.abs_diff(planned.frees_bytes) < 20_000, "{freed} {}", planned.frees_bytes);
    assert_eq!(ids(&repository), [third]);
    scene.assert_latest_is_source(&repository);
    scene.assert_latest_is_source(&scene.open());
    scene.restic().check();
    let target = scene.path("by restic");
    scene.restic().restore("latest", &target);
    let restored = target.join(scene.source().strip_prefix("/").unwrap());
    undercroft_testkit::assert_same_tree(scene.source(), restored);

    let left = plan(&repository, &ALL);
    let changed = (left.unused_blobs, left.frees_bytes, left.packs_to_repack.len());
    assert_eq!(changed, (0, 0, 0), "{left:?}");
    // What was pruned is stored again when it comes again.
    write_file(scene.source().join("again"), random_bytes(100, 60_000));
    back_up(&repository, &scene.request());
    scene.assert_latest_is_source(&repository);
    scene.restic().check();
}

#[test]
fn nothing_to_free_is_nothing_done() {
    let (scene, _) = scene_to_prune();
    let recording = Arc::new(RecordingProvider::new(scene.disk()));
    let repository = Repository::open(recording.clone(), &password(), &World::real()).unwrap();
    // What the first writes may be one small pack too many.
    for _ in 0..2 {
        prune(&repository, &PruneOptions::default()).unwrap();
    }
    recording.take();
    let report = prune(&repository, &PruneOptions::default()).unwrap();
    assert_eq!((report.packs_removed, report.indexes_written), (0, 0));
    assert_eq!(recording.count(Operation::Write, "").0, 1, "its lock");
    assert_eq!(recording.count(Operation::Remove, "").0, 1, "its lock");
}

#[test]
fn a_little_waste_may_stay() {
    let (scene, _) = scene_to_prune();
    let repository = scene.open();
    let lax =
        PruneOptions { max_unused_percent: 250, join_packs_below: 0, ..PruneOptions::default() };
    let planned = plan(&repository, &lax);
    assert!(planned.packs_to_repack.is_empty() && !planned.packs_to_remove.is_empty());
    prune(&repository, &lax).unwrap();
    scene.assert_latest_is_source(&repository);
    scene.restic().check();
    let left = plan(&repository, &lax);
    assert!(left.unused_bytes > 0 && left.unused_bytes <= left.used_bytes / 100 * 250);
    prune(&repository, &ALL).unwrap();
    assert_eq!(plan(&repository, &ALL).unused_bytes, 0);
    scene.restic().check();
}

#[test]
fn small_packs_are_joined_once() {
    let scene = Scene::new();
    let repository = scene.init().assume_strongly_consistent();
    for n in 0..12 {
        write_file(scene.source().join(format!("{n}")), random_bytes(n, 20_000));
        back_up(&repository, &without_parent(scene.request()));
    }
    let count = |folder: &str| {
        let mut files = Vec::new();
        collect_files(&scene.repository().join(folder), &mut files);
        files.len()
    };
    assert_eq!((count("data"), count("index")), (24, 12));
    let report = prune(&repository, &PruneOptions::default()).unwrap();
    assert_eq!((count("data"), count("index")), (3, 1));
    assert_eq!((report.packs_written, report.packs_removed), (3, 24));
    assert_eq!(ids(&repository).len(), 12);
    scene.assert_latest_is_source(&repository);
    scene.restic().check();
    assert_eq!(prune(&repository, &PruneOptions::default()).unwrap().packs_written, 0);
}

#[test]
fn a_repository_of_restic_is_pruned() {
    let scene = Scene::new();
    let restic = scene.restic();
    restic.init();
    for n in 0..3 {
        write_file(scene.source().join("file"), random_bytes(n, 2 << 20));
        write_file(scene.source().join(format!("kept/{n}")), text_bytes(n, 50_000));
        restic.backup(scene.source());
    }
    restic.run(&["forget", "--keep-last", "1"]);
    let repository = scene.open();
    let report = prune(&repository, &ALL).unwrap();
    assert!(report.plan.frees_bytes > 4 << 20, "{report:?}");
    scene.assert_latest_is_source(&repository);
    restic.check();
    restic.run(&["prune", "--max-unused", "0"]);
    scene.assert_latest_is_source(&scene.open());
}

#[test]
fn who_reads_meanwhile_goes_on_by_the_new_index() {
    let (scene, _) = scene_to_prune();
    let reading = scene.open();
    let snapshot = support::latest(&reading);
    let path = support::names(&scene.source().join("keep/3"));
    let node = reading.find_node(&snapshot, &path).unwrap().unwrap();
    let mut content = reading.open_content(node.content.as_ref().unwrap()).unwrap();
    let everything = PruneOptions {
        max_unused_percent: 0,
        join_packs_below: u64::MAX,
        ..PruneOptions::default()
    };
    prune(&scene.open(), &everything).unwrap();
    let mut bytes = vec![0; 70_000];
    let read = content.read_at(0, &mut bytes).unwrap();
    assert!(bytes[..read] == random_bytes(3, 60_000)[..]);
    assert!(reading.find_node(&snapshot, &path).unwrap().is_some());
}

#[test]
fn it_wants_to_be_alone() {
    let (scene, _) = scene_to_prune();
    let repository = scene.open();
    let ingest = repository.begin_ingest().unwrap();
    let refused = prune(&scene.open(), &ALL).map_err(|error| error.code());
    assert_eq!(refused.err(), Some(Code::Locked));
    assert!(plan(&scene.open(), &ALL).frees_bytes > 0, "to look needs no solitude");
    drop(ingest);
    let lockless = scene.open().without_locks();
    assert_eq!(prune(&lockless, &ALL).map_err(|e| e.code()).err(), Some(Code::Invalid));
    prune(&repository, &ALL).unwrap();
}

fn files_below(scene: &Scene, folders: &[&str]) -> BTreeSet<PathBuf> {
    let mut files = Vec::new();
    for folder in folders {
        collect_files(&scene.repository().join(folder), &mut files);
    }
    files.into_iter().collect()
}

#[test]
fn what_cannot_be_read_stops_it_and_nothing_is_removed() {
    let folders = ["data", "index", "snapshots"];
    let (scene, _) = scene_to_prune();
    let saved = scene.path("saved");
    copy(&scene.repository(), &saved);
    let repack = plan(&scene.open(), &ALL).packs_to_repack;
    let is_read = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap();
        !path.starts_with(scene.repository().join("data"))
            || repack.iter().any(|pack| pack.to_string() == name)
    };
    let before = files_below(&scene, &folders);
    let is_stopped = |path: &Path| {
        let error = prune(&scene.open(), &ALL).unwrap_err();
        assert_eq!(error.code(), Code::Damaged, "{error}");
        assert!(error.next_text().contains("Nothing"), "{}", error.next_text());
        let mut left = files_below(&scene, &folders);
        left.insert(path.to_owned());
        assert!(left.is_superset(&before), "{}", path.display());
        copy(&saved, &scene.repository());
    };
    for path in before.iter().filter(|path| is_read(path)) {
        let mut damaged = fs::read(path).unwrap();
        damaged.iter_mut().skip(40).step_by(100).for_each(|byte| *byte ^= 1);
        fs::write(path, damaged).unwrap();
        is_stopped(path);
        // An index or a pack that is missing is no less than one that is damaged.
        if !path.to_string_lossy().contains("/snapshots/") {
            fs::remove_file(path).unwrap();
            is_stopped(path);
        }
    }
    prune(&scene.open(), &ALL).unwrap();
    scene.assert_latest_is_source(&scene.open());
    scene.restic().check();
}

/// A provider that from its n-th change on does nothing any more, as a killed process; with `late`
/// the n-th is still done.
fn dying(inner: Arc<dyn Provider>, nth: usize, late: bool) -> Arc<dyn Provider> {
    let changes = AtomicUsize::new(0);
    ChangedProvider::over(inner, move |inner, change| {
        if change.key().starts_with("locks/") {
            return change.apply(inner);
        }
        let number = changes.fetch_add(1, Ordering::SeqCst) + 1;
        if number < nth {
            return change.apply(inner);
        }
        if number == nth && late {
            change.apply(inner)?;
        }
        Err(Error::new(Code::Unavailable, format!("Died at {}", change.key())))
    })
}

fn copy(from: &Path, to: &Path) {
    let _ = fs::remove_dir_all(to);
    assert!(Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap().success());
}

/// Everything is there, and the next prune goes well and leaves nothing over.
fn assert_unharmed(scene: &Scene, third: SnapshotId, thorough: bool) {
    let repository = scene.open().assume_strongly_consistent();
    assert_eq!(ids(&repository), [third]);
    assert_sound(&repository);
    if thorough {
        scene.restic().check();
    }
    prune(&repository, &ALL).unwrap();
    let report = repository.check(&CheckOptions { read: ReadData::All }, &Job::new()).unwrap();
    assert!(report.is_sound() && report.hints.is_empty(), "{report:#?}");
    scene.assert_latest_is_source(&repository);
    if thorough {
        scene.restic().check();
    }
}

#[test]
fn it_may_die_at_any_change() {
    let (scene, third) = scene_to_prune();
    let saved = scene.path("saved");
    copy(&scene.repository(), &saved);
    let mut deaths = 0;
    for late in [false, true] {
        for nth in 1.. {
            copy(&saved, &scene.repository());
            let dying = dying(scene.disk(), nth, late);
            let dying = scene.open_through(dying).assume_strongly_consistent();
            let died = prune(&dying, &ALL);
            assert_unharmed(&scene, third, nth % 6 == 0);
            if died.is_ok() {
                break;
            }
            deaths += 1;
        }
    }
    assert!(deaths > 10, "only {deaths}");
}

#[test]
fn any_call_may_fail() {
    let (scene, third) = scene_to_prune();
    let saved = scene.path("saved");
    copy(&scene.repository(), &saved);
    for operation in [Operation::Read, Operation::Write, Operation::List, Operation::Remove] {
        // Most reads are of one blob after the other.
        for nth in (1..).step_by(if operation == Operation::Read { 7 } else { 1 }) {
            copy(&saved, &scene.repository());
            let failing = Arc::new(FailingProvider::new(scene.disk()));
            let repository = scene.open_through(failing.clone()).assume_strongly_consistent();
            failing.fail_once(operation, "", nth, Fault::Refuse(Code::Unavailable));
            let failed = prune(&repository, &ALL);
            failing.heal();
            if let Err(error) = &failed {
                // Its own lock that could not be removed keeps it from being alone.
                let kept_out = operation == Operation::Remove && error.code() == Code::Locked;
                assert!(kept_out || error.code() == Code::Unavailable, "{operation:?} {nth}");
            }
            // A lock whose removal failed stays: its owner, this process, lives.
            repository.unlock(true).unwrap();
            if nth % 4 == 0 {
                assert_unharmed(&scene, third, nth % 8 == 0);
            } else {
                assert_eq!(ids(&repository), [third]);
                assert_sound(&repository);
            }
            if failed.is_ok() && nth > 8 {
                break;
            }
        }
    }
}

#[test]
fn a_pack_that_does_not_read_as_it_was_written_replaces_nothing() {
    let (scene, third) = scene_to_prune();
    for fault in [Fault::Flip(1000), Fault::Truncate(300)] {
        let failing = Arc::new(FailingProvider::new(scene.disk()));
        let repository = scene.open_through(failing.clone());
        for folder in ["data/", "index/"] {
            failing.fail_once(Operation::Write, folder, 1, fault);
            let failed = prune(&repository, &ALL).map_err(|error| error.code());
            assert_eq!(failed.err(), Some(Code::Damaged), "{folder}");
            if folder == "index/" {
                // What was written wrongly is found by any check, and a careful hand removes it.
                remove_damaged_index(&scene);
            }
            failing.heal();
            assert_sound(&scene.open());
        }
    }
    assert_unharmed(&scene, third, true);
}

fn remove_damaged_index(scene: &Scene) {
    for path in files_below(scene, &["index"]) {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if undercroft_repository::PackId::of(&fs::read(&path).unwrap()).to_string() != name {
            fs::remove_file(path).unwrap();
        }
    }
}
