//! Jobs: turns, progress, cancel, panics, and what is left of a process that died.

use crate::support;

use std::process::{Command, Stdio};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use support::{Home, add, open};
use undercroft_foundation::{Code, DestinationId, Error, Job, JobState, World};
use undercroft_library::{JobKind, JobSpec, JobView, Library, refuse_in_use};

fn spec(title: &str, destination: Option<DestinationId>) -> JobSpec {
    JobSpec { destination, ..JobSpec::new(JobKind::Backup, title) }
}

fn destination() -> Option<DestinationId> {
    let world = World::real();
    Some(DestinationId::new(&*world.clock, &*world.random))
}

fn kinds(library: &Library) -> Vec<String> {
    library.events().after(0, 100).unwrap().into_iter().map(|event| event.kind).collect()
}

#[test]
fn a_job_that_succeeds_is_kept_as_a_run_and_told() {
    let home = Home::new();
    let library = home.open();
    let project = add(&library, &home.work("a")).unwrap();
    let spec = JobSpec { project: Some(project.id), ..spec("Back up a", destination()) };
    let job = library
        .jobs()
        .spawn(spec.clone(), |job| {
            job.add_total(2, 20);
            job.add_files_done(2);
            job.add_bytes_done(20);
            Ok("2 files".to_owned())
        })
        .unwrap();
    let job = library.jobs().wait(job.id).unwrap();
    assert_eq!(job.state, JobState::Succeeded);
    assert_eq!(job.outcome.unwrap().summary, "2 files");
    let runs = library.runs().list(Some(project.id), 10).unwrap();
    assert_eq!(runs.len(), 1);
    assert_eq!(runs[0], library.runs().get(job.run).unwrap());
    assert_eq!(
        (runs[0].state, runs[0].files_done, runs[0].bytes_done),
        (JobState::Succeeded, 2, 20)
    );
    assert_eq!(runs[0].destination, spec.destination);
    assert!(runs[0].ended.unwrap() >= runs[0].started);
    assert_eq!(kinds(&library), ["project.added", "backup.started", "backup.succeeded"]);
    assert!(library.jobs().is_idle());
}

#[test]
fn warnings_errors_and_panics_end_in_their_states() {
    let home = Home::new();
    let library = home.open();
    let run = |work: fn(&undercroft_foundation::Job) -> undercroft_foundation::Result<String>| {
        let job = library.jobs().spawn(spec("Work", destination()), work).unwrap();
        let job = library.jobs().wait(job.id).unwrap();
        let kept = library.runs().get(job.run).unwrap();
        assert_eq!((kept.state, &kept.outcome), (job.state, &job.outcome));
        (job.state, job.outcome.unwrap())
    };
    let (state, outcome) = run(|job| {
        (0..1500).for_each(|n| job.warn(format!("{n}"), "Cannot be read"));
        Ok("Done".to_owned())
    });
    assert_eq!(state, JobState::Warnings);
    assert_eq!((outcome.warnings.len(), outcome.warnings_total), (1000, 1500));

    let (state, outcome) = run(|_| Err(Error::new(Code::StorageFull, "Cannot write x")));
    assert_eq!(state, JobState::Failed);
    let failure = outcome.error.unwrap();
    assert_eq!((failure.code, failure.what.as_str()), (Code::StorageFull, "Cannot write x"));
    assert_eq!(Error::from(failure).code(), Code::StorageFull);

    let (state, outcome) = run(|_| panic!("a slip"));
    assert_eq!((state, outcome.error.as_ref().unwrap().code), (JobState::Failed, Code::Internal));
    assert_eq!(outcome.error.unwrap().why, "a slip");
}

#[test]
fn jobs_of_one_destination_take_turns_and_others_do_not_wait() {
    let home = Home::new();
    let library = home.open();
    let shared = destination();
    let (go, wait) = mpsc::channel::<()>();
    let (done, order) = mpsc::channel();
    let first = done.clone();
    let a = library
        .jobs()
        .spawn(spec("a", shared), move |_| {
            wait.recv().unwrap();
            first.send("a").unwrap();
            Ok(String::new())
        })
        .unwrap();
    let tell = |name: &'static str| {
        let done = done.clone();
        move |_: &undercroft_foundation::Job| {
            done.send(name).unwrap();
            Ok(String::new())
        }
    };
    let b = library.jobs().spawn(spec("b", shared), tell("b")).unwrap();
    let c = library.jobs().spawn(spec("c", shared), tell("c")).unwrap();
    let other = library.jobs().spawn(spec("other", destination()), tell("other")).unwrap();
    library.jobs().wait(other.id).unwrap();
    assert_eq!(library.jobs().get(b.id).unwrap().state, JobState::Queued);
    assert_eq!(library.jobs().get(a.id).unwrap().state, JobState::Running);
    go.send(()).unwrap();
    library.jobs().wait(c.id).unwrap();
    assert_eq!(order.try_iter().collect::<Vec<_>>(), ["other", "a", "b", "c"]);
    assert_eq!(library.jobs().list()[0].id, other.id);
}

#[test]
fn cancel_stops_what_works_and_what_waits() {
    let home = Home::new();
    let library = home.open();
    let shared = destination();
    let working = library
        .jobs()
        .spawn::<String>(spec("working", shared), |job| {
            loop {
                job.check_cancelled()?;
                std::thread::sleep(Duration::from_millis(1));
            }
        })
        .unwrap();
    let waiting = library
        .jobs()
        .spawn::<String>(spec("waiting", shared), |_| panic!("it never begins"))
        .unwrap();
    let view = library.jobs().cancel(waiting.id).unwrap();
    assert_eq!(view.state, JobState::Cancelled);
    library.jobs().cancel(working.id).unwrap();
    let view = library.jobs().wait(working.id).unwrap();
    assert_eq!(view.state, JobState::Cancelled);
    assert_eq!(library.runs().get(waiting.run).unwrap().state, JobState::Cancelled);
    assert_eq!(library.jobs().cancel(working.id).unwrap().state, JobState::Cancelled);
    let world = World::real();
    let unknown = undercroft_foundation::JobId::new(&*world.clock, &*world.random);
    assert_eq!(library.jobs().cancel(unknown).unwrap_err().code(), Code::NotFound);
}

#[test]
fn progress_is_told_but_not_too_often() {
    let home = Home::new();
    let library = home.open();
    let listener = library.jobs().subscribe();
    let job = library
        .jobs()
        .spawn(spec("busy", None), |job| {
            for _ in 0..450 {
                job.add_bytes_done(1);
                std::thread::sleep(Duration::from_millis(1));
            }
            Ok("Done".to_owned())
        })
        .unwrap();
    library.jobs().wait(job.id).unwrap();
    let views: Vec<_> = listener.try_iter().collect();
    assert_eq!(views.first().unwrap().state, JobState::Queued);
    assert_eq!(views.last().unwrap().state, JobState::Succeeded);
    let progress =
        views.iter().filter(|view| view.progress.bytes_done > 0 && !view.state.is_over());
    let count = progress.count();
    assert!((2..=20).contains(&count), "{count} reports of progress");
}

#[test]
fn shutting_down_waits_for_everything() {
    let home = Home::new();
    let library = home.open();
    for n in 0..5 {
        library
            .jobs()
            .spawn(spec(&format!("{n}"), destination()), |job| {
                while !job.is_cancelled() {
                    std::thread::sleep(Duration::from_millis(1));
                }
                job.check_cancelled().map(|()| String::new())
            })
            .unwrap();
    }
    library.jobs().shut_down();
    assert!(library.jobs().is_idle());
    for run in library.runs().list(None, 10).unwrap() {
        let summary = run.outcome.unwrap().summary;
        assert_eq!(
            (run.state, summary.as_str()),
            (JobState::Cancelled, "Stopped as Undercroft was quit")
        );
    }
}

#[test]
fn work_that_never_began_is_told_whether_the_user_or_the_end_of_the_program_stopped_it() {
    let home = Home::new();
    let library = home.open();
    let shared = destination();
    let (dropped, heard) = mpsc::channel();
    let wait = |job: &Job| {
        while !job.is_cancelled() {
            std::thread::sleep(Duration::from_millis(1));
        }
        job.check_cancelled().map(|()| String::new())
    };
    library.jobs().spawn(spec("working", shared), wait).unwrap();
    let queue = |name: &'static str| {
        let dropped = dropped.clone();
        let tell = move |job: &Job| dropped.send((name, job.is_interrupted())).unwrap();
        library
            .jobs()
            .spawn_or::<String>(spec(name, shared), |_| panic!("it never begins"), tell)
            .unwrap()
    };
    let (first, _second) = (queue("first"), queue("second"));
    library.jobs().cancel(first.id).unwrap();
    library.jobs().shut_down();
    assert_eq!(heard.try_iter().collect::<Vec<_>>(), [("first", false), ("second", true)]);
}

#[test]
fn a_paused_job_gives_its_lanes_back_and_goes_on_when_they_are_free() {
    let home = Home::new();
    let library = home.open();
    let (jobs, shared) = (library.jobs(), destination());
    let steady = |stop: mpsc::Receiver<()>| {
        move |job: &Job| {
            while stop.try_recv().is_err() {
                job.check_cancelled()?;
                std::thread::sleep(Duration::from_millis(1));
            }
            Ok(String::new())
        }
    };
    let ((end_long, ended), (end_late, late_ended)) = (mpsc::channel(), mpsc::channel());
    let long = jobs.spawn(spec("long", shared), steady(ended)).unwrap();
    let late = jobs.spawn(spec("late", shared), steady(late_ended)).unwrap();
    assert_eq!(late.state, JobState::Queued);
    jobs.pause(long.id).unwrap();
    assert_eq!(jobs.get(late.id).unwrap().state, JobState::Running);
    // It waits for its turn like everybody else.
    let view = jobs.resume(long.id).unwrap();
    assert_eq!((view.state, view.is_paused), (JobState::Queued, false));
    end_late.send(()).unwrap();
    jobs.wait(late.id).unwrap();
    end_long.send(()).unwrap();
    assert_eq!(jobs.wait(long.id).unwrap().state, JobState::Succeeded);
}

#[test]
fn a_library_that_is_shut_down_is_in_use_no_more() {
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..20 {
        let library = open(folder.path()).unwrap();
        let job = library.jobs().spawn(spec("short", None), |_| Ok("Done".to_owned())).unwrap();
        library.jobs().wait(job.id).unwrap();
        library.jobs().shut_down();
        drop(library);
        refuse_in_use(folder.path()).unwrap();
    }
}

/// Acts only as the process of the test below that dies in the middle of a job.
#[test]
fn a_process_that_dies() {
    let Some(root) = std::env::var_os("LIBRARY_OF_THE_TEST") else { return };
    let library = open(root.as_ref()).unwrap();
    let (started, begin) = mpsc::channel();
    library
        .jobs()
        .spawn::<String>(JobSpec::new(JobKind::Restore, "doomed"), move |_| {
            started.send(()).unwrap();
            loop {
                std::thread::sleep(Duration::from_secs(1));
            }
        })
        .unwrap();
    begin.recv().unwrap();
    std::process::abort();
}

#[test]
fn what_a_dead_process_left_is_marked_and_what_a_living_one_does_is_not() {
    let home = Home::new();
    let living = home.open();
    let (go, wait) = mpsc::channel::<()>();
    let job = living
        .jobs()
        .spawn(spec("living", None), move |_| {
            wait.recv().unwrap();
            Ok("Done".to_owned())
        })
        .unwrap();
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &undercroft_testkit::test_name(module_path!(), "a_process_that_dies")])
        .env("LIBRARY_OF_THE_TEST", home.root())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(!status.success());
    let library = home.open();
    let runs = library.runs().list(None, 10).unwrap();
    assert_eq!(runs.len(), 2);
    assert_eq!((runs[0].title.as_str(), runs[0].state), ("doomed", JobState::Failed));
    let outcome = runs[0].outcome.as_ref().unwrap();
    let error = outcome.error.as_ref().unwrap();
    assert!(error.what.starts_with("Interrupted"));
    assert!(outcome.is_interrupted());
    // It may have replaced files: what they were is not to be searched for.
    assert!(error.next.contains("Undo"), "{error:?}");
    assert!(!runs[1].state.is_over(), "{:?}", runs[1]);
    assert_eq!(library.runs().sweep_interrupted().unwrap(), 0);
    let titles: Vec<_> = library.jobs().list_all().into_iter().map(|job| job.title).collect();
    assert_eq!(titles, ["living"]);
    go.send(()).unwrap();
    living.jobs().wait(job.id).unwrap();
    assert_eq!(library.runs().get(job.run).unwrap().state, JobState::Succeeded);
}

#[test]
fn a_paused_job_waits_goes_on_and_can_be_cancelled_meanwhile() {
    let (home, clock) = (Home::new(), Arc::new(undercroft_testkit::ManualClock::default()));
    let world = World { clock: clock.clone(), ..World::real() };
    let library = Library::open_or_create(&home.root(), &world, &[]).unwrap();
    let (step, steps) = mpsc::channel();
    let (go, wait) = mpsc::channel::<()>();
    let work = move |job: &Job| {
        job.add_total(0, 100);
        job.settle_totals();
        job.add_bytes_done(50);
        for number in 0.. {
            job.check_cancelled()?;
            step.send(number).unwrap();
            if wait.recv().is_err() {
                break;
            }
        }
        Ok("Done".to_owned())
    };
    let job = library.jobs().spawn(spec("busy", destination()), work).unwrap();
    assert_eq!(steps.recv().unwrap(), 0);
    clock.advance(Duration::from_secs(10));
    let view = library.jobs().pause(job.id).unwrap();
    assert!(view.is_paused && view.state == JobState::Running);
    assert_eq!((view.elapsed, view.time_left()), (Duration::from_secs(10), None));
    go.send(()).unwrap();
    clock.advance(Duration::from_secs(1000));
    assert!(steps.recv_timeout(Duration::from_millis(200)).is_err(), "it went on");
    let view = library.jobs().resume(job.id).unwrap();
    assert_eq!((view.is_paused, view.elapsed), (false, Duration::from_secs(10)));
    assert_eq!(view.time_left(), Some(Duration::from_secs(10)));
    assert_eq!(steps.recv().unwrap(), 1);
    library.jobs().pause(job.id).unwrap();
    go.send(()).unwrap();
    library.jobs().cancel(job.id).unwrap();
    assert_eq!(library.jobs().wait(job.id).unwrap().state, JobState::Cancelled);
    assert_eq!(library.jobs().pause(job.id).unwrap().state, JobState::Cancelled);

    let (go, wait) = mpsc::channel::<()>();
    let saving = JobSpec::new(JobKind::Save, "save");
    let saving = library.jobs().spawn(saving, move |_| {
        let _ = wait.recv();
        Ok(String::new())
    });
    let refused = library.jobs().pause(saving.unwrap().id).unwrap_err();
    assert_eq!(refused.code(), Code::Unsupported);
    drop(go);
}

#[test]
fn who_waits_for_several_destinations_is_not_passed() {
    let home = Home::new();
    let library = home.open();
    let (a, b) = (destination().unwrap(), destination().unwrap());
    let (go, wait) = mpsc::channel::<()>();
    let (done, order) = mpsc::channel();
    let tell = |name: &'static str| {
        let done = done.clone();
        move |_: &Job| {
            done.send(name).unwrap();
            Ok(String::new())
        }
    };
    let on = |title: &str, all: &[DestinationId]| {
        let spec = JobSpec::new(JobKind::Plan, title);
        all.iter().fold(spec, |spec, destination| spec.with_destination(*destination))
    };
    let jobs = library.jobs();
    let first = done.clone();
    let holds_a = move |_: &Job| {
        wait.recv().unwrap();
        first.send("holds a").unwrap();
        Ok(String::new())
    };
    jobs.spawn(on("holds a", &[a]), holds_a).unwrap();
    let both = jobs.spawn(on("both", &[b, a]), tell("both")).unwrap();
    let late = jobs.spawn(on("late", &[b]), tell("late")).unwrap();
    let last = jobs.spawn(on("last", &[a, b]), tell("last")).unwrap();
    assert_eq!(jobs.get(late.id).unwrap().state, JobState::Queued, "b is free, but not its turn");
    // Who is told to wait before its turn lets others pass.
    jobs.pause(both.id).unwrap();
    jobs.wait(late.id).unwrap();
    jobs.resume(both.id).unwrap();
    go.send(()).unwrap();
    jobs.wait(last.id).unwrap();
    assert_eq!(order.try_iter().collect::<Vec<_>>(), ["late", "holds a", "both", "last"]);
}

#[test]
fn jobs_of_another_process_are_seen_until_they_end_and_left_to_it() {
    let home = Home::new();
    let (theirs, ours) = (home.open(), home.open());
    let told = ours.jobs().subscribe();
    let (go, wait) = mpsc::channel::<()>();
    let work = move |job: &Job| {
        job.add_total(1, 100);
        job.set_current("a/file");
        wait.recv().unwrap();
        Ok("Done".to_owned())
    };
    let job = theirs.jobs().spawn(spec("theirs", destination()), work).unwrap();
    let next = |is: fn(&JobView) -> bool| loop {
        let view = told.recv_timeout(Duration::from_secs(60)).unwrap();
        if is(&view) {
            break view;
        }
    };
    let seen = next(|view| view.current == "a/file");
    assert_eq!((seen.id, seen.run, seen.is_elsewhere), (job.id, job.run, true));
    assert_eq!((seen.progress.bytes_total, seen.destination), (100, job.destination));
    assert_eq!(ours.jobs().list_all()[0].state, JobState::Running);
    assert!(ours.jobs().list().is_empty() && ours.jobs().is_idle());
    let refused = ours.jobs().cancel(job.id).unwrap_err();
    assert_eq!(refused.code(), Code::Unsupported, "{refused}");
    go.send(()).unwrap();
    let ended = next(|view| view.state.is_over());
    assert_eq!(
        (ended.state, ended.outcome.unwrap().summary.as_str()),
        (JobState::Succeeded, "Done")
    );
    assert!(ours.jobs().list_all().is_empty());
}
