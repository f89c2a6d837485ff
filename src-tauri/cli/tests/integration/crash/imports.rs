//! Folders that come to be where the user said: imports, projects from templates, and copies. Killed
//! anywhere, such a folder is there whole and known for what it is, or nothing of it is there.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use serde_json::Value;
use undercroft_testkit::{assert_same_tree, random_bytes, write_file, zip_of};

use super::program::{Program, files_below};
use super::{SIGABRT, assert_catalog_sound, go_back, library_with_a_project, save_state};

pub(super) const POINTS: &[&str] = &["import.staged", "import.filled", "import.placed"];
const ADDED: &[&str] = &["project.metadata-written", "catalog.before-commit", "catalog.committed"];

/// A library, an empty folder `target`, and what can be imported, as it is to look.
fn prepare(program: &Program) {
    library_with_a_project(program);
    fs::create_dir(program.path("target")).unwrap();
    write_file(program.path("another/fresh/read.me"), "hello");
    write_file(program.path("another/fresh/deep/data"), random_bytes(7, 300_000));
    let (read_me, data) = ("fresh/read.me", "fresh/deep/data");
    let read = |name: &str| fs::read(program.path("another").join(name)).unwrap();
    let zip = zip_of(&[(read_me, &read(read_me)), (data, &read(data))]);
    write_file(program.path("another/fresh.zip"), zip);
    let mut tar = Command::new("tar");
    tar.current_dir(program.path("another")).args(["-czf", "fresh.tar.gz", "fresh"]);
    assert!(tar.status().unwrap().success());
}

/// The names in a folder that people see, where none may be ours and hidden.
fn names(program: &Program, folder: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(program.path(folder)).into_iter().flatten().flatten();
    let names: BTreeSet<_> =
        entries.map(|entry| entry.file_name().into_string().unwrap()).collect();
    assert!(names.iter().all(|name| !name.starts_with('.')), "{names:?}");
    names
}

/// Every folder in `target` is a project, and every project there has its folder, as it is to be.
fn is_whole(program: &Program, check: fn(&Program, &str)) -> usize {
    let listed = program.must(&["project", "list", "--json"]);
    let listed: Vec<Value> =
        listed.lines().flat_map(|line| serde_json::from_str::<Vec<Value>>(line).unwrap()).collect();
    let target = program.text("target");
    let paths = listed.iter().map(|project| project["path"].as_str().unwrap());
    let projects: BTreeSet<String> = paths
        .filter_map(|path| path.strip_prefix(&target))
        .map(|name| name.trim_start_matches('/').to_owned())
        .collect();
    let there = names(program, "target");
    assert_eq!(there, projects);
    there.iter().for_each(|name| check(program, name));
    let notes = names(program, "library/cache");
    assert!(notes.iter().all(|name| !name.starts_with("import-")), "{notes:?}");
    there.len()
}

/// Kills a command at each point, looks, and runs it again.
fn crash_at_each(command: &[&str], points: &[&str], is_whole: impl Fn(&Program) -> usize) {
    let program = Program::new();
    prepare(&program);
    save_state(&program);
    for point in points {
        for nth in 1..=4 {
            go_back(&program);
            let crashed = program.crash_at(&format!("{point}:{nth}"), command);
            if crashed.signal != Some(SIGABRT) {
                assert!(nth > 1, "{command:?} never reaches {point}: {crashed:#?}");
                break;
            }
            println!("crashed {} at {point}:{nth}", command.join(" "));
            // The next start takes away, or goes on.
            assert_catalog_sound(&program);
            let before = is_whole(&program);
            program.must(command);
            let after = is_whole(&program);
            assert_eq!(after, before + 1, "after {point}:{nth}");
        }
    }
}

fn same_as_imported(program: &Program, name: &str) {
    assert_same_tree(program.path("another/fresh"), program.path("target").join(name));
}

fn crash_import(from: &str) {
    let command = ["project", "import", from, "--name", "fresh", "--target", "target"];
    let points = [POINTS, ADDED].concat();
    crash_at_each(&command, &points, |program| {
        is_whole(program, |program, name| {
            let (from, to) = (program.path("another/fresh"), program.path("target").join(name));
            for file in files_below(&from) {
                let below = file.strip_prefix(&from).unwrap();
                assert!(fs::read(&file).unwrap() == fs::read(to.join(below)).unwrap(), "{below:?}");
            }
        })
    });
}

#[test]
fn a_killed_import_of_a_zip_into_a_folder_of_the_user() {
    crash_import("another/fresh.zip");
}

#[test]
fn a_killed_import_of_a_tar_into_a_folder_of_the_user() {
    crash_import("another/fresh.tar.gz");
}

#[test]
fn a_killed_import_of_a_folder_into_a_folder_of_the_user() {
    let command = ["project", "import", "another/fresh", "--name", "fresh", "--target", "target"];
    crash_at_each(&command, POINTS, |program| is_whole(program, same_as_imported));
}

#[test]
fn a_killed_project_of_a_template_in_a_folder_of_the_user() {
    let command = ["project", "create", "fresh", "--template", "backend", "--target", "target"];
    let points = [POINTS, ADDED].concat();
    crash_at_each(&command, &points, |program| {
        is_whole(program, |program, name| {
            assert!(files_below(&program.path("target").join(name)).len() > 3, "{name}");
        })
    });
}

#[test]
fn a_killed_copy_of_a_project_leaves_nothing() {
    crash_at_each(&["project", "extract", "kept", "target"], &["import.staged"], |program| {
        let there = names(program, "target");
        for name in &there {
            assert_same_tree(program.path("work"), program.path("target").join(name));
        }
        there.len()
    });
}

#[test]
fn a_killed_copy_of_an_archived_project_leaves_nothing() {
    let program = Program::new();
    prepare(&program);
    program.must(&["archive", "make", "kept"]);
    save_state(&program);
    for point in ["archive.file-extracted:3", "archive.extracted"] {
        go_back(&program);
        let crashed = program.crash_at(point, &["project", "extract", "kept", "target"]);
        assert_eq!(crashed.signal, Some(SIGABRT), "{crashed:#?}");
        assert_catalog_sound(&program);
        assert!(names(&program, "target").is_empty());
        program.must(&["project", "extract", "kept", "target"]);
        assert_eq!(names(&program, "target").len(), 1);
    }
}

#[test]
fn a_killed_template_is_whole_or_not_there() {
    let program = Program::new();
    prepare(&program);
    save_state(&program);
    let command = ["template", "make", "kept", "mine"];
    let crashed = program.crash_at("import.staged", &command);
    assert_eq!(crashed.signal, Some(SIGABRT), "{crashed:#?}");
    assert_catalog_sound(&program);
    assert!(names(&program, "library/templates").is_empty());
    program.must(&command);
    assert!(program.must(&["template", "list"]).contains("mine"));
    assert_eq!(names(&program, "library/templates").len(), 1);
}
