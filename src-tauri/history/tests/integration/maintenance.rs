//! Maintenance: years of versions take little room, and nobody waits for that.

use crate::support;
use crate::thin_scene;

use std::fs;

use support::git_in;
use thin_scene::{DAY, Scene, bytes_below};
use undercroft_foundation::{Job, World};
use undercroft_history::{History, TABLES, Trigger, VersionMark};
use undercroft_library::Library;
use undercroft_testkit::random_bytes;

#[test]
fn maintenance_thins_and_compacts_and_gives_way_to_who_waits() {
    if !undercroft_testkit::is_alone(
        module_path!(),
        "maintenance_thins_and_compacts_and_gives_way_to_who_waits",
    ) {
        return;
    }
    let scene = Scene::begun(|scene| scene.write("a", "0"));
    for n in 1..=40 {
        scene.wait(60);
        scene.version(&format!("{n}"));
    }
    scene.write("a", "mine");
    let mine = scene.save(Trigger::Manual);
    assert!(!scene.history.maintenance().needs_maintenance(scene.project).unwrap());
    scene.wait(2 * DAY);
    assert!(scene.history.maintenance().needs_maintenance(scene.project).unwrap());

    // Somebody writes.
    let held = scene.history.lock(scene.project).unwrap();
    let done = scene.history.maintenance().maintain(scene.project, &Job::new()).unwrap();
    assert_eq!((done.dropped, done.compacted), (0, None));
    assert_eq!(done.text(), "0 automatic versions let go; gave way to a save");
    drop(held);

    // Somebody begins to wait for the history when it was thinned and is to be compacted.
    let job = Job::new();
    let (root, project) = (scene.library.root().to_owned(), scene.project);
    let (asked, ask) = std::sync::mpsc::channel::<()>();
    let waiting = std::thread::spawn(move || {
        // With a clock that waits.
        let library = Library::open_or_create(&root, &World::real(), TABLES).unwrap();
        ask.recv().unwrap();
        History::new(&library).lock(project).map(drop)
    });
    let interrupted = job.step();
    undercroft_foundation::on_write_point(move |point| {
        if point == "history.thinned" && asked.send(()).is_ok() {
            while !interrupted.is_interrupted() {
                std::thread::yield_now();
            }
        }
    });
    let done = scene.history.maintenance().maintain(scene.project, &job).unwrap();
    assert!(done.dropped > 30 && done.compacted.is_none(), "{done:?}");
    waiting.join().unwrap().unwrap();

    let job = Job::new();
    let before = scene.stored_bytes();
    let compacted =
        scene.history.maintenance().maintain(scene.project, &job).unwrap().compacted.unwrap();
    assert!(compacted.bytes_after < compacted.bytes_before, "{compacted:?}");
    assert!(scene.stored_bytes() < before);
    assert!(!scene.history.maintenance().needs_maintenance(scene.project).unwrap());
    assert_eq!(scene.read(mine.id, "a"), b"mine");
    scene.assert_sound();
}

/// Text that no compression makes smaller than half of it: about 50 KB in a pack.
fn text(n: u64) -> String {
    random_bytes(n, 45_000).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_large_pack_that_was_compacted_keeps_its_deltas_and_loses_what_is_dead() {
    let scene = Scene::begun(|scene| scene.write("a", "0"));
    let save = |files: std::ops::Range<u64>, edit: &str| {
        scene.wait(60);
        files.for_each(|n| scene.write(&format!("many/{n}"), format!("{edit}{}", text(n))));
        scene.save(Trigger::Automatic)
    };
    let [_, _, all] = [0, 100, 200].map(|from| save(from..from + 100, ""));
    (200..300).for_each(|n| fs::remove_file(scene.work(&format!("many/{n}"))).unwrap());
    let mine = scene.save(Trigger::Manual);
    let [_, newest] = [0, 100].map(|from| save(from..from + 100, "edited "));
    let compact =
        || scene.history.maintenance().compact(scene.project, &Job::new()).unwrap().bytes_after;
    let with_deltas = compact();
    assert!((14_000_000..18_000_000).contains(&with_deltas), "{with_deltas}");

    // Little of it is dead: it stays as it is.
    let pin = |pinned| VersionMark { pinned: Some(pinned), ..VersionMark::default() };
    scene.history.mark(all.id, &pin(true)).unwrap();
    scene.wait(400 * DAY);
    assert_eq!(scene.history.maintenance().thin(scene.project, &Job::new()).unwrap().drop.len(), 3);
    assert!(compact().abs_diff(with_deltas) < 100_000);

    // A third of it is dead.
    scene.history.mark(all.id, &pin(false)).unwrap();
    assert_eq!(scene.history.maintenance().thin(scene.project, &Job::new()).unwrap().drop.len(), 1);
    let smaller = compact();
    assert!((9_000_000..12_000_000).contains(&smaller), "{smaller}");
    assert_eq!(scene.read(mine.id, "many/7"), text(7).into_bytes());
    assert_eq!(scene.read(newest.id, "many/107"), format!("edited {}", text(107)).into_bytes());
    scene.assert_sound();
}

#[test]
fn what_was_rolled_up_becomes_as_small_as_git_makes_it() {
    let scene = Scene::begun(|scene| scene.write("a", "0"));
    for n in 0..26 {
        scene.wait(60);
        (0..12).for_each(|at| scene.write(&format!("many/{at}"), format!("{n}\n{}", text(at))));
        scene.save(Trigger::Automatic);
    }
    let copy = scene.folder.path().join("copy.git");
    let clone = ["clone", "--quiet", "--bare", "--no-local", ".", copy.to_str().unwrap()];
    git_in(&scene.git_folder(), &clone);
    let by_git = bytes_below(&copy.join("objects/pack"));
    let done = scene.history.maintenance().compact(scene.project, &Job::new()).unwrap();
    assert!(done.bytes_before > 14_000_000, "{done:?}");
    assert!(done.bytes_after * 10 < by_git * 12, "{done:?}, by git {by_git}");
    scene.assert_sound();
}
