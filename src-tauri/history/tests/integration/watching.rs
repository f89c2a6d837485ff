//! Versions that are made by themselves.

use crate::support;

use std::fs;
use std::io::Write;
use std::time::{Duration, Instant};

use support::Bench;
use undercroft_foundation::Job;
use undercroft_history::rules::ProjectRules;
use undercroft_history::{
    History, Trigger, Version, VersionFilter, WatchOptions, WatchState, WatchStatus,
    WorkspaceWatcher,
};
use undercroft_testkit::write_file;

fn quick() -> WatchOptions {
    WatchOptions { quiet: Duration::from_millis(150), ..WatchOptions::default() }
}

/// Waits until `found` finds something.
fn wait_for<T>(what: &str, mut found: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = found() {
            return found;
        }
        assert!(began.elapsed() < Duration::from_secs(30), "{what} never came");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn versions(bench: &Bench) -> Vec<Version> {
    bench.history.versions(bench.main().id, &VersionFilter::default()).unwrap()
}

fn wait_for_content(bench: &Bench, path: &str, content: &str) -> Version {
    wait_for("the version", || {
        let newest = versions(bench).into_iter().next()?;
        let found = bench.history.reader().read(newest.id, &support::path(path), None).ok()?;
        (found == content.as_bytes()).then_some(newest)
    })
}

#[test]
fn a_change_becomes_a_version_by_itself() {
    let (bench, _) = Bench::begun(|work| write_file(work.join("a"), "1"));
    bench.write("a", "changed while nobody watched");
    bench.watcher.start(quick()).unwrap();
    wait_for_content(&bench, "a", "changed while nobody watched");
    bench.write("sub/deep/b", "2");
    let version = wait_for_content(&bench, "sub/deep/b", "2");
    assert_eq!((version.trigger, version.added), (Trigger::Automatic, 1));
    std::fs::remove_dir_all(bench.work().join("sub")).unwrap();
    wait_for("the removal", || (versions(&bench)[0].removed == 1).then_some(()));
    let state = &bench.watcher.states().unwrap()[0];
    assert_eq!(state.status, WatchStatus::Watching);
    bench.watcher.stop();
}

#[test]
fn a_project_is_watched_from_its_first_version_on_until_it_is_paused() {
    let bench = Bench::new(|work| write_file(work.join("a"), "1"));
    bench.watcher.start(quick()).unwrap();
    bench.history.writer().begin(bench.project, &Job::new()).unwrap();
    let status = || bench.watcher.states().unwrap()[0].status;
    wait_for("the watch", || (status() == WatchStatus::Watching).then_some(()));
    bench.watcher.set_paused(None, true).unwrap();
    assert_eq!(status(), WatchStatus::Paused);
    bench.write("a", "2");
    std::thread::sleep(Duration::from_millis(600));
    assert_eq!(versions(&bench).len(), 1);
    bench.watcher.set_paused(None, false).unwrap();
    wait_for_content(&bench, "a", "2");
    bench.watcher.stop();
}

#[test]
fn one_process_watches_and_others_say_so() {
    let (bench, _) = Bench::begun(|work| write_file(work.join("a"), "1"));
    bench.watcher.start(quick()).unwrap();
    let other = WorkspaceWatcher::new(&History::new(&bench.library));
    other.start(quick()).unwrap();
    assert_eq!(other.states().unwrap()[0].status, WatchStatus::Elsewhere);
    bench.watcher.stop();
    other.stop();
    assert_eq!(other.states().unwrap()[0].status, WatchStatus::Off);
}

#[test]
fn what_is_left_out_makes_no_version() {
    let (bench, _) = Bench::begun(|work| {
        write_file(work.join("package.json"), "{}");
        write_file(work.join("node_modules/x/index.js"), "1");
    });
    bench.watcher.start(quick()).unwrap();
    bench.write("node_modules/x/index.js", "2");
    bench.write("package.json", "{ }");
    let version = wait_for_content(&bench, "package.json", "{ }");
    assert_eq!((version.files, version.modified), (1, 1));
    bench.watcher.stop();
}

fn state_of(watcher: &WorkspaceWatcher) -> WatchState {
    watcher.states().unwrap().remove(0)
}

/// The paths of the newest version that are files.
fn is_kept(bench: &Bench, path: &str) -> bool {
    let newest = versions(bench).remove(0);
    bench.history.reader().read(newest.id, &support::path(path), None).is_ok()
}

#[test]
fn other_processes_know_how_the_watching_goes() {
    let (bench, _) = Bench::begun(|work| write_file(work.join("a"), "1"));
    bench.watcher.start(WatchOptions { look: Duration::from_millis(50), ..quick() }).unwrap();
    let other = WorkspaceWatcher::new(&History::new(&bench.library));
    let away = bench.folder.path().join("away");
    fs::rename(bench.work(), &away).unwrap();
    let missing = || Some(state_of(&other)).filter(|state| state.status == WatchStatus::Missing);
    let state = wait_for("word of the other process", missing);
    assert_eq!(state.why.as_deref(), Some("The folder is not there"));
    fs::rename(&away, bench.work()).unwrap();
    let back = || Some(state_of(&other)).filter(|state| state.status == WatchStatus::Elsewhere);
    assert_eq!(wait_for("word of its return", back).why, None);
    bench.watcher.stop();
    assert_eq!(state_of(&other).status, WatchStatus::Off);
}

#[test]
fn a_change_through_one_name_of_a_file_is_a_change_of_all() {
    let (bench, _) = Bench::begun(|work| {
        write_file(work.join("one/a"), "1");
        write_file(work.join("other/b"), "");
        // In a folder of so many, no others are looked at.
        (0..1100).for_each(|file| fs::write(work.join(format!("one/{file}")), "").unwrap());
    });
    for other in ["other/a", "one/b"] {
        fs::hard_link(bench.work().join("one/a"), bench.work().join(other)).unwrap();
    }
    bench.save().unwrap();
    bench.watcher.start(quick()).unwrap();
    bench.write("first", "1");
    wait_for_content(&bench, "first", "1");
    let mut file = fs::File::options().append(true).open(bench.work().join("one/a")).unwrap();
    file.write_all(b"2").unwrap();
    drop(file);
    wait_for_content(&bench, "one/a", "12");
    wait_for_content(&bench, "other/a", "12");
    wait_for_content(&bench, "one/b", "12");
    bench.watcher.stop();
    assert_eq!(bench.save(), None);
}

#[test]
fn what_rules_newly_include_is_found_and_watched() {
    let signature = "Signature: 8a477f597d28d172789f06886806bc55";
    let bench = Bench::new(|work| {
        write_file(work.join(".gitignore"), "skip/\n");
        write_file(work.join("deep/skip/f"), "1");
        write_file(work.join("cache/CACHEDIR.TAG"), signature);
        write_file(work.join("cache/f"), "1");
        write_file(work.join("package.json"), "{}");
        write_file(work.join("node_modules/x/f"), "1");
    });
    let rules = ProjectRules { follow_gitignore: true, ..ProjectRules::default() };
    rules.store(bench.library.root(), bench.project).unwrap();
    bench.history.writer().begin(bench.project, &Job::new()).unwrap();
    bench.watcher.start(quick()).unwrap();
    bench.write("first", "1");
    wait_for_content(&bench, "first", "1");
    let files = ["cache/f", "node_modules/x/f", "deep/skip/f"];
    assert!(files.iter().all(|file| !is_kept(&bench, file)));

    let include: [&dyn Fn(); 3] = [
        &|| fs::remove_file(bench.work().join("cache/CACHEDIR.TAG")).unwrap(),
        &|| fs::remove_file(bench.work().join("package.json")).unwrap(),
        &|| bench.write(".gitignore", ""),
    ];
    for (include, file) in include.iter().zip(files) {
        include();
        wait_for_content(&bench, file, "1");
        bench.write(file, "2");
        wait_for_content(&bench, file, "2");
    }
    let leave_out: [&dyn Fn(); 3] = [
        &|| bench.write("cache/CACHEDIR.TAG", signature),
        &|| bench.write("package.json", "{}"),
        &|| bench.write(".gitignore", "skip/\n"),
    ];
    for (leave_out, file) in leave_out.iter().zip(files) {
        leave_out();
        wait_for("its absence", || (!is_kept(&bench, file)).then_some(()));
    }
    bench.watcher.stop();
}

#[test]
fn rules_that_another_process_changes_are_taken_up() {
    let (bench, _) = Bench::begun(|work| write_file(work.join("sub/a.tmp"), "1"));
    bench.watcher.start(quick()).unwrap();
    let rules = ProjectRules { leave_out: vec!["*.tmp".to_owned()], ..ProjectRules::default() };
    rules.store(bench.library.root(), bench.project).unwrap();
    WorkspaceWatcher::new(&History::new(&bench.library)).rules_changed(bench.project).unwrap();
    bench.write("b", "1");
    wait_for("the absence", || (!is_kept(&bench, "sub/a.tmp")).then_some(()));
    bench.watcher.stop();
}
