//! Disks that are full where projects are made, copied, moved to the trash and freed: that is said,
//! nothing is lost, and nothing half done is left lying.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::Path;
use std::process::Command;

use undercroft_testkit::{Compare, SmallDisk, random_bytes, tree_differences, write_file, zip_of};

use crate::program::{Ended, Program};

const MIB: usize = 1 << 20;

/// Fills a disk but for so many bytes.
fn leave(disk: &SmallDisk, bytes: u64) {
    let file = File::options().write(true).open(disk.fill()).unwrap();
    let full = file.metadata().unwrap().len();
    file.set_len(full.saturating_sub(bytes)).unwrap();
}

fn make_room(disk: &SmallDisk) {
    fs::remove_file(disk.path().join("ballast")).unwrap();
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().into_string().unwrap()).collect()
}

/// It ended because a disk is full, and said so.
#[track_caller]
fn assert_full(ended: &Ended) {
    assert_ne!(ended.code, Some(0), "{ended:#?}");
    ended.assert_says(&["error: ", "  why: ", " next: "]);
    let says = |word: &str| ended.stderr.to_lowercase().contains(word);
    assert!(says("full") || says("room") || says("space"), "{ended:#?}");
}

/// A home whose library lies on the small disk.
struct Home<'a> {
    program: Program,
    library: &'a str,
}

impl<'a> Home<'a> {
    fn on(disk: &'a SmallDisk) -> Self {
        Self { program: Program::new(), library: disk.path().to_str().unwrap() }
    }

    fn run(&self, arguments: &[&str]) -> Ended {
        let library = format!("{}/library", self.library);
        self.program.run_with(&[("UNDERCROFT_HOME", &library)], arguments)
    }

    #[track_caller]
    fn must(&self, arguments: &[&str]) -> String {
        let ended = self.run(arguments);
        assert_eq!(ended.code, Some(0), "{arguments:?}: {ended:#?}");
        ended.stdout
    }
}

/// Something of 8 MiB to import, as a folder and in archives.
fn sources(program: &Program) -> [&'static str; 3] {
    let noise = random_bytes(3, 8 * MIB);
    write_file(program.path("in/read.me"), "hello");
    write_file(program.path("in/noise"), &noise);
    write_file(program.path("in.zip"), zip_of(&[("in/read.me", b"hello"), ("in/noise", &noise)]));
    let mut tar = Command::new("tar");
    assert!(
        tar.current_dir(program.path("")).args(["-cf", "in.tar", "in"]).status().unwrap().success()
    );
    ["in", "in.zip", "in.tar"]
}

#[test]
fn an_import_into_a_full_folder_leaves_nothing_there() {
    let Some(disk) = SmallDisk::mount(4 << 20) else { return };
    let program = Program::new();
    let target = disk.path().to_str().unwrap();
    for source in sources(&program) {
        for is_full in [false, true] {
            if is_full {
                disk.fill();
            }
            let before = names(disk.path());
            let refused = program.run(&["project", "import", source, "--target", target]);
            assert_full(&refused);
            assert_eq!(names(disk.path()), before, "{source}");
            assert_eq!(program.must(&["project", "list"]).trim(), "", "{source}");
            assert!(names(&program.library().join("cache")).is_empty());
            if is_full {
                make_room(&disk);
            }
        }
    }
    disk.fill();
    let create = ["project", "create", "x", "--template", "backend", "--target", target];
    assert_full(&program.run(&create));
    assert_eq!(names(disk.path()).len(), 1);
    make_room(&disk);
    program.must(&create);
    assert_eq!(names(disk.path()).len(), 1);
}

#[test]
fn a_copy_onto_a_full_disk_leaves_nothing_there() {
    let Some(disk) = SmallDisk::mount(4 << 20) else { return };
    let program = Program::new();
    sources(&program);
    program.must(&["project", "add", "in", "--name", "kept"]);
    let target = disk.path().to_str().unwrap();
    for archived in [false, true] {
        if archived {
            program.must(&["archive", "make", "kept"]);
        }
        for is_full in [false, true] {
            if is_full {
                disk.fill();
            }
            let before = names(disk.path());
            assert_full(&program.run(&["project", "extract", "kept", target]));
            assert_eq!(names(disk.path()), before);
        }
        make_room(&disk);
    }
    fs::create_dir(program.path("out")).unwrap();
    program.must(&["project", "extract", "kept", "out"]);
    assert_eq!(fs::metadata(program.path("out/kept/noise")).unwrap().len(), 8 << 20);
}

#[test]
fn a_full_library_takes_no_new_project_and_no_template() {
    let Some(disk) = SmallDisk::mount(24 << 20) else { return };
    let home = Home::on(&disk);
    let sources = sources(&home.program);
    write_file(home.program.path("kept/read.me"), "hello");
    write_file(home.program.path("kept/noise"), random_bytes(4, 3 * MIB));
    home.must(&["project", "add", "kept"]);
    let library = disk.path().join("library");
    let projects = names(&library.join("projects"));
    for room in [0, 64 << 10, 512 << 10, 2 << 20] {
        leave(&disk, room);
        for source in sources {
            assert_full(&home.run(&["project", "import", source]));
        }
        assert_full(&home.run(&["template", "make", "kept", "mine"]));
        make_room(&disk);
        assert!(!home.must(&["project", "list"]).contains("in "), "{room}");
        assert_eq!(names(&library.join("projects")), projects, "{room}");
        assert!(names(&library.join("templates")).is_empty(), "{room}");
    }
    home.must(&["template", "make", "kept", "mine"]);
    assert_eq!(names(&library.join("templates")).len(), 1);
}

#[test]
fn a_full_library_moves_no_project_by_halves() {
    let Some(disk) = SmallDisk::mount(24 << 20) else { return };
    let home = Home::on(&disk);
    let work = home.program.path("here/work");
    write_file(work.join("read.me"), "hello");
    home.must(&["project", "add", "here/work", "--name", "kept"]);
    let here = home.program.path("here");
    let is_shown =
        |status: &str| home.must(&["project", "list", "--status", status]).contains("kept");
    for room in [0, 8 << 10, 32 << 10, 64 << 10, 128 << 10, 256 << 10] {
        leave(&disk, room);
        let trashed = home.run(&["project", "trash", "kept"]);
        make_room(&disk);
        if trashed.code == Some(0) {
            assert!(is_shown("trashed") && !work.exists(), "{room}");
        } else {
            assert_full(&trashed);
            assert!(is_shown("active") && work.join("read.me").exists(), "{room}");
            home.must(&["project", "trash", "kept"]);
        }
        leave(&disk, room);
        let recalled = home.run(&["project", "recall", "kept"]);
        make_room(&disk);
        if recalled.code != Some(0) {
            assert_full(&recalled);
            assert!(is_shown("trashed") && !work.exists(), "{room}");
            home.must(&["project", "recall", "kept"]);
        }
        assert!(is_shown("active") && work.join("read.me").exists(), "{room}");
        assert_eq!(names(&here), BTreeSet::from(["work".to_owned()]), "{room}");
    }
}

#[test]
fn freeing_with_a_full_library_loses_nothing() {
    for has_versions in [false, true] {
        // The trash of a project without versions is on its own file system.
        let Some(disk) = SmallDisk::mount(48 << 20) else { return };
        let home = Home::on(&disk);
        let (work, original) = (disk.path().join("work"), home.program.path("original"));
        write_file(work.join("notes.txt"), "one");
        write_file(work.join("other/deep/file"), random_bytes(5, 2 * MIB));
        write_file(work.join("other/left-out.log"), "three");
        let copied = Command::new("cp").arg("-a").args([&work, &original]).status().unwrap();
        assert!(copied.success());
        home.must(&["project", "add", work.to_str().unwrap(), "--name", "kept"]);
        if has_versions {
            home.must(&["history", "start", "kept"]);
            home.must(&["history", "rules", "kept", "--leave-out", "*.log"]);
        }
        for room in [0, 8 << 10, 32 << 10, 64 << 10, 128 << 10, 256 << 10, 1 << 20] {
            leave(&disk, room);
            let freed = home.run(&["usage", "free", "kept", "notes.txt", "other"]);
            make_room(&disk);
            // That the run could not be kept in the list is a warning.
            if matches!(freed.code, Some(0 | 3)) {
                assert!(!work.join("notes.txt").exists() && !work.join("other").exists(), "{room}");
                home.must(&["undo", "kept"]);
            } else {
                assert_full(&freed);
                // It may have begun where no room was left for the rest of it.
                home.run(&["undo", "kept"]);
            }
            let differences = tree_differences(&original, &work, Compare::CONTENT);
            assert!(differences.is_empty(), "{room}: {differences:#?}");
        }
    }
}
