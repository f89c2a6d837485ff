//! A library with one project, and what tests ask of it.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;
use undercroft_foundation::{Job, ProjectId, VersionId, World};
use undercroft_history::{
    History, SaveOrder, Scope, TreePath, Trigger, Version, Workspace, WorkspaceWatcher,
};
use undercroft_library::{AddProject, Library};
use undercroft_testkit::write_file;

/// A library in a folder of its own, and a project beside it.
pub struct Bench {
    pub folder: TempDir,
    pub library: Library,
    pub history: History,
    pub watcher: WorkspaceWatcher,
    pub project: ProjectId,
}

impl Bench {
    /// A project whose folder `fill` fills.
    pub fn new(fill: impl FnOnce(&Path)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let work = folder.path().join("work");
        std::fs::create_dir(&work).unwrap();
        fill(&work);
        let tables = undercroft_history::TABLES;
        let library =
            Library::open_or_create(&folder.path().join("library"), &World::real(), tables)
                .unwrap();
        let request = AddProject { path: work, ..AddProject::default() };
        let project = library.projects().add_linked(&request).unwrap().id;
        Self::of(folder, library, project)
    }

    /// A project of a library in a folder.
    pub fn of(folder: TempDir, library: Library, project: ProjectId) -> Self {
        let history = History::new(&library);
        let watcher = WorkspaceWatcher::new(&history);
        Self { folder, library, history, watcher, project }
    }

    /// The same, with a first version.
    pub fn begun(fill: impl FnOnce(&Path)) -> (Self, Version) {
        let bench = Self::new(fill);
        let version = bench.history.writer().begin(bench.project, &Job::new()).unwrap();
        (bench, version)
    }

    /// The project's folder.
    pub fn work(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    pub fn main(&self) -> Workspace {
        self.history.main_workspace(self.project).unwrap()
    }

    /// Writes a file of the workspace.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        write_file(self.work().join(path), content);
    }

    /// Looks at everything and makes a version, if there is reason to.
    pub fn save(&self) -> Option<Version> {
        let order = SaveOrder::new(Trigger::Manual, "");
        self.history.writer().save(self.main().id, Scope::Whole, order, &Job::new()).unwrap()
    }

    pub fn read(&self, version: VersionId, path: &str) -> Vec<u8> {
        self.history.reader().read(version, &TreePath::new(path.as_bytes()).unwrap(), None).unwrap()
    }

    /// The bare repository of the project's versions.
    pub fn git_folder(&self) -> PathBuf {
        self.library.root().join("history").join(format!("{}.git", self.project))
    }

    /// The output of stock git, which must succeed.
    pub fn git(&self, arguments: &[&str]) -> String {
        git_in(&self.git_folder(), arguments)
    }

    /// Stock git finds nothing wrong.
    pub fn fsck(&self) {
        self.git(&["fsck", "--strict", "--full", "--no-dangling"]);
    }
}

pub fn git_in(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git").arg("-C").arg(folder).args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "git {arguments:?}: {said}");
    // A link of that name is the user's own, and git says no more of it than that it is one.
    let serious = said.lines().filter(|line| !line.contains("gitignoreSymlink"));
    let wrong: Vec<_> =
        serious.filter(|it| it.contains("error") || it.contains("warning")).collect();
    assert!(wrong.is_empty(), "git {arguments:?}: {said}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub fn path(text: &str) -> TreePath {
    TreePath::new(text.as_bytes()).unwrap()
}

/// Runs a test of the same file in a process of its own that lacks this power of root's.
pub fn without_power(test: &str, power: &str, bench: &Bench, version: VersionId) {
    let output = Command::new("setpriv")
        .args([&format!("--bounding-set={power}"), &format!("--inh-caps={power}")])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env("BENCH_OF_THE_TEST", bench.folder.path())
        .env("VERSION_OF_THE_TEST", version.to_string())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}
