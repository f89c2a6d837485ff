//! An undoing brings back what its own change took away, and what it takes out of its place itself
//! is kept as new.

use crate::support;

use std::fs::{self, FileTimes};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use support::{Bench, path};
use undercroft_foundation::{Code, Error, Job, World};
use undercroft_history::{
    Conflict, RestoreOrder, RestoreReport, RestoreTo, SaveOrder, Trigger, UnsavedPolicy,
};
use undercroft_library::{AddProject, Library};
use undercroft_testkit::{SmallDisk, write_file};

/// A project whose `node_modules` are in no version.
fn begun() -> Bench {
    let (bench, _) = Bench::begun(fill);
    bench
}

fn fill(work: &Path) {
    write_file(work.join("package.json"), "{}");
    write_file(work.join("a"), "first");
}

/// Restores files from elsewhere over those of the workspace, as a backup does. Gives what was left.
fn restore_over(bench: &Bench, files: &[(&str, &str)]) -> Vec<Error> {
    let places: Vec<_> = files.iter().map(|(at, _)| bench.work().join(at)).collect();
    let kept = bench.history.writer().keep_before_writing(&places, &Job::new()).unwrap();
    let mut left = Vec::new();
    for (place, (_, content)) in places.iter().zip(files) {
        match kept.set_aside(place, &Job::new()) {
            Ok(()) => write_file(place, content),
            Err(error) => left.push(error),
        }
    }
    kept.finish(true).unwrap();
    left
}

fn undo(bench: &Bench) -> RestoreReport {
    bench.history.writer().undo(bench.main().id, &Job::new()).unwrap()
}

fn delete(bench: &Bench, at: &str) {
    let (order, main) = (SaveOrder::new(Trigger::Manual, ""), bench.main().id);
    let to_trash = UnsavedPolicy::ToTrash;
    bench.history.writer().delete_file(main, &path(at), order, to_trash, &Job::new()).unwrap();
}

fn content(bench: &Bench, at: &str) -> String {
    fs::read_to_string(bench.work().join(at)).unwrap()
}

/// The parts of the trash, the oldest first.
fn parts(bench: &Bench) -> Vec<PathBuf> {
    let trash = bench.library.root().join("trash").join(bench.main().id.to_string());
    let mut parts: Vec<_> = fs::read_dir(trash).unwrap().map(|it| it.unwrap().path()).collect();
    parts.sort();
    parts
}

fn make_old(part: &Path) {
    let long_ago = SystemTime::now() - Duration::from_secs(35 * 24 * 60 * 60);
    let part = fs::File::open(part).unwrap();
    part.set_times(FileTimes::new().set_modified(long_ago)).unwrap();
}

#[test]
fn what_an_undoing_takes_out_of_its_place_is_kept_as_new() {
    let bench = begun();
    bench.write("node_modules/x", "before the restore");
    restore_over(&bench, &[("node_modules/x", "of the backup")]);
    make_old(&parts(&bench)[0]);
    bench.write("node_modules/x", "weeks of work");
    bench.write("a", "more");
    undo(&bench);
    assert_eq!(content(&bench, "node_modules/x"), "before the restore");
    // Something comes to the trash, and what is old goes.
    bench.write("node_modules/other", "1");
    delete(&bench, "node_modules/other");
    let lies = |part: &PathBuf| {
        fs::read(part.join("node_modules/x")).is_ok_and(|it| it == b"weeks of work")
    };
    assert_eq!(parts(&bench).iter().filter(|part| lies(part)).count(), 1);
}

#[test]
fn an_undoing_is_undone_also_long_after_the_restore() {
    let bench = begun();
    bench.write("node_modules/x", "before the restore");
    restore_over(&bench, &[("node_modules/x", "of the backup"), ("a", "of the backup")]);
    make_old(&parts(&bench)[0]);
    bench.write("node_modules/x", "weeks of work");
    bench.write("a", "more");
    for (x, a) in [("before the restore", "first"), ("weeks of work", "more")].repeat(2) {
        undo(&bench);
        assert_eq!((&*content(&bench, "node_modules/x"), &*content(&bench, "a")), (x, a));
    }
}

#[test]
fn an_undoing_brings_back_what_its_own_change_took_away() {
    let bench = begun();
    // No version comes between these: what no version holds alone changes.
    for before in ["one", "two", "three"] {
        bench.write("node_modules/x", before);
        restore_over(&bench, &[("node_modules/x", "of the backup")]);
        undo(&bench);
        assert_eq!(content(&bench, "node_modules/x"), before);
    }
    bench.write("node_modules/y", "y");
    restore_over(
        &bench,
        &[("node_modules/x", "of the backup"), ("node_modules/y", "of the backup")],
    );
    // The next has nothing to do with what went before it.
    restore_over(&bench, &[("node_modules/x", "of another")]);
    bench.write("node_modules/y", "newer");
    undo(&bench);
    assert_eq!(content(&bench, "node_modules/x"), "of the backup");
    assert_eq!(content(&bench, "node_modules/y"), "newer");
}

#[test]
fn nothing_of_another_change_comes_back_with_a_whole_restore() {
    let bench = begun();
    bench.write("node_modules/y", "deleted long ago");
    delete(&bench, "node_modules");
    let (main, to) = (bench.main().id, bench.work());
    let kept = bench.history.writer().keep_before_writing(&[to], &Job::new()).unwrap();
    bench.write("a", "of the backup");
    kept.finish(true).unwrap();
    undo(&bench);
    assert_eq!(content(&bench, "a"), "first");
    assert!(!bench.work().join("node_modules").exists());
    assert!(bench.history.writer().can_undo(main).unwrap());
}

#[test]
fn the_record_of_an_older_program_brings_back_the_newest_of_each_path() {
    let bench = begun();
    bench.write("node_modules/x", "older");
    bench.write("node_modules/only", "once");
    restore_over(&bench, &[("node_modules/x", "1"), ("node_modules/only", "1")]);
    bench.write("node_modules/x", "newer");
    restore_over(&bench, &[("node_modules/x", "2")]);
    fs::remove_file(bench.work().join("node_modules/only")).unwrap();
    let record = bench.git_folder().join("undercroft").join(format!("undo-{}", bench.main().id));
    let (text, before) = (fs::read_to_string(&record).unwrap(), bench.history.writer());
    let before = before.undoable(bench.main().id).unwrap().unwrap().version;
    assert!(text.starts_with(&before.to_string()));
    fs::write(&record, format!("{before}\nnode_modules\n")).unwrap();
    undo(&bench);
    assert_eq!(content(&bench, "node_modules/x"), "newer");
    assert_eq!(content(&bench, "node_modules/only"), "once");
}

#[test]
fn on_another_file_system_than_the_trash_what_versions_hold_is_undone() {
    let Some(disk) = SmallDisk::mount(32 << 20) else { return };
    let folder = tempfile::tempdir().unwrap();
    fill(&folder.path().join("work"));
    let (root, tables) = (disk.path().join("library"), undercroft_history::TABLES);
    let library = Library::open_or_create(&root, &World::real(), tables).unwrap();
    let work = AddProject { path: folder.path().join("work"), ..AddProject::default() };
    let project = library.projects().add_linked(&work).unwrap().id;
    let bench = Bench::of(folder, library, project);
    bench.history.writer().begin(bench.project, &Job::new()).unwrap();
    bench.write("node_modules/x", "in no version");
    bench.write("a", "mine");
    let left = restore_over(&bench, &[("node_modules/x", "of the backup"), ("a", "of the backup")]);
    assert_eq!(left[0].code(), Code::Unsupported);
    assert_eq!(parts(&bench), [""; 0].map(PathBuf::from));
    let undone = undo(&bench);
    assert_eq!((undone.failed, &*content(&bench, "a")), (Vec::new(), "mine"));

    // An earlier program left folders there; or the library moved.
    restore_over(&bench, &[("node_modules/x", "of the backup"), ("a", "of the backup")]);
    let trash = bench.library.root().join("trash").join(bench.main().id.to_string());
    let part = || {
        let change = bench.history.writer().undoable(bench.main().id).unwrap().unwrap();
        trash.join(format!("0-{}", change.version))
    };
    fs::create_dir_all(part().join("node_modules/empty")).unwrap();
    assert_eq!((undo(&bench).failed, &*content(&bench, "a")), (Vec::new(), "mine"));
    fs::remove_dir_all(&trash).unwrap();
    restore_over(&bench, &[("node_modules/x", "of the backup"), ("a", "of the backup")]);
    let part = part();
    write_file(part.join("node_modules/x"), "moved with the library");
    let undone = undo(&bench);
    assert_eq!(undone.failed.len(), 1, "{undone:?}");
    assert!(undone.failed[0].1.contains("another file system"), "{undone:?}");
    assert_eq!(content(&bench, "a"), "mine");
    assert_eq!(fs::read(part.join("node_modules/x")).unwrap(), b"moved with the library");
}

#[test]
fn what_lay_in_a_folder_that_is_a_file_by_now_stays_in_the_trash() {
    let bench = begun();
    bench.write("node_modules/sub/x", "in no version");
    restore_over(&bench, &[("node_modules/sub/x", "of the backup"), ("a", "of the backup")]);
    fs::remove_dir_all(bench.work().join("node_modules/sub")).unwrap();
    bench.write("node_modules/sub", "a file now");
    let undone = undo(&bench);
    assert_eq!(undone.failed.len(), 1, "{undone:?}");
    assert_eq!(
        (content(&bench, "a"), content(&bench, "node_modules/sub")),
        ("first".into(), "a file now".into())
    );
    assert_eq!(fs::read(parts(&bench)[0].join("node_modules/sub/x")).unwrap(), b"in no version");
}

#[test]
fn a_change_that_fails_before_it_changes_anything_leaves_the_undo_as_it_was() {
    let bench = begun();
    let (main, writer) = (bench.main().id, bench.history.writer());
    delete(&bench, "a");
    let undoable = || writer.undoable(main).unwrap().unwrap().paths;
    let cancelled = Job::new();
    cancelled.cancel();
    // A backup that is restored, and fails before it writes.
    bench.write("big", "1");
    let places = [bench.work().join("big"), bench.work().join("nothing")];
    let kept = writer.keep_before_writing(&places, &Job::new()).unwrap();
    assert!(!kept.finish(false).unwrap());
    assert_eq!(undoable(), [path("a")]);
    // A version that is restored, a deletion, and files that are copied in.
    let version = bench.history.newest_version(main).unwrap().unwrap().id;
    let to = RestoreTo::InPlace { workspace: main, remove_extra: true };
    let order = RestoreOrder { version, paths: Vec::new(), to, like: None };
    writer.restore(&order, &cancelled).unwrap_err();
    assert_eq!(undoable(), [path("a")]);
    let order = SaveOrder::new(Trigger::Manual, "");
    let big = path("big");
    writer.delete_file(main, &big, order, UnsavedPolicy::ToTrash, &cancelled).unwrap_err();
    assert_eq!(undoable(), [path("a")]);
    let sources = [bench.work().join("big")];
    let into = path("");
    writer.upload(main, &into, &sources, Conflict::Replace, &cancelled).unwrap_err();
    assert_eq!(undoable(), [path("a")]);
    undo(&bench);
    assert_eq!((content(&bench, "a"), content(&bench, "big")), ("first".into(), "1".into()));

    // One that fails when it has written is undone.
    let kept = writer.keep_before_writing(&places, &Job::new()).unwrap();
    bench.write("big", "of the backup");
    assert!(kept.finish(false).unwrap());
    undo(&bench);
    assert_eq!(content(&bench, "big"), "1");
}

#[test]
fn a_line_that_a_crash_cut_spoils_no_other() {
    let bench = begun();
    bench.write("a", "second");
    delete(&bench, "a");
    let name = format!("relied-upon-{}", bench.main().id);
    let relied_upon = bench.git_folder().join("undercroft").join(name);
    let text = fs::read_to_string(&relied_upon).unwrap();
    fs::write(&relied_upon, &text[..text.len() - 20]).unwrap();
    bench.write("b", "1");
    delete(&bench, "b");
    let before = bench.history.writer().undoable(bench.main().id).unwrap().unwrap().version;
    let text = fs::read_to_string(&relied_upon).unwrap();
    assert!(text.lines().any(|line| line == before.to_string()), "{text}");
}

#[test]
fn what_is_old_goes_when_a_backup_is_restored_too() {
    let bench = begun();
    bench.write("node_modules/x", "1");
    restore_over(&bench, &[("node_modules/x", "2")]);
    let old = parts(&bench);
    make_old(&old[0]);
    restore_over(&bench, &[("a", "nothing goes to the trash")]);
    assert_eq!(parts(&bench), old);
    restore_over(&bench, &[("node_modules/x", "3")]);
    assert_eq!(parts(&bench).len(), 1);
    assert_ne!(parts(&bench), old);
}

#[test]
fn a_restore_that_was_killed_and_done_again_is_undone_as_one() {
    let bench = begun();
    bench.write("node_modules/x", "x");
    bench.write("node_modules/y", "y");
    let (x, y) = (bench.work().join("node_modules/x"), bench.work().join("node_modules/y"));
    let kept = bench.history.writer().keep_before_writing(&[x.clone(), y], &Job::new()).unwrap();
    kept.set_aside(&x, &Job::new()).unwrap();
    write_file(&x, "of the backup");
    // It is killed.
    std::mem::forget(kept);
    restore_over(&bench, &[("node_modules/x", "of another"), ("node_modules/y", "of another")]);
    undo(&bench);
    assert_eq!(
        (&*content(&bench, "node_modules/x"), &*content(&bench, "node_modules/y")),
        ("x", "y")
    );
}
