//! Drives that go away and return.

mod support;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use support::{Bench, path};
use undercroft_foundation::{Code, Job};
use undercroft_history::{
    SaveOrder, Scope, Standing, Trigger, Version, VersionFilter, WatchOptions,
};
use undercroft_testkit::{SmallDisk, write_file};

fn versions(bench: &Bench) -> Vec<Version> {
    bench.history.versions(bench.main().id, &VersionFilter::default()).unwrap()
}

fn wait_for(bench: &Bench, what: &str, found: impl Fn() -> bool) {
    let began = Instant::now();
    while !found() {
        let state = bench.history.watch_states();
        assert!(began.elapsed() < Duration::from_secs(60), "{what} never came: {state:?}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn mount(arguments: &[&str], at: &Path) {
    let status = Command::new("mount").args(arguments).arg(at).status().unwrap();
    assert!(status.success(), "mount {arguments:?}");
}

fn unmount(arguments: &[&str], at: &Path) {
    assert!(Command::new("umount").args(arguments).arg(at).status().unwrap().success());
}

/// A project on a drive of its own that can be taken away.
struct Drive {
    bench: Bench,
    bind: [String; 2],
    _disk: SmallDisk,
}

impl Drive {
    fn new() -> Option<Self> {
        let disk = SmallDisk::mount(32 << 20)?;
        let project = disk.path().join("project");
        fs::create_dir(&project).unwrap();
        let bind = ["--bind".to_owned(), project.to_str().unwrap().to_owned()];
        let (bench, _) = Bench::begun(|work| {
            mount(&[&bind[0], &bind[1]], work);
            for number in 0..50 {
                write_file(work.join(format!("folder/{number}")), number.to_string());
            }
        });
        Some(Self { bench, bind, _disk: disk })
    }

    fn plug(&self) {
        mount(&[&self.bind[0], &self.bind[1]], &self.bench.work());
    }

    fn standing(&self) -> Standing {
        self.bench.history.watch_states().unwrap()[0].standing
    }
}

impl Drop for Drive {
    fn drop(&mut self) {
        self.bench.history.stop_watching();
        // It may be away already.
        let _ = Command::new("umount").arg("--lazy").arg(self.bench.work()).output();
    }
}

fn often() -> WatchOptions {
    WatchOptions {
        quiet: Duration::from_millis(50),
        look: Duration::from_millis(50),
        ..WatchOptions::default()
    }
}

#[test]
fn a_drive_that_is_away_is_no_deletion() {
    let Some(drive) = Drive::new() else { return };
    let bench = &drive.bench;
    bench.history.start_watching(often()).unwrap();
    wait_for(bench, "the watch", || drive.standing() == Standing::Watching);
    for (round, other_in_its_place) in [false, true].into_iter().enumerate() {
        bench.write("folder/new", round.to_string());
        unmount(&["--lazy"], &bench.work());
        if other_in_its_place {
            mount(&["-t", "tmpfs", "none"], &bench.work());
            bench.write("of another", "project");
        }
        wait_for(bench, "the absence", || drive.standing() == Standing::Missing);
        bench.history.flush_watches();
        std::thread::sleep(Duration::from_millis(300));
        assert!(versions(bench).iter().all(|version| version.removed == 0));
        if other_in_its_place {
            unmount(&[], &bench.work());
        }
        drive.plug();
        bench.write("folder/after", round.to_string());
        wait_for(bench, "the version after", || {
            let newest = versions(bench)[0].id;
            let read = |name| bench.history.read(newest, &path(name), None).ok();
            let expected = Some(round.to_string().into_bytes());
            read("folder/after") == expected && read("folder/new") == expected
        });
        assert_eq!(versions(bench)[0].files, 52);
        assert!(versions(bench).iter().all(|version| version.removed == 0));
    }
    bench.fsck();
}

#[test]
fn a_drive_taken_away_while_it_is_saved_loses_nothing() {
    let Some(drive) = Drive::new() else { return };
    let bench = &drive.bench;
    for round in 0..12 {
        for number in 0..50 {
            bench.write(&format!("folder/{number}"), format!("{round} {number}"));
        }
        let made = std::thread::scope(|scope| {
            let save = scope.spawn(|| {
                let order = SaveOrder::new(Trigger::Automatic, "");
                bench.history.save(bench.main().id, Scope::Whole, order, &Job::new())
            });
            std::thread::sleep(Duration::from_millis(round));
            unmount(&["--lazy"], &bench.work());
            save.join().unwrap()
        });
        if let Err(error) = made {
            assert_eq!(error.code(), Code::SourceMissing, "{error}");
        }
        assert_eq!(versions(bench)[0].files, 50);
        drive.plug();
    }
    bench.save();
    assert_eq!(bench.read(versions(bench)[0].id, "folder/7"), b"11 7");
    bench.fsck();
}
