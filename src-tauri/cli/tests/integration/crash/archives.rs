//! Projects on their way into an archive and back. Wherever that is interrupted, the project is in
//! one place or the other, whole, and the same command run again goes well.

use std::fs;

use serde_json::Value;
use undercroft_testkit::{Compare, tree_differences, write_file};

use super::program::Program;
use super::{SIGABRT, assert_catalog_sound, copy, go_back, library_with_a_project, save_state};

const MAKE_POINTS: &[&str] = &[
    "archive.written",
    "archive.published",
    "archive.recorded",
    "archive.freeing-recorded",
    "archive.source-aside",
    "archive.file-freed",
    "archive.source-freed",
];
const RESTORE_POINTS: &[&str] =
    &["archive.file-extracted", "archive.extracted", "archive.placed", "archive.trashed"];
const PLACE_POINTS: &[&str] = &["archive.file-placed"];
const REMOVE_POINTS: &[&str] = &["archive.removing", "archive.removed"];
const MOVE_POINTS: &[&str] = &[
    "archive.move-begun",
    "repository.pack-written",
    "repository.before-snapshot",
    "repository.snapshot-written",
    "archive.stored-elsewhere",
    "archive.moved",
    "archive.file-removed",
];
const BACK_POINTS: &[&str] = &[
    "archive.fetched",
    "archive.brought-back",
    "repository.snapshot-forgotten",
    "archive.copy-removed",
];

/// The points that the tests of this file crash at.
pub(super) fn points() -> Vec<&'static str> {
    let groups =
        [MAKE_POINTS, RESTORE_POINTS, PLACE_POINTS, REMOVE_POINTS, MOVE_POINTS, BACK_POINTS];
    groups.concat()
}

/// A project with two versions; `original` is a copy of its folder.
fn begun(program: &Program) {
    library_with_a_project(program);
    program.must(&["history", "start", "kept"]);
    write_file(program.path("work/notes.txt"), "two");
    program.must(&["version", "save", "kept", "-m", "two"]);
    copy(&program.path("work"), &program.path("original"));
}

fn archived(program: &Program) {
    begun(program);
    program.must(&["archive", "make", "kept"]);
}

/// Crashes a command at each of these points and at a later time of each, and calls `done` when it
/// was run again.
fn crash_at_each(
    prepare: fn(&Program),
    command: &[&str],
    points: &[&'static str],
    done: fn(&Program),
) {
    let program = Program::new();
    prepare(&program);
    save_state(&program);
    let command: Vec<String> = command.iter().map(|word| (*word).to_owned()).collect();
    for point in points {
        for nth in [1, 5] {
            go_back(&program);
            let crashed = program.crash_at(&format!("{point}:{nth}"), &command);
            if crashed.signal != Some(SIGABRT) {
                assert!(nth > 1, "{command:?} never reaches {point}: {crashed:#?}");
                break;
            }
            println!("crashed {} at {point}:{nth}", command.join(" "));
            assert_catalog_sound(&program);
            let again = program.run(&command);
            // It may have been done already, or keep what it replaced.
            assert!(matches!(again.code, Some(0 | 1 | 3)), "after {point}:{nth}: {again:#?}");
            done(&program);
            assert_catalog_sound(&program);
        }
    }
}

/// The project is where it was, with all its versions.
fn is_back(program: &Program) {
    let compare = Compare { owners: false, ..Compare::METADATA };
    let differences = tree_differences(&program.path("original"), &program.path("work"), compare);
    assert!(differences.is_empty(), "{differences:#?}");
    let versions = program.must(&["version", "list", "kept", "--json"]);
    let versions: Vec<Value> = serde_json::from_str(&versions).unwrap();
    assert_eq!(versions.len(), 2, "{versions:#?}");
    program.must(&["history", "check", "kept"]);
    assert!(leftovers(program).is_empty(), "{:?}", leftovers(program));
}

/// Hidden names of ours beside the project and in the archives.
fn leftovers(program: &Program) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![program.library().join("archives")];
    let beside = program.path("work").parent().unwrap().to_owned();
    let names = |folder: &std::path::Path| -> Vec<fs::DirEntry> {
        fs::read_dir(folder).into_iter().flatten().flatten().collect()
    };
    let is_ours = |name: &str| name.starts_with('.') && name.contains("undercroft");
    for entry in names(&beside) {
        let name = entry.file_name().to_string_lossy().into_owned();
        if is_ours(&name) {
            found.push(name);
        }
    }
    while let Some(folder) = folders.pop() {
        for entry in names(&folder) {
            let name = entry.file_name().to_string_lossy().into_owned();
            if entry.path().is_dir() {
                folders.push(entry.path());
            } else if name.starts_with('.') {
                found.push(name);
            }
        }
    }
    found
}

#[test]
fn a_killed_archive_loses_nothing() {
    crash_at_each(begun, &["archive", "make", "kept"], MAKE_POINTS, |program| {
        assert!(!program.path("work").exists());
        assert!(program.must(&["project", "list", "--status", "archived"]).contains("kept"));
        program.must(&["archive", "check", "kept"]);
        program.must(&["archive", "restore", "kept"]);
        is_back(program);
    });
}

#[test]
fn a_killed_restore_of_an_archive_loses_nothing() {
    crash_at_each(archived, &["archive", "restore", "kept"], RESTORE_POINTS, |program| {
        assert!(program.must(&["project", "list", "--status", "active"]).contains("kept"));
        is_back(program);
    });
}

#[test]
fn a_killed_restore_of_files_is_done_again() {
    let prepare = |program: &Program| {
        archived(program);
        write_file(program.path("target/notes.txt"), "mine");
    };
    let command = [
        "archive",
        "restore",
        "kept",
        "notes.txt",
        "src",
        "--target",
        "target",
        "--taken",
        "replace",
    ];
    crash_at_each(prepare, &command, PLACE_POINTS, |program| {
        assert_eq!(fs::read_to_string(program.path("target/notes.txt")).unwrap(), "two");
        let source = program.path("original/src");
        let differences = tree_differences(&source, &program.path("target/src"), Compare::CONTENT);
        assert!(differences.is_empty(), "{differences:#?}");
        let kept = program.path("target/replaced by restore/notes.txt");
        assert_eq!(fs::read_to_string(kept).unwrap(), "mine");
    });
}

#[test]
fn a_killed_removal_of_an_archive_is_done_again() {
    let prepare = |program: &Program| {
        begun(program);
        program.must(&["archive", "make", "kept", "--copy"]);
        program.must(&["archive", "trash", "kept"]);
        let manifest = manifest_of_the_archive(program);
        let mut known: Value = serde_json::from_slice(&fs::read(&manifest).unwrap()).unwrap();
        known["trashed"] = "2020-01-01T00:00:00Z".into();
        fs::write(&manifest, known.to_string()).unwrap();
    };
    let command = ["cleanup", "--step", "empty-trash"];
    crash_at_each(prepare, &command, REMOVE_POINTS, |program| {
        program.must(&["cleanup", "--step", "empty-trash"]);
        let list = program.must(&["archive", "list", "--trashed", "--json"]);
        assert_eq!(list.trim(), "[]");
        is_back(program);
    });
}

/// An archive, and the destination `vault`.
fn with_a_destination(program: &Program) {
    archived(program);
    program.must(&["destination", "add", &program.text("repository"), "--name", "vault"]);
}

fn lying_elsewhere(program: &Program) {
    with_a_destination(program);
    program.must(&["archive", "move", "kept", "--to", "vault"]);
}

/// The number of snapshots that the destination holds.
fn snapshots(program: &Program) -> usize {
    let list = program.must(&["repo", "snapshots", "--json"]);
    serde_json::from_str::<Vec<Value>>(&list).unwrap().len()
}

/// The place that the list says of the archive.
fn location(program: &Program) -> Value {
    let list = program.must(&["archive", "list", "--json"]);
    serde_json::from_str::<Vec<Value>>(&list).unwrap()[0]["location"]["destinationName"].clone()
}

#[test]
fn a_killed_move_of_an_archive_is_gone_on_with() {
    let command = ["archive", "move", "kept", "--to", "vault"];
    crash_at_each(with_a_destination, &command, MOVE_POINTS, |program| {
        assert_eq!(location(program), "vault");
        assert_eq!(snapshots(program), 1);
        assert!(!manifest_of_the_archive(program).with_extension("tar.zst").exists());
        program.must(&["archive", "check", "kept"]);
        program.must(&["archive", "restore", "kept"]);
        is_back(program);
    });
}

#[test]
fn an_archive_is_whole_wherever_its_move_is_killed() {
    let program = Program::new();
    with_a_destination(&program);
    save_state(&program);
    for point in MOVE_POINTS {
        go_back(&program);
        let command = ["archive", "move", "kept", "--to", "vault"].map(str::to_owned);
        assert_eq!(program.crash_at(point, &command).signal, Some(SIGABRT), "{point}");
        program.must(&["archive", "check", "kept"]);
        program.must(&["archive", "restore", "kept"]);
        is_back(&program);
    }
}

#[test]
fn a_killed_return_of_an_archive_is_gone_on_with() {
    let command = ["archive", "move", "kept", "--here"];
    crash_at_each(lying_elsewhere, &command, BACK_POINTS, |program| {
        assert_eq!(location(program), Value::Null);
        assert_eq!(snapshots(program), 0);
        program.must(&["archive", "check", "kept"]);
        program.must(&["archive", "restore", "kept"]);
        is_back(program);
    });
}

#[test]
fn a_killed_removal_from_a_destination_is_done_again() {
    let prepare = |program: &Program| {
        lying_elsewhere(program);
        program.must(&["archive", "trash", "kept"]);
        let manifest = manifest_of_the_archive(program);
        let mut known: Value = serde_json::from_slice(&fs::read(&manifest).unwrap()).unwrap();
        known["trashed"] = "2020-01-01T00:00:00Z".into();
        fs::write(&manifest, known.to_string()).unwrap();
    };
    let points = [
        "repository.snapshot-forgotten",
        "archive.copy-removed",
        "archive.removing",
        "archive.removed",
    ];
    crash_at_each(prepare, &["cleanup", "--step", "empty-trash"], &points, |program| {
        program.must(&["cleanup", "--step", "empty-trash"]);
        assert_eq!(program.must(&["archive", "list", "--trashed", "--json"]).trim(), "[]");
        assert_eq!(snapshots(program), 0);
        assert!(leftovers(program).is_empty(), "{:?}", leftovers(program));
    });
}

/// The manifest of the only archive.
fn manifest_of_the_archive(program: &Program) -> std::path::PathBuf {
    let mut folder = program.library().join("archives");
    loop {
        let entries: Vec<_> = fs::read_dir(&folder).unwrap().map(Result::unwrap).collect();
        let manifest =
            entries.iter().find(|it| it.path().extension().is_some_and(|it| it == "json"));
        if let Some(manifest) = manifest {
            return manifest.path();
        }
        folder = entries[0].path();
    }
}
