//! Maintenance: years of versions take little room, and nobody waits for that.

mod support;
mod thin_scene;

use undercroft_foundation::{Job, World};
use undercroft_history::{History, TABLES, Trigger};
use undercroft_library::Library;

use thin_scene::{DAY, Scene};

#[test]
fn maintenance_thins_and_compacts_and_gives_way_to_who_waits() {
    let scene = Scene::begun(|scene| scene.write("a", "0"));
    for n in 1..=40 {
        scene.wait(60);
        scene.version(&format!("{n}"));
    }
    scene.write("a", "mine");
    let mine = scene.save(Trigger::Manual);
    assert!(!scene.history.needs_maintenance(scene.project).unwrap());
    scene.wait(2 * DAY);
    assert!(scene.history.needs_maintenance(scene.project).unwrap());

    // Somebody writes.
    let held = scene.history.hold(scene.project).unwrap();
    let done = scene.history.maintain(scene.project, &Job::new()).unwrap();
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
        History::new(&library).hold(project).map(drop)
    });
    let interrupted = job.step();
    undercroft_foundation::on_write_point(move |point| {
        if point == "history.thinned" && asked.send(()).is_ok() {
            while !interrupted.is_interrupted() {
                std::thread::yield_now();
            }
        }
    });
    let done = scene.history.maintain(scene.project, &job).unwrap();
    assert!(done.dropped > 30 && done.compacted.is_none(), "{done:?}");
    waiting.join().unwrap().unwrap();

    let job = Job::new();
    let before = scene.stored_bytes();
    let compacted = scene.history.maintain(scene.project, &job).unwrap().compacted.unwrap();
    assert!(compacted.bytes_after < compacted.bytes_before, "{compacted:?}");
    assert!(scene.stored_bytes() < before);
    assert!(!scene.history.needs_maintenance(scene.project).unwrap());
    assert_eq!(scene.read(mine.id, "a"), b"mine");
    scene.assert_sound();
}
