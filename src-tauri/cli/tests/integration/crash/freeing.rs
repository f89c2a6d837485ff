//! Freeing files of a project, killed at it: what went comes back with one undoing, and what is in
//! the trash goes from there as a whole.

use std::fs;

use undercroft_testkit::{Compare, set_modified, tree_differences, write_file};

use super::program::{Program, files_below};
use super::{SIGABRT, assert_catalog_sound, copy, go_back, library_with_a_project, save_state};

pub(super) const POINTS: &[&str] = &["project.trash-leaving"];

const FREE: [&str; 5] = ["usage", "free", "kept", "notes.txt", "other"];

/// A project with two things to free; `original` is a copy of its folder.
fn prepare(program: &Program) {
    library_with_a_project(program);
    write_file(program.path("work/notes.txt"), "one");
    write_file(program.path("work/other/deep/file"), "two");
    write_file(program.path("work/other/left-out.log"), "three");
    copy(&program.path("work"), &program.path("original"));
}

fn with_versions(program: &Program) {
    prepare(program);
    program.must(&["history", "start", "kept"]);
    // Some of it goes to the trash, for no version holds it.
    program.must(&["history", "rules", "kept", "--leave-out", "*.log"]);
}

fn is_as_before(program: &Program) {
    let (original, work) = (program.path("original"), program.path("work"));
    let differences = tree_differences(&original, &work, Compare::CONTENT);
    assert!(differences.is_empty(), "{differences:#?}");
}

/// Kills it at each of the points; one undoing brings all of it back.
fn crash_freeing(prepare: fn(&Program), points: &[&str]) {
    let program = Program::new();
    prepare(&program);
    save_state(&program);
    for point in points {
        for nth in 1..=3 {
            go_back(&program);
            let crashed = program.crash_at(&format!("{point}:{nth}"), &FREE);
            if crashed.signal != Some(SIGABRT) {
                assert!(nth > 1, "never reaches {point}: {crashed:#?}");
                break;
            }
            println!("crashed at {point}:{nth}");
            assert_catalog_sound(&program);
            let undone = program.run(&["undo", "kept"]);
            // Where nothing went yet, there is nothing to undo.
            assert!(matches!(undone.code, Some(0 | 1)), "{undone:#?}");
            is_as_before(&program);
        }
    }
    go_back(&program);
    program.must(&FREE);
    assert!(!program.path("work/notes.txt").exists() && !program.path("work/other").exists());
    program.must(&["undo", "kept"]);
    is_as_before(&program);
}

#[test]
fn killed_freeing_is_undone_as_one() {
    let points =
        ["workspace.trashed", "history.before-publish", "history.published", "catalog.committed"];
    crash_freeing(with_versions, &points);
}

#[test]
fn killed_freeing_without_versions_is_undone_as_one() {
    crash_freeing(prepare, &["workspace.trashed", "catalog.before-commit", "catalog.committed"]);
}

#[test]
fn a_killed_clean_up_takes_freed_files_as_a_whole() {
    let program = Program::new();
    prepare(&program);
    program.must(&FREE);
    let trash = program.library().join("trash");
    let of_project = fs::read_dir(&trash).unwrap().next().unwrap().unwrap().path();
    let batch = fs::read_dir(&of_project).unwrap().next().unwrap().unwrap().path();
    set_modified(&batch, 1_500_000_000, 0);
    save_state(&program);
    let command = ["cleanup", "--step", "empty-trash"];
    let plan = program.must(&["cleanup", "--step", "empty-trash", "--dry-run"]);
    assert!(plan.contains("11 B"), "{plan}");
    for crash in [true, false] {
        go_back(&program);
        if crash {
            let crashed = program.crash_at("project.trash-leaving", &command);
            assert_eq!(crashed.signal, Some(SIGABRT), "{crashed:#?}");
            assert_catalog_sound(&program);
        }
        let done = program.must(&command);
        assert!(done.contains("11 B"), "{done}");
        let left = files_below(&of_project);
        assert!(left.len() == 1 && left[0].ends_with("emptied"), "{left:?}");
        let undone = program.run(&["undo", "kept"]);
        undone.assert_says(&["nothing to undo in kept", "the trash was emptied on"]);
        assert_eq!(undone.code, Some(1));
    }
}
