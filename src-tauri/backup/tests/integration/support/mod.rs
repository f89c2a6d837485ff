//! Shared setup of the tests of backups: a library, a project and a place for destinations.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempDir;
use undercroft_backup::{AddDestination, Backups, Destination, NewPassword, TABLES};
use undercroft_foundation::{Error, Result, SettingsOverrides, World};
use undercroft_library::{AddProject, Library, Project};
use undercroft_testkit::{ManualClock, simulated_world};

pub const PASSWORD: &str = "correct horse battery";

pub struct Home {
    folder: TempDir,
    world: World,
    pub clock: Arc<ManualClock>,
}

impl Home {
    pub fn new() -> Self {
        Self::of_chance(7)
    }

    /// One whose repositories are not those of another home.
    pub fn of_chance(seed: u64) -> Self {
        let (world, clock) = simulated_world(seed);
        Self { folder: tempfile::tempdir().unwrap(), world, clock }
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap()
    }

    pub fn open(&self) -> (Library, Backups) {
        let library =
            Library::open_or_create(&self.path().join("library"), &self.world, TABLES).unwrap();
        // Neither the keyring nor the configuration of whoever runs the tests.
        let flags = [("password-keeper".to_owned(), "file".to_owned())];
        let backups = Backups::new(&library)
            .with_overrides(SettingsOverrides::new(|_| None, flags))
            .sealing_in(&self.sealing_folder());
        (library, backups)
    }

    /// The folder of the key that seals passwords.
    pub fn sealing_folder(&self) -> PathBuf {
        self.path().join("config")
    }

    /// A folder of a few files, as a project.
    pub fn project(&self, library: &Library, name: &str) -> Project {
        let path = self.path().join("work").join(name);
        fs::create_dir_all(path.join("src")).unwrap();
        fs::write(path.join("src/main.rs"), "fn main() {}\n").unwrap();
        fs::write(path.join("README"), name).unwrap();
        add_project(library, &path)
    }

    pub fn destination(&self, backups: &Backups, name: &str) -> Destination {
        backups.destinations().add(&wanted(&self.path().join(name))).unwrap()
    }
}

pub fn add_project(library: &Library, path: &Path) -> Project {
    let request = AddProject { path: path.to_owned(), ..AddProject::default() };
    library.projects().add_linked(&request).unwrap()
}

/// A repository, made if there is none.
pub fn wanted(path: &Path) -> AddDestination {
    AddDestination {
        path: path.to_owned(),
        name: None,
        password: NewPassword::Typed(PASSWORD.to_owned()),
        create: true,
    }
}

pub fn refused<T: std::fmt::Debug>(
    result: Result<T>,
    code: undercroft_foundation::Code,
    why: &str,
) -> Error {
    let error = result.unwrap_err();
    assert_eq!(error.code(), code, "{error}");
    assert!(error.to_string().contains(why), "{error}");
    error
}

pub fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy_tree(&entry.path(), &target),
            false => drop(fs::copy(entry.path(), target).unwrap()),
        }
    }
}
