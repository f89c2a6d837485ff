//! The changes that count, and where they are reported.

use crate::scene;

use std::fs::{self, File, Permissions};
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use crossbeam_channel::{Receiver, Sender, unbounded};
use scene::{Scene, covers, path, paths};
use undercroft_foundation::{TreePath, World};
use undercroft_testkit::SmallDisk;
use undercroft_watch::{Batch, FolderFilter, Health, Watch, WatchOptions};

#[test]
fn every_kind_of_change_is_noticed_and_named() {
    let mut scene = Scene::with(|root| {
        fs::create_dir_all(root.join("a/b")).unwrap();
        for name in ["old", "write", "append", "cut", "chmod", "touch", "xattr", "gone", "over"] {
            fs::write(root.join("a/b").join(name), "x").unwrap();
        }
    });
    let at = |name: &str| scene.root.join("a/b").join(name);
    fs::write(at("new"), "").unwrap();
    fs::write(at("write"), "y").unwrap();
    File::options().append(true).open(at("append")).unwrap().write_all(b"y").unwrap();
    File::options().write(true).open(at("cut")).unwrap().set_len(0).unwrap();
    fs::set_permissions(at("chmod"), Permissions::from_mode(0o600)).unwrap();
    File::open(at("touch")).unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
    let xattr = xattr::set(at("xattr"), "user.note", b"x").is_ok();
    fs::remove_file(at("gone")).unwrap();
    fs::write(at("over.tmp"), "y").unwrap();
    fs::rename(at("over.tmp"), at("over")).unwrap();
    symlink("nowhere", at("link")).unwrap();
    fs::hard_link(at("write"), at("hard")).unwrap();
    fs::rename(at("old"), at("OLD")).unwrap();
    fs::set_permissions(scene.root.join("a"), Permissions::from_mode(0o700)).unwrap();

    let mut expected = vec![
        "a",
        "a/b/OLD",
        "a/b/append",
        "a/b/chmod",
        "a/b/cut",
        "a/b/gone",
        "a/b/hard",
        "a/b/link",
        "a/b/new",
        "a/b/old",
        "a/b/over",
        "a/b/over.tmp",
        "a/b/touch",
        "a/b/write",
    ];
    if xattr {
        expected.push("a/b/xattr");
    }
    let batch = scene.all();
    assert_eq!(paths(&batch), expected);
    assert!(batch.touched.subtrees.is_empty() && !batch.whole);
}

#[test]
fn a_change_of_the_root_itself_asks_for_its_listing() {
    let mut scene = Scene::new();
    fs::set_permissions(&scene.root, Permissions::from_mode(0o700)).unwrap();
    let batch = scene.next();
    assert!(batch.touched.folders.contains_key(&path("")), "{batch:?}");
    assert!(!scene.all().whole);
}

#[test]
fn reading_is_no_change() {
    let scene = Scene::with(|root| {
        fs::create_dir(root.join("a")).unwrap();
        for number in 0..20 {
            fs::write(root.join(format!("a/{number}")), "text").unwrap();
        }
    });
    // Far more openings than a queue of notices holds.
    for _ in 0..2_000 {
        for entry in fs::read_dir(scene.at("a")).unwrap() {
            fs::read(entry.unwrap().path()).unwrap();
        }
    }
    assert_eq!(scene.next_soon(), None);
    assert_eq!(scene.watch().pending(), 0);
}

#[test]
fn what_is_left_out_is_not_watched_and_of_repositories_only_the_own() {
    let mut scene = Scene::with(|root| {
        for folder in ["left-out/a", ".git/refs", "lib/.git/refs", "lib/left-out"] {
            fs::create_dir_all(root.join(folder)).unwrap();
        }
    });
    // The root, lib, lib/.git and its refs.
    scene.until_watching(4);
    for file in ["left-out/f", "left-out/a/f", ".git/index", ".git/refs/f", "lib/left-out/f"] {
        scene.write(file);
    }
    fs::remove_dir_all(scene.at(".git")).unwrap();
    scene.mkdir(".git/objects");
    assert_eq!(scene.all(), Batch::default());
    scene.write("lib/.git/refs/f");
    assert_eq!(paths(&scene.all()), ["lib/.git/refs/f"]);
    scene.mkdir("deep/left-out/a");
    scene.write("deep/left-out/a/f");
    assert_eq!(scene.all().touched.subtrees, [path("deep")].into());
    scene.until_watching(5);
    scene.write("deep/left-out/a/g");
    assert_eq!(scene.all(), Batch::default());
}

#[test]
fn new_folders_are_watched_and_visited() {
    let mut scene = Scene::new();
    scene.mkdir("a/b/c");
    scene.write("a/b/c/f");
    let batch = scene.all();
    assert_eq!(batch.touched.subtrees, [path("a")].into());
    scene.until_watching(4);
    scene.write("a/b/c/g");
    let batch = scene.all();
    assert_eq!(paths(&batch), ["a/b/c/g"]);
    assert!(batch.touched.subtrees.is_empty());
}

#[test]
fn nothing_in_folders_that_come_fast_is_missed() {
    let mut scene = Scene::new();
    let mut files = Vec::new();
    for tree in 0..60 {
        let mut folder = format!("t{tree}");
        for depth in 0..12 {
            scene.mkdir(&folder);
            files.push(format!("{folder}/f"));
            scene.write(&files[files.len() - 1]);
            folder = format!("{folder}/{depth}");
        }
    }
    let batch = scene.all();
    assert!(!batch.whole);
    for file in &files {
        assert!(covers(&batch, file), "{file} missed");
    }
    scene.until_watching(1 + 60 * 12);
    // Every one of them is watched.
    for file in &files {
        scene.write(&format!("{file}2"));
    }
    let batch = scene.all();
    assert_eq!(paths(&batch).len(), files.len());
}

#[test]
fn a_renamed_folder_is_watched_under_its_new_name_alone() {
    let mut scene = Scene::with(|root| fs::create_dir_all(root.join("old/in")).unwrap());
    scene.rename("old", "new");
    scene.write("new/in/f");
    let batch = scene.all();
    assert_eq!(batch.touched.subtrees, [path("new")].into());
    assert!(covers(&batch, "old") && covers(&batch, "new/in/f"));
    assert!(!batch.touched.folders.keys().any(|folder| folder.is_in(&path("old"))), "{batch:?}");

    // Another takes the old name; each is told from the other.
    scene.mkdir("old/in");
    scene.all();
    scene.write("new/in/g");
    assert_eq!(paths(&scene.all()), ["new/in/g"]);
    scene.write("old/in/g");
    assert_eq!(paths(&scene.all()), ["old/in/g"]);
    scene.until_watching(5);
}

#[test]
fn folders_that_swap_their_names_are_told_apart() {
    let mut scene = Scene::with(|root| {
        for folder in ["a/x", "b/y"] {
            fs::create_dir_all(root.join(folder)).unwrap();
        }
    });
    for round in 0..50 {
        scene.rename("a", "c");
        scene.rename("b", "a");
        scene.rename("c", "b");
        if round % 10 == 0 {
            scene.all();
        }
    }
    scene.all();
    scene.write("a/x/f");
    scene.write("b/y/f");
    assert_eq!(paths(&scene.all()), ["a/x/f", "b/y/f"]);
    // A folder moves into the one that was in it.
    scene.rename("a/x", "x");
    scene.rename("a", "x/a");
    scene.all();
    scene.write("x/a/f");
    assert_eq!(paths(&scene.all()), ["x/a/f"]);
    scene.until_watching(5);
}

#[test]
fn a_folder_that_is_mounted_at_two_places_is_told() {
    let Some(_mounting_works) = SmallDisk::mount(1 << 20) else { return };
    let mut scene = Scene::with(|root| {
        fs::create_dir(root.join("here")).unwrap();
        fs::create_dir(root.join("there")).unwrap();
    });
    let (here, there) = (scene.at("here"), scene.at("there"));
    let mounted = Command::new("mount").arg("--bind").args([&here, &there]).status().unwrap();
    assert!(mounted.success());
    let is_told = |watch: &Watch| {
        let health = watch.health();
        matches!(health, Health::Limited { why, .. } if why.contains("the same folder as here"))
    };
    scene.until("told", is_told);
    scene.write("here/f");
    assert!(covers(&scene.all(), "here/f"));
    assert!(Command::new("umount").arg(&there).status().unwrap().success());
}

#[test]
fn folders_come_from_and_go_elsewhere() {
    let mut scene = Scene::with(|root| {
        fs::create_dir_all(root.join("in/a")).unwrap();
        fs::create_dir_all(root.join("left-out/hidden/a")).unwrap();
        fs::create_dir_all(root.parent().unwrap().join("outside/a")).unwrap();
    });
    let place = scene.place.path().to_owned();
    fs::rename(scene.at("in"), place.join("away")).unwrap();
    assert_eq!(paths(&scene.all()), ["in"]);
    fs::write(place.join("away/a/f"), "").unwrap();
    assert_eq!(scene.all(), Batch::default());
    scene.until_watching(1);

    fs::rename(place.join("outside"), scene.at("inside")).unwrap();
    scene.rename("left-out/hidden", "shown");
    let batch = scene.all();
    assert_eq!(batch.touched.subtrees, [path("inside"), path("shown")].into());
    scene.write("inside/a/f");
    scene.write("shown/a/f");
    assert_eq!(paths(&scene.all()), ["inside/a/f", "shown/a/f"]);

    scene.rename("shown", "inside/left-out");
    scene.all();
    scene.write("inside/left-out/a/f");
    assert_eq!(scene.all(), Batch::default());
    scene.until_watching(3);
}

#[test]
fn a_file_becomes_a_folder_becomes_a_link() {
    let mut scene = Scene::with(|root| {
        fs::write(root.join("it"), "").unwrap();
        fs::create_dir(root.parent().unwrap().join("elsewhere")).unwrap();
    });
    fs::remove_file(scene.at("it")).unwrap();
    scene.mkdir("it/a");
    scene.write("it/a/f");
    let batch = scene.all();
    assert!(covers(&batch, "it") && batch.touched.subtrees.contains(&path("it")));

    fs::remove_dir_all(scene.at("it")).unwrap();
    symlink("../elsewhere", scene.at("it")).unwrap();
    assert!(covers(&scene.all(), "it"));
    // A link is not followed: what happens behind it belongs to others.
    scene.write("it/f");
    assert_eq!(scene.all(), Batch::default());
    scene.until_watching(1);
    symlink(".", scene.at("loop")).unwrap();
    assert_eq!(paths(&scene.all()), ["loop"]);

    // All of it before anybody looks.
    for _ in 0..100 {
        fs::remove_file(scene.at("it")).unwrap();
        fs::create_dir(scene.at("it")).unwrap();
        fs::remove_dir(scene.at("it")).unwrap();
        symlink(".", scene.at("it")).unwrap();
    }
    assert!(covers(&scene.all(), "it"));
    scene.until_watching(1);
}

#[test]
fn names_are_bytes() {
    let mut scene = Scene::new();
    let long = vec![b'n'; 255];
    let odd: [&[u8]; 5] = [b"not \xff utf8", b"two\nlines", b" ", b"\\", &long];
    for name in odd {
        let folder = scene.root.join(std::ffi::OsStr::from_bytes(name));
        fs::create_dir(&folder).unwrap();
    }
    let batch = scene.all();
    let expected = odd.iter().map(path).collect();
    assert_eq!(batch.touched.subtrees, expected);
    for name in odd {
        let folder = scene.root.join(std::ffi::OsStr::from_bytes(name));
        fs::write(folder.join(std::ffi::OsStr::from_bytes(name)), "").unwrap();
    }
    let batch = scene.all();
    for name in odd {
        assert!(batch.touched.folders[&path(name)].contains(name), "{name:?}");
    }
}

#[test]
fn pipes_and_sockets_hold_nothing_up() {
    let mut scene = Scene::new();
    rustix::fs::mkfifoat(rustix::fs::CWD, scene.at("pipe"), 0o600.into()).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(scene.at("socket")).unwrap();
    assert_eq!(paths(&scene.all()), ["pipe", "socket"]);
}

/// Holds the watcher up whenever it asks for one folder, until its `go` is dropped.
struct Gate {
    at: &'static str,
    asked: Sender<()>,
    go: Receiver<()>,
}

impl FolderFilter for Gate {
    fn includes(&self, folder: &TreePath) -> bool {
        if *folder == path(self.at) {
            self.asked.send(()).unwrap();
            let _ = self.go.recv();
        }
        true
    }
}

#[test]
fn folders_that_move_between_the_notice_and_the_look_are_watched() {
    for other_in_its_place in [false, true] {
        let ((asked, is_asked), (go, gate)) = (unbounded(), unbounded());
        let gate = Arc::new(Gate { at: "tmp/pkg/src", asked, go: gate });
        let mut scene = Scene::start(|_| {}, gate, scene::quick(), &World::real());
        let unpacked = scene.place.path().join("unpacked");
        fs::create_dir_all(unpacked.join("pkg/src/deep")).unwrap();
        fs::rename(&unpacked, scene.at("tmp")).unwrap();
        is_asked.recv_timeout(scene::PATIENCE).unwrap();
        scene.rename("tmp", "final");
        if other_in_its_place {
            scene.mkdir("tmp/pkg/src/other");
        }
        drop(go);
        scene.until_watching(if other_in_its_place { 9 } else { 5 });
        scene.all();
        scene.write("final/pkg/src/deep/f");
        assert_eq!(paths(&scene.all()), ["final/pkg/src/deep/f"], "{other_in_its_place}");
    }
}

#[test]
fn a_folder_that_takes_the_name_of_one_that_was_there_is_visited() {
    let mut scene = Scene::with(|root| {
        fs::create_dir_all(root.join("a/sub")).unwrap();
        fs::create_dir_all(root.join("b/sub")).unwrap();
    });
    scene.rename("a", "c");
    scene.rename("b", "a");
    scene.rename("c", "b");
    assert_eq!(scene.all().touched.subtrees, [path("a"), path("b")].into());
    scene.until_watching(5);
    fs::set_permissions(scene.at("a/sub"), Permissions::from_mode(0o700)).unwrap();
    let batch = scene.all();
    assert!(batch.touched.folders.contains_key(&path("a/sub")), "{batch:?}");
}

/// Leaves out one folder until it is told otherwise.
struct Later(AtomicBool);

impl FolderFilter for Later {
    fn includes(&self, folder: &TreePath) -> bool {
        *folder != path("later") || self.0.load(Ordering::Relaxed)
    }
}

#[test]
fn what_is_not_watched_although_it_should_be_is_found_after_a_while() {
    let later = Arc::new(Later(AtomicBool::new(false)));
    let options = WatchOptions { idle: Duration::from_millis(50), ..scene::quick() };
    let prepare = |root: &std::path::Path| fs::create_dir_all(root.join("later/deep")).unwrap();
    let scene = Scene::start(prepare, Arc::clone(&later) as _, options, &World::real());
    later.0.store(true, Ordering::Relaxed);
    // Any folder that comes or goes makes a comparison due.
    scene.mkdir("any");
    scene.until_watching(4);
    let mut batches = std::iter::from_fn(|| Some(scene.next()));
    batches.find(|batch| batch.touched.subtrees.contains(&path("later"))).unwrap();
}

#[test]
fn everything_is_looked_through_once_in_a_while() {
    let options = WatchOptions { full: Duration::from_millis(100), ..scene::quick() };
    let scene = Scene::unsettled(|_| {}, Arc::new(scene::Usual), options, &World::real());
    assert_eq!(scene.next(), Batch { whole: true, ..Batch::default() });
    for _ in 0..2 {
        assert_eq!(scene.next(), Batch { whole: true, idle: true, ..Batch::default() });
    }
}
