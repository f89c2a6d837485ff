//! Carrying plans out: one scan for several destinations, what is owed, commands, and parts that
//! fail while the rest goes on.

use crate::support;

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustix::fs::inotify;
use support::Home;
use undercroft_backup::{
    Backups, CachedSnapshot, Destination, HookCommand, MachineState, Plan, PlanSpec, Retention,
    Schedule, Scheduler,
};
use undercroft_foundation::{Code, DestinationId, Job, JobPart, JobState, LogLevel};
use undercroft_library::{JobKind, JobSpec, JobView, Library, RunDetail};
use undercroft_testkit::{Restic, random_bytes};

fn plan(backups: &Backups, change: impl FnOnce(&mut PlanSpec)) -> Plan {
    let mut spec = backups.plans().propose().unwrap();
    spec.library = false;
    change(&mut spec);
    backups.plans().create("Nightly", &spec).unwrap()
}

fn run(home: &Home, library: &Library, backups: &Backups, plan: &Plan) -> (JobView, RunDetail) {
    run_only(home, library, backups, plan, None)
}

fn run_only(
    home: &Home,
    library: &Library,
    backups: &Backups,
    plan: &Plan,
    only: Option<&[DestinationId]>,
) -> (JobView, RunDetail) {
    home.clock.advance(Duration::from_secs(3600));
    let job = backups.plan_runs().start_plan(plan.id, None, only).unwrap();
    let job = library.jobs().wait(job.id).unwrap();
    let detail = library.runs().detail(job.run).unwrap();
    (job, detail)
}

fn held(backups: &Backups, destination: &Destination) -> Vec<CachedSnapshot> {
    backups.browser().list(None, Some(destination.id)).unwrap().snapshots
}

fn states(parts: &[JobPart]) -> Vec<(&str, JobState)> {
    parts.iter().map(|part| (part.title.as_str(), part.state)).collect()
}

/// Counts how often a file is opened.
struct Opened(rustix::fd::OwnedFd);

impl Opened {
    fn of(path: &Path) -> Self {
        let watch = inotify::init(inotify::CreateFlags::NONBLOCK).unwrap();
        inotify::add_watch(&watch, path, inotify::WatchFlags::OPEN).unwrap();
        Self(watch)
    }

    fn count(&self) -> usize {
        let mut buffer = [std::mem::MaybeUninit::uninit(); 4096];
        let mut events = inotify::Reader::new(&self.0, &mut buffer);
        std::iter::from_fn(|| events.next().ok().map(drop)).count()
    }
}

/// Files bear the real time, and one that seems to have changed after a backup began is read again.
const AFTER_ALL_FILES: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

#[test]
fn one_scan_feeds_every_destination_and_what_was_written_is_read_back() {
    let home = Home::new();
    home.clock.advance(AFTER_ALL_FILES);
    let (library, backups) = home.open();
    let (a, b) = (home.destination(&backups, "A"), home.destination(&backups, "B"));
    let project = home.project(&library, "p");
    fs::write(project.root.join("big"), random_bytes(1, 3 << 20)).unwrap();
    let opened = Opened::of(&project.root.join("big"));
    let plan = plan(&backups, |_| {});
    let (job, detail) = run(&home, &library, &backups, &plan);
    assert_eq!(job.state, JobState::Succeeded, "{job:?}");
    assert_eq!(opened.count(), 1, "the second destination did not read the source");
    let (in_a, in_b) = (held(&backups, &a), held(&backups, &b));
    assert_eq!((in_a.len(), in_b.len()), (1, 1));
    assert_eq!((in_a[0].time, in_a[0].project), (in_b[0].time, Some(project.id)));
    use JobState::Succeeded;
    let expected = [
        ("p to A", Succeeded),
        ("p to B", Succeeded),
        ("Reading back A", Succeeded),
        ("Reading back B", Succeeded),
    ];
    assert_eq!(states(&detail.parts), expected);
    assert_eq!(detail.parts[0].snapshot, Some(in_a[0].id.to_string()));
    assert_eq!(detail.parts[1].snapshot, Some(in_b[0].id.to_string()));
    assert!(detail.parts.iter().take(2).all(|part| part.added_bytes > 3 << 20));
    assert!(detail.parts[1].summary.starts_with("1 backup taken over from A"), "{detail:?}");
    assert_eq!(detail.run.outcome.unwrap().summary, "1 project backed up to A and B");
    for destination in [&a, &b] {
        let restic = Restic::new(&destination.path, support::PASSWORD);
        restic.check();
        restic.restore("latest", home.path().join("back").join(&destination.name));
        let back = home.path().join("back").join(&destination.name);
        let back = back.join(project.root.strip_prefix("/").unwrap());
        undercroft_testkit::assert_same_tree(&project.root, back);
    }
    // The comparison above opened it, too.
    opened.count();
    // Nothing changed: nothing is read, and both get a snapshot more.
    let (_, detail) = run(&home, &library, &backups, &plan);
    assert_eq!(opened.count(), 0);
    assert!(detail.parts[0].summary.ends_with("no file new or changed"));
    assert_eq!((held(&backups, &a).len(), held(&backups, &b).len()), (2, 2));
}

#[test]
fn a_destination_that_was_away_is_given_what_it_lacks_without_reading_the_source() {
    let home = Home::new();
    home.clock.advance(AFTER_ALL_FILES);
    let (library, backups) = home.open();
    let (a, b) = (home.destination(&backups, "A"), home.destination(&backups, "B"));
    let project = home.project(&library, "p");
    let plan = plan(&backups, |_| {});
    run(&home, &library, &backups, &plan);
    let away = home.path().join("away");
    fs::rename(&b.path, &away).unwrap();
    for n in 0..2 {
        fs::write(project.root.join("README"), format!("change {n}")).unwrap();
        let (job, detail) = run(&home, &library, &backups, &plan);
        assert_eq!(job.state, JobState::Succeeded, "an absent drive is no error");
        let summary = detail.run.outcome.unwrap().summary;
        assert_eq!(summary, "1 project backed up to A; B not there");
        assert!(detail.log.iter().any(|line| line.text.contains("B is not there")));
    }
    fs::rename(&away, &b.path).unwrap();
    let opened = Opened::of(&project.root.join("README"));
    let (job, _) = run_only(&home, &library, &backups, &plan, Some(&[b.id]));
    assert_eq!(job.state, JobState::Succeeded);
    assert_eq!(opened.count(), 0);
    assert_eq!((held(&backups, &a).len(), held(&backups, &b).len()), (3, 4));
    let times = |of: &Destination| -> Vec<_> {
        held(&backups, of).iter().map(|snapshot| snapshot.time).collect()
    };
    assert_eq!(times(&b)[1..], times(&a)[..], "all that it missed, and one of now");

    // With none of them there, the run fails and says why.
    for destination in [&a, &b] {
        fs::rename(&destination.path, home.path().join(&destination.name).with_extension("x"))
            .unwrap();
    }
    let (job, _) = run(&home, &library, &backups, &plan);
    let error = job.outcome.unwrap().error.unwrap();
    assert_eq!((error.code, error.why.as_str()), (Code::Unavailable, "A and B: not there"));
}

#[test]
fn a_plan_lets_nothing_go_that_another_keeps_in_the_same_place() {
    let home = Home::new();
    let (library, backups) = home.open();
    let disk = home.destination(&backups, "disk");
    let project = home.project(&library, "p");
    let keep = |spec: &mut PlanSpec, last| {
        spec.targets[0].retention = Some(Retention { last: Some(last), ..Retention::default() });
    };
    let hasty = plan(&backups, |spec| keep(spec, 1));
    let mut spec = hasty.spec.clone();
    keep(&mut spec, 3);
    let patient = backups.plans().create("Weekly", &spec).unwrap();
    let work_and_run = |n: u64| {
        fs::write(project.root.join("file"), n.to_string()).unwrap();
        assert_eq!(run(&home, &library, &backups, &hasty).0.state, JobState::Succeeded);
        held(&backups, &disk).len()
    };
    assert_eq!([1, 2, 3, 4, 5].map(work_and_run), [1, 2, 3, 3, 3]);
    backups.plans().enable(patient.id, false).unwrap();
    assert_eq!(work_and_run(6), 2);
}

#[test]
fn a_project_that_fails_does_not_stop_the_others() {
    let home = Home::new();
    let (library, backups) = home.open();
    home.destination(&backups, "A");
    let gone = home.project(&library, "gone");
    let inside = home.path().join("A/inside");
    fs::create_dir(&inside).unwrap();
    fs::write(inside.join("x"), "x").unwrap();
    let kept = home.project(&library, "kept");
    fs::rename(&gone.root, home.path().join("moved")).unwrap();
    let plan = plan(&backups, |spec| spec.verification.after_run = false);
    let (job, detail) = run(&home, &library, &backups, &plan);
    assert_eq!(job.state, JobState::Warnings);
    let expected = [("gone", JobState::Failed), ("kept to A", JobState::Succeeded)];
    assert_eq!(states(&detail.parts), expected);
    assert!(detail.parts[0].summary.contains("Cannot back up gone"));
    let summary = detail.run.outcome.unwrap().summary;
    assert_eq!(summary, "1 project backed up to A; 1 part failed");
    let protections = backups.protections().of_all(&[gone, kept.clone()]).unwrap();
    assert!(protections[0].reason.contains("Its folder is not at"), "{protections:?}");
    assert!(protections[1].reason.starts_with("It is backed up to A,"));
    // When nothing at all succeeds, the run has failed.
    fs::rename(&kept.root, home.path().join("moved too")).unwrap();
    let (job, _) = run(&home, &library, &backups, &plan);
    assert_eq!(job.state, JobState::Failed);
    assert_eq!(job.outcome.unwrap().error.unwrap().code, Code::SourceMissing);
}

#[test]
fn commands_run_before_and_after_and_what_they_say_is_kept() {
    let home = Home::new();
    let (library, backups) = home.open();
    let a = home.destination(&backups, "A");
    home.project(&library, "p");
    let out = home.path().join("out");
    let shell = |script: &str| HookCommand {
        command: ["/bin/sh", "-c", script, "sh", &out.to_string_lossy()].map(String::from).into(),
        // The simulated clock runs while a program that ended has not been noticed to.
        timeout_seconds: 24 * 60 * 60,
    };
    let note = "echo said on error >&2; echo \"$UNDERCROFT_PLAN $UNDERCROFT_STATE\" >> \"$1\"";
    let hooked = |before: &str| {
        let (before, after) = (Some(shell(before)), Some(shell(note)));
        move |spec: &mut PlanSpec| (spec.before, spec.after) = (before, after)
    };
    let good = plan(&backups, hooked("echo dumping; echo \"$1\""));
    // What nobody confirmed is not started, and says so.
    let (job, _) = run(&home, &library, &backups, &good);
    assert_eq!((job.state, out.exists()), (JobState::Warnings, false), "{job:?}");
    assert_eq!(backups.plans().unconfirmed_hooks(&good).unwrap(), good.spec.hooks());
    backups.plans().confirm_hooks(&good, &good.spec.hooks()).unwrap();
    let (job, detail) = run(&home, &library, &backups, &good);
    assert_eq!(job.state, JobState::Succeeded, "{job:?}");
    let texts: Vec<_> = detail.log.iter().map(|line| line.text.as_str()).collect();
    for said in ["dumping", &out.to_string_lossy(), "said on error"] {
        assert!(texts.contains(&said), "{said}: {texts:?}");
    }
    assert_eq!(fs::read_to_string(&out).unwrap(), "Nightly succeeded\n");

    // A command that fails, or takes too long, keeps the backup from being made; the one after
    // runs all the same.
    let mut spec = good.spec.clone();
    spec.before = Some(shell("exit 3"));
    let bad = backups.plans().change(good.id, "Nightly", &spec).unwrap();
    // Another command is another matter.
    assert_eq!(backups.plans().unconfirmed_hooks(&bad).unwrap(), bad.spec.hooks()[..1]);
    backups.plans().confirm_hooks(&bad, &bad.spec.hooks()).unwrap();
    let (job, detail) = run(&home, &library, &backups, &bad);
    assert_eq!(job.state, JobState::Failed);
    let error = job.outcome.unwrap().error.unwrap();
    assert!(error.why.contains("/bin/sh ended with 3"), "{error:?}");
    assert!(detail.parts.is_empty());
    assert!(detail.log.iter().any(|line| line.level == LogLevel::Error));
    let late = home.path().join("late");
    let script = format!("exec >&- 2>&-; sleep 5; touch '{}'", late.display());
    spec.before = Some(HookCommand { timeout_seconds: 3, ..shell(&script) });
    let slow = backups.plans().change(good.id, "Nightly", &spec).unwrap();
    backups.plans().confirm_hooks(&slow, &slow.spec.hooks()).unwrap();
    let (job, _) = run(&home, &library, &backups, &slow);
    let error = job.outcome.unwrap().error.unwrap();
    assert_eq!(error.why, "It took longer than 3 seconds");
    assert_eq!(fs::read_to_string(&out).unwrap().lines().skip(1).count(), 2);
    assert!(fs::read_to_string(&out).unwrap().ends_with("Nightly failed\n"));
    // Of the run without its commands and of the good one.
    assert_eq!(held(&backups, &a).len(), 2);
    assert!(!late.exists(), "it was stopped with all that it started");
}

#[test]
fn what_a_plan_leaves_out_and_how_slow_it_is_holds() {
    let home = Home::new();
    let (library, backups) = home.open();
    let a = home.destination(&backups, "A");
    let project = home.project(&library, "p");
    fs::write(project.root.join("film.iso"), random_bytes(3, 100_000)).unwrap();
    fs::write(project.root.join("data"), random_bytes(4, 2_000_000)).unwrap();
    let plan = plan(&backups, |spec| {
        spec.exclude = vec!["*.iso".to_owned()];
        spec.limits.bytes_per_second = Some(100_000);
        spec.limits.low_priority = true;
        spec.limits.threads = Some(1);
    });
    let before = undercroft_foundation::Clock::steady(&*home.clock);
    let (job, _) = run(&home, &library, &backups, &plan);
    assert_eq!(job.state, JobState::Succeeded, "{job:?}");
    let took = undercroft_foundation::Clock::steady(&*home.clock) - before;
    // Written and read back, and the reserve of 4 MiB, besides the hour that `run` lets pass.
    assert!((3680..3700).contains(&took.as_secs()), "{took:?}");
    assert!(a.path.join("reserve").is_file());
    assert_eq!(held(&backups, &a)[0].files, Some(3));
}

#[derive(Debug)]
struct OnPower;

impl MachineState for OnPower {
    fn is_on_battery(&self) -> bool {
        false
    }

    fn is_metered(&self) -> bool {
        false
    }
}

/// Keeps destinations busy until the job is stopped. The scheduler knows of the first.
fn occupy(library: &Library, destinations: [&Destination; 2]) -> JobView {
    let [first, second] = destinations.map(|destination| destination.id);
    let spec = JobSpec::new(JobKind::Check, "busy");
    let spec = spec.with_destination(first).with_destination(second);
    let wait = |job: &Job| {
        while !job.is_cancelled() {
            std::thread::yield_now();
        }
        job.check_cancelled().map(|()| String::new())
    };
    library.jobs().spawn(spec, wait).unwrap()
}

#[test]
fn only_the_user_lets_go_of_what_is_owed() {
    let minute = Duration::from_secs(60);
    for (stopped_by_user, begins_again) in [(true, false), (false, true)] {
        let home = Home::new();
        let (library, backups) = home.open();
        let disk = home.destination(&backups, "A");
        home.project(&library, "p");
        let plan = plan(&backups, |spec| spec.schedule = Schedule::Hourly { minute: 0 });
        let count = Arc::new(|_, _| Ok(0));
        let scheduler = Scheduler::new(&backups.schedule(), Arc::new(OnPower), count);
        scheduler.step(&backups.plan_runs()).unwrap();
        home.clock.advance(90 * minute);
        // It waits for its turn.
        let busy = occupy(&library, [&home.destination(&backups, "B"), &disk]);
        assert_eq!(scheduler.step(&backups.plan_runs()).unwrap().started, [plan.id]);
        let queued = library.jobs().list().into_iter().find(|job| job.plan.is_some()).unwrap();
        assert_eq!(queued.state, JobState::Queued);
        match stopped_by_user {
            true => drop(library.jobs().cancel(queued.id).unwrap()),
            false => library.jobs().shut_down(),
        }
        library.jobs().cancel(busy.id).unwrap();
        library.jobs().wait(busy.id).unwrap();
        home.clock.advance(2 * minute);
        let step = scheduler.step(&backups.plan_runs()).unwrap();
        assert_eq!(!step.started.is_empty(), begins_again, "{step:?}");
        library.jobs().shut_down();
    }
}
