//! Drives that go away and return, and disks that are full.

mod support;

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use support::{Bench, path};
use undercroft_foundation::{Code, Job, World};
use undercroft_history::{
    History, SaveOrder, Scope, Standing, TreePath, Trigger, Version, VersionFilter, WatchOptions,
};
use undercroft_library::{AddProject, Library};
use undercroft_testkit::{SmallDisk, random_bytes, text_bytes, write_file};

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

/// A library on a small disk, and a project on a large one.
fn bench_on(disk: &SmallDisk) -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let work = folder.path().join("work");
    write_file(work.join("first"), "1");
    let root = disk.path().join("library");
    let tables = undercroft_history::TABLES;
    let library = Library::open_or_create(&root, &World::real(), tables).unwrap();
    let request = AddProject { path: work, ..AddProject::default() };
    let project = library.projects().add_linked(&request).unwrap().id;
    Bench { history: History::new(&library), library, project, folder }
}

/// Fills the disk but for so many bytes.
fn leave(disk: &SmallDisk, bytes: u64) -> std::path::PathBuf {
    let ballast = disk.fill();
    let file = File::options().write(true).open(&ballast).unwrap();
    let full = file.metadata().unwrap().len();
    file.set_len(full.saturating_sub(bytes)).unwrap();
    ballast
}

/// All that was acknowledged is there.
fn is_whole(bench: &Bench, acknowledged: &[(Version, Vec<(String, Vec<u8>)>)]) {
    for (version, files) in acknowledged {
        for (name, content) in files {
            assert!(bench.read(version.id, name) == *content, "{name} in {}", version.id);
        }
    }
    bench.fsck();
}

#[test]
fn a_full_disk_is_told_and_nothing_is_lost() {
    let Some(disk) = SmallDisk::mount(48 << 20) else { return };
    let bench = bench_on(&disk);
    let first = bench.history.begin(bench.project, &Job::new()).unwrap();
    let mut acknowledged = vec![(first, vec![("first".to_owned(), b"1".to_vec())])];
    let mut refused = 0;
    // From nothing at all to nearly enough.
    let rooms = [0, 4, 8, 16, 32, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536];
    for (round, room) in rooms.into_iter().enumerate() {
        let seed = round as u64;
        let mut files = vec![(format!("object{round}"), random_bytes(seed, 400_000))];
        for number in 0..6 {
            files.push((format!("text{round}/{number}"), text_bytes(seed * 10 + number, 60_000)));
        }
        for (name, content) in &files {
            bench.write(name, content);
        }
        let ballast = leave(&disk, room << 10);
        let order = SaveOrder::new(Trigger::Automatic, "");
        let made = bench.history.save(bench.main().id, Scope::Whole, order, &Job::new());
        let made = match made {
            Ok(made) => made,
            Err(error) => {
                refused += 1;
                assert_eq!(error.code(), Code::StorageFull, "{room} KiB: {error}");
                None
            }
        };
        is_whole(&bench, &acknowledged);
        fs::remove_file(&ballast).unwrap();
        let version = made.or_else(|| bench.save()).unwrap_or_else(|| {
            // It was made, but there was no room left for what follows that.
            assert_eq!(versions(&bench).len(), acknowledged.len() + 1);
            versions(&bench).remove(0)
        });
        acknowledged.push((version, files));
    }
    is_whole(&bench, &acknowledged);
    assert!(refused > 5, "{refused}");
}

#[test]
fn a_disk_too_full_for_the_first_version_is_told_and_the_next_try_succeeds() {
    let Some(disk) = SmallDisk::mount(48 << 20) else { return };
    let bench = bench_on(&disk);
    for number in 0..40 {
        bench.write(&format!("large/{number}"), random_bytes(number, 200_000));
        bench.write(&format!("text/{number}"), text_bytes(number, 50_000));
    }
    for room in [0, 16, 64, 256, 1024, 4096] {
        let ballast = leave(&disk, room << 10);
        // What a try had stored is there for the next, so that a little room may do in the end.
        match bench.history.begin(bench.project, &Job::new()) {
            Ok(_) => assert!(room >= 1024, "{room} KiB"),
            Err(error) => assert_eq!(error.code(), Code::StorageFull, "{room} KiB: {error}"),
        }
        fs::remove_file(&ballast).unwrap();
    }
    let version = bench.history.begin(bench.project, &Job::new()).unwrap();
    assert_eq!(version.files, 81);
    for number in 0..40 {
        let name = format!("large/{number}");
        let kept = bench.history.read(version.id, &TreePath::new(name.as_bytes()).unwrap(), None);
        assert!(kept.unwrap() == random_bytes(number, 200_000), "{name}");
    }
    bench.fsck();
}
