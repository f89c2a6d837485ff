//! Roots that go away and return, and systems that do not let everything be watched.

use crate::scene;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use scene::{Scene, Usual, covers, paths, quick};
use undercroft_foundation::World;
use undercroft_testkit::SmallDisk;
use undercroft_watch::{Batch, Health, WatchOptions};

fn is_missing(health: &Health) -> bool {
    matches!(health, Health::Missing { .. })
}

fn is_limited(health: &Health) -> bool {
    matches!(health, Health::Limited { .. })
}

const WHOLE: Batch = Batch {
    touched: undercroft_watch::Touched {
        folders: std::collections::BTreeMap::new(),
        listed: std::collections::BTreeSet::new(),
        subtrees: std::collections::BTreeSet::new(),
    },
    whole: true,
    idle: false,
};

#[test]
fn a_root_that_goes_away_is_missing_not_empty() {
    let mut scene = Scene::with(|root| fs::create_dir_all(root.join("a/b")).unwrap());
    let away = scene.place.path().join("away");
    for what_takes_its_place in ["nothing", "another folder", "a file"] {
        scene.write("pending");
        fs::rename(&scene.root, &away).unwrap();
        match what_takes_its_place {
            "another folder" => fs::create_dir(&scene.root).unwrap(),
            "a file" => fs::write(&scene.root, "").unwrap(),
            _ => {}
        }
        scene.until("missing", |watch| is_missing(&watch.health()));
        // What changed before may have been told; that everything is gone was not.
        while let Some(batch) = scene.next_soon() {
            assert_eq!(paths(&batch), ["pending"], "{what_takes_its_place}");
        }
        if what_takes_its_place == "another folder" {
            scene.write("not ours");
            scene.watch().flush();
            assert_eq!(scene.next_soon(), None);
        }
        fs::write(away.join("a/b/f"), "").unwrap();
        match what_takes_its_place {
            "another folder" => fs::remove_dir_all(&scene.root).unwrap(),
            "a file" => fs::remove_file(&scene.root).unwrap(),
            _ => {}
        }
        fs::rename(&away, &scene.root).unwrap();
        assert_eq!(scene.next(), WHOLE);
        scene.until_watching(3);
        scene.write("a/b/g");
        assert_eq!(paths(&scene.all()), ["a/b/g"]);
    }
    // All its content deleted is a change like any other, as the folder is there.
    fs::remove_dir_all(scene.at("a")).unwrap();
    assert_eq!(paths(&scene.all()), ["a"]);
}

#[test]
fn a_root_whose_parent_goes_away_is_missing() {
    let place = tempfile::tempdir().unwrap();
    let root = place.path().join("parent/root");
    fs::create_dir_all(root.join("a")).unwrap();
    let (watch, batches) = scene::watch(&root, Arc::new(Usual), quick(), &World::real());
    assert!(batches.recv().unwrap().whole);
    fs::write(root.join("a/f"), "").unwrap();
    // No notice tells of this; the change before it must not be looked for.
    fs::rename(place.path().join("parent"), place.path().join("away")).unwrap();
    while !is_missing(&watch.health()) {
        std::thread::sleep(Duration::from_millis(5));
    }
    fs::rename(place.path().join("away"), place.path().join("parent")).unwrap();
    assert!(batches.iter().any(|batch| batch.whole));
}

#[test]
fn a_root_that_is_not_there_yet_is_watched_when_it_comes() {
    let place = tempfile::tempdir().unwrap();
    let root = place.path().join("later");
    let (watch, batches) = scene::watch(&root, Arc::new(Usual), quick(), &World::real());
    while !is_missing(&watch.health()) {
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(batches.is_empty());
    fs::create_dir(&root).unwrap();
    assert!(batches.recv().unwrap().whole);
}

fn mount(arguments: &[&str], at: &Path) -> bool {
    Command::new("mount").args(arguments).arg(at).status().is_ok_and(|status| status.success())
}

fn unmount(at: &Path) {
    assert!(Command::new("umount").arg(at).status().unwrap().success());
}

#[test]
fn a_drive_that_is_unmounted_and_returns() {
    let Some(disk) = SmallDisk::mount(16 << 20) else { return };
    let drive = disk.path().join("drive");
    fs::create_dir_all(drive.join("a")).unwrap();
    let mut scene = Scene::new();
    drop(scene.watch.take());
    let bind = ["--bind", drive.to_str().unwrap()];
    assert!(mount(&bind, &scene.root));
    let (watch, batches) = scene::watch(&scene.root, Arc::new(Usual), quick(), &World::real());
    (scene.watch, scene.batches) = (Some(watch), batches);
    assert!(scene.next().whole);
    for _ in 0..2 {
        // A watch keeps no drive busy. The empty folder below it is not the project.
        unmount(&scene.root);
        scene.until("missing", |watch| is_missing(&watch.health()));
        assert_eq!(scene.next_soon(), None);
        // Nor is another drive.
        assert!(mount(&["-t", "tmpfs", "none"], &scene.root));
        scene.watch().flush();
        assert_eq!(scene.next_soon(), None);
        assert!(is_missing(&scene.watch().health()));
        unmount(&scene.root);
        assert!(mount(&bind, &scene.root));
        assert_eq!(scene.next(), WHOLE);
        scene.write("a/f");
        assert_eq!(paths(&scene.all()), ["a/f"]);
    }
    // One drive over the other.
    assert!(mount(&["-t", "tmpfs", "none"], &scene.root));
    scene.until("missing", |watch| is_missing(&watch.health()));
    unmount(&scene.root);
    assert_eq!(scene.next(), WHOLE);
    drop(scene.watch.take());
    unmount(&scene.root);
}

#[test]
fn a_folder_mounted_into_itself_is_watched_once_and_told() {
    let Some(disk) = SmallDisk::mount(16 << 20) else { return };
    let root = disk.path().join("root");
    fs::create_dir_all(root.join("self/a")).unwrap();
    assert!(mount(&["--bind", root.to_str().unwrap()], &root.join("self")));
    let (watch, batches) = scene::watch(&root, Arc::new(Usual), quick(), &World::real());
    assert!(batches.recv().unwrap().whole);
    assert!(is_limited(&watch.health()), "{:?}", watch.health());
    fs::write(root.join("f"), "").unwrap();
    assert_eq!(paths(&batches.recv().unwrap()), ["f"]);
    unmount(&root.join("self"));
    drop(watch);
}

#[test]
fn a_drive_mounted_below_the_root_is_found_and_so_is_its_end() {
    let Some(disk) = SmallDisk::mount(16 << 20) else { return };
    fs::create_dir(disk.path().join("sub")).unwrap();
    let mut scene = Scene::with(|root| fs::create_dir(root.join("a drive")).unwrap());
    let at = scene.at("a drive");
    for _ in 0..2 {
        assert!(mount(&["--bind", disk.path().to_str().unwrap()], &at));
        let batch = scene.next();
        assert!(covers(&batch, "a drive/sub/f"), "{batch:?}");
        scene.write("a drive/sub/f");
        assert_eq!(paths(&scene.all()), ["a drive/sub/f"]);
        unmount(&at);
        let batch = scene.next();
        assert!(covers(&batch, "a drive/f"), "{batch:?}");
        scene.write("a drive/f");
        assert_eq!(paths(&scene.all()), ["a drive/f"]);
    }
}

/// Runs one test of this file again in a user namespace of its own, where `limit` is `value`;
/// whether this is that run.
fn is_limited_run(test: &str, limit: &str, value: u32) -> bool {
    if std::env::var_os("UNDERCROFT_LIMITED_RUN").is_some() {
        return true;
    }
    let limit = format!("/proc/sys/user/{limit}");
    let test = undercroft_testkit::test_name(module_path!(), test);
    let script = format!("echo {value} > {limit} && exec \"$0\" --exact {test} --nocapture");
    let probe = Command::new("unshare").args(["--user", "--map-root-user", "true"]).output();
    if !probe.is_ok_and(|probe| probe.status.success()) {
        undercroft_testkit::skip("no user namespace can be made");
        return false;
    }
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "sh", "-c", &script]);
    command.arg(std::env::current_exe().unwrap()).env("UNDERCROFT_LIMITED_RUN", "1");
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    false
}

/// While parts are not watched, everything is looked through soon again.
fn often() -> WatchOptions {
    WatchOptions { rescan: Duration::from_millis(200), ..quick() }
}

fn set_limit(limit: &str, value: u32) {
    fs::write(format!("/proc/sys/user/{limit}"), value.to_string()).unwrap();
}

#[test]
fn too_many_folders_to_watch_are_told_and_looked_through() {
    let name = "too_many_folders_to_watch_are_told_and_looked_through";
    if !is_limited_run(name, "max_inotify_watches", 5) {
        return;
    }
    let prepare = |root: &Path| {
        for number in 0..9 {
            fs::create_dir_all(root.join(format!("{number}/a"))).unwrap();
        }
    };
    let scene = Scene::unsettled(prepare, Arc::new(Usual), often(), &World::real());
    for _ in 0..3 {
        assert!(scene.next().whole);
    }
    let Health::Limited { why, next } = scene.watch().health() else {
        panic!("{:?}", scene.watch().health())
    };
    assert!(why.contains('5') && next.contains("max_user_watches"), "{why} {next}");
    // Those that are watched still are.
    fs::remove_dir_all(scene.at("8")).unwrap();
    let mut batches = std::iter::from_fn(|| Some(scene.next()));
    batches.find(|batch| batch.whole || paths(batch) == ["8"]).unwrap();

    set_limit("max_inotify_watches", 100);
    scene.until_watching(17);
    while scene.next_soon().is_some() {}
    scene.write("7/a/f");
    assert_eq!(paths(&scene.next()), ["7/a/f"]);
}

#[test]
fn folders_that_come_when_no_more_can_be_watched_are_told() {
    let name = "folders_that_come_when_no_more_can_be_watched_are_told";
    if !is_limited_run(name, "max_inotify_watches", 2) {
        return;
    }
    let scene = Scene::start(|_| {}, Arc::new(Usual), often(), &World::real());
    scene.until_watching(1);
    scene.mkdir("a");
    scene.until_watching(2);
    scene.mkdir("b/c");
    scene.until("limited", |watch| is_limited(&watch.health()));
    while !scene.next().whole {}
    fs::remove_dir_all(scene.at("a")).unwrap();
    fs::remove_dir_all(scene.at("b/c")).unwrap();
    scene.until_watching(2);
}

#[test]
fn a_system_without_notices_is_told_and_looked_through() {
    let name = "a_system_without_notices_is_told_and_looked_through";
    if !is_limited_run(name, "max_inotify_instances", 0) {
        return;
    }
    let scene = Scene::unsettled(|_| {}, Arc::new(Usual), often(), &World::real());
    for _ in 0..3 {
        assert!(scene.next().whole);
    }
    let Health::Limited { next, .. } = scene.watch().health() else {
        panic!("{:?}", scene.watch().health())
    };
    assert!(next.contains("max_user_instances"), "{next}");
    set_limit("max_inotify_instances", 100);
    scene.until_watching(1);
    while scene.next_soon().is_some() {}
    scene.write("f");
    assert_eq!(paths(&scene.next()), ["f"]);
}

#[test]
fn a_path_too_long_for_the_system_is_told() {
    let scene = Scene::unsettled(|_| {}, Arc::new(Usual), often(), &World::real());
    let name = "d".repeat(250);
    let mut at = fs::File::open(&scene.root).unwrap();
    for _ in 0..17 {
        rustix::fs::mkdirat(&at, &name, 0o700.into()).unwrap();
        let flags = rustix::fs::OFlags::DIRECTORY;
        let below = rustix::fs::openat(&at, &name, flags, rustix::fs::Mode::empty()).unwrap();
        at = below.into();
    }
    scene.until("limited", |watch| is_limited(&watch.health()));
    while !scene.next().whole {}
    // The folder is too deep to be removed by its path, too.
    assert!(Command::new("rm").arg("-r").arg(scene.at(&name)).status().unwrap().success());
}
