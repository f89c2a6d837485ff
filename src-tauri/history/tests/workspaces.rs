//! Workspaces: opened from any version, worked in, closed.

mod support;

use std::fs;

use support::{Bench, path};
use undercroft_foundation::{Code, Job};
use undercroft_history::{MAIN, SaveOrder, Scope, Trigger, VersionFilter};
use undercroft_testkit::{Compare, random_bytes, tree_differences, write_file};

fn filled() -> (Bench, undercroft_history::Version) {
    Bench::begun(|work| {
        write_file(work.join("src/a.txt"), "one");
        write_file(work.join("large.bin"), random_bytes(1, 300_000));
    })
}

#[test]
fn any_version_opens_beside_the_present_and_goes_its_own_way() {
    let (bench, first) = filled();
    bench.write("src/a.txt", "two");
    let second = bench.save().unwrap();
    let job = Job::new();
    let opened = bench.history.open_workspace(first.id, "try-out", None, &job).unwrap();
    assert_eq!(fs::read(opened.root.join("src/a.txt")).unwrap(), b"one");
    fs::write(opened.root.join("src/a.txt"), "another way").unwrap();
    let order = SaveOrder::new(Trigger::Manual, "Try");
    let tried = bench.history.save(opened.id, Scope::Whole, order, &job).unwrap().unwrap();
    assert_eq!(tried.parent, Some(first.id));
    assert_eq!(bench.read(tried.id, "src/a.txt"), b"another way");
    assert_eq!(bench.read(second.id, "src/a.txt"), b"two");
    let main = bench.history.versions(bench.main().id, &VersionFilter::default()).unwrap();
    assert_eq!(main.len(), 2);
    bench.fsck();
    assert_eq!(bench.git(&["branch", "--format=%(refname:short)"]), "main\ntry-out\n");
    let rebuilt = bench.history.rebuild(&job).unwrap();
    assert_eq!((rebuilt.workspaces, rebuilt.versions), (2, 3));
}

#[test]
fn a_workspace_without_changes_is_the_version_that_it_was_opened_from() {
    let (bench, first) = filled();
    let place = bench.folder.path().join("elsewhere");
    let opened = bench.history.open_workspace(first.id, "same", Some(&place), &Job::new()).unwrap();
    let differences = tree_differences(&bench.work(), &opened.root, Compare::CONTENT);
    assert!(differences.is_empty(), "{differences:?}");
    assert_eq!(bench.history.refresh_workspace(opened.id, &Job::new()).unwrap(), None);
}

#[test]
fn closing_keeps_a_last_version_and_removes_only_what_it_holds() {
    let (bench, first) = filled();
    let job = Job::new();
    let opened = bench.history.open_workspace(first.id, "a", None, &job).unwrap();
    fs::write(opened.root.join("new"), "unsaved").unwrap();
    let (closed, gone) = bench.history.close_workspace(opened.id, &job).unwrap();
    assert!(gone && closed.closed.is_some() && !opened.root.exists());
    let last = bench.history.newest_version(opened.id).unwrap().unwrap();
    assert_eq!(bench.read(last.id, "new"), b"unsaved");

    let opened = bench.history.open_workspace(first.id, "b", None, &job).unwrap();
    write_file(opened.root.join("package.json"), "{}");
    write_file(opened.root.join("node_modules/x.js"), "in no version");
    let (_, gone) = bench.history.close_workspace(opened.id, &job).unwrap();
    assert!(!gone && opened.root.join("node_modules/x.js").exists());
    let main = bench.history.close_workspace(bench.main().id, &job);
    assert_eq!(main.unwrap_err().code(), Code::Invalid);
}

#[test]
fn the_current_workspace_is_there_after_a_restart() {
    let (bench, first) = filled();
    assert_eq!(bench.history.current_workspace().unwrap().unwrap().name, MAIN);
    let opened = bench.history.open_workspace(first.id, "a", None, &Job::new()).unwrap();
    bench.history.switch_workspace(opened.id).unwrap();
    bench.history.rebuild(&Job::new()).unwrap();
    assert_eq!(bench.history.current_workspace().unwrap().unwrap().id, opened.id);
    bench.history.close_workspace(opened.id, &Job::new()).unwrap();
    assert_eq!(bench.history.current_workspace().unwrap().unwrap().name, MAIN);
}

#[test]
fn names_and_places_that_cannot_be_are_refused() {
    let (bench, first) = filled();
    let open = |name: &str, place: Option<&std::path::Path>| {
        bench.history.open_workspace(first.id, name, place, &Job::new()).unwrap_err().code()
    };
    for name in ["", "..", "a/b", "-x", "x.lock", "HEAD", "a b", "a\n"] {
        assert_eq!(open(name, None), Code::Invalid, "{name:?}");
    }
    assert_eq!(open(MAIN, None), Code::AlreadyExists);
    assert_eq!(open("a", Some(&bench.work().join("inside"))), Code::Invalid);
    assert!(!bench.work().join("inside").exists(), "nothing is made where nothing may be");
    assert_eq!(open("a", Some(&bench.work())), Code::Invalid);
    assert_eq!(open("a", Some(&bench.library.root().join("history"))), Code::Invalid);
    assert_eq!(bench.history.workspaces(Some(bench.project)).unwrap().len(), 1);
    assert!(bench.history.entry(first.id, &path("src/a.txt")).is_ok());
}
