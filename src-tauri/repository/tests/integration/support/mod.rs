//! Shared by the tests of the repository: a source, a repository, and the real restic beside it.

mod changes;
mod gate;
mod seal;

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use undercroft_foundation::{Job, Result, Warning, World};
use undercroft_providers::{DiskProvider, Provider};
use undercroft_repository::{
    BackupRequest, BackupSummary, Parent, Password, Repository, RestoreRequest, Snapshot,
    SnapshotFilter, SnapshotId,
};
use undercroft_testkit::{Restic, assert_same_tree};

pub use changes::{Change, ChangedProvider};
pub use gate::{Gate, WatchedProvider};
pub use seal::Sealer;

pub const PASSWORD: &str = "vault";

pub fn password() -> Password {
    Password::new(PASSWORD.to_owned())
}

/// A folder with an empty source, and room for a repository and for what is restored.
pub struct Scene {
    folder: tempfile::TempDir,
}

impl Scene {
    pub fn new() -> Self {
        let scene = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(scene.source()).unwrap();
        scene
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn source(&self) -> PathBuf {
        self.path("source")
    }

    pub fn repository(&self) -> PathBuf {
        self.path("repository")
    }

    pub fn disk(&self) -> Arc<dyn Provider> {
        Arc::new(DiskProvider::create(&self.repository()).unwrap())
    }

    pub fn init(&self) -> Repository {
        Repository::init(self.disk(), &password(), &World::real()).unwrap()
    }

    pub fn open(&self) -> Repository {
        self.open_through(self.disk())
    }

    pub fn open_through(&self, provider: Arc<dyn Provider>) -> Repository {
        Repository::open(provider, &password(), &World::real()).unwrap()
    }

    pub fn restic(&self) -> Restic {
        Restic::new(self.repository(), PASSWORD)
    }

    pub fn request(&self) -> BackupRequest {
        BackupRequest { sources: vec![self.source()], ..BackupRequest::default() }
    }

    /// Restores what a snapshot has of the source, and gives back where.
    pub fn restore(&self, repository: &Repository, snapshot: &Snapshot) -> PathBuf {
        let target = tempfile::tempdir_in(self.folder.path()).unwrap().keep();
        let request = RestoreRequest {
            target: target.clone(),
            subpath: names(&self.source()),
            ..RestoreRequest::default()
        };
        let job = Job::new();
        repository.restore(snapshot, &request, &job).unwrap();
        assert!(job.warnings().is_empty(), "{:?}", job.warnings());
        target.join("source")
    }

    /// The newest snapshot restores to just what the source is.
    #[track_caller]
    pub fn assert_latest_is_source(&self, repository: &Repository) {
        let restored = self.restore(repository, &latest(repository));
        assert_same_tree(self.source(), restored);
    }

    /// The pack that holds a tree, as restic's index says.
    pub fn pack_of_tree(&self, id: &str) -> PathBuf {
        for index in self.restic().run(&["list", "index"]).lines() {
            let text = self.restic().run(&["cat", "index", index]);
            let listed: serde_json::Value = serde_json::from_str(&text).unwrap();
            for pack in listed["packs"].as_array().unwrap() {
                if pack["blobs"].as_array().unwrap().iter().any(|blob| blob["id"] == id) {
                    let name = pack["id"].as_str().unwrap();
                    return self.repository().join("data").join(&name[..2]).join(name);
                }
            }
        }
        panic!("no index lists {id}")
    }

    /// All files of the repository, by path below it.
    pub fn stored_files(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        collect_files(&self.repository(), &mut files);
        files.sort();
        files
    }
}

pub fn collect_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        match entry.file_type().unwrap() {
            kind if kind.is_dir() => collect_files(&entry.path(), files),
            kind if kind.is_file() => files.push(entry.path()),
            _ => {}
        }
    }
}

/// The names that lead to a path from the root.
pub fn names(path: &Path) -> Vec<Vec<u8>> {
    path.iter().skip(1).map(|name| name.as_bytes().to_vec()).collect()
}

pub fn latest(repository: &Repository) -> Snapshot {
    repository.find_snapshot("latest", &SnapshotFilter::default()).unwrap()
}

pub fn ids(repository: &Repository) -> Vec<SnapshotId> {
    repository.snapshots().unwrap().iter().map(|snapshot| snapshot.id).collect()
}

/// Backs up, and everything could be read.
#[track_caller]
pub fn back_up(repository: &Repository, request: &BackupRequest) -> BackupSummary {
    let (summary, warnings) = back_up_what_can_be(repository, request);
    assert!(warnings.is_empty(), "{warnings:?}");
    summary
}

#[track_caller]
pub fn back_up_what_can_be(
    repository: &Repository,
    request: &BackupRequest,
) -> (BackupSummary, Vec<Warning>) {
    let (summary, warnings) = try_back_up(repository, request);
    (summary.unwrap(), warnings)
}

pub fn try_back_up(
    repository: &Repository,
    request: &BackupRequest,
) -> (Result<BackupSummary>, Vec<Warning>) {
    let job = Job::new();
    let summary = repository.backup(request, &job);
    (summary, job.warnings())
}

/// As many warnings as there are items, each about one of them, in any order.
#[track_caller]
pub fn assert_warned(warnings: &[Warning], items: &[&Path]) {
    let mut warned: Vec<_> = warnings.iter().map(|warning| warning.item.as_str()).collect();
    let mut wanted: Vec<_> = items.iter().map(|path| path.to_str().unwrap()).collect();
    warned.sort_unstable();
    wanted.sort_unstable();
    assert_eq!(warned, wanted, "{warnings:#?}");
}

pub fn without_parent(request: BackupRequest) -> BackupRequest {
    BackupRequest { parent: Parent::None, ..request }
}
