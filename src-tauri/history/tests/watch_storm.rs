//! Storms of changes beside the watcher: what it makes of them is what is on disk.

mod support;

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use support::{Bench, path};
use undercroft_history::{VersionFilter, WatchOptions};

const OPERATIONS: u32 = 5_000;
const BURST: u32 = 700;

struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    /// A folder of few names, so that most meet something.
    fn folder(&mut self) -> String {
        let names: Vec<_> = (0..=self.roll(3)).map(|_| format!("d{}", self.roll(5))).collect();
        names.join("/")
    }

    fn file(&mut self) -> String {
        format!("{}/f{}", self.folder(), self.roll(6))
    }
}

/// Unpacks a package beside its place and moves it there, as installers do.
fn install(dice: &mut Dice, root: &Path) {
    let (stage, place) = (root.join(format!("tmp-{}", dice.roll(3))), root.join(dice.folder()));
    for number in 0..=dice.roll(4) {
        let folder = stage.join(format!("pkg/src{number}/deep"));
        let _ = fs::create_dir_all(&folder);
        let _ = fs::write(folder.join("f0"), dice.roll(1000).to_string());
    }
    let _ = fs::remove_dir_all(&place);
    let _ = fs::rename(stage, place);
}

/// Does something, or fails to; both are fine.
fn mischief(dice: &mut Dice, root: &Path) {
    let _ = match dice.roll(20) {
        0..7 => {
            let file = root.join(dice.file());
            let _ = file.parent().map(fs::create_dir_all);
            fs::write(file, dice.roll(1000).to_string())
        }
        7..11 => fs::write(root.join(dice.file()), dice.roll(1000).to_string()),
        11 => fs::remove_file(root.join(dice.file())),
        12 | 13 => fs::rename(root.join(dice.file()), root.join(dice.file())),
        14..17 => fs::rename(root.join(dice.folder()), root.join(dice.folder())),
        17 => fs::remove_dir_all(root.join(dice.folder())),
        18 => fs::hard_link(root.join(dice.file()), root.join(dice.file())),
        _ => {
            install(dice, root);
            Ok(())
        }
    };
}

/// Waits until a version has everything that happened before.
fn settle(bench: &Bench, name: &str) {
    bench.write(name, name);
    let began = Instant::now();
    let newest = || bench.history.versions(bench.main().id, &VersionFilter::default()).unwrap();
    while bench.history.read(newest()[0].id, &path(name), None).is_err() {
        assert!(began.elapsed() < Duration::from_secs(120), "no version of {name}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn after_a_storm_the_newest_version_is_what_is_on_disk() {
    let options = WatchOptions { quiet: Duration::from_millis(100), ..WatchOptions::default() };
    let (bench, _) = Bench::begun(|work| fs::write(work.join("a"), "1").unwrap());
    bench.history.start_watching(options).unwrap();
    let mut dice = Dice(7);
    for step in 0..OPERATIONS {
        mischief(&mut dice, &bench.work());
        if step > OPERATIONS / 2 && step % BURST == 0 {
            std::thread::sleep(Duration::from_millis(dice.roll(400)));
        }
        if step == OPERATIONS / 2 {
            settle(&bench, "half");
        }
    }
    settle(&bench, "end");
    bench.history.stop_watching();
    // A look through everything finds nothing that the watcher missed.
    let missed = bench.save().map(|version| bench.history.changes(version.id, 100).unwrap());
    assert_eq!(missed, None);
}
