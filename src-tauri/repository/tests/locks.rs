//! Locks: ours heed restic's and restic's heed ours, and none stays behind.

mod support;

use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{fs, thread};

use jiff::{SignedDuration, Timestamp};
use rustix::process::{Pid, Signal, kill_process};
use support::{Gate, PASSWORD, Scene, back_up, ids, password, try_back_up};
use undercroft_foundation::{Code, Job, OsRandom, World};
use undercroft_repository::{BackupRequest, Password, Repository};
use undercroft_testkit::{
    FailingProvider, Fault, ManualClock, Operation, random_bytes, write_file,
};

fn scene() -> Scene {
    let scene = Scene::new();
    write_file(scene.source().join("file"), random_bytes(1, 2 << 20));
    back_up(&scene.init(), &scene.request());
    scene
}

fn locks(scene: &Scene) -> usize {
    let names = fs::read_dir(scene.repository().join("locks")).unwrap();
    // restic writes them under another name first.
    names.filter(|entry| entry.as_ref().unwrap().file_name().len() == 64).count()
}

fn code_of_backup(repository: &Repository, scene: &Scene) -> Option<Code> {
    try_back_up(repository, &scene.request()).0.err().map(|error| error.code())
}

/// A `restic check` that stands still in the middle, holding its exclusive lock.
fn halted_restic(scene: &Scene) -> Child {
    for _ in 0..50 {
        let mut child = Command::new("restic")
            .env("RESTIC_PASSWORD", PASSWORD)
            .args(["--no-cache", "--repo"])
            .arg(scene.repository())
            .args(["check", "--read-data"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let pid = Pid::from_child(&child);
        let started = Instant::now();
        while locks(scene) == 0 && started.elapsed() < Duration::from_secs(20) {
            thread::sleep(Duration::from_millis(1));
        }
        kill_process(pid, Signal::STOP).unwrap();
        thread::sleep(Duration::from_millis(20));
        if locks(scene) == 1 && child.try_wait().unwrap().is_none() {
            return child;
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
    panic!("restic was always quicker");
}

#[test]
fn an_exclusive_lock_of_restic_is_heeded_while_it_lives_and_not_after() {
    let scene = scene();
    let repository = scene.open();
    let mut restic = halted_restic(&scene);
    let (result, _) = try_back_up(&repository, &scene.request());
    let error = result.unwrap_err();
    assert_eq!(error.code(), Code::Locked);
    assert!(error.why_text().contains(&restic.id().to_string()), "{error}");
    assert!(error.why_text().contains("exclusively"), "{error}");
    assert!(error.next_text().contains("unlock"), "{}", error.next_text());
    assert_eq!(repository.unlock(false).unwrap(), 0, "its owner lives");
    assert_eq!(locks(&scene), 1, "ours is not left behind");
    // Without locks the repository can be read all the same.
    assert_eq!(scene.open().without_locks().snapshots().unwrap().len(), 1);

    restic.kill().unwrap();
    restic.wait().unwrap();
    assert_eq!(code_of_backup(&repository, &scene), None, "its owner is dead");
    assert_eq!(locks(&scene), 1);
    assert_eq!(repository.unlock(false).unwrap(), 1);
    assert_eq!(locks(&scene), 0);
    scene.restic().check();
}

/// Runs `meanwhile` while a backup waits to write its first pack.
fn during_a_backup(scene: &Scene, world: &World, meanwhile: impl FnOnce()) {
    write_file(scene.source().join("more"), random_bytes(2, 1 << 20));
    let gate = Arc::new(Gate::default());
    let provider = gate.before(scene.disk(), "data/");
    let repository = Repository::open(provider, &password(), world).unwrap();
    thread::scope(|scope| {
        let running = scope.spawn(|| back_up(&repository, &scene.request()));
        let held = gate.wait_until_reached();
        meanwhile();
        drop(held);
        running.join().unwrap();
    });
}

#[test]
fn while_we_add_restic_may_add_and_may_not_check() {
    let scene = scene();
    during_a_backup(&scene, &World::real(), || {
        assert_eq!(locks(&scene), 1);
        let refused = scene.restic().output(&["check"]);
        assert!(!refused.status.success());
        let text = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(text.contains("already locked") && text.contains("PID"), "{text}");
        scene.restic().backup(scene.source());
        // Nor may we ourselves do what needs the repository alone.
        let other = scene.open();
        let mut changed = scene.open();
        let alone = changed.change_password(&Password::new("x".to_owned()));
        assert_eq!(alone.map_err(|error| error.code()), Err(Code::Locked));
        assert_eq!(code_of_backup(&other, &scene), None);
        assert_eq!(other.unlock(false).unwrap(), 0);
    });
    assert_eq!(locks(&scene), 0);
    scene.restic().check();
}

#[test]
fn a_lock_that_was_not_refreshed_for_half_an_hour_is_nobodys() {
    let scene = scene();
    for (minutes, locked) in [(25, true), (35, false)] {
        let past = Timestamp::now() - SignedDuration::from_mins(minutes);
        let clock = Arc::new(ManualClock::at(past));
        let world = World { clock, random: Arc::new(OsRandom) };
        during_a_backup(&scene, &world, || {
            let mut repository = scene.open();
            let changed = repository.change_password(&password());
            let code = changed.err().map(|error| error.code());
            assert_eq!(code, locked.then_some(Code::Locked), "{minutes} minutes");
            scene.restic().run(&["unlock"]);
            assert_eq!(scene.restic().output(&["check"]).status.success(), !locked);
        });
    }
    assert_eq!(locks(&scene), 0);
}

#[test]
fn no_lock_stays_whatever_the_end() {
    let scene = scene();
    let failing = Arc::new(FailingProvider::new(scene.disk()));
    let repository = scene.open_through(failing.clone());
    let request = || support::without_parent(scene.request());
    for prefix in ["data/", "index/", "snapshots/"] {
        write_file(scene.source().join("new"), prefix);
        failing.fail_once(Operation::Write, prefix, 1, Fault::Refuse(Code::StorageFull));
        let failed = try_back_up(&repository, &request()).0.map_err(|error| error.code());
        assert_eq!(failed.err(), Some(Code::StorageFull), "{prefix}");
        assert_eq!(locks(&scene), 0, "{prefix}");
        failing.heal();
    }
    let job = Job::new();
    job.cancel();
    let cancelled = repository.backup(&request(), &job).map_err(|error| error.code());
    assert_eq!((cancelled.err(), locks(&scene)), (Some(Code::Cancelled), 0));
    let excludes = vec!["[".to_owned()];
    let refused = repository.backup(&BackupRequest { exclude: excludes, ..request() }, &Job::new());
    assert_eq!((refused.is_err(), locks(&scene)), (true, 0));
    back_up(&repository, &request());
    assert_eq!(locks(&scene), 0);
}

#[test]
fn a_lock_that_cannot_be_written_or_looked_for_stops_the_work() {
    let scene = scene();
    let failing = Arc::new(FailingProvider::new(scene.disk()));
    let repository = scene.open_through(failing.clone());
    for (operation, nth) in [(Operation::Write, 1), (Operation::List, 1), (Operation::List, 2)] {
        failing.fail_once(operation, "locks", nth, Fault::Refuse(Code::Unavailable));
        let code = code_of_backup(&repository, &scene);
        assert_eq!(code, Some(Code::Unavailable), "{operation:?} {nth}");
        failing.heal();
        assert_eq!((ids(&repository).len(), locks(&scene)), (1, 0), "{operation:?} {nth}");
    }
}

#[test]
fn storage_that_cannot_be_written_is_read_without_locks() {
    let scene = scene();
    let failing = Arc::new(FailingProvider::new(scene.disk()));
    for operation in [Operation::Write, Operation::Remove, Operation::CreateFolder] {
        failing.fail_from(operation, "", 1, Fault::Refuse(Code::PermissionDenied));
    }
    let repository = scene.open_through(failing).without_locks();
    scene.assert_latest_is_source(&repository);
    let dry = BackupRequest { dry_run: true, ..scene.request() };
    assert_eq!(back_up(&repository, &dry).counts.files_unmodified, 1);
    assert_eq!(code_of_backup(&repository, &scene), Some(Code::PermissionDenied));
}

#[test]
fn a_lock_file_that_makes_no_sense_is_removed_by_unlock_only() {
    let scene = scene();
    let name = scene.repository().join("locks").join("ab".repeat(32));
    fs::write(&name, "").unwrap();
    let repository = scene.open();
    assert_eq!(code_of_backup(&repository, &scene), Some(Code::Damaged));
    assert!(name.exists());
    assert_eq!(repository.unlock(false).unwrap(), 1);
    assert_eq!(code_of_backup(&repository, &scene), None);
}
