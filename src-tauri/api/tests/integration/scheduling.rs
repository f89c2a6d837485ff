//! Plans run by themselves while a face stays, and no longer than it does.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::SignedDuration;
use undercroft_api::wire::{
    BackendEvent, BackupRun, DestinationAdd, Health, JobKind, JobView, NewPassword, Nothing,
    PauseFor, PauseRequest, Plan, PlanRef, PlanSave, ProjectAdd, ProjectRef, ProjectRename,
    Schedule, SettingsChange, VersionSave,
};
use undercroft_api::{Abilities, Api, Host, MachineState};
use undercroft_foundation::{Clock, Code, SettingsOverrides};
use undercroft_testkit::{LoopDrive, ManualClock, random_bytes, simulated_world, write_file};

/// A machine that does as the test says.
#[derive(Debug, Default)]
struct Desk {
    is_on_battery: AtomicBool,
    is_busy: AtomicBool,
}

impl MachineState for Desk {
    fn is_on_battery(&self) -> bool {
        self.is_on_battery.load(Ordering::Relaxed)
    }

    fn is_metered(&self) -> bool {
        false
    }

    fn is_busy(&self) -> bool {
        self.is_busy.load(Ordering::Relaxed)
    }
}

#[derive(Debug)]
struct Face(Arc<Desk>);

impl Host for Face {
    fn abilities(&self) -> Abilities {
        Abilities { can_pick: false, can_type: true, tray: false }
    }

    fn machine_state(&self) -> Arc<dyn MachineState> {
        Arc::<Desk>::clone(&self.0)
    }
}

struct Scene {
    folder: tempfile::TempDir,
    clock: Arc<ManualClock>,
    desk: Arc<Desk>,
    api: Api,
}

impl Scene {
    /// A library with a project, a destination, and a plan for half past twelve.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (world, clock) = simulated_world(3);
        let root = folder.path().join("library");
        let desk = Arc::<Desk>::default();
        let face = Face(Arc::clone(&desk));
        let api = Api::open(&root, &world, SettingsOverrides::default(), face).unwrap();
        let scene = Self { folder, clock, desk, api };
        let work = scene.folder.path().join("work");
        std::fs::create_dir(&work).unwrap();
        std::fs::write(work.join("file"), "content").unwrap();
        let place = scene.api.places().register(&work).id;
        let add = ProjectAdd { place, name: Some("kept".to_owned()), tags: Vec::new() };
        scene.api.project_add(add).unwrap();
        let place = scene.api.places().register(&scene.folder.path().join("disk")).id;
        let password = NewPassword::Typed { password: "secret enough".to_owned() };
        let add = DestinationAdd { place, name: None, password, create: true };
        scene.api.destination_add(add).unwrap();
        let mut draft = scene.api.plan_propose(Nothing {}).unwrap();
        draft.time_zone = Some("UTC".to_owned());
        draft.library = false;
        scene.api.plan_save(PlanSave { plan: None, draft }).unwrap();
        scene
    }

    /// Changes a setting in the file.
    fn set(&self, key: &str, value: &str) {
        let set = [(key.to_owned(), Some(value.to_owned()))].into();
        self.api.settings_change(SettingsChange { set, ..SettingsChange::default() }).unwrap();
    }

    fn plan(&self) -> Plan {
        self.api.plan_show(PlanRef { plan: "daily".to_owned() }).unwrap()
    }

    /// Lets something happen, which is a reason for the scheduler to look.
    fn stir(&self, name: &str) {
        let project = self.api.project_list(Default::default()).unwrap()[0].id.clone();
        self.api.project_rename(ProjectRename { project, name: name.to_owned() }).unwrap();
    }

    fn minutes(&self, minutes: u64) {
        self.clock.advance(Duration::from_secs(minutes * 60));
    }

    /// Lets the history of the project grow by more than a MiB of versions that are much alike.
    fn grow(&self) {
        let project = ProjectRef { project: "kept".to_owned() };
        self.done(&self.api.history_start(project).unwrap());
        let text: String =
            random_bytes(7, 50_000).iter().map(|byte| format!("{byte:02x}")).collect();
        for n in 0..12 {
            self.minutes(1);
            let now = self.clock.now();
            for name in ["a", "b"] {
                let text = format!("{name} {now} {n}\n{text}");
                write_file(self.folder.path().join("work").join(name), text);
            }
            let save = VersionSave { workspace: "kept".to_owned(), message: None, full: false };
            self.done(&self.api.version_save(save).unwrap());
        }
    }

    fn done(&self, job: &JobView) -> JobView {
        let find = || {
            let jobs = self.api.job_list(Nothing {}).unwrap();
            jobs.into_iter().find(|it| it.id == job.id && it.ended.is_some())
        };
        self.until("done", || find().is_some());
        let job = find().unwrap();
        assert!(job.outcome.as_ref().is_some_and(|it| it.error.is_none()), "{job:?}");
        job
    }

    /// Whether maintenance begins now, or would after the machine was quiet for five minutes.
    fn maintained(&self) -> Option<JobView> {
        let at_once = self.api.maintain_histories().unwrap();
        self.minutes(5);
        at_once.or_else(|| self.api.maintain_histories().unwrap())
    }

    fn planned(&self) -> Option<String> {
        self.plan().last_run.filter(|run| run.ended.is_some())?.planned.map(|time| time.to_string())
    }

    fn wait_for(&self, planned: &str) {
        self.until(planned, || self.planned().as_deref() == Some(planned));
    }

    fn until(&self, what: &str, is: impl Fn() -> bool) {
        for _ in 0..1200 {
            if is() {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("never {what}, but {:?}", self.planned());
    }
}

#[test]
fn a_plan_that_begins_to_wait_is_told_of_once() {
    let scene = Scene::new();
    let disk = scene.folder.path().join("disk");
    let away = scene.folder.path().join("away");
    std::fs::rename(&disk, &away).unwrap();
    scene.clock.advance(Duration::from_secs(3 * 3600));
    scene.api.start_scheduler();
    let told = || {
        let events = scene.api.event_list(Default::default()).unwrap();
        let waits = events.into_iter().filter(|event| event.kind == "plan.waits");
        waits.map(|event| event.text).collect::<Vec<_>>()
    };
    scene.until("told", || told() == ["Daily waits for disk; no backup there yet"]);
    scene.stir("one");
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(told().len(), 1);
    std::fs::rename(&away, &disk).unwrap();
    scene.stir("two");
    scene.until("run", || scene.planned().is_some());
    scene.api.shut_down();
}

#[test]
fn a_drive_that_comes_or_goes_is_told_of() {
    let Some(drive) = LoopDrive::new(16 << 20) else { return };
    let scene = Scene::new();
    let live = scene.api.subscribe();
    scene.api.start_scheduler();
    // The first look has to be over.
    std::thread::sleep(Duration::from_secs(2));
    let told = || live.try_iter().any(|event| matches!(event, BackendEvent::Drives));
    let at = scene.folder.path().join("drive");
    drive.plug(&at);
    scene.stir("one");
    scene.until("told that it came", told);
    drive.unplug(&at);
    scene.stir("two");
    scene.until("told that it went", told);
    scene.api.shut_down();
}

#[test]
fn a_plan_runs_by_itself_until_the_face_goes() {
    let scene = Scene::new();
    scene.api.start_scheduler();
    scene.api.start_scheduler();
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(scene.planned(), None);
    scene.clock.advance(Duration::from_secs(3 * 3600));
    scene.stir("one");
    scene.wait_for("2026-03-01T12:30:00Z");
    let plan = scene.plan();
    assert!(plan.targets_now[0].last_complete.is_some(), "{plan:?}");
    assert_eq!(plan.sentence, "Its last backup was made less than an hour ago.");

    // A pause is waited for.
    scene.api.schedule_pause(PauseRequest { pause: PauseFor::UntilResumed }).unwrap();
    scene.clock.advance(Duration::from_secs(24 * 3600));
    scene.stir("two");
    scene.until("waiting", || scene.plan().waiting.is_some());
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(scene.planned().as_deref(), Some("2026-03-01T12:30:00Z"));
    scene.api.schedule_resume(Nothing {}).unwrap();
    scene.wait_for("2026-03-02T12:30:00Z");

    scene.api.shut_down();
    scene.clock.advance(Duration::from_secs(24 * 3600));
    scene.stir("three");
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(scene.planned().as_deref(), Some("2026-03-02T12:30:00Z"));
}

#[test]
fn a_setting_keeps_plans_from_running_by_themselves_until_it_is_on_again() {
    let scene = Scene::new();
    scene.api.start_scheduler();
    scene.set("backup", "false");
    assert_eq!(scene.plan().next, None);
    assert!(scene.api.schedule_upcoming(Default::default()).unwrap().is_empty());
    scene.minutes(3 * 60);
    scene.stir("one");
    scene.until("waiting", || scene.plan().waiting.is_some());
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(scene.planned(), None);
    let waits = scene.plan().waiting.unwrap().text;
    assert_eq!(waits, "waits until the setting backup is on; no backup there yet");
    let dashboard = scene.api.dashboard(Nothing {}).unwrap();
    assert_eq!(dashboard.health, Health::Paused);
    let state = dashboard.schedule;
    assert!(state.paused && state.by_setting && state.next.is_none(), "{state:?}");
    // The pause of the user is another one: to end that changes nothing here.
    assert!(scene.api.schedule_resume(Nothing {}).unwrap().by_setting);

    scene.set("backup", "true");
    scene.wait_for("2026-03-01T12:30:00Z");
    assert!(!scene.api.schedule_state(Nothing {}).unwrap().paused);
    let told = |text: &str| {
        let events = scene.api.event_list(Default::default()).unwrap();
        events.iter().any(|event| event.kind == "schedule.changed" && event.text.contains(text))
    };
    scene.set("backup", "false");
    scene.until("told that they are off", || told("are off"));
    scene.set("backup", "true");
    scene.until("told that they are on", || told("on again"));

    // By hand a plan runs all the same.
    scene.set("backup", "false");
    let job = scene.api.plan_run(PlanRef { plan: "daily".to_owned() }).unwrap();
    scene.done(&job);
    scene.api.shut_down();
}

#[test]
fn the_schedule_of_the_settings_moves_the_next_run() {
    let scene = Scene::new();
    let next = || scene.plan().next.unwrap().to_string();
    assert_eq!(next(), "2026-03-01T12:30:00Z");
    scene.api.start_scheduler();
    // As an editor writes the file.
    let file = scene.folder.path().join("library/settings.toml");
    std::fs::write(file, "backup-schedule = \"0 18 * * *\"\n").unwrap();
    assert_eq!(next(), "2026-03-01T18:00:00Z");
    let upcoming = scene.api.schedule_upcoming(Default::default()).unwrap();
    assert_eq!(upcoming[0].at.to_string(), "2026-03-01T18:00:00Z");
    scene.minutes(3 * 60);
    scene.stir("one");
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(scene.planned(), None);
    scene.minutes(5 * 60);
    scene.stir("two");
    scene.wait_for("2026-03-01T18:00:00Z");

    // A plan with a schedule of its own keeps it.
    let mut draft = scene.plan().draft;
    draft.schedule = Schedule::Daily { at: "06:00".to_owned() };
    let plan = Some("daily".to_owned());
    scene.api.plan_save(PlanSave { plan, draft }).unwrap();
    assert_eq!(next(), "2026-03-02T06:00:00Z");
    scene.api.shut_down();
}

#[test]
fn a_backup_that_names_no_destination_goes_to_the_one_of_the_settings() {
    let scene = Scene::new();
    let run = || {
        let request = BackupRun { project: "kept".to_owned(), destination: None };
        scene.api.backup_run(request)
    };
    // There is only one.
    scene.done(&run().unwrap());
    let place = scene.api.places().register(&scene.folder.path().join("shelf")).id;
    let password = NewPassword::Typed { password: "secret enough".to_owned() };
    let add = DestinationAdd { place, name: None, password, create: true };
    let shelf = scene.api.destination_add(add).unwrap();
    assert_eq!(run().unwrap_err().code(), Code::Invalid);
    assert_eq!(scene.api.plan_propose(Nothing {}).unwrap().targets.len(), 2);
    scene.set("backup-destination", "shelf");
    assert_eq!(scene.done(&run().unwrap()).destination, Some(shelf.id.clone()));
    let proposed = scene.api.plan_propose(Nothing {}).unwrap().targets;
    assert_eq!((proposed.len(), &proposed[0].destination), (1, &shelf.id));
    scene.set("backup-destination", "attic");
    assert_eq!(run().unwrap_err().code(), Code::NotFound);
    let findings = scene.api.doctor(Nothing {}).unwrap();
    assert!(findings.iter().any(|it| it.what.contains("backup-destination")), "{findings:?}");
}

#[test]
fn a_history_is_maintained_once_a_day_while_the_machine_rests() {
    let scene = Scene::new();
    scene.grow();
    for hindrance in [&scene.desk.is_on_battery, &scene.desk.is_busy] {
        hindrance.store(true, Ordering::Relaxed);
        assert!(scene.maintained().is_none());
        hindrance.store(false, Ordering::Relaxed);
    }
    let off = |value: Option<&str>| {
        let set = [("maintain-histories".to_owned(), value.map(str::to_owned))].into();
        scene.api.settings_change(SettingsChange { set, ..SettingsChange::default() }).unwrap();
    };
    off(Some("false"));
    assert!(scene.maintained().is_none());
    off(None);
    let job = scene.done(&scene.maintained().unwrap());
    assert_eq!(job.title, "Thin and compact the history of kept");
    let told = scene.api.event_list(Default::default()).unwrap();
    let told = told.into_iter().find(|event| event.kind == "history.compacted").unwrap().text;
    assert!(told.starts_with("The history was compacted: the packs went from 1."), "{told}");
    assert!(told.ends_with(" kB"), "{told}");
    // What it does is in the list of runs, too.
    let runs = scene.api.run_list(Default::default()).unwrap();
    let summary = &runs[0].outcome.as_ref().unwrap().summary;
    assert!(summary.starts_with("0 automatic versions let go; the packs went from"), "{summary}");

    // Once a day, and only when it pays.
    scene.grow();
    assert!(scene.maintained().is_none());
    scene.minutes(24 * 60);
    let job = scene.maintained();
    assert!(job.is_some());
    scene.done(&job.unwrap());
    scene.minutes(24 * 60);
    assert!(scene.maintained().is_none());

    // A clock that was set ahead is not believed for an hour.
    scene.grow();
    scene.minutes(24 * 60);
    scene.clock.set_wall(SignedDuration::from_hours(24 * 400));
    assert!(scene.maintained().is_none());
    scene.minutes(60);
    scene.done(&scene.maintained().unwrap());
}

#[test]
fn the_loop_maintains_histories() {
    let scene = Scene::new();
    scene.grow();
    scene.api.start_scheduler();
    let kinds = || {
        let runs = scene.api.run_list(Default::default()).unwrap();
        runs.into_iter().map(|run| run.kind).collect::<Vec<_>>()
    };
    scene.until("maintained", || {
        scene.minutes(5);
        scene.stir(&format!("kept at {}", scene.clock.now()));
        kinds().contains(&JobKind::Compact)
    });
    scene.api.shut_down();
}
