//! Versions that are made by themselves.

mod support;

use std::time::{Duration, Instant};

use support::Bench;
use undercroft_foundation::Job;
use undercroft_history::{Standing, Trigger, Version, VersionFilter, WatchOptions};
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
        let found = bench.history.read(newest.id, &support::path(path), None).ok()?;
        (found == content.as_bytes()).then_some(newest)
    })
}

#[test]
fn a_change_becomes_a_version_by_itself() {
    let (bench, _) = Bench::begun(|work| write_file(work.join("a"), "1"));
    bench.write("a", "changed while nobody watched");
    bench.history.start_watching(quick()).unwrap();
    wait_for_content(&bench, "a", "changed while nobody watched");
    bench.write("sub/deep/b", "2");
    let version = wait_for_content(&bench, "sub/deep/b", "2");
    assert_eq!((version.trigger, version.added), (Trigger::Automatic, 1));
    std::fs::remove_dir_all(bench.work().join("sub")).unwrap();
    wait_for("the removal", || (versions(&bench)[0].removed == 1).then_some(()));
    let state = &bench.history.watch_states().unwrap()[0];
    assert_eq!(state.standing, Standing::Watching);
    bench.history.stop_watching();
}

#[test]
fn a_project_is_watched_from_its_first_version_on_until_it_is_paused() {
    let bench = Bench::new(|work| write_file(work.join("a"), "1"));
    bench.history.start_watching(quick()).unwrap();
    bench.history.begin(bench.project, &Job::new()).unwrap();
    let standing = || bench.history.watch_states().unwrap()[0].standing;
    wait_for("the watch", || (standing() == Standing::Watching).then_some(()));
    bench.history.set_paused(None, true).unwrap();
    assert_eq!(standing(), Standing::Paused);
    bench.write("a", "2");
    std::thread::sleep(Duration::from_millis(600));
    assert_eq!(versions(&bench).len(), 1);
    bench.history.set_paused(None, false).unwrap();
    wait_for_content(&bench, "a", "2");
    bench.history.stop_watching();
}

#[test]
fn one_process_watches_and_others_say_so() {
    let (bench, _) = Bench::begun(|work| write_file(work.join("a"), "1"));
    bench.history.start_watching(quick()).unwrap();
    let other = undercroft_history::History::new(&bench.library);
    other.start_watching(quick()).unwrap();
    assert_eq!(other.watch_states().unwrap()[0].standing, Standing::Elsewhere);
    bench.history.stop_watching();
    other.stop_watching();
    assert_eq!(other.watch_states().unwrap()[0].standing, Standing::Off);
}

#[test]
fn what_is_left_out_makes_no_version() {
    let (bench, _) = Bench::begun(|work| {
        write_file(work.join("package.json"), "{}");
        write_file(work.join("node_modules/x/index.js"), "1");
    });
    bench.history.start_watching(quick()).unwrap();
    bench.write("node_modules/x/index.js", "2");
    bench.write("package.json", "{ }");
    let version = wait_for_content(&bench, "package.json", "{ }");
    assert_eq!((version.files, version.modified), (1, 1));
    bench.history.stop_watching();
}
