//! Drives that go away and return.

use crate::support;

use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use support::{Bench, path};
use undercroft_foundation::{Code, Job};
use undercroft_history::{
    History, SaveOrder, Scope, Trigger, Version, VersionFilter, WatchOptions, WatchStatus,
    WorkspaceWatcher,
};
use undercroft_testkit::{LoopDrive, SmallDisk, write_file};

fn versions(bench: &Bench) -> Vec<Version> {
    bench.history.versions(bench.main().id, &VersionFilter::default()).unwrap()
}

fn wait_for(bench: &Bench, what: &str, found: impl Fn() -> bool) {
    let began = Instant::now();
    while !found() {
        let state = bench.watcher.states();
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

    fn status(&self) -> WatchStatus {
        self.bench.watcher.states().unwrap()[0].status
    }
}

impl Drop for Drive {
    fn drop(&mut self) {
        self.bench.watcher.stop();
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
    bench.watcher.start(often()).unwrap();
    wait_for(bench, "the watch", || drive.status() == WatchStatus::Watching);
    for (round, other_in_its_place) in [false, true].into_iter().enumerate() {
        bench.write("folder/new", round.to_string());
        unmount(&["--lazy"], &bench.work());
        if other_in_its_place {
            mount(&["-t", "tmpfs", "none"], &bench.work());
            bench.write("of another", "project");
        }
        wait_for(bench, "the absence", || drive.status() == WatchStatus::Missing);
        bench.watcher.flush();
        std::thread::sleep(Duration::from_millis(300));
        assert!(versions(bench).iter().all(|version| version.removed == 0));
        if other_in_its_place {
            // The watcher may be looking at it, which would keep it busy.
            unmount(&["--lazy"], &bench.work());
        }
        drive.plug();
        bench.write("folder/after", round.to_string());
        wait_for(bench, "the version after", || {
            let newest = versions(bench)[0].id;
            let read = |name| bench.history.reader().read(newest, &path(name), None).ok();
            let expected = Some(round.to_string().into_bytes());
            read("folder/after") == expected && read("folder/new") == expected
        });
        assert_eq!(versions(bench)[0].files, 52);
        assert!(versions(bench).iter().all(|version| version.removed == 0));
    }
    bench.fsck();
}

#[test]
fn a_project_whose_drive_comes_later_is_recognised() {
    let Some(drive) = Drive::new() else { return };
    let bench = &drive.bench;
    unmount(&["--lazy"], &bench.work());
    bench.watcher.start(often()).unwrap();
    wait_for(bench, "the absence", || drive.status() == WatchStatus::Missing);
    drive.plug();
    bench.write("folder/new", "1");
    wait_for(bench, "the version", || versions(bench)[0].files == 51);
    assert!(versions(bench).iter().all(|version| version.removed == 0));
}

#[test]
fn what_lies_below_a_drive_that_is_away_is_not_the_project() {
    let Some(drive) = LoopDrive::new(16 << 20) else { return };
    let (bench, _) = Bench::begun(|work| {
        write_file(work.join("below the drive"), "1");
        drive.plug(work);
        for number in 0..4 {
            write_file(work.join(format!("folder/{number}")), number.to_string());
        }
    });
    drive.unplug(&bench.work());
    // Another process finds it so when it starts.
    let history = History::new(&bench.library);
    let watcher = WorkspaceWatcher::new(&history);
    watcher.start(often()).unwrap();
    let state = || watcher.states().unwrap().remove(0);
    wait_for(&bench, "the absence", || state().status == WatchStatus::Missing);
    assert_eq!(state().why.as_deref(), Some("Another folder is in its place"));
    assert!(state().next.is_some_and(|next| next.contains("save a version by hand")));
    let order = SaveOrder::new(Trigger::Automatic, "");
    let made = history.writer().save(bench.main().id, Scope::Whole, order, &Job::new());
    assert_eq!(made.unwrap_err().code(), Code::SourceMissing);
    drive.plug(&bench.work());
    wait_for(&bench, "its return", || state().status == WatchStatus::Watching);
    bench.write("folder/new", "1");
    wait_for(&bench, "the version", || versions(&bench)[0].added == 1);
    assert!(versions(&bench).iter().all(|version| version.removed == 0));
    watcher.stop();
    drive.unplug(&bench.work());
}

#[test]
fn another_folder_is_taken_for_the_project_when_it_is_a_copy_or_saved_by_hand() {
    let (bench, _) = Bench::begun(|work| {
        for number in 0..8 {
            write_file(work.join(format!("folder/{number}")), number.to_string());
        }
    });
    bench.watcher.start(often()).unwrap();
    let status = || bench.watcher.states().unwrap()[0].status;
    wait_for(&bench, "the watch", || status() == WatchStatus::Watching);
    let swap = |name: &str, fill: &dyn Fn()| {
        fs::rename(bench.work(), bench.folder.path().join(name)).unwrap();
        wait_for(&bench, "the absence", || status() == WatchStatus::Missing);
        fill();
    };
    swap("old", &|| {
        let mut copy = Command::new("cp");
        copy.args(["-a", "old", "new"]).current_dir(bench.folder.path());
        assert!(copy.status().unwrap().success());
        write_file(bench.folder.path().join("new/folder/0"), "changed");
        fs::rename(bench.folder.path().join("new"), bench.work()).unwrap();
    });
    wait_for(&bench, "the copy's version", || versions(&bench)[0].modified == 1);
    swap("older", &|| bench.write("other", "of another"));
    bench.watcher.flush();
    assert_eq!((status(), versions(&bench)[0].modified), (WatchStatus::Missing, 1));
    assert_eq!(bench.save().unwrap().removed, 8);
    wait_for(&bench, "the watch", || status() == WatchStatus::Watching);
    bench.write("other", "changed");
    wait_for(&bench, "the version", || versions(&bench)[0].modified == 1);
    bench.watcher.stop();
}

#[test]
fn a_drive_mounted_in_a_project_that_goes_is_no_deletion() {
    // Whoever may mount this may mount another.
    let Some(_disk) = SmallDisk::mount(16 << 20) else { return };
    let (bench, _) = Bench::begun(|work| {
        write_file(work.join("a"), "1");
        fs::create_dir(work.join("data")).unwrap();
        mount(&["-t", "tmpfs", "none"], &work.join("data"));
        write_file(work.join("data/f"), "1");
    });
    bench.watcher.start(often()).unwrap();
    wait_for(&bench, "the watch", || {
        bench.watcher.states().unwrap()[0].status == WatchStatus::Watching
    });
    unmount(&["--lazy"], &bench.work().join("data"));
    let why = || bench.watcher.states().unwrap()[0].why.clone().unwrap_or_default();
    wait_for(&bench, "word of the drive", || why().contains("data"));
    bench.write("a", "2");
    wait_for(&bench, "the version", || versions(&bench).len() == 2);
    assert_eq!((versions(&bench)[0].files, versions(&bench)[0].removed), (2, 0));
    bench.watcher.stop();
    // Who asks for a version gets what is there.
    assert_eq!(bench.save().unwrap().removed, 1);
}

/// Mounts a file system whose program is gone.
fn mount_dead(at: &Path) -> bool {
    let script = "exec 3<>/dev/fuse && \
         mount -i -t fuse -o fd=3,rootmode=40000,user_id=0,group_id=0 dead \"$0\"";
    let status = Command::new("sh").args(["-c", script]).arg(at).status();
    status.is_ok_and(|status| status.success())
}

#[test]
fn a_dead_mount_costs_itself_and_nothing_beside_it() {
    let (bench, _) = Bench::begun(|work| {
        write_file(work.join("sub/dead/f"), "1");
        write_file(work.join("sub/a"), "1");
    });
    let dead = bench.work().join("sub/dead");
    if !mount_dead(&dead) {
        undercroft_testkit::skip("no FUSE can be mounted");
        return;
    }
    bench.watcher.start(often()).unwrap();
    bench.write("sub/a", "2");
    let read =
        |path_of: &str| bench.history.reader().read(versions(&bench)[0].id, &path(path_of), None);
    wait_for(&bench, "the version", || read("sub/a").is_ok_and(|content| content == b"2"));
    assert!(read("sub/dead/f").is_ok());
    let state = || bench.watcher.states().unwrap().remove(0);
    wait_for(&bench, "the warning", || state().why.is_some_and(|why| why.contains("sub/dead")));
    assert_eq!(state().status, WatchStatus::Limited);
    unmount(&["--lazy"], &dead);
    bench.write("sub/a", "3");
    wait_for(&bench, "the next version", || read("sub/a").is_ok_and(|content| content == b"3"));
    bench.watcher.stop();
    assert_eq!(bench.save(), None);
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
                bench.history.writer().save(bench.main().id, Scope::Whole, order, &Job::new())
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

#[test]
fn an_edit_in_the_second_of_the_last_version_is_versioned() {
    let Some(drive) = LoopDrive::with_whole_seconds(16 << 20) else { return };
    let (bench, _) = Bench::begun(|work| drive.plug(work));
    let looks = || {
        let stat = fs::metadata(bench.work().join("f")).unwrap();
        (stat.len(), stat.mtime(), stat.ctime())
    };
    // As often as a look takes until the next second.
    for _ in 0..20 {
        bench.write("f", "first");
        let before = looks();
        // What is newer than that is not trusted anyway.
        std::thread::sleep(Duration::from_millis(60));
        bench.save();
        bench.write("f", "other");
        if looks() == before {
            break;
        }
    }
    let version = bench.save().expect("a version of the edit");
    assert_eq!(bench.read(version.id, "f"), b"other");
}

/// A program that writes a file of one byte through mapped memory. Where files are in memory, only
/// its first write changes the times.
struct Mapped(Child);

impl Mapped {
    fn open(file: &Path) -> Option<Self> {
        const SCRIPT: &str = "import mmap, sys
f = open(sys.argv[1], 'r+b')
m = mmap.mmap(f.fileno(), 0)
for line in sys.stdin:
    m[:] = line.strip().encode()
    print(flush=True)";
        let mut python = Command::new("python3");
        python.args(["-c", SCRIPT]).arg(file).stdin(Stdio::piped()).stdout(Stdio::piped());
        python.spawn().ok().map(Self)
    }

    fn write(&mut self, byte: char) {
        writeln!(self.0.stdin.as_mut().unwrap(), "{byte}").unwrap();
        self.0.stdout.as_mut().unwrap().read_exact(&mut [0]).unwrap();
    }
}

impl Drop for Mapped {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn what_is_written_through_mapped_memory_is_found() {
    let Some(drive) = Drive::new() else { return };
    let bench = &drive.bench;
    let Some(mut mapped) = Mapped::open(&bench.work().join("folder/7")) else { return };
    mapped.write('w');
    // What is newer than that is read again anyway.
    std::thread::sleep(Duration::from_millis(60));
    assert_eq!(bench.read(bench.save().unwrap().id, "folder/7"), b"w");

    mapped.write('x');
    assert_eq!(bench.save(), None);
    let order = SaveOrder { reads_all: true, ..SaveOrder::new(Trigger::Manual, "") };
    let save = bench.history.writer().save(bench.main().id, Scope::Whole, order, &Job::new());
    assert_eq!(bench.read(save.unwrap().unwrap().id, "folder/7"), b"x");

    mapped.write('y');
    assert_eq!(bench.save(), None);
    let options = WatchOptions { full: Duration::from_millis(300), ..often() };
    bench.watcher.start(options).unwrap();
    wait_for(bench, "the version", || bench.read(versions(bench)[0].id, "folder/7") == b"y");
    assert_eq!(versions(bench)[0].trigger, Trigger::Automatic);
}
