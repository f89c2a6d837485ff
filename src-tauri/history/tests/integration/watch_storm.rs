//! Storms of changes beside the watcher: what it makes of them is what is on disk.

use crate::dice;
use crate::support;

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use dice::Dice;
use support::{Bench, path};
use undercroft_history::{VersionFilter, WatchOptions};

const OPERATIONS: u32 = 5_000;
const BURST: u32 = 700;

/// A folder of few names, so that most meet something.
fn folder(dice: &mut Dice) -> String {
    let names: Vec<_> = (0..=dice.roll(3)).map(|_| format!("d{}", dice.roll(5))).collect();
    names.join("/")
}

fn file(dice: &mut Dice) -> String {
    format!("{}/f{}", folder(dice), dice.roll(6))
}

/// Unpacks a package beside its place and moves it there, as installers do.
fn install(dice: &mut Dice, root: &Path) {
    let (stage, place) = (root.join(format!("tmp-{}", dice.roll(3))), root.join(folder(dice)));
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
            let file = root.join(file(dice));
            let _ = file.parent().map(fs::create_dir_all);
            fs::write(file, dice.roll(1000).to_string())
        }
        7..11 => fs::write(root.join(file(dice)), dice.roll(1000).to_string()),
        11 => fs::remove_file(root.join(file(dice))),
        12 | 13 => fs::rename(root.join(file(dice)), root.join(file(dice))),
        14..17 => fs::rename(root.join(folder(dice)), root.join(folder(dice))),
        17 => fs::remove_dir_all(root.join(folder(dice))),
        18 => fs::hard_link(root.join(file(dice)), root.join(file(dice))),
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
    while bench.history.reader().read(newest()[0].id, &path(name), None).is_err() {
        assert!(began.elapsed() < Duration::from_secs(120), "no version of {name}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn after_a_storm_the_newest_version_is_what_is_on_disk() {
    let options = WatchOptions { quiet: Duration::from_millis(100), ..WatchOptions::default() };
    let (bench, _) = Bench::begun(|work| fs::write(work.join("a"), "1").unwrap());
    bench.watcher.start(options).unwrap();
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
    bench.watcher.stop();
    // A look through everything finds nothing that the watcher missed.
    let missed = bench.save().map(|version| bench.history.changes(version.id, 100).unwrap());
    assert_eq!(missed, None);
}
