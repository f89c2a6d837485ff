//! Files that change while they are saved, and several who save at once.

use crate::support;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use support::{Bench, path};
use undercroft_foundation::{Job, World};
use undercroft_history::{
    EntryKind, History, SaveOrder, Scope, Touched, TreePath, Trigger, Version, VersionFilter,
    WatchOptions,
};
use undercroft_library::Library;
use undercroft_testkit::{random_bytes, write_file};

fn versions(bench: &Bench) -> Vec<Version> {
    let filter = VersionFilter { limit: 10_000, ..VersionFilter::default() };
    bench.history.versions(bench.main().id, &filter).unwrap()
}

/// Reads every file of a version: what is listed is what is there.
fn read_all(history: &History, version: &Version, folder: &TreePath) -> u64 {
    let mut files = 0;
    for entry in history.reader().list(version.id, folder).unwrap() {
        let place = folder.join(&entry.name);
        match entry.kind {
            EntryKind::Folder => files += read_all(history, version, &place),
            EntryKind::File => {
                files += 1;
                let content = history.reader().read(version.id, &place, None).unwrap();
                assert_eq!(content.len() as u64, entry.size_bytes, "{place}");
                if entry.name.starts_with(b"atomic") {
                    let mixed = content.windows(2).any(|pair| pair[0] != pair[1]);
                    assert!(!mixed && !content.is_empty(), "{place} was never like that");
                }
            }
            EntryKind::Symlink => files += 1,
            EntryKind::Other => {}
        }
    }
    files
}

/// Does `mischief` over and over while versions are made; each of them must be sound.
fn saves_amid(bench: &Bench, saves: usize, mut mischief: impl FnMut(u64) + Send) {
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for round in 0.. {
                if done.load(Ordering::Relaxed) {
                    return;
                }
                mischief(round);
            }
        });
        let stop = StopAtEnd(&done);
        for _ in 0..saves {
            if let Some(version) = bench.save() {
                assert_eq!(read_all(&bench.history, &version, &path("")), version.files);
            }
        }
        drop(stop);
    });
}

/// A failed assertion must not leave the other thread running for ever.
struct StopAtEnd<'a>(&'a AtomicBool);

impl Drop for StopAtEnd<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// The newest version is what is on disk.
fn is_saved(bench: &Bench) {
    bench.save();
    let newest = &versions(bench)[0];
    for entry in bench.history.reader().list(newest.id, &path("")).unwrap() {
        if entry.kind == EntryKind::File {
            let name = String::from_utf8(entry.name).unwrap();
            assert!(bench.read(newest.id, &name) == fs::read(bench.work().join(&name)).unwrap());
        }
    }
    bench.fsck();
}

#[test]
fn files_grow_shrink_and_vanish_while_they_are_saved() {
    let (bench, _) = Bench::begun(|work| {
        write_file(work.join("grows"), "");
        write_file(work.join("large"), random_bytes(1, 400_000));
        write_file(work.join("atomic"), "a".repeat(30_000));
        write_file(work.join("atomic-large"), "a".repeat(300_000));
    });
    let work = bench.work();
    saves_amid(&bench, 25, |round| {
        let mut grows = File::options().append(true).open(work.join("grows")).unwrap();
        writeln!(grows, "line {round}").unwrap();
        let large = File::options().write(true).open(work.join("large")).unwrap();
        large.set_len(if round % 2 == 0 { 150_000 } else { 400_000 }).unwrap();
        for number in 0..3 {
            let vanishes = work.join(format!("vanishes{number}"));
            let length = if number == 2 { 300_000 } else { 300 };
            fs::write(&vanishes, vec![b'v'; length]).unwrap();
            fs::remove_file(&vanishes).unwrap();
        }
        for (name, length) in [("atomic", 30_000), ("atomic-large", 300_000)] {
            let letter = b'a' + (round % 26) as u8;
            fs::write(work.join(".git-like.tmp"), vec![letter; length]).unwrap();
            fs::rename(work.join(".git-like.tmp"), work.join(name)).unwrap();
        }
    });
    is_saved(&bench);
}

#[test]
fn a_file_becomes_a_folder_becomes_a_link_while_it_is_saved() {
    let (bench, _) = Bench::begun(|work| write_file(work.join("it"), "file"));
    let it = bench.work().join("it");
    let others = bench.folder.path().join("others");
    write_file(others.join("secret"), "not of this project");
    saves_amid(&bench, 40, |round| {
        fs::remove_file(&it).unwrap();
        fs::create_dir_all(it.join("deep/er")).unwrap();
        fs::write(it.join("deep/er/f"), round.to_string()).unwrap();
        fs::rename(it.join("deep"), bench.work().join("moved")).unwrap();
        fs::remove_dir_all(&it).unwrap();
        symlink(&others, &it).unwrap();
        fs::remove_file(&it).unwrap();
        fs::write(&it, format!("file {round}")).unwrap();
        fs::remove_dir_all(bench.work().join("moved")).unwrap();
    });
    for version in versions(&bench) {
        let entries = bench.history.reader().list(version.id, &path("")).unwrap();
        let is_folder = |entry: &&undercroft_history::Entry| entry.kind == EntryKind::Folder;
        for folder in entries.iter().filter(is_folder) {
            let inside =
                bench.history.reader().list(version.id, &TreePath::root().join(&folder.name));
            // A link was never followed.
            assert!(inside.unwrap().iter().all(|entry| entry.name != b"secret"));
        }
    }
    is_saved(&bench);
}

/// Saves twenty states of a file of its own, touching nothing else.
fn save_often(
    history: &History,
    workspace: undercroft_foundation::WorkspaceId,
    work: &Path,
    name: &str,
) {
    let mut touched = Touched::default();
    touched.add(&path(name));
    for round in 0..20 {
        write_file(work.join(name), format!("{name} {round}"));
        let order = SaveOrder::new(Trigger::Manual, format!("{name} {round}"));
        let made = history
            .writer()
            .save(workspace, Scope::Touched(touched.clone()), order, &Job::new())
            .unwrap();
        // Another may have saved it first, as the folder is listed anew by both.
        let version = made.or_else(|| {
            history.versions(workspace, &VersionFilter::default()).unwrap().into_iter().next()
        });
        let kept = history.reader().read(version.unwrap().id, &path(name), None).unwrap();
        assert_eq!(kept, format!("{name} {round}").into_bytes());
    }
}

/// Every version is the child of the one before, in git and in the catalog.
fn is_one_line(bench: &Bench, most: usize) {
    let versions = versions(bench);
    let commits = bench.git(&["log", "--format=%H", "main"]);
    let commits: Vec<_> = commits.lines().map(str::to_owned).collect();
    assert_eq!(commits, versions.iter().map(|it| it.commit.to_string()).collect::<Vec<_>>());
    let orders: BTreeSet<_> = versions.iter().map(|version| version.seq).collect();
    assert_eq!(orders.len(), versions.len());
    assert!((2..=most).contains(&versions.len()), "{}", versions.len());
    for pair in versions.windows(2) {
        assert_eq!(pair[0].parent, Some(pair[1].id));
    }
    bench.fsck();
}

#[test]
fn threads_save_at_once() {
    let (bench, _) = Bench::begun(|work| write_file(work.join("a"), "1"));
    let main = bench.main().id;
    std::thread::scope(|scope| {
        for name in ["one", "two", "three"] {
            let (history, work) = (bench.history.clone(), bench.work());
            scope.spawn(move || save_often(&history, main, &work, name));
        }
    });
    is_one_line(&bench, 61);
    for name in ["one", "two", "three"] {
        assert_eq!(bench.read(versions(&bench)[0].id, name), format!("{name} 19").into_bytes());
    }
}

/// The other process of the next test; alone it does nothing.
#[test]
fn other_process() {
    let Ok(folder) = std::env::var("UNDERCROFT_OTHER_PROCESS") else { return };
    let (folder, name) = folder.split_once(' ').unwrap();
    let root = Path::new(folder).join("library");
    let library =
        Library::open_or_create(&root, &World::real(), undercroft_history::TABLES).unwrap();
    let history = History::new(&library);
    let workspace = history.workspaces(None).unwrap().remove(0);
    save_often(&history, workspace.id, &workspace.root, name);
}

#[test]
fn processes_save_at_once() {
    let (bench, _) = Bench::begun(|work| write_file(work.join("a"), "1"));
    let children = ["one", "two"].map(|name| {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args([
            "--exact",
            &undercroft_testkit::test_name(module_path!(), "other_process"),
            "--nocapture",
        ]);
        let where_and_what = format!("{} {name}", bench.folder.path().display());
        command.env("UNDERCROFT_OTHER_PROCESS", where_and_what).spawn().unwrap()
    });
    save_often(&bench.history, bench.main().id, &bench.work(), "three");
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    is_one_line(&bench, 61);
    for name in ["one", "two", "three"] {
        assert_eq!(bench.read(versions(&bench)[0].id, name), format!("{name} 19").into_bytes());
    }
}

#[test]
fn a_hundred_thousand_files_change_at_once_and_are_all_in_the_versions() {
    let (bench, _) = Bench::begun(|work| write_file(work.join("first"), "1"));
    bench.watcher.start(WatchOptions::default()).unwrap();
    std::thread::scope(|scope| {
        for half in 0..2 {
            let work = bench.work();
            scope.spawn(move || {
                for folder in 0..50 {
                    let folder = work.join(format!("{half}/{folder}"));
                    fs::create_dir_all(&folder).unwrap();
                    for file in 0..1_000 {
                        fs::write(folder.join(file.to_string()), format!("{half}{file}")).unwrap();
                    }
                }
            });
        }
    });
    let began = Instant::now();
    while versions(&bench)[0].files != 100_001 {
        assert!(began.elapsed() < Duration::from_secs(300), "{:?}", versions(&bench)[0]);
        std::thread::sleep(Duration::from_millis(100));
    }
    bench.watcher.stop();
    let newest = &versions(&bench)[0];
    assert_eq!(newest.trigger, Trigger::Automatic);
    for file in ["0/0/0", "0/49/999", "1/0/500", "1/49/999"] {
        assert_eq!(bench.read(newest.id, file), fs::read(bench.work().join(file)).unwrap());
    }
    // Nothing was passed over: looking at everything finds no more.
    assert_eq!(bench.save(), None);
    bench.fsck();
}
