//! A history leaves and comes back though the process is killed at each moment: the next start
//! finishes what was begun, and nothing is lost.

use crate::support;
use crate::transfer;

use std::path::Path;
use std::process::{Command, Output};

use support::Bench;
use transfer::{Seen, rich, see, take_out};
use undercroft_foundation::{Job, WRITE_POINTS, World};
use undercroft_history::{History, TABLES};
use undercroft_library::Library;

const DETACH: &str = "DETACH_IN";
const ATTACH: &str = "ATTACH_IN";

/// The points that the library's own code has on the way.
fn is_on_the_way(point: &str) -> bool {
    let starts = ["history.transfer", "history.detach", "history.attach", "history.workspaces"];
    starts.iter().any(|start| point.starts_with(start))
        || ["catalog.before-commit", "catalog.committed", "history.created"].contains(&point)
        || ["repository.snapshot-written", "repository.snapshot-forgotten"].contains(&point)
        || ["repository.pack-written", "repository.index-written"].contains(&point)
}

fn open(folder: &Path) -> History {
    let library = Library::open_or_create(&folder.join("library"), &World::real(), TABLES).unwrap();
    let history = History::new(&library);
    history.finish_transfers().unwrap();
    history
}

/// Does nothing by itself: the tests below start it.
#[test]
fn the_one_that_is_killed() {
    let folder = |name| std::env::var_os(name).map(std::path::PathBuf::from);
    if let Some(folder) = folder(DETACH) {
        let history = open(&folder);
        let project = history.library().projects().list(&Default::default()).unwrap()[0].id;
        history.detach(project).unwrap();
    }
    if let Some(folder) = folder(ATTACH) {
        let history = open(&folder);
        let project = history.library().projects().list(&Default::default()).unwrap()[0].id;
        history.attach(project, &folder.join("out"), &Job::new()).unwrap();
    }
}

fn killed(role: &str, folder: &Path, point: &str) -> Output {
    Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            &undercroft_testkit::test_name(module_path!(), "the_one_that_is_killed"),
            "--nocapture",
        ])
        .env(role, folder)
        .env("UNDERCROFT_CRASH_AT", point)
        .output()
        .unwrap()
}

fn copy(from: &Path, to: &Path) {
    let _ = std::fs::remove_dir_all(to);
    let status = Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap();
    assert!(status.success());
}

/// A rich project whose parts were taken out.
fn archived() -> (Bench, Seen) {
    let bench = rich();
    let before = see(&bench.history, bench.project);
    let staging = bench.folder.path().join("stage");
    let staged = bench.history.stage_for_archive(bench.project, &staging, &Job::new()).unwrap();
    take_out(&staged.parts(), &bench.folder.path().join("out"));
    drop(staged);
    (bench, before)
}

/// Kills at each point on the way, once and again, and looks at what is there after the next start.
fn kill_everywhere(role: &str, folder: &Path, points: &[&str], look: impl Fn(&History, &str)) {
    let (library, saved) = (folder.join("library"), folder.join("saved"));
    copy(&library, &saved);
    let mut reached = Vec::new();
    for point in WRITE_POINTS.iter().filter(|point| is_on_the_way(point)) {
        for nth in 1..=2 {
            copy(&saved, &library);
            let ended = killed(role, folder, &format!("{point}:{nth}"));
            if ended.status.success() {
                break;
            }
            let said = String::from_utf8_lossy(&ended.stderr).into_owned();
            assert!(!said.contains("panicked"), "{point}:{nth}: {said}");
            reached.push(*point);
            look(&open(folder), &format!("{point}:{nth}"));
        }
    }
    for point in points {
        assert!(reached.contains(point), "{point}: {reached:?}");
    }
}

fn nothing_is_left(folder: &Path, when: &str) {
    let left = std::fs::read_dir(folder.join("library/history")).unwrap();
    let left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| name == "transfers"), "{when}: {left:?}");
}

#[test]
fn a_killed_departure_is_finished() {
    let (bench, before) = archived();
    let (project, folder) = (bench.project, bench.folder.path().to_owned());
    drop(bench.watcher);
    drop((bench.history, bench.library));
    let points = [
        "history.transfer-recorded",
        "history.transfer-finished",
        "history.detach-forgotten",
        "history.detach-moved",
        "history.detach-released",
    ];
    kill_everywhere(DETACH, &folder, &points, |history, when| {
        if history.is_begun(project) {
            // It was not begun.
            assert!(!when.starts_with("history."), "{when}");
            assert_eq!(see(history, project), before, "{when}");
            history.detach(project).unwrap();
        }
        let Seen { workspaces, versions, .. } = see(history, project);
        assert_eq!((workspaces.len(), versions.len()), (0, 0), "{when}");
        nothing_is_left(&folder, when);
        assert!(history.reclaim(&Job::new()).unwrap() > 1_700_000, "{when}");
        history.attach(project, &folder.join("out"), &Job::new()).unwrap();
        assert_eq!(see(history, project), before, "{when}");
    });
}

#[test]
fn a_killed_return_is_finished_or_has_not_been() {
    let (bench, before) = archived();
    let (project, folder) = (bench.project, bench.folder.path().to_owned());
    bench.history.detach(project).unwrap();
    bench.history.reclaim(&Job::new()).unwrap();
    drop(bench.watcher);
    drop((bench.history, bench.library));
    let points = [
        "history.transfer-recorded",
        "history.transfer-finished",
        "history.attach-objects-copied",
        "history.attach-published",
        "history.attach-indexed",
    ];
    kill_everywhere(ATTACH, &folder, &points, |history, when| {
        if history.is_begun(project) {
            assert_eq!(see(history, project), before, "{when}");
        } else {
            let Seen { workspaces, versions, .. } = see(history, project);
            assert_eq!((workspaces.len(), versions.len()), (0, 0), "{when}");
        }
        history.attach(project, &folder.join("out"), &Job::new()).unwrap();
        assert_eq!(see(history, project), before, "{when}");
        assert!(history.maintenance().check(project, &Job::new()).unwrap().is_sound(), "{when}");
    });
}
