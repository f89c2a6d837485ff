//! The recovery drill: a library with histories, objects, a destination and a name for each thing
//! is backed up, and comes back on a machine that has nothing. It comes back by Undercroft, also
//! when that is killed at any moment, and by stock tools alone.

use std::any::Any;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use tempfile::TempDir;
use undercroft_backup::{
    AddDestination, Backups, HoldHistory, NewPassword, RecoverOrder, adopt_recovered,
    look_for_libraries,
};
use undercroft_foundation::{Code, Job, ProjectId, SettingsOverrides, World};
use undercroft_history::History;
use undercroft_library::{AddProject, Library, Migration, ProjectFilter};
use undercroft_providers::DiskProvider;
use undercroft_repository::{Password, Repository};
use undercroft_testkit::{
    Compare, ProjectKind, project_tree, random_bytes, tree_differences, write_file,
};

const PASSWORD: &str = "seven words";
/// Says what a process of these tests is to do in this folder instead.
const ROLE: &str = "UNDERCROFT_TEST_RECOVER_IN";

fn tables() -> Vec<&'static [Migration]> {
    [undercroft_backup::TABLES, undercroft_history::TABLES].concat()
}

/// The rooms of one library.
struct Rooms {
    library: Library,
    history: History,
    backups: Backups,
}

fn rooms(root: &Path, config: &Path) -> Rooms {
    let library = Library::open_or_create(root, &World::real(), &tables()).unwrap();
    let history = History::new(&library);
    let held = history.clone();
    let hold: Arc<HoldHistory> =
        Arc::new(move |project| Ok(Box::new(held.hold(project)?) as Box<dyn Any>));
    // Neither the keyring nor the configuration of whoever runs the tests.
    let flags = [("password-keeper".to_owned(), "file".to_owned())];
    let backups = Backups::new(&library)
        .with_overrides(SettingsOverrides::new(|_| None, flags))
        .sealing_in(config)
        .holding_histories(hold);
    Rooms { library, history, backups }
}

fn open(path: &Path) -> Repository {
    let provider = Arc::new(DiskProvider::open(path).unwrap());
    Repository::open(provider, &Password::new(PASSWORD), &World::real()).unwrap()
}

/// Two projects with versions and large files, backed up with the library, and a machine that has
/// nothing beside them.
struct Scene {
    folder: TempDir,
    projects: Vec<ProjectId>,
}

impl Scene {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut scene = Self { folder, projects: Vec::new() };
        let Rooms { library, history, backups } =
            rooms(&scene.path("library"), &scene.path("config"));
        let request = AddDestination {
            path: scene.path("drive/backups"),
            name: Some("Drive".to_owned()),
            password: NewPassword::Typed(PASSWORD.to_owned()),
            create: true,
        };
        let drive = backups.add_destination(&request).unwrap();
        for (seed, name) in [(1, "one"), (2, "two")] {
            let path = scene.path("work").join(name);
            project_tree(&path, ProjectKind::Rust, seed, 6);
            write_file(path.join("large"), random_bytes(seed, 3 << 20));
            let request = AddProject { path: path.clone(), ..AddProject::default() };
            let project = library.projects().add_linked(&request).unwrap().id;
            history.begin(project, &Job::new()).unwrap();
            backups.run(project, drive.id, &Job::new()).unwrap();
            scene.projects.push(project);
        }
        backups.back_up_library(&open(&drive.path), &Job::new()).unwrap();
        scene
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join(name)
    }

    fn order(&self) -> RecoverOrder {
        RecoverOrder {
            path: self.path("drive/backups"),
            password: PASSWORD.to_owned(),
            snapshot: None,
            with_folders: true,
        }
    }

    /// The machine burns down: only the drive is left.
    fn burn(&self) {
        for name in ["library", "config"] {
            fs::rename(self.path(name), self.path(&format!("before-{name}"))).unwrap();
        }
        fs::rename(self.path("work"), self.path("before-work")).unwrap();
    }

    /// Everything is there that was.
    fn assert_recovered(&self) {
        let Rooms { library, history, backups } =
            rooms(&self.path("library"), &self.path("config"));
        let before = rooms(&self.path("before-library"), &self.path("before-config"));
        assert_eq!(library.id().unwrap(), before.library.id().unwrap());
        let filter = ProjectFilter::default();
        let projects = |library: &Library| library.projects().list(&filter).unwrap();
        assert_eq!(projects(&library), projects(&before.library));
        for project in projects(&library) {
            let versions = |history: &History| {
                let workspace = history.main_workspace(project.id).unwrap();
                history.versions(workspace.id, &Default::default()).unwrap()
            };
            assert_eq!(versions(&history), versions(&before.history));
            let checked = history.check(project.id, &Job::new()).unwrap();
            assert!(checked.damages.is_empty(), "{checked:?}");
            let work = project.root.strip_prefix(self.path("work")).unwrap();
            let was = self.path("before-work").join(work);
            let differences = tree_differences(&was, &project.root, Compare::METADATA);
            let inside: Vec<_> = differences.iter().filter(|it| !it.starts_with(". ")).collect();
            assert!(inside.is_empty(), "{inside:?}");
        }
        let drive = backups.find_destination("Drive").unwrap();
        assert!(backups.try_password(drive.id, None).unwrap().is_some());
        assert!(!self.path("library/recovering").exists());
        // And it goes on: nothing that is there is stored again.
        let summary = backups.run(self.projects[0], drive.id, &Job::new()).unwrap().summary;
        assert_eq!(summary.counts.data_blobs, 0);
        backups.back_up_library(&open(&drive.path), &Job::new()).unwrap();
    }
}

/// Recovers and takes over, as the program does.
fn recover(scene: &Path) -> undercroft_foundation::Result<String> {
    let root = scene.join("library");
    adopt_recovered(&root)?;
    let done = {
        let Rooms { backups, .. } = rooms(&root, &scene.join("config"));
        let order = RecoverOrder {
            path: scene.join("drive/backups"),
            password: PASSWORD.to_owned(),
            snapshot: None,
            with_folders: true,
        };
        backups.recover(&order, &tables(), &Job::new())
    };
    let done = done?;
    adopt_recovered(&root)?;
    Ok(done)
}

#[test]
fn everything_comes_back_on_an_empty_machine() {
    let scene = Scene::new();
    let drive = scene.path("drive/backups");
    let refused = look_for_libraries(&drive, "wrong", &World::real()).unwrap_err();
    assert_eq!(refused.code(), Code::WrongPassword);
    let found = look_for_libraries(&drive, PASSWORD, &World::real()).unwrap();
    let [library] = &found[..] else { panic!("{found:?}") };
    let names: Vec<_> = library.projects.iter().map(|project| project.name.as_str()).collect();
    assert_eq!(names, ["one", "two"]);
    assert!(library.projects.iter().all(|it| it.is_occupied && it.last_backup.is_some()));

    let full = rooms(&scene.path("library"), &scene.path("config")).backups;
    let refused = full.recover(&scene.order(), &tables(), &Job::new()).unwrap_err();
    assert_eq!(refused.code(), Code::Invalid, "{refused}");
    drop(full);
    scene.burn();
    let done = recover(&scene.path("")).unwrap();
    assert!(done.contains("2 projects and 2 folders"), "{done}");
    scene.assert_recovered();
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
        backups.recover(&order, &tables(), &job).unwrap();
        // It is not taken over while nobody starts anew, and not fetched twice.
        let again = backups.recover(&order, &tables(), &job).unwrap_err();
        assert_eq!(again.code(), Code::AlreadyExists, "{again}");
    }
    assert!(job.warnings().iter().any(|it| it.message.contains("left as it is")));
    assert_eq!(fs::read_dir(scene.path("work/one")).unwrap().count(), 1);
    assert!(scene.path("work/two/large").is_file());
    assert!(adopt_recovered(&root).unwrap());
    assert!(!adopt_recovered(&root).unwrap());
    let Rooms { backups, .. } = rooms(&root, &scene.path("config"));
    let drive = backups.find_destination("Drive").unwrap();
    assert_eq!(drive.path, scene.path("moved/backups"));
    assert!(backups.try_password(drive.id, None).unwrap().is_some());
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
        command.args(["--exact", "recovers_where_it_is_told_to", "--nocapture"]);
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
