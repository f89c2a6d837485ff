//! Storage that fails: at every write, on a full disk, after the fact. What was acknowledged stays,
//! and the next backup goes well.

use crate::support;

use std::fs;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use support::{
    Change, ChangedProvider, PASSWORD, Scene, WatchedProvider, back_up, ids, latest, names,
    password, try_back_up, without_parent,
};
use undercroft_foundation::{Code, Error, Job, World};
use undercroft_providers::{DiskProvider, Provider};
use undercroft_repository::{BackupRequest, Repository, RestoreRequest, SnapshotId};
use undercroft_testkit::{
    FailingProvider, Fault, Operation, Restic, SmallDisk, assert_same_tree, random_bytes,
    text_bytes, write_file,
};

/// Enough for several packs, the first of them full long before the end.
fn fill(scene: &Scene, seed: u64) {
    fill_with(scene, seed, 9);
}

/// Enough for one of each kind of file.
fn fill_a_little(scene: &Scene, seed: u64) {
    fill_with(scene, seed, 1);
}

fn fill_with(scene: &Scene, seed: u64, files: u64) {
    for n in 0..files {
        let bytes = random_bytes(seed * 100 + n, 4 << 20);
        write_file(scene.source().join(format!("random {n}")), bytes);
    }
    for n in 0..20 {
        write_file(scene.source().join(format!("text/{n}")), text_bytes(seed * 100 + n, 5000));
    }
}

fn code_of(repository: &Repository, request: &BackupRequest) -> Option<Code> {
    try_back_up(repository, request).0.err().map(|error| error.code())
}

#[test]
fn any_write_may_fail_and_nothing_is_lost() {
    let scene = Scene::new();
    fill(&scene, 0);
    drop(scene.init());
    let failing = Arc::new(FailingProvider::new(scene.disk()));
    let repository = scene.open_through(failing.clone());
    let mut acknowledged: Vec<SnapshotId> =
        vec![back_up(&repository, &scene.request()).snapshot.unwrap()];
    let mut failures = 0;
    for (at, (code, for_good)) in
        [(Code::Unavailable, false), (Code::StorageFull, true)].into_iter().enumerate()
    {
        for nth in 1.. {
            let fill = if for_good { fill } else { fill_a_little };
            fill(&scene, (at * 100 + nth) as u64);
            match for_good {
                false => failing.fail_once(Operation::Write, "", nth, Fault::Refuse(code)),
                true => failing.fail_from(Operation::Write, "", nth, Fault::Refuse(code)),
            }
            let failed = code_of(&repository, &scene.request());
            failing.heal();
            assert_eq!(ids(&repository).len(), acknowledged.len() + usize::from(failed.is_none()));
            if failed.is_none() {
                acknowledged.push(support::latest(&repository).id);
                break;
            }
            assert_eq!(failed, Some(code), "write {nth}");
            failures += 1;
            let fresh = scene.open();
            assert_eq!(ids(&fresh), acknowledged);
            if nth % 3 == 0 {
                // The same object goes on as well as one that is opened anew.
                let again = if at == 0 { &repository } else { &fresh };
                acknowledged.push(back_up(again, &scene.request()).snapshot.unwrap());
                scene.assert_latest_is_source(again);
            }
        }
    }
    assert!(failures >= 10, "only {failures} writes");
    assert!(scene.stored_files().iter().all(|path| !path.to_string_lossy().contains("/locks/")));
    scene.assert_latest_is_source(&scene.open());
    scene.restic().check();
}

/// A repository whose provider does the n-th write, half or whole, and then fails.
fn failing_late(scene: &Scene, nth: usize, torn: bool) -> Repository {
    let writes = AtomicUsize::new(0);
    scene.open_through(ChangedProvider::over(scene.disk(), move |disk, change| {
        let Change::Write(key, parts) = change else { return change.apply(disk) };
        if writes.fetch_add(1, Ordering::SeqCst) + 1 != nth {
            return change.apply(disk);
        }
        let bytes = parts.concat();
        let kept = if torn { &bytes[..bytes.len() / 2] } else { &bytes };
        disk.write(key, &[kept])?;
        Err(Error::new(Code::Unavailable, format!("Cannot sync {key}")))
    }))
}

#[test]
fn a_write_whose_sync_failed_is_not_acknowledged_and_does_no_harm() {
    let scene = Scene::new();
    drop(scene.init());
    for nth in 1.. {
        fill_a_little(&scene, nth as u64);
        let before = ids(&scene.open());
        let code = code_of(&failing_late(&scene, nth, false), &scene.request());
        if code.is_none() {
            assert!(nth > 4);
            break;
        }
        assert_eq!(code, Some(Code::Unavailable), "write {nth}");
        // Nothing that was there is gone; what arrived all the same is whole.
        assert!(ids(&scene.open()).starts_with(&before));
    }
    let repository = scene.open();
    back_up(&repository, &scene.request());
    scene.assert_latest_is_source(&repository);
    // A lock that arrived although its write failed is not ours to leave: unlock takes it.
    repository.unlock(true).unwrap();
    scene.restic().check();
}

#[test]
fn half_a_pack_under_its_final_name_is_never_used() {
    let scene = Scene::new();
    drop(scene.init());
    // The first write is the lock; the next ones are packs.
    for nth in 2..4 {
        fill(&scene, nth as u64);
        assert_eq!(
            code_of(&failing_late(&scene, nth, true), &scene.request()),
            Some(Code::Unavailable)
        );
    }
    let repository = scene.open();
    back_up(&repository, &scene.request());
    scene.assert_latest_is_source(&repository);
    scene.restic().check();
}

#[test]
fn a_listing_that_fails_is_never_an_empty_one() {
    let scene = Scene::new();
    write_file(scene.source().join("file"), "x");
    back_up(&scene.init(), &scene.request());
    let failing = Arc::new(FailingProvider::new(scene.disk()));
    let refuse = |folder: &str| {
        failing.heal();
        failing.fail_from(Operation::List, folder, 1, Fault::Refuse(Code::Unavailable));
    };
    let unavailable = Some(Code::Unavailable);
    let repository = scene.open_through(failing.clone());
    refuse("snapshots");
    assert_eq!(repository.snapshots().err().map(|e| e.code()), unavailable);
    assert_eq!(
        repository.find_snapshot("latest", &Default::default()).err().map(|e| e.code()),
        unavailable
    );
    assert_eq!(
        repository.find_snapshot("ab", &Default::default()).err().map(|e| e.code()),
        unavailable
    );
    assert_eq!(code_of(&repository, &scene.request()), unavailable);
    refuse("index");
    assert_eq!(repository.refresh_index().err().map(|e| e.code()), unavailable);
    assert_eq!(code_of(&repository, &without_parent(scene.request())), unavailable);
    refuse("locks");
    assert_eq!(code_of(&repository, &scene.request()), unavailable);
    assert_eq!(repository.unlock(false).err().map(|e| e.code()), unavailable);
    refuse("keys");
    assert_eq!(repository.keys().err().map(|e| e.code()), unavailable);
    assert_eq!(repository.add_key(&password()).err().map(|e| e.code()), unavailable);
    let opened = Repository::open(failing.clone(), &password(), &World::real());
    assert_eq!(opened.err().map(|e| e.code()), unavailable);
    failing.heal();
    failing.fail_from(Operation::Size, "config", 1, Fault::Refuse(Code::Unavailable));
    let provider: Arc<dyn Provider> = failing.clone();
    assert_eq!(Repository::exists(&provider).err().map(|e| e.code()), unavailable);
    let made = Repository::init(provider, &password(), &World::real());
    assert_eq!(made.err().map(|e| e.code()), unavailable);
    failing.heal();

    // A folder that is gone is no empty folder either.
    fs::rename(scene.repository().join("snapshots"), scene.path("aside")).unwrap();
    assert!(scene.open().snapshots().is_err());
    fs::rename(scene.path("aside"), scene.repository().join("snapshots")).unwrap();
    fs::rename(scene.repository().join("index"), scene.path("aside")).unwrap();
    assert!(scene.open().refresh_index().is_err());
}

#[test]
fn an_init_that_fails_anywhere_can_be_begun_again() {
    for operation in [Operation::Write, Operation::CreateFolder, Operation::List] {
        for nth in 1.. {
            let scene = Scene::new();
            let failing = Arc::new(FailingProvider::new(scene.disk()));
            failing.fail_once(operation, "", nth, Fault::Refuse(Code::StorageFull));
            let made = Repository::init(failing.clone(), &password(), &World::real());
            if made.is_ok() {
                assert!(nth > 1, "{operation:?}");
                break;
            }
            failing.heal();
            Repository::init(failing, &password(), &World::real()).unwrap();
            assert_eq!(scene.open().keys().unwrap().len(), 1);
        }
    }
}

fn disk_repository(disk: &SmallDisk) -> (Arc<dyn Provider>, Restic) {
    let path = disk.path().join("repository");
    (Arc::new(DiskProvider::create(&path).unwrap()), Restic::new(&path, PASSWORD))
}

fn remount(disk: &SmallDisk, options: &str) {
    let mut mount = Command::new("mount");
    mount.args(["-o", &format!("remount,{options}")]).arg(disk.path());
    assert!(mount.status().unwrap().success());
}

#[test]
fn a_full_disk_loses_nothing_and_room_is_enough_to_go_on() {
    let Some(disk) = SmallDisk::mount(70 << 20) else { return };
    let scene = Scene::new();
    let (provider, restic) = disk_repository(&disk);
    let repository = Repository::init(provider, &password(), &World::real()).unwrap();
    fill(&scene, 1);
    let first = back_up(&repository, &scene.request()).snapshot.unwrap();
    fill(&scene, 2);
    let (full, _) = try_back_up(&repository, &scene.request());
    let full = full.unwrap_err();
    assert_eq!(full.code(), Code::StorageFull, "{full}");
    assert!(full.next_text().contains("room"), "{}", full.next_text());
    assert_eq!(ids(&repository), [first]);
    restic.check();
    // Full to the last byte: not even a lock fits.
    let ballast = disk.fill();
    assert_eq!(code_of(&repository, &scene.request()), Some(Code::StorageFull));
    assert_eq!(ids(&repository), [first]);
    fs::remove_file(ballast).unwrap();
    remount(&disk, "size=150m");
    back_up(&repository, &scene.request());
    scene.assert_latest_is_source(&repository);
    restic.check();
}

#[test]
fn a_disk_without_inodes_loses_nothing() {
    let Some(disk) = SmallDisk::mount(200 << 20) else { return };
    let scene = Scene::new();
    let (provider, restic) = disk_repository(&disk);
    let repository = Repository::init(provider, &password(), &World::real()).unwrap();
    fill(&scene, 1);
    let first = back_up(&repository, &scene.request()).snapshot.unwrap();
    let used = fs::read_dir(disk.path()).unwrap().count() + count_entries(disk.path());
    for spare in 0..6 {
        remount(&disk, &format!("nr_inodes={}", used + spare));
        fill(&scene, 2);
        if let Some(code) = code_of(&repository, &scene.request()) {
            assert_eq!(code, Code::StorageFull, "{spare} inodes");
            assert_eq!(ids(&repository), [first]);
        }
    }
    remount(&disk, "nr_inodes=100k");
    back_up(&repository, &scene.request());
    scene.assert_latest_is_source(&repository);
    restic.check();
}

#[test]
fn what_can_only_be_read_is_brought_back_without_a_lock() {
    let Some(disk) = SmallDisk::mount(8 << 20) else { return };
    let scene = Scene::new();
    write_file(scene.source().join("file"), "kept");
    let (provider, _) = disk_repository(&disk);
    let repository = Repository::init(provider, &password(), &World::real()).unwrap();
    back_up(&repository, &scene.request());
    disk.fill();
    for options in ["rw", "ro"] {
        remount(&disk, options);
        let target = scene.path(options);
        let request = RestoreRequest {
            target: target.clone(),
            subpath: names(&scene.source()),
            ..RestoreRequest::default()
        };
        let job = Job::new();
        repository.restore(&latest(&repository), &request, &job).unwrap();
        let warnings: Vec<_> = job.warnings().into_iter().map(|it| it.message).collect();
        assert!(warnings.len() == 1 && warnings[0].contains("without a lock"), "{warnings:?}");
        assert_same_tree(scene.source(), target.join("source"));
    }
}

fn count_entries(folder: &std::path::Path) -> usize {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    entries.map(|e| 1 + if e.path().is_dir() { count_entries(&e.path()) } else { 0 }).sum()
}

#[test]
fn the_order_is_packs_then_index_then_snapshot() {
    let scene = Scene::new();
    fill(&scene, 1);
    drop(scene.init());
    let order = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&order);
    let disk = WatchedProvider::over(scene.disk(), move |key| {
        noted.lock().unwrap().push(key.split('/').next().unwrap().to_owned());
    });
    back_up(&scene.open_through(disk), &scene.request());
    let order = order.lock().unwrap();
    let last = |folder: &str| order.iter().rposition(|key| key == folder).unwrap();
    assert_eq!(order.first().map(String::as_str), Some("locks"));
    assert!(last("data") < last("index") && last("index") < last("snapshots"), "{order:?}");
    assert_eq!(last("snapshots"), order.len() - 1);
    assert_eq!(order.iter().filter(|key| *key == "snapshots").count(), 1);
}
