//! A library whose history grows old at once.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;
use undercroft_foundation::{Job, ProjectId, VersionId};
use undercroft_history::{History, SaveOrder, Scope, Trigger, Version, VersionFilter, Workspace};
use undercroft_library::{AddProject, Library};
use undercroft_testkit::{ManualClock, Restic, simulated_world, write_file};

use super::support::{git_in, path};

pub const HOUR: u64 = 3600;
pub const DAY: u64 = 24 * HOUR;

/// A library whose clock the test moves, with one project.
pub struct Scene {
    pub folder: TempDir,
    pub clock: Arc<ManualClock>,
    pub library: Library,
    pub history: History,
    pub project: ProjectId,
}

impl Scene {
    pub fn begun(fill: impl FnOnce(&Scene)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (world, clock) = simulated_world(7);
        let library = Library::open_or_create(
            &folder.path().join("library"),
            &world,
            undercroft_history::TABLES,
        )
        .unwrap();
        fs::create_dir(folder.path().join("work")).unwrap();
        let path = folder.path().join("work");
        let request = AddProject { path, ..AddProject::default() };
        let project = library.projects().add_linked(&request).unwrap().id;
        let scene = Self { history: History::new(&library), folder, clock, library, project };
        fill(&scene);
        scene.history.writer().begin(project, &Job::new()).unwrap();
        scene
    }

    pub fn main(&self) -> Workspace {
        self.history.main_workspace(self.project).unwrap()
    }

    pub fn work(&self, path: &str) -> PathBuf {
        self.folder.path().join("work").join(path)
    }

    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        write_file(self.work(path), content);
    }

    pub fn wait(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    pub fn save(&self, trigger: Trigger) -> Version {
        let order = SaveOrder::new(trigger, "");
        self.history
            .writer()
            .save(self.main().id, Scope::Whole, order, &Job::new())
            .unwrap()
            .unwrap()
    }

    /// An automatic version that says `content` in the file `a`.
    pub fn version(&self, content: &str) -> Version {
        self.write("a", content);
        self.save(Trigger::Automatic)
    }

    pub fn versions(&self) -> Vec<Version> {
        let filter = VersionFilter { limit: 10_000, ..VersionFilter::default() };
        self.history.versions(self.main().id, &filter).unwrap()
    }

    pub fn read(&self, version: VersionId, file: &str) -> Vec<u8> {
        self.history.reader().read(version, &path(file), None).unwrap()
    }

    pub fn git_folder(&self) -> PathBuf {
        self.library.root().join("history").join(format!("{}.git", self.project))
    }

    pub fn packs(&self) -> usize {
        let files = fs::read_dir(self.git_folder().join("objects/pack")).unwrap();
        files.filter(|file| file.as_ref().unwrap().path().extension().unwrap() == "pack").count()
    }

    /// Stock tools find nothing wrong, and a second look by ourselves finds the same catalog.
    pub fn assert_sound(&self) {
        let said = git_in(&self.git_folder(), &["fsck", "--strict", "--full", "--no-dangling"]);
        assert_eq!(said, "");
        if self.library.root().join("objects/config").exists() {
            let password = fs::read_to_string(self.library.root().join("keys/objects")).unwrap();
            let restic = Restic::new(self.library.root().join("objects"), password.trim());
            restic.check();
        }
        let known = self.versions();
        let changes = |version: &Version| self.history.changes(version.id, 1000).unwrap();
        let changed: Vec<_> = known.iter().map(changes).collect();
        self.history.maintenance().rebuild(&Job::new()).unwrap();
        assert_eq!(self.versions(), known);
        assert_eq!(known.iter().map(changes).collect::<Vec<_>>(), changed);
    }

    pub fn stored_bytes(&self) -> u64 {
        ["history", "objects"].iter().map(|name| bytes_below(&self.library.root().join(name))).sum()
    }
}

pub fn bytes_below(folder: &std::path::Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    let size = |entry: std::io::Result<fs::DirEntry>| {
        let entry = entry.unwrap();
        let metadata = entry.metadata().unwrap();
        if metadata.is_dir() { bytes_below(&entry.path()) } else { metadata.len() }
    };
    entries.map(size).sum()
}
