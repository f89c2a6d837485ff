//! Shared setup of the tests of the library.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use undercroft_foundation::World;
use undercroft_library::{AddProject, Library, Project};

pub struct Home {
    pub folder: TempDir,
}

impl Home {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub fn root(&self) -> PathBuf {
        self.path().join("library")
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap()
    }

    pub fn open(&self) -> Library {
        open(&self.root()).unwrap()
    }

    /// A folder with one file in it.
    pub fn work(&self, name: &str) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir_all(&path).unwrap();
        fs::write(path.join("main.rs"), "fn main() {}\n").unwrap();
        path
    }
}

pub fn open(root: &Path) -> undercroft_foundation::Result<Library> {
    Library::open_or_create(root, &World::real(), &[])
}

pub fn add(library: &Library, path: &Path) -> undercroft_foundation::Result<Project> {
    library.projects().add_linked(&AddProject { path: path.to_owned(), ..AddProject::default() })
}
