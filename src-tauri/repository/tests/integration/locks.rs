//! Locks: ours heed restic's and restic's heed ours, and none stays behind.

use crate::support;

use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{fs, thread};

use jiff::{SignedDuration, Timestamp};
use rustix::process::{Pid, Signal, kill_process};
use support::{Gate, PASSWORD, Scene, Sealer, back_up, ids, password, try_back_up};
use undercroft_foundation::{Code, Job, OsRandom, World};
use undercroft_providers::{DiskProvider, Provider};
use undercroft_repository::prune::PruneOptions;
use undercroft_repository::{BackupRequest, Forget, Password, Repository};
use undercroft_testkit::{
    FailingProvider, Fault, ManualClock, Operation, RecordingProvider, random_bytes, write_file,
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
    // Its number says nothing: it may live in another namespace, on a machine of the same name.
    assert_eq!(code_of_backup(&repository, &scene), Some(Code::Locked));
    assert_eq!(repository.unlock(false).unwrap(), 1, "who asks for it knows");
    assert_eq!((code_of_backup(&repository, &scene), locks(&scene)), (None, 0));
    scene.restic().check();
}

/// Runs `meanwhile` while a backup waits to write its first pack, and says how that ended.
fn during_a_backup(scene: &Scene, world: &World, meanwhile: impl FnOnce()) -> Option<Code> {
    write_file(scene.source().join("more"), random_bytes(2, 1 << 20));
    let gate = Arc::new(Gate::default());
    let provider = gate.before(scene.disk(), "data/");
    let repository = Repository::open(provider, &password(), world).unwrap();
    thread::scope(|threads| {
        let running = threads.spawn(|| code_of_backup(&repository, scene));
        let held = gate.wait_until_reached();
        meanwhile();
        drop(held);
        running.join().unwrap()
    })
}

#[test]
fn while_we_add_restic_may_add_and_may_not_check() {
    let scene = scene();
    let ended = during_a_backup(&scene, &World::real(), || {
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
    assert_eq!(ended, None);
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
        let ended = during_a_backup(&scene, &world, || {
            let mut repository = scene.open();
            let changed = repository.change_password(&password());
            let code = changed.err().map(|error| error.code());
            assert_eq!(code, locked.then_some(Code::Locked), "{minutes} minutes");
            // It is removed, so that its owner finds out should he come back.
            assert_eq!(locks(&scene), usize::from(locked));
            scene.restic().run(&["unlock"]);
            assert_eq!(scene.restic().output(&["check"]).status.success(), !locked);
        });
        assert_eq!(ended, (!locked).then_some(Code::Locked), "{minutes} minutes");
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
    let sealer = Sealer::of(&scene.restic());
    let name = sealer.plant(&scene.repository(), "locks", b"{\"time\":1}");
    let repository = scene.open();
    assert_eq!(code_of_backup(&repository, &scene), Some(Code::Damaged));
    assert!(scene.repository().join("locks").join(name).exists());
    assert_eq!(repository.unlock(false).unwrap(), 1);
    assert_eq!(code_of_backup(&repository, &scene), None);
}

#[test]
fn a_lock_that_a_power_cut_left_half_written_is_in_nobodys_way() {
    let scene = scene();
    for content in ["", "\0\0\0\0"] {
        fs::write(scene.repository().join("locks").join("ab".repeat(32)), content).unwrap();
        assert_eq!(code_of_backup(&scene.open(), &scene), None);
        assert_eq!(locks(&scene), 0);
    }
}

/// The holder of a lock: this kernel, this namespace, but a number that nobody has.
fn lock_of(pid: u32, process: &serde_json::Value) -> Vec<u8> {
    let lock = serde_json::json!({
        "time": Timestamp::now().to_string(),
        "exclusive": true,
        "hostname": rustix::system::uname().nodename().to_str().unwrap(),
        "username": "root",
        "pid": pid,
        "undercroft_process": process,
    });
    lock.to_string().into_bytes()
}

#[test]
fn only_a_process_that_is_proven_dead_loses_its_lock() {
    use std::os::unix::fs::MetadataExt;
    let scene = scene();
    let sealer = Sealer::of(&scene.restic());
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap().trim().to_owned();
    let namespace = fs::metadata("/proc/self/ns/pid").unwrap().ino();
    let process = |boot: &str, namespace: u64, started: u64| serde_json::json!({"boot": boot, "namespace": namespace, "started": started});
    let mut child = Command::new("true").spawn().unwrap();
    child.wait().unwrap();
    let (dead, own) = (child.id(), std::process::id());
    let cases = [
        (dead, process(&boot, namespace, 1), None),
        // A number that was given out again.
        (own, process(&boot, namespace, 1), None),
        (dead, process(&boot, namespace + 1, 1), Some(Code::Locked)),
        (dead, process("another", namespace, 1), Some(Code::Locked)),
        (dead, serde_json::Value::Null, Some(Code::Locked)),
    ];
    for (pid, process, code) in cases {
        sealer.plant(&scene.repository(), "locks", &lock_of(pid, &process));
        assert_eq!(code_of_backup(&scene.open(), &scene), code, "{process}");
        assert_eq!(locks(&scene), usize::from(code.is_some()), "{process}");
        scene.open().unlock(true).unwrap();
    }
}

#[test]
fn the_lock_of_a_killed_process_is_removed_by_the_next_run() {
    const KILLED: &str = "UNDERCROFT_TEST_KILLED_WITH_LOCK";
    if let Some(folder) = std::env::var_os(KILLED) {
        let provider = DiskProvider::open(folder.as_ref()).unwrap();
        let repository = Repository::open(Arc::new(provider), &password(), &World::real()).unwrap();
        // Alone, so that nobody else could come in until half an hour has passed.
        let _ = repository.prune(&PruneOptions::default(), &Job::new());
        return;
    }
    let scene = scene();
    fs::remove_dir_all(scene.repository().join("snapshots")).unwrap();
    fs::create_dir(scene.repository().join("snapshots")).unwrap();
    let name = "the_lock_of_a_killed_process_is_removed_by_the_next_run";
    let killed = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &undercroft_testkit::test_name(module_path!(), name)])
        .env(KILLED, scene.repository())
        .env("UNDERCROFT_CRASH_AT", "repository.prune-indexed")
        .output()
        .unwrap();
    assert!(!killed.status.success());
    assert_eq!(locks(&scene), 1);
    assert_eq!(code_of_backup(&scene.open(), &scene), None);
    assert_eq!(locks(&scene), 0);
    scene.restic().check();
}

/// The repository with a clock that the test moves, half an hour and more behind.
fn behind(scene: &Scene, provider: Arc<dyn Provider>) -> (Arc<ManualClock>, Repository) {
    write_file(scene.source().join("more"), random_bytes(2, 1 << 20));
    let past = Timestamp::now() - SignedDuration::from_mins(31);
    let clock = Arc::new(ManualClock::at(past));
    let world = World { clock: clock.clone(), random: Arc::new(OsRandom) };
    (clock, Repository::open(provider, &password(), &world).unwrap())
}

fn prune_ours(scene: &Scene) {
    let everything = PruneOptions { max_unused_percent: 0, ..PruneOptions::default() };
    scene.open().assume_strongly_consistent().prune(&everything, &Job::new()).unwrap();
}

fn prune_with_restic(scene: &Scene) {
    scene.restic().run(&["unlock"]);
    scene.restic().run(&["prune", "--max-unused", "0"]);
}

/// A backup stops before it names its first file of a kind; what happens `meanwhile` costs it its
/// lock, and another prunes.
fn assert_nothing_is_published(
    before: &str,
    meanwhile: impl FnOnce(&Scene, &ManualClock),
    prune: fn(&Scene),
) {
    let scene = scene();
    let gate = Arc::new(Gate::default());
    let (clock, repository) = behind(&scene, gate.before(scene.disk(), before));
    let snapshots = ids(&scene.open());
    thread::scope(|scope| {
        let sleeper = scope.spawn(|| code_of_backup(&repository, &scene));
        let held = gate.wait_until_reached();
        meanwhile(&scene, &clock);
        // What the sleeper relies on goes: what was stored before, and what it stored itself.
        scene.open().forget(&snapshots, Forget::ForGood).unwrap();
        prune(&scene);
        let stored = scene.stored_files();
        drop(held);
        assert_eq!(sleeper.join().unwrap(), Some(Code::Locked), "{before}");
        assert_eq!(scene.stored_files(), stored, "{before}: something was published");
    });
    scene.restic().check();
    assert_eq!(code_of_backup(&repository, &scene), None, "{before}: the next run");
    scene.assert_latest_is_source(&scene.open());
    scene.restic().check();
}

#[test]
fn a_backup_that_slept_publishes_nothing_over_a_prune() {
    let minutes = Duration::from_secs(31 * 60);
    for before in ["data/", "index/", "snapshots/"] {
        assert_nothing_is_published(before, |_, clock| clock.advance(minutes), prune_ours);
        assert_nothing_is_published(before, |_, clock| clock.suspend(minutes), prune_ours);
    }
    assert_nothing_is_published("snapshots/", |_, clock| clock.suspend(minutes), prune_with_restic);
}

#[test]
fn nor_over_a_prune_by_somebody_whose_clock_is_half_an_hour_ahead() {
    for before in ["index/", "snapshots/"] {
        assert_nothing_is_published(before, |_, _| {}, prune_ours);
    }
}

#[test]
fn a_backup_whose_lock_was_removed_finds_out() {
    let minutes = Duration::from_secs(6 * 60);
    let unlock = |scene: &Scene, clock: &ManualClock| {
        clock.suspend(minutes);
        assert_eq!(scene.open().unlock(true).unwrap(), 1);
    };
    for before in ["data/", "snapshots/"] {
        assert_nothing_is_published(before, unlock, prune_ours);
    }
}

#[test]
fn a_short_sleep_costs_nothing_but_a_look() {
    let scene = scene();
    let gate = Arc::new(Gate::default());
    let recording = Arc::new(RecordingProvider::new(scene.disk()));
    let (clock, repository) = behind(&scene, gate.before(recording.clone(), "data/"));
    thread::scope(|scope| {
        let sleeper = scope.spawn(|| code_of_backup(&repository, &scene));
        let held = gate.wait_until_reached();
        let before = fs::read_dir(scene.repository().join("locks")).unwrap().count();
        clock.suspend(Duration::from_secs(6 * 60));
        drop(held);
        assert_eq!((before, sleeper.join().unwrap()), (1, None));
    });
    let (written, _) = recording.count(Operation::Write, "locks/");
    assert_eq!((written, locks(&scene)), (2, 0), "it was written anew, once");
    assert_eq!(ids(&scene.open()).len(), 2);
    scene.restic().check();
}
