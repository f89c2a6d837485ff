//! The recovery drill: a library with histories, objects, plans, pins, a workspace that is worked in
//! and a destination is backed up, and comes back on a machine that has nothing: by Undercroft, also
//! when that is killed at any moment, and by stock tools alone, as the manual says.

mod by_hand;
mod other_home;
mod scene;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use scene::{PASSWORD, Rooms, Scene, open, others, rooms};
use undercroft_backup::{
    Backups, ConfirmPlaces, RecoverOrder, adopt_recovered, look_for_libraries,
};
use undercroft_foundation::{Code, DestinationId, Job, World};
use undercroft_history::{RestoreOrder, RestoreTo, SaveOrder, Scope, Trigger};
use undercroft_library::{AddProject, Library, ProjectFilter};
use undercroft_repository::BackupRequest;
use undercroft_testkit::write_file;

/// The variable that names the folder in which a process of these tests is to recover a library.
const ROLE: &str = "UNDERCROFT_TEST_RECOVER_IN";

/// Recovers and takes over, as the program does.
fn recover(scene: &Path) -> undercroft_foundation::Result<undercroft_foundation::Text> {
    let root = scene.join("library");
    adopt_recovered(&root)?;
    let done = {
        let Rooms { backups, .. } = rooms(&root, &scene.join("config"));
        let order = RecoverOrder {
            path: scene.join("drive/backups"),
            password: PASSWORD.to_owned(),
            snapshot: None,
            with_folders: true,
            confirm: ConfirmPlaces::All,
            home: None,
        };
        backups.recovery().run(&order, &others(), &Job::new())
    };
    let done = done?;
    adopt_recovered(&root)?;
    Ok(done)
}

#[test]
fn everything_comes_back_on_an_empty_machine() {
    let scene = Scene::new();
    let drive = scene.path("drive/backups");
    let refused = look_for_libraries(&drive, "wrong", None, &World::real()).unwrap_err();
    assert_eq!(refused.code(), Code::WrongPassword);
    let found = look_for_libraries(&drive, PASSWORD, None, &World::real()).unwrap();
    let [library] = &found[..] else { panic!("{found:?}") };
    let names: Vec<_> = library.projects.iter().map(|project| project.name.as_str()).collect();
    assert_eq!(names, ["one", "two"]);
    assert!(library.projects.iter().all(|it| it.is_occupied && it.last_backup.is_some()));

    let full = rooms(&scene.path("library"), &scene.path("config")).backups;
    let refused = full.recovery().run(&scene.order(), &others(), &Job::new()).unwrap_err();
    assert_eq!(refused.code(), Code::Invalid, "{refused}");
    drop(full);
    scene.burn();
    let done = recover(&scene.path("")).unwrap();
    assert!(done.contains("2 projects and 2 folders"), "{done}");
    scene.assert_recovered();
}

#[test]
fn large_files_of_versions_are_not_counted_as_backups() {
    let scene = Scene::new();
    let Rooms { backups, .. } = rooms(&scene.path("library"), &scene.path("config"));
    let drive = backups.destinations().find("Drive").unwrap();
    let held = backups.browser().list(None, Some(drive.id)).unwrap().snapshots;
    let (objects, others): (Vec<_>, Vec<_>) =
        held.iter().partition(|snapshot| snapshot.tags.iter().any(|tag| tag == "objects"));
    assert!(!objects.is_empty());
    let state = backups.destinations().state_of(&drive).unwrap();
    assert_eq!(state.snapshots, others.len() as u64);
}

#[test]
fn what_is_in_the_way_stays_as_it_is_and_the_drive_may_be_elsewhere() {
    let scene = Scene::new();
    scene.burn();
    write_file(scene.path("work/one/mine"), "mine");
    fs::rename(scene.path("drive"), scene.path("moved")).unwrap();
    let root = scene.path("library");
    let job = Job::new();
    {
        let Rooms { backups, .. } = rooms(&root, &scene.path("config"));
        let order = RecoverOrder { path: scene.path("moved/backups"), ..scene.order() };
        backups.recovery().run(&order, &others(), &job).unwrap();
        // It is not taken over while nobody starts anew, and not fetched twice.
        let again = backups.recovery().run(&order, &others(), &job).unwrap_err();
        assert_eq!(again.code(), Code::AlreadyExists, "{again}");
    }
    assert!(job.warnings().iter().any(|it| it.message.contains("left as it is")));
    assert_eq!(fs::read_dir(scene.path("work/one")).unwrap().count(), 1);
    assert!(scene.path("work/two/large").is_file());
    assert!(adopt_recovered(&root).unwrap());
    assert!(!adopt_recovered(&root).unwrap());
    let Rooms { backups, .. } = rooms(&root, &scene.path("config"));
    let drive = backups.destinations().find("Drive").unwrap();
    assert_eq!(drive.path, scene.path("moved/backups"));
    assert!(backups.destinations().try_password(drive.id, None).unwrap().is_some());
}

/// Does nothing by itself: [`a_recovery_that_is_killed_anywhere_is_gone_on_with`] starts it.
#[test]
fn recovers_where_it_is_told_to() {
    if let Some(folder) = std::env::var_os(ROLE) {
        recover(Path::new(&folder)).unwrap();
    }
}

#[test]
fn a_recovery_that_is_killed_anywhere_is_gone_on_with() {
    let scene = Scene::new();
    scene.burn();
    let run = |point: &str| {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args([
            "--exact",
            &undercroft_testkit::test_name(module_path!(), "recovers_where_it_is_told_to"),
            "--nocapture",
        ]);
        command.env(ROLE, scene.path("")).env("UNDERCROFT_CRASH_AT", point);
        command.output().unwrap()
    };
    let reset = || {
        for name in ["library", "config", "work"] {
            let _ = fs::remove_dir_all(scene.path(name));
        }
    };
    for (point, times) in [
        ("recovery.restored", 1),
        ("recovery.objects-copied", 1),
        ("library.places-confirmed", 1),
        ("recovery.completed", 1),
        ("recovery.adopting", 3),
        ("recovery.adopted", 1),
        ("secrets.recorded", 1),
        ("repository.config-written", 1),
        ("repository.snapshot-written", 1),
        ("catalog.committed", 2),
        ("catalog.before-commit", 1),
    ] {
        for nth in 1..=times {
            reset();
            let killed = run(&format!("{point}:{nth}"));
            if killed.status.success() {
                assert!(nth > 1, "{point} is not reached");
                break;
            }
            // Taken over by whoever opens it, or begun by the user again.
            adopt_recovered(&scene.path("library")).unwrap();
            let empty = {
                let Rooms { library, .. } = rooms(&scene.path("library"), &scene.path("config"));
                library.projects().list(&ProjectFilter::default()).unwrap().is_empty()
            };
            if empty {
                let done = run("");
                assert!(done.status.success(), "{point}:{nth}: {done:?}");
            }
            scene.assert_recovered();
        }
    }
}

/// Whoever has the password writes what he likes: here the place of a project.
fn forge_place(scene: &Scene, place: &Path) {
    let stage = scene.path("library/cache/library");
    let file = stage.join(format!("projects/{}/metadata.json", scene.projects[0]));
    let mut metadata: serde_json::Value =
        serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    metadata["path"] = place.to_str().unwrap().into();
    fs::write(&file, metadata.to_string()).unwrap();
    let request = BackupRequest {
        sources: vec![stage],
        tags: vec!["library:of-another".to_owned()],
        ..BackupRequest::default()
    };
    open(&scene.path("drive/backups")).backup(&request, &Job::new()).unwrap();
}

#[test]
fn a_project_is_shown_where_it_would_be_and_no_place_leads_back() {
    let scene = Scene::new();
    let shown = || {
        let drive = scene.path("drive/backups");
        let found = look_for_libraries(&drive, PASSWORD, None, &World::real()).unwrap();
        found[0].projects.iter().map(|project| project.root.clone()).collect::<Vec<_>>()
    };
    let outside = scene.path("outside");
    fs::create_dir(&outside).unwrap();
    std::os::unix::fs::symlink(&outside, scene.path("link")).unwrap();
    forge_place(&scene, &scene.path("link/one"));
    assert_eq!(shown(), [outside.join("one"), scene.path("work/two")]);
    forge_place(&scene, &scene.path("none/../outside/one"));
    assert_eq!(shown(), [scene.path("work/two")]);
    scene.burn();
    let Rooms { backups, .. } = rooms(&scene.path("library"), &scene.path("config"));
    backups.recovery().run(&scene.order(), &others(), &Job::new()).unwrap();
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 0);
    assert!(scene.path("work/two/large").is_file() && !scene.path("none").exists());
}

#[test]
fn what_was_worked_on_since_a_recovery_broke_off_stays_when_it_goes_on() {
    if !undercroft_testkit::is_alone(
        module_path!(),
        "what_was_worked_on_since_a_recovery_broke_off_stays_when_it_goes_on",
    ) {
        return;
    }
    let scene = Scene::new();
    scene.burn();
    let Rooms { backups, .. } = rooms(&scene.path("library"), &scene.path("config"));
    let (job, one) = (Arc::new(Job::new()), scene.path("work/one"));
    let (broken, begun) = (Arc::clone(&job), one.clone());
    undercroft_foundation::on_write_point(move |point| {
        if point == "restore.file-written" && begun.is_dir() {
            broken.cancel();
        }
    });
    let broken = backups.recovery().run(&scene.order(), &others(), &job).unwrap_err();
    assert_eq!(broken.code(), Code::Cancelled, "{broken}");
    write_file(one.join("large"), "today's work");
    let job = Job::new();
    backups.recovery().run(&scene.order(), &others(), &job).unwrap();
    assert_eq!(fs::read(one.join("large")).unwrap(), b"today's work");
    let told = job.warnings();
    assert!(told.iter().any(|it| it.item.ends_with("one/large")), "{told:?}");
    assert!(scene.path("work/two/large").is_file());
}

#[test]
fn nothing_that_a_library_names_is_used_until_the_user_confirms_it() {
    let scene = Scene::new();
    let outside = scene.path("outside");
    fs::create_dir(&outside).unwrap();
    plant_link(&scene, &outside);
    scene.burn();
    let (root, job) = (scene.path("library"), Job::new());
    {
        let Rooms { backups, .. } = rooms(&root, &scene.path("config"));
        let confirm = ConfirmPlaces::Below(vec![scene.path("work/one")]);
        let order = RecoverOrder { confirm, ..scene.order() };
        let done = backups.recovery().run(&order, &others(), &job).unwrap();
        assert!(done.contains("1 folder recovered; 2 places not confirmed"), "{done}");
    }
    assert!(adopt_recovered(&root).unwrap());
    assert!(!root.join("trash").exists(), "{:?}", job.warnings());
    assert!(scene.path("work/one/large").is_file());
    assert!(!scene.path("work/two").exists());

    let Rooms { library, history, backups } = rooms(&root, &scene.path("config"));
    write_file(scene.path("work/two/theirs"), "not to be read");
    write_file(scene.path("work/one/new"), "new");
    let drive = backups.destinations().find("Drive").unwrap().id;
    let [one, two] = scene.projects[..] else { panic!() };
    let save = |project| {
        let main = history.main_workspace(project).unwrap().id;
        let order = SaveOrder::new(Trigger::Manual, "");
        history.writer().save(main, Scope::Whole, order, &Job::new()).map(|made| made.is_some())
    };
    assert!(save(one).unwrap());
    let main = history.main_workspace(two).unwrap();
    let version = history.newest_version(main.id).unwrap().unwrap().id;
    let in_place = RestoreOrder {
        version,
        paths: Vec::new(),
        to: RestoreTo::InPlace { workspace: main.id, remove_extra: true },
        like: None,
    };
    let refused = [
        save(two).map(drop),
        history.writer().restore(&in_place, &Job::new()).map(drop),
        history.writer().begin(two, &Job::new()).map(drop),
        backups.project_backups().run(two, drive, &Job::new()).map(drop),
    ];
    for refused in refused {
        assert_eq!(refused.unwrap_err().code(), Code::PermissionDenied);
    }
    assert_eq!(fs::read_dir(scene.path("work/two")).unwrap().count(), 1);
    // A link under a confirmed place leads to no other one.
    std::os::unix::fs::symlink(&outside, scene.path("work/one/link")).unwrap();
    assert!(!library.is_confirmed(&scene.path("work/one/link/below")).unwrap());

    library.confirm_place(&main.root).unwrap();
    assert!(save(two).unwrap());
    backups.project_backups().run(two, drive, &Job::new()).unwrap();
    // Another folder for it is as good.
    let moved = scene.path("moved");
    fs::create_dir(&moved).unwrap();
    library.projects().relocate(two, &moved, &[]).unwrap();
    history.follow_project(two).unwrap();
    history.writer().restore(&in_place, &Job::new()).unwrap();
    assert!(moved.join("large").is_file() && !scene.path("work/two/large").exists());
    assert_named_places_are_confirmed(&scene.path("fresh"), &library, &backups, drive);
}

/// Asserts that naming a place confirms it for a user, but not for the library by itself.
fn assert_named_places_are_confirmed(
    path: &Path,
    library: &Library,
    backups: &Backups,
    drive: DestinationId,
) {
    fs::create_dir(path).unwrap();
    let request = AddProject { path: path.to_owned(), ..AddProject::default() };
    let fresh = library.projects().add_linked(&request).unwrap().id;
    backups.project_backups().run(fresh, drive, &Job::new()).unwrap();
    library.require_confirmation(&[]).unwrap();
    let refused = backups.project_backups().run(fresh, drive, &Job::new()).unwrap_err();
    assert_eq!(refused.code(), Code::PermissionDenied, "{refused}");
    let refused = backups.destinations().try_password(drive, None).unwrap_err();
    assert_eq!(refused.code(), Code::PermissionDenied, "{refused}");
}

/// Whoever has the password writes what he likes: here a link that leads out of the library.
fn plant_link(scene: &Scene, outside: &Path) {
    let stage = scene.path("library/cache/library");
    std::os::unix::fs::symlink(outside, stage.join("trash")).unwrap();
    let request = BackupRequest {
        sources: vec![stage],
        tags: vec!["library:of-another".to_owned()],
        ..BackupRequest::default()
    };
    open(&scene.path("drive/backups")).backup(&request, &Job::new()).unwrap();
}
