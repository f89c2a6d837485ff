//! The scheduler, step by step: what it begins, what it waits for, and what it never does.

use crate::support;

use std::collections::HashSet;
use std::fs;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use support::Home;
use undercroft_backup::{
    ActiveRuns, Backups, Destination, MachineState, Plan, PlanSpec, QuietHours, Schedule,
    Scheduler, Starter, Step, TargetOutcome, WaitReason,
};
use undercroft_foundation::{Code, DestinationId, Error, PlanId, Result};
use undercroft_library::{Library, NewRun};
use undercroft_testkit::SeededRandom;

#[derive(Debug, Default)]
struct Machine {
    on_battery: AtomicBool,
    is_metered: AtomicBool,
}

impl MachineState for Machine {
    fn is_on_battery(&self) -> bool {
        self.on_battery.load(Ordering::SeqCst)
    }

    fn is_metered(&self) -> bool {
        self.is_metered.load(Ordering::SeqCst)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Begun {
    plan: PlanId,
    planned: Timestamp,
    only: Vec<DestinationId>,
}

/// Takes note of what is begun. A run goes on until the test ends it.
#[derive(Debug, Default)]
struct Runs {
    begun: Mutex<Vec<Begun>>,
    live: Mutex<Vec<Begun>>,
    served: Mutex<Vec<(DestinationId, Timestamp)>>,
    refuses: AtomicBool,
}

impl Starter for Runs {
    fn start(&self, plan: &Plan, planned: Timestamp, only: Vec<DestinationId>) -> Result<()> {
        if self.refuses.load(Ordering::SeqCst) {
            return Err(Error::new(Code::Unavailable, "No room"));
        }
        let begun = Begun { plan: plan.id, planned, only };
        self.begun.lock().unwrap().push(begun.clone());
        self.live.lock().unwrap().push(begun);
        Ok(())
    }

    fn active_runs(&self) -> Result<ActiveRuns> {
        let live = self.live.lock().unwrap();
        let plans: HashSet<_> = live.iter().map(|run| run.plan).collect();
        let destinations = live.iter().flat_map(|run| run.only.iter().copied()).collect();
        Ok(ActiveRuns { plans, destinations })
    }
}

struct Scene {
    home: Home,
    library: Library,
    backups: Backups,
    machine: Arc<Machine>,
    changes: Arc<AtomicU64>,
    scheduler: Scheduler,
    runs: Runs,
}

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86400);

impl Scene {
    /// Noon on a Sunday, in March.
    fn new() -> Self {
        let home = Home::new();
        let (library, backups) = home.open();
        let (machine, changes) = (Arc::new(Machine::default()), Arc::new(AtomicU64::new(0)));
        let scheduler = scheduler(&backups, &machine, &changes);
        Self { home, library, backups, machine, changes, scheduler, runs: Runs::default() }
    }

    fn plan(&self, name: &str, change: impl FnOnce(&mut PlanSpec)) -> Plan {
        let mut spec = self.backups.plans().propose().unwrap();
        spec.time_zone = Some("UTC".to_owned());
        change(&mut spec);
        self.backups.plans().create(name, &spec).unwrap()
    }

    fn disk(&self, name: &str) -> Destination {
        self.home.destination(&self.backups, name)
    }

    fn step(&self) -> Step {
        self.scheduler.step(&self.runs).unwrap()
    }

    fn step_after(&self, time: Duration) -> Step {
        self.home.clock.advance(time);
        self.step()
    }

    fn begun(&self) -> Vec<Begun> {
        self.runs.begun.lock().unwrap().clone()
    }

    /// Ends every run that goes on.
    fn end(&self, outcome: impl Fn(Timestamp) -> TargetOutcome) {
        let now = undercroft_foundation::Clock::now(&*self.home.clock);
        for run in self.runs.live.lock().unwrap().drain(..) {
            for destination in run.only {
                self.backups.schedule().note_target(run.plan, destination, outcome(now)).unwrap();
            }
        }
    }

    fn complete(&self) {
        for run in self.runs.live.lock().unwrap().iter() {
            let served = run.only.iter().map(|destination| (*destination, run.planned));
            self.runs.served.lock().unwrap().extend(served);
        }
        self.end(|began| TargetOutcome::Complete { began });
    }

    fn away(&self, disk: &Destination) {
        fs::rename(&disk.path, disk.path.with_extension("away")).unwrap();
    }

    fn back(&self, disk: &Destination) {
        fs::rename(disk.path.with_extension("away"), &disk.path).unwrap();
    }
}

fn scheduler(backups: &Backups, machine: &Arc<Machine>, changes: &Arc<AtomicU64>) -> Scheduler {
    let changes = Arc::clone(changes);
    let count = move |_, _| Ok(changes.load(Ordering::SeqCst));
    Scheduler::new(&backups.schedule(), machine.clone(), Arc::new(count))
}

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn a_planned_time_begins_one_run_and_the_next_look_is_at_the_next() {
    let scene = Scene::new();
    let disk = scene.disk("disk");
    let plan = scene.plan("daily", |_| ());
    let step = scene.step();
    assert!(step.started.is_empty() && step.waiting.is_empty());
    let wait = step.next_look.duration_since(time("2026-03-01T12:30:00Z"));
    assert!((SignedDuration::ZERO..SignedDuration::from_secs(90)).contains(&wait), "{wait}");
    let step = scene.step_after(32 * MINUTE);
    assert_eq!(step.started, [plan.id]);
    let planned = time("2026-03-01T12:30:00Z");
    assert_eq!(scene.begun(), [Begun { plan: plan.id, planned, only: vec![disk.id] }]);
    assert!(scene.step_after(MINUTE).started.is_empty());
    scene.complete();
    assert!(scene.step_after(HOUR).started.is_empty());
    assert_eq!(scene.step_after(DAY).started, [plan.id]);
    assert_eq!(scene.begun().len(), 2);
}

#[test]
fn what_was_missed_is_caught_up_once_and_keeps_its_planned_time() {
    let scene = Scene::new();
    scene.disk("disk");
    let plan = scene.plan("hourly", |plan| plan.schedule = Schedule::Hourly { minute: 15 });
    scene.step();
    // The machine is off for ten days.
    assert_eq!(scene.step_after(10 * DAY + 45 * MINUTE).started, [plan.id]);
    assert_eq!(scene.begun()[0].planned, time("2026-03-11T12:15:00Z"));
    scene.complete();
    assert!(scene.step_after(MINUTE).started.is_empty());
    assert_eq!(scene.begun().len(), 1);
}

#[test]
fn a_plan_made_while_nobody_looked_misses_nothing_and_one_enabled_again_nothing_either() {
    let scene = Scene::new();
    scene.disk("disk");
    let plan = scene.plan("daily", |_| ());
    assert_eq!(scene.step_after(DAY).started, [plan.id]);
    scene.complete();
    scene.backups.plans().enable(plan.id, false).unwrap();
    assert!(scene.step_after(10 * DAY).started.is_empty());
    scene.backups.plans().enable(plan.id, true).unwrap();
    assert!(scene.step_after(MINUTE).started.is_empty());
    assert_eq!(scene.step_after(DAY).started, [plan.id]);
}

#[test]
fn a_slip_in_the_settings_stops_no_plan() {
    let scene = Scene::new();
    scene.disk("disk");
    let plan = scene.plan("daily", |_| ());
    assert_eq!(scene.step_after(DAY).started, [plan.id]);
    scene.complete();
    let file = scene.library.root().join("settings.toml");
    std::fs::write(file, "backup-schedule = \"now and then\"\n").unwrap();
    assert_eq!(scene.step_after(DAY).started, [plan.id]);
}

#[test]
fn a_drive_that_is_away_is_waited_for_and_the_others_are_served() {
    let scene = Scene::new();
    let (desk, shelf) = (scene.disk("Desk"), scene.disk("Shelf"));
    let plan = scene.plan("daily", |_| ());
    scene.step_after(HOUR);
    scene.complete();
    scene.away(&shelf);
    for day in 1..=5 {
        let step = scene.step_after(DAY);
        assert_eq!(step.started, [plan.id], "day {day}");
        let run = scene.begun().pop().unwrap();
        assert_eq!(run.only, [desk.id]);
        scene.complete();
        let step = scene.step_after(MINUTE);
        let [waiting] = &step.waiting[..] else { panic!("{step:?}") };
        assert_eq!(waiting.reason, WaitReason::Destination);
        assert_eq!(waiting.planned, time("2026-03-02T12:30:00Z"));
        let since = if day == 1 { "24 hours".to_owned() } else { format!("{day} days") };
        assert_eq!(waiting.text, format!("waits for Shelf; {since} since the last backup"));
        assert!(step.next_look.duration_since(waiting.planned) > SignedDuration::ZERO);
    }
    let status = scene.scheduler.plan_status(&plan).unwrap();
    assert!(!status.needs_attention, "{status:?}");
    assert!(status.sentence.starts_with("It waits for Shelf;"), "{}", status.sentence);
    scene.back(&shelf);
    assert_eq!(scene.step_after(MINUTE).started, [plan.id]);
    let run = scene.begun().pop().unwrap();
    assert_eq!((run.only, run.planned), (vec![shelf.id], time("2026-03-06T12:30:00Z")));
    scene.complete();
    assert!(scene.step_after(MINUTE).waiting.is_empty());
}

#[test]
fn a_drive_that_goes_away_in_a_run_is_served_when_it_returns() {
    let scene = Scene::new();
    let disk = scene.disk("disk");
    scene.plan("daily", |_| ());
    scene.step_after(HOUR);
    scene.away(&disk);
    scene.end(|_| TargetOutcome::Away);
    let step = scene.step_after(MINUTE);
    assert_eq!(step.waiting[0].text, "waits for disk; no backup there yet");
    scene.back(&disk);
    assert_eq!(scene.step_after(MINUTE).started.len(), 1);
}

#[test]
fn power_network_quiet_hours_and_a_pause_are_waited_for() {
    let scene = Scene::new();
    scene.disk("disk");
    let plan = scene.plan("daily", |plan| {
        plan.conditions.on_power = true;
        plan.conditions.unmetered = true;
        let (from, until) = ("22:00".parse().unwrap(), "14:00".parse().unwrap());
        plan.conditions.quiet_hours = Some(QuietHours { from, until });
    });
    let later = time("2026-03-01T15:00:00Z");
    scene.backups.schedule().pause(Some(later)).unwrap();
    scene.machine.on_battery.store(true, Ordering::SeqCst);
    scene.machine.is_metered.store(true, Ordering::SeqCst);
    let waits = |after| {
        let step = scene.step_after(after);
        assert!(step.started.is_empty());
        let [waiting] = &step.waiting[..] else { panic!("{step:?}") };
        assert_eq!(waiting.planned, time("2026-03-01T12:30:00Z"));
        assert!(waiting.text.ends_with("; no backup there yet"), "{}", waiting.text);
        (waiting.reason, waiting.text.clone())
    };
    assert_eq!(waits(HOUR).0, WaitReason::Paused);
    scene.backups.schedule().resume().unwrap();
    let (reason, text) = waits(MINUTE);
    assert_eq!(reason, WaitReason::QuietHours);
    assert!(text.contains("end of quiet hours at 14:00"), "{text}");
    assert_eq!(waits(HOUR).0, WaitReason::Power);
    scene.machine.on_battery.store(false, Ordering::SeqCst);
    assert_eq!(waits(MINUTE).0, WaitReason::Network);
    scene.machine.is_metered.store(false, Ordering::SeqCst);
    assert_eq!(scene.step_after(MINUTE).started, [plan.id]);
    // It keeps its planned time, and a pause ends by itself.
    assert_eq!(scene.begun()[0].planned, time("2026-03-01T12:30:00Z"));
    scene.complete();
    scene.backups.schedule().pause(Some(time("2026-03-02T12:20:00Z"))).unwrap();
    assert!(scene.backups.schedule().current_pause().unwrap().is_some());
    scene.home.clock.advance(23 * HOUR);
    assert!(scene.backups.schedule().current_pause().unwrap().is_none());
}

#[test]
fn a_failure_is_tried_again_later_and_later_and_a_dead_run_at_once() {
    let scene = Scene::new();
    scene.disk("disk");
    let plan = scene.plan("daily", |_| ());
    scene.runs.refuses.store(true, Ordering::SeqCst);
    assert!(scene.step_after(HOUR).started.is_empty());
    scene.runs.refuses.store(false, Ordering::SeqCst);
    assert!(scene.step_after(5 * MINUTE).started.is_empty());
    assert_eq!(scene.step_after(6 * MINUTE).started, [plan.id]);
    scene.end(|_| TargetOutcome::Failed);
    assert!(scene.step_after(15 * MINUTE).started.is_empty());
    let status = scene.scheduler.plan_status(&plan).unwrap();
    assert!(status.needs_attention && status.sentence.contains("disk failed"), "{status:?}");
    assert_eq!(scene.step_after(6 * MINUTE).started, [plan.id]);
    // Its process dies without a word.
    scene.runs.live.lock().unwrap().clear();
    assert!(scene.step_after(Duration::from_secs(1)).started.is_empty());
    assert_eq!(scene.step_after(MINUTE).started, [plan.id]);
    assert!(scene.begun().iter().all(|run| run.planned == time("2026-03-01T12:30:00Z")));
    scene.end(|_| TargetOutcome::Cancelled);
    assert!(scene.step_after(HOUR).started.is_empty());
}

/// Acts only as the process of the test below that ends amid a run of a plan.
#[test]
fn a_process_that_ends_amid_a_run() {
    let (Some(root), Ok(plan)) =
        (std::env::var_os("LIBRARY_OF_THE_TEST"), std::env::var("PLAN_OF_THE_TEST"))
    else {
        return;
    };
    let world = undercroft_foundation::World::real();
    let tables = undercroft_backup::TABLES;
    let library = Library::open_or_create(root.as_ref(), &world, tables).unwrap();
    let run = NewRun {
        kind: "plan".to_owned(),
        title: "Daily".into(),
        project: None,
        destination: None,
        plan: Some(plan.parse().unwrap()),
        planned: None,
    };
    library.runs().start(&library.runs().queue(&run).unwrap()).unwrap();
    std::process::abort();
}

#[test]
fn a_plan_whose_run_was_interrupted_says_so() {
    let scene = Scene::new();
    scene.disk("Desk");
    let plan = scene.plan("Daily", |_| {});
    let sentence = || scene.scheduler.plan_status(&plan).unwrap().sentence;
    assert_eq!(sentence(), "It has not run yet.");
    let test = undercroft_testkit::test_name(module_path!(), "a_process_that_ends_amid_a_run");
    let ended = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &test])
        .env("LIBRARY_OF_THE_TEST", scene.library.root())
        .env("PLAN_OF_THE_TEST", plan.id.to_string())
        .output()
        .unwrap();
    assert!(!ended.status.success());
    assert_eq!(scene.library.runs().sweep_interrupted().unwrap(), 1);
    assert_eq!(sentence(), "Its last run was interrupted before it was done.");
}

#[test]
fn nothing_overlaps_at_a_destination() {
    let scene = Scene::new();
    let (desk, shelf) = (scene.disk("desk"), scene.disk("shelf"));
    let first = scene.plan("first", |_| ());
    let second = scene.plan("second", |plan| plan.targets.retain(|to| to.destination == desk.id));
    assert_eq!(scene.step_after(HOUR).started, [first.id]);
    assert_eq!(scene.begun()[0].only, [desk.id, shelf.id]);
    assert!(scene.step_after(MINUTE).started.is_empty());
    scene.complete();
    assert_eq!(scene.step_after(MINUTE).started, [second.id]);
    // The one that is free is served meanwhile.
    assert_eq!(scene.step_after(3 * DAY).started, [first.id]);
    assert_eq!(scene.begun()[2].only, [shelf.id]);
    assert!(scene.step_after(DAY).started.is_empty());
}

#[test]
fn two_processes_never_begin_one_twice() {
    let scene = Scene::new();
    scene.disk("desk");
    scene.disk("shelf");
    scene.plan("hourly", |plan| plan.schedule = Schedule::Hourly { minute: 0 });
    let (_other_library, other) = scene.home.open();
    let second = scheduler(&other, &scene.machine, &scene.changes);
    scene.home.clock.advance(2 * MINUTE);
    for _ in 0..10 {
        let before = scene.begun().len();
        scene.home.clock.advance(HOUR);
        std::thread::scope(|threads| {
            for scheduler in [&scene.scheduler, &second] {
                threads.spawn(|| scheduler.step(&scene.runs).unwrap());
            }
        });
        let begun = scene.begun();
        let new = &begun[before..];
        let given: Vec<_> = new.iter().flat_map(|run| run.only.clone()).collect();
        assert_eq!(given.len(), 2, "{new:?}");
        assert_eq!(given.iter().collect::<HashSet<_>>().len(), 2, "{new:?}");
        scene.complete();
    }
}

#[test]
fn a_clock_that_jumps_runs_once_at_most_and_deletes_nothing() {
    let scene = Scene::new();
    let disk = scene.disk("disk");
    let plan = scene.plan("hourly", |plan| plan.schedule = Schedule::Hourly { minute: 0 });
    scene.step();
    scene.step_after(2 * HOUR);
    scene.complete();
    let held = || scene.backups.schedule().is_retention_held_by_clock(plan.id, disk.id).unwrap();
    assert!(!held());
    let days = |days: i64| SignedDuration::from_hours(days * 24);
    for jump in [400, -400, 400, -400, -400, 400] {
        let before = scene.begun().len();
        scene.home.clock.set_wall(days(jump));
        for _ in 0..5 {
            scene.step_after(Duration::from_secs(10));
            if jump > 0 {
                assert_eq!(scene.begun().len(), before + 1, "jump by {jump} days");
            }
        }
        assert!(scene.begun().len() <= before + 1, "jump by {jump} days");
        assert_eq!(held(), jump > 0, "jump by {jump} days");
        scene.complete();
        assert!(!held());
        // Whatever the clock says, it goes on every hour.
        let before = scene.begun().len();
        for _ in 0..12 {
            scene.step_after(15 * MINUTE);
            scene.complete();
        }
        assert_eq!(scene.begun().len(), before + 3, "after a jump by {jump} days");
    }
    // A clock that is put right by half an hour runs nothing twice.
    let before = scene.begun().len();
    for _ in 0..8 {
        scene.home.clock.set_wall(SignedDuration::from_mins(-30));
        scene.step_after(31 * MINUTE);
        scene.complete();
    }
    assert!(scene.begun().len() <= before + 1);
}

#[test]
fn a_plan_runs_after_so_many_versions() {
    let scene = Scene::new();
    let project = scene.home.project(&scene.library, "p");
    scene.disk("disk");
    let plan = scene.plan("changes", |plan| {
        plan.schedule = Schedule::AfterChanges { versions: 3 };
    });
    assert!(scene.step().started.is_empty());
    scene.changes.store(2, Ordering::SeqCst);
    assert!(scene.step_after(MINUTE).started.is_empty());
    scene.changes.store(3, Ordering::SeqCst);
    assert_eq!(scene.step_after(MINUTE).started, [plan.id]);
    scene.changes.store(0, Ordering::SeqCst);
    scene.complete();
    assert!(scene.step_after(MINUTE).started.is_empty());
    scene.changes.store(5, Ordering::SeqCst);
    scene.library.projects().forget(project.id).unwrap();
    assert!(scene.step_after(MINUTE).started.is_empty());
}

#[test]
fn what_comes_and_what_is_overdue_is_told() {
    let scene = Scene::new();
    let disk = scene.disk("Shelf");
    scene.plan("Daily", |_| ());
    scene.plan("Weekly", |plan| {
        plan.schedule = Schedule::Weekly { weekdays: vec![1], at: "09:00".parse().unwrap() };
    });
    let off = scene.plan("Off", |_| ());
    scene.backups.plans().enable(off.id, false).unwrap();
    let upcoming = scene.backups.schedule().upcoming(time("2026-03-03T00:00:00Z"), 100).unwrap();
    let told: Vec<_> = upcoming.iter().map(|run| (run.name.as_str(), run.at.to_string())).collect();
    let daily = |day: &str| ("Daily", format!("2026-03-{day}T12:30:00Z"));
    let weekly = ("Weekly", "2026-03-02T09:00:00Z".to_owned());
    assert_eq!(told, [daily("01"), weekly, daily("02")]);
    let some = scene.backups.schedule().upcoming(time("2027-03-03T00:00:00Z"), 2).unwrap();
    assert_eq!(some, upcoming[..2]);

    assert!(scene.backups.schedule().overdue().unwrap().is_empty());
    scene.away(&disk);
    scene.step_after(8 * DAY);
    let overdue = scene.backups.schedule().overdue().unwrap();
    assert_eq!(overdue.len(), 2);
    assert_eq!(overdue[0].text, "no backup on Shelf for 8 days");
    let overrides = &undercroft_foundation::SettingsOverrides::default();
    scene.library.change_settings(overrides, &[("warn-after-days", Some("0"))]).unwrap();
    assert!(scene.backups.schedule().overdue().unwrap().is_empty());
}

/// No planned time is served twice at a destination, whatever drives, machine and clock do for
/// weeks; once all is well, everything is served.
#[test]
fn whatever_happens_nothing_is_served_twice_and_nothing_is_forgotten() {
    for seed in 1..=4 {
        println!("seed {seed}");
        let dice = SeededRandom::new(seed);
        let scene = Scene::new();
        let disks = [scene.disk("a"), scene.disk("b")];
        let plan = scene.plan("hourly", |plan| {
            plan.schedule = Schedule::Hourly { minute: 20 };
            plan.conditions.on_power = true;
        });
        scene.step();
        let mut away = [false, false];
        for _ in 0..120 {
            match dice.below(8) {
                0 | 1 => {
                    let disk = dice.below(2);
                    if away[disk] {
                        scene.back(&disks[disk]);
                    } else {
                        scene.away(&disks[disk]);
                    }
                    away[disk] = !away[disk];
                }
                2 => scene.machine.on_battery.store(dice.below(2) == 0, Ordering::SeqCst),
                3 => scene.end(|_| TargetOutcome::Failed),
                4 => scene.end(|_| TargetOutcome::Away),
                5 => scene.runs.live.lock().unwrap().clear(),
                _ => scene.complete(),
            }
            scene.step_after(Duration::from_secs(dice.below(4000) as u64));
        }
        scene.machine.on_battery.store(false, Ordering::SeqCst);
        for (disk, away) in disks.iter().zip(away) {
            if away {
                scene.back(disk);
            }
        }
        for _ in 0..12 {
            scene.complete();
            scene.step_after(HOUR);
        }
        scene.complete();
        let status = scene.scheduler.plan_status(&plan).unwrap();
        assert!(status.waiting.is_none() && !status.needs_attention, "{status:?}");
        let hour = SignedDuration::from_hours(2);
        let now = undercroft_foundation::Clock::now(&*scene.home.clock);
        for target in &status.targets {
            assert!(now.duration_since(target.last_complete.unwrap()) < hour, "{status:?}");
        }
        let served = scene.runs.served.lock().unwrap();
        assert!(served.len() > 10, "seed {seed}");
        assert_eq!(served.iter().collect::<HashSet<_>>().len(), served.len(), "seed {seed}");
    }
}
