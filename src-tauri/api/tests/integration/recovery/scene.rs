//! A library that is in a destination, and the machine that it was on before.

use std::any::Any;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempDir;
use undercroft_backup::{
    AddDestination, Backups, ConfirmPlaces, HookCommand, LockHistory, NewPassword, OtherRooms,
    RecoverOrder,
};
use undercroft_foundation::{Job, ProjectId, SettingsOverrides, World};
use undercroft_history::{History, SaveOrder, Scope, Trigger, VersionMark};
use undercroft_library::{AddProject, Library, Migration, ProjectFilter};
use undercroft_providers::DiskProvider;
use undercroft_repository::{Password, Repository};
use undercroft_testkit::{
    Compare, ProjectKind, project_tree, random_bytes, tree_differences, write_file,
};

pub(crate) const PASSWORD: &str = "seven words";

pub(crate) fn tables() -> Vec<&'static [Migration]> {
    [undercroft_backup::TABLES, undercroft_history::TABLES].concat()
}

pub(crate) fn others() -> OtherRooms {
    let places = |library: &Library| {
        let workspaces = History::new(library).workspaces(None)?;
        Ok(workspaces.into_iter().map(|workspace| workspace.root).collect())
    };
    let follow_project = |library: &Library, id| History::new(library).follow_project(id);
    OtherRooms { tables: tables(), places, follow_project }
}

/// The rooms of one library.
pub(crate) struct Rooms {
    pub(crate) library: Library,
    pub(crate) history: History,
    pub(crate) backups: Backups,
}

pub(crate) fn rooms(root: &Path, config: &Path) -> Rooms {
    let library = Library::open_or_create(root, &World::real(), &tables()).unwrap();
    let history = History::new(&library);
    let held = history.clone();
    let hold: Arc<LockHistory> =
        Arc::new(move |project| Ok(Box::new(held.lock(project)?) as Box<dyn Any>));
    // Neither the keyring nor the configuration of whoever runs the tests.
    let flags = [("password-keeper".to_owned(), "file".to_owned())];
    let backups = Backups::new(&library)
        .with_overrides(SettingsOverrides::new(|_| None, flags))
        .sealing_in(config)
        .with_history_lock(hold);
    Rooms { library, history, backups }
}

pub(crate) fn open(path: &Path) -> Repository {
    let provider = Arc::new(DiskProvider::open(path).unwrap());
    Repository::open(provider, &Password::new(PASSWORD), &World::real()).unwrap()
}

/// Two projects with versions and large files, backed up with the library, and a machine that has
/// nothing beside them.
pub(crate) struct Scene {
    folder: TempDir,
    pub(crate) projects: Vec<ProjectId>,
}

impl Scene {
    pub(crate) fn new() -> Self {
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
        let drive = backups.destinations().add(&request).unwrap();
        for (seed, name) in [(1, "one"), (2, "two")] {
            let path = scene.path("work").join(name);
            project_tree(&path, ProjectKind::Rust, seed, 6);
            write_file(path.join("large"), random_bytes(seed, 3 << 20));
            let request = AddProject { path: path.clone(), ..AddProject::default() };
            let project = library.projects().add_linked(&request).unwrap().id;
            history.writer().begin(project, &Job::new()).unwrap();
            scene.projects.push(project);
        }
        scene.work_on(&history);
        for project in &scene.projects {
            backups.project_backups().run(*project, drive.id, &Job::new()).unwrap();
        }
        let mut spec = backups.plans().propose().unwrap();
        spec.exclude = vec!["*.iso".to_owned()];
        let command = vec!["/usr/bin/true".to_owned()];
        spec.before = Some(HookCommand { command, timeout_seconds: 5 });
        let plan = backups.plans().create("Nightly", &spec).unwrap();
        backups.plans().confirm_hooks(&plan, &plan.spec.hooks()).unwrap();
        assert!(backups.plans().unconfirmed_hooks(&plan).unwrap().is_empty());
        backups.library_copies().make(&open(&drive.path), &Job::new()).unwrap();
        scene
    }

    /// Pins a version, makes another, and works in a workspace of its own from then on.
    fn work_on(&self, history: &History) {
        let main = history.main_workspace(self.projects[1]).unwrap();
        let first = history.newest_version(main.id).unwrap().unwrap();
        let mark = VersionMark { name: Some("release".to_owned()), pinned: Some(true), note: None };
        history.mark(first.id, &mark).unwrap();
        write_file(main.root.join("src/later.rs"), "fn later() {}\n");
        let order = SaveOrder::new(Trigger::Manual, "later");
        history.writer().save(main.id, Scope::Whole, order, &Job::new()).unwrap().unwrap();
        let place = self.path("try");
        let opened =
            history.writer().open_workspace(first.id, "try", Some(&place), &Job::new()).unwrap();
        history.switch_workspace(opened.id).unwrap();
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join(name)
    }

    pub(crate) fn order(&self) -> RecoverOrder {
        RecoverOrder {
            path: self.path("drive/backups"),
            password: PASSWORD.to_owned(),
            snapshot: None,
            with_folders: true,
            confirm: ConfirmPlaces::All,
            home: None,
        }
    }

    /// The machine burns down: only the drive is left.
    pub(crate) fn burn(&self) {
        for name in ["library", "config"] {
            fs::rename(self.path(name), self.path(&format!("before-{name}"))).unwrap();
        }
        fs::rename(self.path("work"), self.path("before-work")).unwrap();
        // The user may have confirmed the commands of another state of the library on this machine.
        fs::create_dir(self.path("config")).unwrap();
        let name = "hooks.json";
        fs::copy(self.path("before-config").join(name), self.path("config").join(name)).unwrap();
    }

    /// Everything is there that was.
    pub(crate) fn assert_recovered(&self) {
        let Rooms { library, history, backups } =
            rooms(&self.path("library"), &self.path("config"));
        let before = rooms(&self.path("before-library"), &self.path("before-config"));
        assert_eq!(library.id().unwrap(), before.library.id().unwrap());
        assert_eq!(backups.plans().list().unwrap(), before.backups.plans().list().unwrap());
        let [plan] = &backups.plans().list().unwrap()[..] else { panic!("one plan") };
        // What it would start is seen by the user first.
        assert_eq!(backups.plans().unconfirmed_hooks(plan).unwrap(), plan.spec.hooks());
        assert_eq!(history.workspaces(None).unwrap(), before.history.workspaces(None).unwrap());
        assert_eq!(history.current_workspace().unwrap().unwrap().name, "try");
        let filter = ProjectFilter::default();
        let projects = |library: &Library| library.projects().list(&filter).unwrap();
        assert_eq!(projects(&library), projects(&before.library));
        for project in projects(&library) {
            let versions = |history: &History| {
                let workspace = history.main_workspace(project.id).unwrap();
                history.versions(workspace.id, &Default::default()).unwrap()
            };
            assert_eq!(versions(&history), versions(&before.history));
            let pinned = versions(&history).iter().filter(|version| version.pinned).count();
            assert_eq!(pinned, usize::from(project.id == self.projects[1]));
            let checked = history.maintenance().check(project.id, &Job::new()).unwrap();
            assert!(checked.damages.is_empty(), "{checked:?}");
            let work = project.root.strip_prefix(self.path("work")).unwrap();
            let was = self.path("before-work").join(work);
            let differences = tree_differences(&was, &project.root, Compare::METADATA);
            let inside: Vec<_> = differences.iter().filter(|it| !it.starts_with(". ")).collect();
            assert!(inside.is_empty(), "{inside:?}");
        }
        let drive = backups.destinations().find("Drive").unwrap();
        assert!(backups.destinations().try_password(drive.id, None).unwrap().is_some());
        assert!(!self.path("library/recovering").exists());
        // And it goes on: nothing that is there is stored again.
        let summary =
            backups.project_backups().run(self.projects[0], drive.id, &Job::new()).unwrap().summary;
        assert_eq!(summary.counts.data_blobs, 0);
        backups.library_copies().make(&open(&drive.path), &Job::new()).unwrap();
    }
}
