//! Any small tree, changed in any way over several backups, some of them cancelled or failed at any
//! write: every snapshot that was acknowledged restores to just what was there.

use crate::support;

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;
use support::{Scene, WatchedProvider, ids, password};
use undercroft_foundation::{Code, Job, Random};
use undercroft_providers::{MemoryProvider, Provider};
use undercroft_repository::check::{CheckOptions, ReadData};
use undercroft_repository::{BackupRequest, Parent, Repository, SnapshotId};
use undercroft_testkit::{
    FailingProvider, Fault, Operation, SeededRandom, assert_same_tree, set_modified,
    simulated_world, text_bytes, write_file,
};

/// A change to one of a few paths.
#[derive(Debug, Clone)]
enum Edit {
    File {
        seed: u64,
        size: usize,
    },
    /// The same size and time, other bytes.
    Quietly {
        seed: u64,
    },
    Folder,
    Link,
    Remove,
    Touch {
        seconds: i64,
    },
    Mode(u32),
    HardLinkTo(usize),
}

#[derive(Debug, Clone)]
enum Ending {
    Well,
    CancelledAt(usize),
    FailedAt(usize),
    DiskFullAt(usize),
}

#[derive(Debug, Clone)]
struct Round {
    edits: Vec<(usize, Edit)>,
    ending: Ending,
    compare: bool,
    threads: usize,
}

const PATHS: &[&str] = &["a", "b", "folder", "folder/c", "folder/d", "folder/deep/e", "z\nz"];

fn edits() -> impl Strategy<Value = (usize, Edit)> {
    let size = prop_oneof![Just(0), 1..2000_usize, Just(600_000), Just(2_500_000)];
    let edit = prop_oneof![
        4 => (0..5_u64, size).prop_map(|(seed, size)| Edit::File { seed, size }),
        1 => any::<u64>().prop_map(|seed| Edit::Quietly { seed }),
        1 => Just(Edit::Folder),
        1 => Just(Edit::Link),
        2 => Just(Edit::Remove),
        1 => (-1_000_000..1_000_000_000_i64).prop_map(|seconds| Edit::Touch { seconds }),
        1 => prop_oneof![Just(0o600), Just(0o755), Just(0o4711)].prop_map(Edit::Mode),
        1 => (0..PATHS.len()).prop_map(Edit::HardLinkTo),
    ];
    (0..PATHS.len(), edit)
}

fn rounds() -> impl Strategy<Value = Vec<Round>> {
    let ending = prop_oneof![
        3 => Just(Ending::Well),
        1 => (1..6_usize).prop_map(Ending::CancelledAt),
        1 => (1..6_usize).prop_map(Ending::FailedAt),
        1 => (1..6_usize).prop_map(Ending::DiskFullAt),
    ];
    let round = (prop::collection::vec(edits(), 0..6), ending, any::<bool>(), 0..3_usize);
    let round = round.prop_map(|(edits, ending, compare, threads)| Round {
        edits,
        ending,
        compare,
        threads,
    });
    prop::collection::vec(round, 1..6)
}

fn clear(path: &Path) {
    match path.symlink_metadata() {
        Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(path).unwrap(),
        Ok(_) => fs::remove_file(path).unwrap(),
        Err(_) => {}
    }
}

/// Makes the place of `path` free, and the folders above it folders.
fn make_room(root: &Path, path: &Path) {
    let above = path.strip_prefix(root).unwrap().parent().unwrap();
    let mut folder = root.to_owned();
    for name in above {
        folder.push(name);
        if !folder.symlink_metadata().is_ok_and(|metadata| metadata.is_dir()) {
            clear(&folder);
            fs::create_dir(&folder).unwrap();
        }
    }
    clear(path);
}

fn apply(root: &Path, (at, edit): &(usize, Edit)) {
    let path = root.join(PATHS[*at]);
    let is_file = |path: &Path| path.symlink_metadata().is_ok_and(|metadata| metadata.is_file());
    match edit {
        Edit::File { seed, size } => {
            make_room(root, &path);
            write_file(&path, text_bytes(*seed, *size));
        }
        Edit::Quietly { seed } if is_file(&path) => {
            let time = fs::metadata(&path).unwrap().modified().unwrap();
            let mut bytes = fs::read(&path).unwrap();
            SeededRandom::new(*seed).fill(&mut bytes);
            fs::write(&path, bytes).unwrap();
            fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
        }
        Edit::Folder => {
            make_room(root, &path);
            fs::create_dir(&path).unwrap();
        }
        Edit::Link => {
            make_room(root, &path);
            symlink("folder", &path).unwrap();
        }
        Edit::Remove => clear(&path),
        Edit::Touch { seconds } if path.symlink_metadata().is_ok() => {
            set_modified(&path, *seconds, 7);
        }
        Edit::Mode(mode) if is_file(&path) => {
            let permissions = std::os::unix::fs::PermissionsExt::from_mode(*mode);
            fs::set_permissions(&path, permissions).unwrap();
        }
        Edit::HardLinkTo(other) => {
            let other = root.join(PATHS[*other]);
            if other != path && is_file(&other) && !other.starts_with(&path) {
                make_room(root, &path);
                if is_file(&other) {
                    fs::hard_link(other, &path).unwrap();
                }
            }
        }
        Edit::Quietly { .. } | Edit::Touch { .. } | Edit::Mode(_) => {}
    }
}

/// A repository in memory whose writes fail or cancel a job when they are told to.
struct Stage {
    repository: Repository,
    failing: Arc<FailingProvider>,
    cancel: Arc<Cancel>,
    scene: Scene,
}

#[derive(Default)]
struct Cancel {
    job: std::sync::Mutex<Option<Arc<Job>>>,
    spare: AtomicUsize,
}

impl Stage {
    fn new() -> Self {
        let failing = Arc::new(FailingProvider::new(Arc::new(MemoryProvider::new())));
        let cancel = Arc::new(Cancel::default());
        let (watch, inner): (_, Arc<dyn Provider>) = (Arc::clone(&cancel), failing.clone());
        let provider = WatchedProvider::over(inner, move |_| {
            let job = watch.job.lock().unwrap();
            if let Some(job) = &*job
                && watch.spare.fetch_sub(1, Ordering::SeqCst) == 1
            {
                job.cancel();
            }
        });
        let (world, _) = simulated_world(1);
        let repository = Repository::init(provider, &password(), &world).unwrap();
        Self { repository, failing, cancel, scene: Scene::new() }
    }

    /// Runs a round; the snapshot, if it was acknowledged.
    fn run(&self, round: &Round) -> Option<SnapshotId> {
        for edit in &round.edits {
            apply(&self.scene.source(), edit);
        }
        let job = Arc::new(Job::new());
        let refuse = Fault::Refuse;
        match round.ending {
            Ending::Well => {}
            Ending::CancelledAt(nth) => {
                self.cancel.spare.store(nth, Ordering::SeqCst);
                *self.cancel.job.lock().unwrap() = Some(Arc::clone(&job));
            }
            Ending::FailedAt(nth) => {
                self.failing.fail_once(Operation::Write, "", nth, refuse(Code::Unavailable));
            }
            Ending::DiskFullAt(nth) => {
                self.failing.fail_from(Operation::Write, "", nth, refuse(Code::StorageFull));
            }
        }
        let parent = if round.compare { Parent::Auto } else { Parent::None };
        let request = BackupRequest { parent, threads: round.threads, ..self.scene.request() };
        let summary = self.repository.backup(&request, &job);
        self.failing.heal();
        *self.cancel.job.lock().unwrap() = None;
        assert!(job.warnings().is_empty(), "{:?}", job.warnings());
        match (&round.ending, summary) {
            (_, Ok(summary)) => summary.snapshot,
            (Ending::Well, Err(error)) => panic!("{error}"),
            (_, Err(_)) => None,
        }
    }

    fn copy(&self, name: &str) -> PathBuf {
        let copy = self.scene.path(name);
        let status =
            Command::new("cp").arg("-a").arg(self.scene.source()).arg(&copy).status().unwrap();
        assert!(status.success());
        copy
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 24, max_shrink_iters: 200, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn every_acknowledged_snapshot_restores_to_what_was_there(rounds in rounds()) {
        let stage = Stage::new();
        let mut kept = Vec::new();
        for (n, round) in rounds.iter().enumerate() {
            if let Some(id) = stage.run(round) {
                kept.push((id, stage.copy(&format!("copy {n}"))));
            }
            let there: BTreeSet<_> = ids(&stage.repository).into_iter().collect();
            let acknowledged: BTreeSet<_> = kept.iter().map(|(id, _)| *id).collect();
            prop_assert_eq!(there, acknowledged);
        }
        for (id, copy) in &kept {
            let snapshot = stage.repository.read_snapshot(*id).unwrap();
            assert_same_tree(copy, stage.scene.restore(&stage.repository, &snapshot));
        }
        let report = stage.repository.check(&CheckOptions { read: ReadData::All }, &Job::new()).unwrap();
        prop_assert!(report.is_sound(), "{:?}", report.errors);
    }
}
