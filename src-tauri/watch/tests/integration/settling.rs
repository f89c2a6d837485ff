//! When batches are handed over, and what they hold when something went wrong in between.

use crate::scene;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender};
use jiff::SignedDuration;
use scene::{PATIENCE, Scene, Usual, covers, ends, paths, quick};
use undercroft_foundation::{TreePath, World};
use undercroft_testkit::ManualClock;
use undercroft_watch::{Batch, FolderFilter, Health, Watch, WatchOptions};

/// The usual times, but the root is looked at often, so that the watcher sees a clock that only
/// the test moves.
fn usual_times() -> WatchOptions {
    WatchOptions { look: Duration::from_millis(50), ..WatchOptions::default() }
}

fn stopped_clock() -> (Arc<ManualClock>, World) {
    let clock = Arc::new(ManualClock::default());
    let world = World { clock: Arc::clone(&clock) as _, ..World::real() };
    (clock, world)
}

#[test]
fn a_batch_waits_for_quiet() {
    let (clock, world) = stopped_clock();
    let scene = Scene::start(|_| {}, Arc::new(Usual), usual_times(), &world);
    scene.write("a");
    scene.until("noticed", |watch| watch.pending() == 1);
    assert_eq!(scene.next_soon(), None);
    clock.advance(Duration::from_secs(1));
    scene.write("b");
    scene.until("noticed", |watch| watch.pending() == 2);
    clock.advance(Duration::from_secs(1));
    assert_eq!(scene.next_soon(), None);
    // The last word on a file may have been heard a second after the first.
    clock.advance(Duration::from_secs(2));
    assert_eq!(paths(&scene.next()), ["a", "b"]);
    scene.until("empty", |watch| watch.pending() == 0);
}

#[test]
fn a_build_storm_is_one_batch_and_endless_changes_are_handed_over_in_time() {
    let (clock, world) = stopped_clock();
    let scene = Scene::start(|_| {}, Arc::new(Usual), usual_times(), &world);
    for second in 0..59 {
        scene.write(&format!("f{second}"));
        scene.until("noticed", |watch| watch.pending() == second + 1);
        clock.advance(Duration::from_secs(1));
    }
    assert_eq!(scene.next_soon(), None);
    scene.write("f59");
    scene.until("noticed", |watch| watch.pending() == 60);
    clock.advance(Duration::from_secs(1));
    assert_eq!(paths(&scene.next()).len(), 60);
}

#[test]
fn a_flush_waits_for_nothing() {
    let (_clock, world) = stopped_clock();
    let scene = Scene::start(|_| {}, Arc::new(Usual), usual_times(), &world);
    scene.watch().flush();
    assert_eq!(scene.next_soon(), None);
    scene.write("a");
    scene.until("noticed", |watch| watch.pending() == 1);
    assert_eq!(scene.next_soon(), None);
    scene.watch().flush();
    assert_eq!(paths(&scene.next()), ["a"]);
}

#[test]
fn a_pause_keeps_nothing_and_its_end_asks_for_everything() {
    let mut scene = Scene::new();
    scene.write("a");
    scene.watch().pause();
    scene.until("paused", |watch| watch.health() == Health::Paused);
    while scene.next_soon().is_some() {}
    scene.mkdir("b/c");
    scene.watch().flush();
    assert_eq!(scene.next_soon(), None);
    scene.watch().resume();
    assert_eq!(scene.next(), Batch { whole: true, ..Batch::default() });
    scene.until_watching(3);
    scene.write("b/c/f");
    assert_eq!(paths(&scene.all()), ["b/c/f"]);
}

#[test]
fn new_rules_about_folders_are_taken_up() {
    struct Switch(std::sync::atomic::AtomicBool);
    impl FolderFilter for Switch {
        fn includes(&self, _: &TreePath) -> bool {
            self.0.load(std::sync::atomic::Ordering::Relaxed)
        }
    }
    let switch = Arc::new(Switch(false.into()));
    let prepare = |root: &std::path::Path| fs::create_dir(root.join("a")).unwrap();
    let mut scene = Scene::start(prepare, Arc::clone(&switch) as _, quick(), &World::real());
    scene.until_watching(1);
    switch.0.store(true, std::sync::atomic::Ordering::Relaxed);
    scene.watch().resume();
    assert!(scene.next().whole);
    scene.until_watching(2);
    scene.write("a/f");
    assert_eq!(paths(&scene.all()), ["a/f"]);
}

#[test]
fn dropping_it_ends_its_threads() {
    let mut scene = Scene::new();
    drop(scene.watch.take());
    assert!(ends(&scene.batches));
}

#[test]
fn what_changes_while_a_batch_is_taken_is_in_the_next() {
    let place = tempfile::tempdir().unwrap();
    let (sender, batches) = crossbeam_channel::bounded(0);
    let sink = move |batch: Batch| drop(sender.send(batch));
    let world = World::real();
    let watch = Watch::start(place.path(), Arc::new(Usual), quick(), &world, sink).unwrap();
    // The sink is stuck until somebody receives; folders are watched all the same.
    for number in 0..50 {
        fs::create_dir_all(place.path().join(format!("a/{number}"))).unwrap();
        fs::write(place.path().join(format!("a/{number}/f")), "").unwrap();
    }
    let start = std::time::Instant::now();
    while watch.health() != (Health::Watching { folders: 52 }) {
        assert!(start.elapsed() < PATIENCE);
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(batches.recv_timeout(PATIENCE).unwrap().whole);
    fs::write(place.path().join("a/7/g"), "").unwrap();
    let mut all = Batch::default();
    while !covers(&all, "a/7/g") {
        all.touched.merge(batches.recv_timeout(PATIENCE).unwrap().touched);
    }
    drop(watch);
    assert!(ends(&batches));
}

#[test]
fn after_a_sleep_everything_is_looked_through() {
    let (clock, world) = stopped_clock();
    let scene = Scene::start(|_| {}, Arc::new(Usual), usual_times(), &world);
    // Somebody sets the clock, a little or back: that is no sleep.
    clock.set_wall(SignedDuration::from_secs(20));
    clock.advance(Duration::from_secs(3600));
    clock.set_wall(SignedDuration::from_secs(-3600));
    assert_eq!(scene.next_soon(), None);
    clock.set_wall(SignedDuration::from_secs(3600));
    scene.until("told", |watch| {
        clock.advance(Duration::from_secs(1));
        watch.flush();
        !scene.batches.is_empty()
    });
    assert_eq!(scene.next(), Batch { whole: true, ..Batch::default() });
}

/// Holds the watcher up, as a busy machine does, so that more happens than the kernel remembers.
struct Gate {
    reached: Sender<()>,
    open: Receiver<()>,
}

impl FolderFilter for Gate {
    fn includes(&self, path: &TreePath) -> bool {
        if path.name().is_some_and(|name| name.starts_with(b"gate")) {
            let _ = self.reached.send(());
            let _ = self.open.recv();
        }
        true
    }
}

struct Crowd {
    scene: Scene,
    reached: Receiver<()>,
    open: Sender<()>,
    gates: u32,
}

impl Crowd {
    fn new(options: WatchOptions, world: &World) -> Self {
        let (tell, reached) = crossbeam_channel::unbounded();
        let (open, wait) = crossbeam_channel::unbounded();
        let gate = Arc::new(Gate { reached: tell, open: wait });
        Self { scene: Scene::start(|_| {}, gate, options, world), reached, open, gates: 0 }
    }

    /// Makes the kernel lose notices, a new folder among them.
    fn lose_notices(&mut self) {
        self.gates += 1;
        let gate = format!("gate{}", self.gates);
        self.scene.mkdir(&gate);
        self.reached.recv_timeout(PATIENCE).unwrap();
        let files = ["even", "odd"].map(|name| self.scene.at(name));
        files.iter().for_each(|file| fs::write(file, "").unwrap());
        let mode = fs::Permissions::from_mode(0o600);
        let limit = fs::read_to_string("/proc/sys/fs/inotify/max_queued_events").unwrap();
        for number in 0..=limit.trim().parse::<u64>().unwrap() {
            fs::set_permissions(&files[number as usize % 2], mode.clone()).unwrap();
        }
        self.scene.mkdir(&format!("lost{}", self.gates));
        // The gate is not asked for any more when everything begins anew.
        self.scene.rename(&gate, &format!("passed{}", self.gates));
        self.open.send(()).unwrap();
    }
}

#[test]
fn lost_notices_lead_to_one_look_through_everything() {
    let mut crowd = Crowd::new(quick(), &World::real());
    crowd.lose_notices();
    while !crowd.scene.next().whole {}
    assert_eq!(crowd.scene.next_soon(), None);
    crowd.scene.until_watching(3);
    crowd.scene.write("lost1/f");
    assert_eq!(paths(&crowd.scene.all()), ["lost1/f"]);
}

#[test]
fn notices_that_are_lost_again_and_again_are_answered_more_and_more_rarely() {
    let (clock, world) = stopped_clock();
    let mut crowd = Crowd::new(usual_times(), &world);
    let mut waits = Vec::new();
    for _ in 0..5 {
        crowd.lose_notices();
        if !waits.is_empty() {
            crowd.scene.until("waiting", |watch| matches!(watch.health(), Health::Limited { .. }));
        }
        let mut seconds = 0;
        loop {
            // Everything that happened is heard before time goes on.
            std::thread::sleep(Duration::from_millis(300));
            let batches: Vec<_> = crowd.scene.batches.try_iter().collect();
            if batches.iter().any(|batch| batch.whole) {
                break;
            }
            seconds += 4;
            clock.advance(Duration::from_secs(4));
        }
        waits.push(seconds);
    }
    // At once the first time, but for the quiet; then about twice as long each time.
    assert!(waits[4] >= 40 && waits[4] > 2 * waits[1] && waits[1] > waits[0], "{waits:?}");
}

#[test]
fn a_breakdown_of_the_rules_or_of_the_sink_is_told() {
    struct Broken;
    impl FolderFilter for Broken {
        fn includes(&self, _: &TreePath) -> bool {
            panic!("a broken rule")
        }
    }
    let scene = Scene::start(|_| {}, Arc::new(Broken), quick(), &World::real());
    scene.mkdir("a");
    scene.until("told", |watch| matches!(watch.health(), Health::Limited { .. }));
    assert!(ends(&scene.batches));

    let (place, world) = (tempfile::tempdir().unwrap(), World::real());
    let sink = |_| panic!("a broken sink");
    let watch = Watch::start(place.path(), Arc::new(Usual), quick(), &world, sink).unwrap();
    let start = std::time::Instant::now();
    while !matches!(watch.health(), Health::Limited { .. }) {
        assert!(start.elapsed() < PATIENCE);
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn rules_that_contradict_themselves_do_no_harm() {
    struct Fickle(std::sync::atomic::AtomicU32);
    impl FolderFilter for Fickle {
        fn includes(&self, _: &TreePath) -> bool {
            !self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed).is_multiple_of(3)
        }
    }
    let fickle = Arc::new(Fickle(0.into()));
    let mut scene = Scene::start(|_| {}, fickle, quick(), &World::real());
    for number in 0..30 {
        scene.mkdir(&format!("a{number}/b/c"));
        scene.rename(&format!("a{number}"), &format!("b{number}"));
        scene.write(&format!("b{number}/f"));
    }
    let batch = scene.all();
    assert!(!batch.whole);
    for number in 0..30 {
        assert!(covers(&batch, &format!("b{number}")), "{number}");
    }
}
