//! Plans run by themselves while a face stays, and no longer than it does.

use std::sync::Arc;
use std::time::Duration;

use undercroft_api::wire::{
    DestinationAdd, NewPassword, Nothing, PauseFor, PauseRequest, PlanRef, PlanSave, ProjectAdd,
    ProjectRename,
};
use undercroft_api::{Abilities, Api, Host};
use undercroft_foundation::SettingsOverrides;
use undercroft_testkit::{ManualClock, simulated_world};

#[derive(Debug)]
struct Face;

impl Host for Face {
    fn abilities(&self) -> Abilities {
        Abilities { can_pick: false, can_type: true, tray: false }
    }
}

struct Scene {
    folder: tempfile::TempDir,
    clock: Arc<ManualClock>,
    api: Api,
}

impl Scene {
    /// A library with a project, a destination, and a plan for half past twelve.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (world, clock) = simulated_world(3);
        let root = folder.path().join("library");
        let api = Api::open(&root, &world, SettingsOverrides::default(), Face).unwrap();
        let scene = Self { folder, clock, api };
        let work = scene.folder.path().join("work");
        std::fs::create_dir(&work).unwrap();
        std::fs::write(work.join("file"), "content").unwrap();
        let place = scene.api.places().point_out(&work).id;
        let add = ProjectAdd { place, name: Some("kept".to_owned()), tags: Vec::new() };
        scene.api.project_add(add).unwrap();
        let place = scene.api.places().point_out(&scene.folder.path().join("disk")).id;
        let password = NewPassword::Typed { password: "secret enough".to_owned() };
        let add = DestinationAdd { place, name: None, password, create: true };
        scene.api.destination_add(add).unwrap();
        let mut draft = scene.api.plan_propose(Nothing {}).unwrap();
        draft.time_zone = Some("UTC".to_owned());
        draft.library = false;
        scene.api.plan_save(PlanSave { plan: None, draft }).unwrap();
        scene
    }

    /// Lets something happen, which is a reason for the scheduler to look.
    fn stir(&self, name: &str) {
        let project = self.api.project_list(Default::default()).unwrap()[0].id.clone();
        self.api.project_rename(ProjectRename { project, name: name.to_owned() }).unwrap();
    }

    fn planned(&self) -> Option<String> {
        let plan = self.api.plan_show(PlanRef { plan: "daily".to_owned() }).unwrap();
        plan.last_run.filter(|run| run.ended.is_some())?.planned.map(|time| time.to_string())
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
fn a_plan_runs_by_itself_until_the_face_goes() {
    let scene = Scene::new();
    scene.api.start_scheduler();
    scene.api.start_scheduler();
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(scene.planned(), None);
    scene.clock.advance(Duration::from_secs(3 * 3600));
    scene.stir("one");
    scene.wait_for("2026-03-01T12:30:00Z");
    let plan = scene.api.plan_show(PlanRef { plan: "daily".to_owned() }).unwrap();
    assert!(plan.targets_now[0].last_complete.is_some(), "{plan:?}");
    assert_eq!(plan.sentence, "Its last backup was made less than an hour ago.");

    // A pause is waited for.
    scene.api.schedule_pause(PauseRequest { pause: PauseFor::UntilResumed }).unwrap();
    scene.clock.advance(Duration::from_secs(24 * 3600));
    scene.stir("two");
    let plan = || scene.api.plan_show(PlanRef { plan: "daily".to_owned() }).unwrap();
    scene.until("waiting", || plan().waiting.is_some());
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
