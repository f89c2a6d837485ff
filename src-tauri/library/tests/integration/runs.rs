//! Runs: what they tell, how they are found again, and what is let go.

use crate::support;

use std::sync::{Arc, mpsc};
use std::time::Duration;

use jiff::SignedDuration;
use support::{Home, add};
use undercroft_foundation::{
    DestinationId, Job, JobPart, JobState, LogLevel, PlanId, ProjectId, World,
};
use undercroft_library::{JobKind, JobSpec, Library, Run, RunFilter};
use undercroft_testkit::ManualClock;

struct Scene {
    home: Home,
    clock: Arc<ManualClock>,
    world: World,
}

impl Scene {
    fn new() -> Self {
        let clock = Arc::new(ManualClock::default());
        let world = World { clock: clock.clone(), ..World::real() };
        Self { home: Home::new(), clock, world }
    }

    fn open(&self) -> Library {
        Library::open_or_create(&self.home.root(), &self.world, &[]).unwrap()
    }

    fn destination(&self) -> DestinationId {
        DestinationId::new(&*self.world.clock, &*self.world.random)
    }

    fn plan(&self) -> PlanId {
        PlanId::new(&*self.world.clock, &*self.world.random)
    }
}

fn done(library: &Library, spec: JobSpec) -> Run {
    let job = library.jobs().spawn(spec, |_| Ok("Done".to_owned())).unwrap();
    library.jobs().wait(job.id).unwrap();
    library.runs().get(job.run).unwrap()
}

fn part(project: Option<ProjectId>, destination: DestinationId, state: JobState) -> JobPart {
    let summary = format!("It {}", state.name()).into();
    let begun = JobPart::begun("Atlas to Shelf", project, Some(destination));
    JobPart { state, summary, added_bytes: 7, took: Duration::from_millis(12), ..begun }
}

#[test]
fn a_run_keeps_its_parts_and_the_lines_of_its_log_also_while_it_works() {
    let scene = Scene::new();
    let library = scene.open();
    let project = add(&library, &scene.home.work("atlas")).unwrap().id;
    let (shelf, plan) = (scene.destination(), scene.plan());
    let planned = scene.world.clock.now();
    let (go, wait) = mpsc::channel::<()>();
    let (at, reached) = mpsc::channel::<()>();
    let work = move |job: &Job| {
        let number = job.add_part(JobPart::begun("Atlas to Shelf", Some(project), Some(shelf)));
        job.log(LogLevel::Info, "Reading Atlas");
        at.send(()).unwrap();
        wait.recv().unwrap();
        let step = job.step();
        step.warn("secret", "It may not be read");
        step.settle_totals();
        assert_eq!((step.warnings().len(), job.warnings().len()), (1, 1));
        assert!(!job.progress().totals_settled, "a step settles nothing");
        assert!(job.step().warnings().is_empty(), "of another step");
        job.change_part(number, part(Some(project), shelf, JobState::Warnings));
        Ok("1 of 1".to_owned())
    };
    let spec = JobSpec::new(JobKind::Plan, "Nightly").with_destination(shelf);
    let job = library.jobs().spawn(spec.of_plan(plan, Some(planned)), work).unwrap();
    reached.recv().unwrap();
    library.jobs().keep_reports();
    let live = library.runs().detail(job.run).unwrap();
    assert_eq!(live.parts[0].state, JobState::Running);
    let texts = |log: &[undercroft_foundation::LogLine]| -> Vec<String> {
        log.iter().map(|line| line.text.clone()).collect()
    };
    assert_eq!(texts(&live.log), ["Began: Nightly", "Reading Atlas"]);
    go.send(()).unwrap();
    library.jobs().wait(job.id).unwrap();
    let kept = library.runs().detail(job.run).unwrap();
    assert_eq!((kept.run.plan, kept.run.planned), (Some(plan), Some(planned)));
    assert_eq!(kept.run.state, JobState::Warnings);
    assert_eq!(kept.parts, [part(Some(project), shelf, JobState::Warnings)]);
    let log = ["Began: Nightly", "Reading Atlas", "secret: It may not be read", "1 of 1"];
    assert_eq!(texts(&kept.log), log);
    assert_eq!(kept.log[2].level, LogLevel::Warning);
    assert_eq!(kept.log[0].time, planned);
    // Another program that opens the library finds it so, by the beginning of its id.
    drop(library);
    let library = scene.open();
    let text = job.run.to_string()[..20].to_uppercase();
    assert_eq!(library.runs().get_by_text(&text).unwrap(), kept.run);
    assert!(library.runs().get_by_text("abc").is_err());
    let attempt = library.runs().newest_attempts().unwrap();
    assert_eq!((attempt[0].project, attempt[0].state), (project, JobState::Warnings));
}

#[test]
fn a_log_keeps_its_last_five_thousand_lines() {
    let scene = Scene::new();
    let library = scene.open();
    let job = library.jobs().spawn(JobSpec::new(JobKind::Check, "Talk"), |job| {
        (0..12_000).for_each(|number| job.log(LogLevel::Info, format!("line {number}")));
        Ok("Done".to_owned())
    });
    let job = library.jobs().wait(job.unwrap().id).unwrap();
    let log = library.runs().detail(job.run).unwrap().log;
    assert_eq!(log.len(), 5000);
    assert_eq!(log[4999].text, "Done");
    assert_eq!(log[4998].text, "line 11999");
}

#[test]
fn runs_are_found_by_all_that_concerns_them() {
    let scene = Scene::new();
    let library = scene.open();
    let project = add(&library, &scene.home.work("atlas")).unwrap().id;
    let (shelf, vault, plan) = (scene.destination(), scene.destination(), scene.plan());
    let single = JobSpec::new(JobKind::Backup, "single").of_project(project);
    let single = done(&library, single.with_destination(shelf));
    scene.clock.advance(Duration::from_secs(3600));
    let later = scene.world.clock.now();
    let spec = JobSpec::new(JobKind::Plan, "nightly").with_destination(shelf);
    let job = library.jobs().spawn(spec.of_plan(plan, None), move |job| {
        job.add_part(part(Some(project), vault, JobState::Failed));
        job.warn("atlas", "It failed");
        Ok("Done".to_owned())
    });
    let nightly = library.jobs().wait(job.unwrap().id).unwrap().run;
    let check = done(&library, JobSpec::new(JobKind::Check, "check"));
    let find = |filter: RunFilter| -> Vec<_> {
        library.runs().find(&filter).unwrap().into_iter().map(|run| run.id).collect()
    };
    let all = RunFilter::default();
    assert_eq!(find(all.clone()), [check.id, nightly, single.id]);
    assert_eq!(find(RunFilter { limit: Some(1), ..all }), [check.id]);
    assert_eq!(find(RunFilter { project: Some(project), ..all }), [nightly, single.id]);
    assert_eq!(find(RunFilter { destination: Some(shelf), ..all }), [nightly, single.id]);
    assert_eq!(find(RunFilter { destination: Some(vault), ..all }), [nightly]);
    assert_eq!(find(RunFilter { plan: Some(plan), ..all }), [nightly]);
    assert_eq!(find(RunFilter { kind: Some(JobKind::Check), ..all }), [check.id]);
    let warned = RunFilter { state: Some(JobState::Warnings), ..all };
    assert_eq!(find(warned), [nightly]);
    assert_eq!(find(RunFilter { since: Some(later), ..all }), [check.id, nightly]);
    assert_eq!(find(RunFilter { until: Some(later), ..all }), [single.id]);
    // The plan's attempt is newer than the one by itself, and failed wherever it went.
    let attempt = library.runs().newest_attempts().unwrap().remove(0);
    assert_eq!((attempt.run, attempt.state), (nightly, JobState::Failed));
}

#[test]
fn old_runs_go_but_never_the_newest_of_a_project_and_not_because_a_clock_jumped() {
    let scene = Scene::new();
    let library = scene.open();
    let project = add(&library, &scene.home.work("atlas")).unwrap().id;
    let shelf = scene.destination();
    let backup =
        || JobSpec::new(JobKind::Backup, "old").of_project(project).with_destination(shelf);
    let old = done(&library, backup());
    let newest = done(&library, backup());
    for _ in 0..297 {
        done(&library, JobSpec::new(JobKind::Check, "check"));
    }
    let count = || library.runs().list(None, 5000).unwrap().len();
    scene.clock.set_wall(SignedDuration::from_hours(400 * 24));
    done(&library, JobSpec::new(JobKind::Check, "check"));
    assert_eq!(count(), 300, "a jump of the clock empties nothing");
    for _ in 0..500 {
        done(&library, JobSpec::new(JobKind::Check, "check"));
    }
    // The five hundred last ones, the first since the jump, and the newest of the project.
    assert_eq!(count(), 502);
    assert!(library.runs().get(old.id).is_err());
    assert_eq!(library.runs().get(newest.id).unwrap(), newest);
    let events = library.events().after(0, 5000).unwrap();
    assert!(events.len() < 1010, "{} of 1600 events", events.len());
    assert!(events.iter().any(|event| event.project == Some(project)));
}
