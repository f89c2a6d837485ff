//! Workspaces: opened from any version, worked in, closed.

use crate::support;

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};

use support::{Bench, path};
use undercroft_foundation::{Code, Job, on_write_point};
use undercroft_history::{
    Change, MAIN, RebuildReport, SaveOrder, Scope, Trigger, Version, VersionFilter, Workspace,
};
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
    let opened = bench.history.writer().open_workspace(first.id, "try-out", None, &job).unwrap();
    assert_eq!(fs::read(opened.root.join("src/a.txt")).unwrap(), b"one");
    fs::write(opened.root.join("src/a.txt"), "another way").unwrap();
    let order = SaveOrder::new(Trigger::Manual, "Try");
    let tried = bench.history.writer().save(opened.id, Scope::Whole, order, &job).unwrap().unwrap();
    assert_eq!(tried.parent, Some(first.id));
    assert_eq!(bench.read(tried.id, "src/a.txt"), b"another way");
    assert_eq!(bench.read(second.id, "src/a.txt"), b"two");
    let main = bench.history.versions(bench.main().id, &VersionFilter::default()).unwrap();
    assert_eq!(main.len(), 2);
    bench.fsck();
    assert_eq!(bench.git(&["branch", "--format=%(refname:short)"]), "main\ntry-out\n");
    let rebuilt = bench.history.maintenance().rebuild(&job).unwrap();
    assert_eq!((rebuilt.workspaces, rebuilt.versions), (2, 3));
}

#[test]
fn a_workspace_without_changes_is_the_version_that_it_was_opened_from() {
    let (bench, first) = filled();
    let place = bench.folder.path().join("elsewhere");
    let opened =
        bench.history.writer().open_workspace(first.id, "same", Some(&place), &Job::new()).unwrap();
    let differences = tree_differences(&bench.work(), &opened.root, Compare::CONTENT);
    assert!(differences.is_empty(), "{differences:?}");
    assert_eq!(bench.history.writer().refresh_workspace(opened.id, &Job::new()).unwrap(), None);
}

#[test]
fn closing_keeps_a_last_version_and_removes_only_what_it_holds() {
    let (bench, first) = filled();
    let job = Job::new();
    let opened = bench.history.writer().open_workspace(first.id, "a", None, &job).unwrap();
    fs::write(opened.root.join("new"), "unsaved").unwrap();
    let closed = bench.history.writer().close_workspace(opened.id, &job).unwrap();
    let gone = bench.history.writer().remove_closed_folder(&closed, &job).unwrap();
    assert!(gone && closed.closed.is_some() && !opened.root.exists());
    let last = bench.history.newest_version(opened.id).unwrap().unwrap();
    assert_eq!(bench.read(last.id, "new"), b"unsaved");

    let opened = bench.history.writer().open_workspace(first.id, "b", None, &job).unwrap();
    write_file(opened.root.join("package.json"), "{}");
    write_file(opened.root.join("node_modules/x.js"), "in no version");
    let closed = bench.history.writer().close_workspace(opened.id, &job).unwrap();
    let gone = bench.history.writer().remove_closed_folder(&closed, &job).unwrap();
    assert!(!gone && opened.root.join("node_modules/x.js").exists());
    let main = bench.history.writer().close_workspace(bench.main().id, &job);
    assert_eq!(main.unwrap_err().code(), Code::Invalid);
}

#[test]
fn the_current_workspace_is_there_after_a_restart() {
    let (bench, first) = filled();
    assert_eq!(bench.history.current_workspace().unwrap().unwrap().name, MAIN);
    let opened = bench.history.writer().open_workspace(first.id, "a", None, &Job::new()).unwrap();
    bench.history.switch_workspace(opened.id).unwrap();
    bench.history.maintenance().rebuild(&Job::new()).unwrap();
    assert_eq!(bench.history.current_workspace().unwrap().unwrap().id, opened.id);
    bench.history.writer().close_workspace(opened.id, &Job::new()).unwrap();
    assert_eq!(bench.history.current_workspace().unwrap().unwrap().name, MAIN);
}

#[test]
fn names_and_places_that_cannot_be_are_refused() {
    let (bench, first) = filled();
    let open = |name: &str, place: Option<&std::path::Path>| {
        bench
            .history
            .writer()
            .open_workspace(first.id, name, place, &Job::new())
            .unwrap_err()
            .code()
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
    assert!(bench.history.reader().entry(first.id, &path("src/a.txt")).is_ok());
}

/// Does something once, when the first file of an opening is written and has no place yet.
fn meanwhile<T: Send + 'static>(act: impl Fn() -> T + Send + Sync + 'static) -> mpsc::Receiver<T> {
    let (done, (send, receive)) = (AtomicBool::new(false), mpsc::channel());
    on_write_point(move |point| {
        if point == "restore.file-written" && !done.swap(true, Ordering::SeqCst) {
            send.send(act()).unwrap();
        }
    });
    receive
}

fn place_of(bench: &Bench, name: &str) -> PathBuf {
    bench.library.projects().folder_of(bench.project).join("workspaces").join(name)
}

#[test]
fn what_comes_into_a_folder_while_it_fills_stays_there() {
    if !undercroft_testkit::is_alone(
        module_path!(),
        "what_comes_into_a_folder_while_it_fills_stays_there",
    ) {
        return;
    }
    let (bench, first) = Bench::begun(|work| {
        for n in 0..40 {
            write_file(work.join(format!("d{}/f{n}", n % 4)), format!("{n}"));
        }
    });
    let (root, job) = (place_of(&bench, "a"), Arc::new(Job::new()));
    let (history, place, cancelled) = (bench.history.clone(), root.clone(), Arc::clone(&job));
    let other = meanwhile(move || {
        let other = history.writer().open_workspace(first.id, "a", None, &Job::new());
        write_file(place.join("mine"), "the user's");
        cancelled.cancel();
        other.map(drop)
    });
    let open = |job: &Job| bench.history.writer().open_workspace(first.id, "a", None, job);
    assert_eq!(open(&job).unwrap_err().code(), Code::Cancelled);
    assert_eq!(other.recv().unwrap().unwrap_err().code(), Code::Locked);
    let left: Vec<_> = fs::read_dir(&root).unwrap().map(|it| it.unwrap().file_name()).collect();
    assert_eq!(left, ["mine"]);
    let told = job.warnings();
    assert!(told.len() == 1 && told[0].message.contains("mine"), "{told:?}");
    let refused = open(&Job::new()).unwrap_err();
    assert!(refused.to_string().contains("not empty: mine is there"), "{refused}");
    assert_eq!(fs::read(root.join("mine")).unwrap(), b"the user's");
    fs::remove_file(root.join("mine")).unwrap();
    let opened = open(&Job::new()).unwrap();
    assert!(tree_differences(&bench.work(), &opened.root, Compare::CONTENT).is_empty());
}

#[test]
fn of_two_that_open_under_one_name_at_once_one_is_there_whole() {
    if !undercroft_testkit::is_alone(
        module_path!(),
        "of_two_that_open_under_one_name_at_once_one_is_there_whole",
    ) {
        return;
    }
    let (bench, first) = filled();
    let (history, place) = (bench.history.clone(), bench.folder.path().join("elsewhere"));
    let other = meanwhile(move || {
        history.writer().open_workspace(first.id, "a", Some(&place), &Job::new()).map(|it| it.root)
    });
    let late = bench.history.writer().open_workspace(first.id, "a", None, &Job::new());
    assert_eq!(late.unwrap_err().code(), Code::AlreadyExists);
    assert!(!place_of(&bench, "a").exists());
    let opened = other.recv().unwrap().unwrap();
    assert!(tree_differences(&bench.work(), &opened, Compare::CONTENT).is_empty());
    assert_eq!(bench.history.workspaces(Some(bench.project)).unwrap().len(), 2);
}

#[test]
fn the_folder_of_a_workspace_that_nobody_knows_of_stays_as_it_is() {
    let (bench, first) = filled();
    let open = |name| bench.history.writer().open_workspace(first.id, name, None, &Job::new());
    let lost = open("a").unwrap();
    write_file(lost.root.join("work"), "a day's");
    let beside = bench.library.projects().folder_of(bench.project).join("workspaces.json");
    fs::remove_file(beside).unwrap();
    rebuild(&bench);
    let refused = open("a").unwrap_err();
    assert_eq!(refused.code(), Code::Invalid, "{refused}");
    assert_eq!(fs::read(lost.root.join("work")).unwrap(), b"a day's");
    open("b").unwrap();
}

/// The catalog's workspaces, versions and what those changed.
type Catalog = (Vec<Workspace>, Vec<(Version, Vec<Change>)>);

fn catalog(bench: &Bench) -> Catalog {
    let workspaces = bench.history.workspaces(Some(bench.project)).unwrap();
    let versions = workspaces.iter().flat_map(|workspace| {
        bench.history.versions(workspace.id, &VersionFilter::default()).unwrap()
    });
    let changes = |id| bench.history.changes(id, 1000).unwrap();
    let versions = versions.map(|version| (version.clone(), changes(version.id))).collect();
    (workspaces, versions)
}

fn sql(bench: &Bench, statement: &str) {
    let done = bench.library.catalog().write(|transaction| {
        transaction.execute_batch(statement).unwrap();
        Ok(())
    });
    done.unwrap();
}

/// The catalog is gone, and made again.
fn rebuild(bench: &Bench) -> RebuildReport {
    sql(bench, "DELETE FROM versions; DELETE FROM changes; DELETE FROM workspaces;");
    bench.history.maintenance().rebuild(&Job::new()).unwrap()
}

fn save(bench: &Bench, workspace: &Workspace, content: &str) -> Version {
    fs::write(workspace.root.join("src/a.txt"), content).unwrap();
    let order = SaveOrder::new(Trigger::Automatic, "");
    bench.history.writer().save(workspace.id, Scope::Whole, order, &Job::new()).unwrap().unwrap()
}

#[test]
fn a_branch_that_was_set_back_forgets_nothing() {
    let (bench, first) = filled();
    let main = bench.main();
    let mut made: Vec<Version> = (0..4).map(|n| save(&bench, &main, &format!("{n}"))).collect();
    bench.git(&["update-ref", "refs/heads/main", &made[0].commit.to_string()]);
    made.push(save(&bench, &main, "another way"));
    assert_eq!(made[4].parent, Some(made[0].id));
    let all = catalog(&bench);
    assert_eq!(all.1.len(), 6);
    // Neither stock git nor a lost catalog takes what no branch leads to.
    bench.git(&["gc", "--quiet", "--prune=now"]);
    assert_eq!(rebuild(&bench).versions, 6);
    assert_eq!(catalog(&bench), all);
    bench.history.maintenance().compact(bench.project, &Job::new()).unwrap();
    bench.fsck();
    assert_eq!(bench.read(first.id, "src/a.txt"), b"one");
    assert_eq!(bench.read(made[3].id, "src/a.txt"), b"3");
    // Set back again, and looked at before anything is saved.
    bench.git(&["update-ref", "refs/heads/main", &made[0].commit.to_string()]);
    bench.history.maintenance().thin(bench.project, &Job::new()).unwrap();
    assert_eq!(catalog(&bench), all);
    assert_eq!(save(&bench, &main, "a third way").seq, 7);
    assert_eq!(catalog(&bench).1.len(), 7);
}

#[test]
fn what_the_catalog_was_not_told_of_takes_nobody_elses_place() {
    let (bench, first) = filled();
    let main = bench.main();
    let other =
        bench.history.writer().open_workspace(first.id, "other", None, &Job::new()).unwrap();
    let mut made = Vec::new();
    for n in 0..4 {
        for workspace in [&main, &other] {
            let version = save(&bench, workspace, &format!("{n} in {}", workspace.name));
            // As a crash between the branch and the catalog leaves it.
            if n % 2 == 0 {
                let id = version.id;
                sql(&bench, &format!("DELETE FROM versions WHERE id = '{id}'"));
            }
            made.push(version);
        }
    }
    let all = catalog(&bench);
    assert_eq!(all.1.len(), 1 + made.len());
    assert!(made.iter().all(|version| all.1.iter().any(|(known, _)| known == version)));
    assert_eq!(rebuild(&bench).versions, 9);
    assert_eq!(catalog(&bench), all);
}

#[test]
fn two_versions_that_an_earlier_program_gave_one_place_are_both_listed() {
    let (bench, first) = filled();
    let main = bench.main();
    let other =
        bench.history.writer().open_workspace(first.id, "other", None, &Job::new()).unwrap();
    let twin = save(&bench, &other, "beside");
    let commit = bench.git(&["cat-file", "commit", "other"]);
    let commit = commit.replace("Undercroft-Sequence: 2", "Undercroft-Sequence: 3");
    let file = bench.folder.path().join("commit");
    fs::write(&file, commit).unwrap();
    let id = bench.git(&["hash-object", "-w", "-t", "commit", file.to_str().unwrap()]);
    let last = save(&bench, &main, "two");
    assert_eq!(last.seq, 3);
    sql(&bench, &format!("DELETE FROM versions WHERE id = '{}'", twin.id));
    bench.git(&["update-ref", "refs/heads/other", id.trim()]);
    save(&bench, &main, "three");
    assert_eq!(catalog(&bench).1.len(), 4);
    assert_eq!(rebuild(&bench).versions, 4);
    assert_eq!(catalog(&bench).1.len(), 4);
    assert_eq!(bench.read(twin.id, "src/a.txt"), b"beside");
}

#[test]
fn workspaces_are_found_again_by_their_branches() {
    let (bench, first) = filled();
    let job = Job::new();
    let away = bench.folder.path().join("away");
    let near = bench.history.writer().open_workspace(first.id, "near", None, &job).unwrap();
    let away = bench.history.writer().open_workspace(first.id, "away", Some(&away), &job).unwrap();
    save(&bench, &near, "near");
    save(&bench, &away, "away");
    let (workspaces, versions) = catalog(&bench);
    let beside = bench.library.projects().folder_of(bench.project).join("workspaces.json");
    fs::remove_file(&beside).unwrap();
    let rebuilt = rebuild(&bench);
    let (found, again) = catalog(&bench);
    assert_eq!(again.len(), versions.len());
    assert!(versions.iter().all(|version| again.contains(version)));
    for was in &workspaces {
        let is = found.iter().find(|is| is.id == was.id).unwrap();
        assert_eq!((&is.name, is.opened_from), (&was.name, was.opened_from));
        assert_eq!(is.closed.is_some(), is.name == "away");
        assert_eq!(is.root == was.root, is.name != "away");
    }
    assert_eq!(rebuilt.unknown.len(), 3, "{:?}", rebuilt.unknown);
    // From here on they are as good as any others.
    assert_eq!(rebuild(&bench).unknown, Vec::<String>::new());
    assert_eq!(catalog(&bench).0, found);
}
