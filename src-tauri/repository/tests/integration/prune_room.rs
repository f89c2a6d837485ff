//! Prune where there is little room, or none: on small disks that are really full.

use crate::support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use support::{Scene, back_up, collect_files, ids, password};
use undercroft_foundation::{Code, Job, World};
use undercroft_providers::DiskProvider;
use undercroft_repository::check::{CheckOptions, ReadData};
use undercroft_repository::prune::{PruneOptions, PruneReport};
use undercroft_repository::{Forget, Repository, SnapshotId};
use undercroft_testkit::{Restic, SmallDisk, random_bytes, set_modified, write_file};

const ALL: PruneOptions = PruneOptions {
    max_unused_percent: 0,
    max_unused_bytes: None,
    max_repack_bytes: None,
    join_packs_below: 0,
};

const MIB: usize = 1 << 20;

/// A repository on a small disk.
struct Small {
    disk: SmallDisk,
    scene: Scene,
    repository: Repository,
}

impl Small {
    fn new(bytes: u64) -> Option<Self> {
        let disk = SmallDisk::mount(bytes)?;
        let provider = Arc::new(DiskProvider::create(&disk.path().join("repository")).unwrap());
        let repository = Repository::init(provider, &password(), &World::real()).unwrap();
        let repository = repository.assume_strongly_consistent();
        Some(Self { disk, scene: Scene::new(), repository })
    }

    fn path(&self) -> PathBuf {
        self.disk.path().join("repository")
    }

    fn resize(&self, bytes: u64) {
        let size = format!("remount,size={bytes}");
        let mut mount = Command::new("mount");
        let status = mount.args(["-o", &size]).arg(self.disk.path()).status().unwrap();
        assert!(status.success());
    }

    fn leave_free(&self, bytes: u64) {
        let room = rustix::fs::statvfs(self.disk.path()).unwrap();
        self.resize((room.f_blocks - room.f_bfree) * room.f_frsize + bytes);
    }

    fn back_up(&self) -> SnapshotId {
        back_up(&self.repository, &self.scene.request()).snapshot.unwrap()
    }

    fn forget(&self, ids: &[SnapshotId]) {
        self.repository.forget(ids, Forget::ForGood).unwrap();
    }

    fn prune(&self) -> undercroft_foundation::Result<PruneReport> {
        self.repository.prune(&ALL, &Job::new())
    }

    fn packs(&self) -> usize {
        let mut packs = Vec::new();
        collect_files(&self.path().join("data"), &mut packs);
        packs.len()
    }

    #[track_caller]
    fn assert_sound(&self) {
        let options = CheckOptions { read: ReadData::All };
        let report = self.repository.check(&options, &Job::new()).unwrap();
        assert!(report.is_sound() && report.hints.is_empty(), "{report:#?}");
        self.scene.assert_latest_is_source(&self.repository);
    }

    #[track_caller]
    fn restic_is_content(&self) {
        Restic::new(self.path(), support::PASSWORD).check();
    }
}

fn write(folder: &Path, names: std::ops::Range<u64>, bytes: usize) {
    for n in names {
        write_file(folder.join(n.to_string()), random_bytes(n, bytes));
    }
}

#[test]
fn it_needs_no_more_room_than_it_says() {
    let Some(small) = Small::new(60 << 20) else { return };
    let source = small.scene.source();
    write(&source, 0..8, 2 * MIB);
    let first = small.back_up();
    (0..2).for_each(|n| fs::remove_file(source.join(n.to_string())).unwrap());
    small.back_up();
    small.forget(&[first]);
    let plan = || small.repository.plan_prune(&ALL, &Job::new()).unwrap();
    small.leave_free(1 << 20);
    assert!(plan().packs_without_room > 0, "{:?}", plan());
    let report = small.prune().unwrap();
    assert_eq!(report.packs_written, 0, "{report:?}");
    small.assert_sound();

    small.resize(60 << 20);
    let planned = plan();
    assert_eq!(planned.packs_without_room, 0);
    // A lock is there while it is planned, and a disk gives room by blocks.
    small.leave_free(planned.needs_free_bytes + (32 << 10));
    assert_eq!(plan(), planned);
    let report = small.prune().unwrap();
    assert!(report.packs_written > 0 && report.plan == planned, "{report:?}");
    assert!(planned.frees_bytes > 4 << 20);
    small.assert_sound();
    assert_eq!(plan().unused_bytes, 0);
    small.restic_is_content();
}

#[test]
fn room_that_it_makes_is_room_to_go_on() {
    let Some(small) = Small::new(120 << 20) else { return };
    let source = small.scene.source();
    // Packs that go whole, and later ones of which a half goes.
    write(&source, 100..124, MIB);
    let first = small.back_up();
    fs::remove_dir_all(&source).unwrap();
    write(&source, 0..48, MIB);
    let second = small.back_up();
    (0..48).step_by(2).for_each(|n| fs::remove_file(source.join(n.to_string())).unwrap());
    small.back_up();
    small.forget(&[first, second]);
    let planned = small.repository.plan_prune(&ALL, &Job::new()).unwrap();
    assert!(planned.packs_to_remove.len() > 1 && planned.packs_to_repack.len() > 2, "{planned:?}");
    small.leave_free(2 << 20);
    let scarce = small.repository.plan_prune(&ALL, &Job::new()).unwrap();
    assert!(scarce.packs_without_room > 2, "{scarce:?}");
    let report = small.prune().unwrap();
    assert_eq!(report.plan.packs_without_room, 0, "{report:?}");
    small.assert_sound();
    assert_eq!(small.repository.plan_prune(&ALL, &Job::new()).unwrap().unused_bytes, 0);
    small.restic_is_content();
}

/// A disk with not a byte left, on which half of the packs are of no use.
fn full_disk() -> Option<Small> {
    let small = Small::new(400 << 20)?;
    assert!(small.repository.ensure_reserve().unwrap());
    let source = small.scene.source();
    write(&source, 0..40, MIB);
    let first = small.back_up();
    fs::remove_dir_all(&source).unwrap();
    write(&source, 100..110, MIB);
    small.back_up();
    small.forget(&[first]);
    small.disk.fill();
    Some(small)
}

#[test]
fn on_a_full_disk_the_reserve_is_given_up_and_made_again() {
    let Some(small) = full_disk() else { return };
    let refused = small.repository.backup(&small.scene.request(), &Job::new());
    assert_eq!(refused.map_err(|error| error.code()).err(), Some(Code::StorageFull));
    let report = small.prune().unwrap();
    assert!(report.packs_removed > 1 && report.plan.frees_bytes > 30 << 20, "{report:?}");
    assert!(!small.path().join("reserve").exists());
    small.assert_sound();
    assert!(!small.repository.ensure_reserve().unwrap(), "there is not plenty of room");
    fs::remove_file(small.disk.path().join("ballast")).unwrap();
    assert!(small.repository.ensure_reserve().unwrap());
    small.assert_sound();
    small.restic_is_content();
}

#[test]
fn without_a_reserve_what_the_dead_left_makes_room_too() {
    let Some(small) = full_disk() else { return };
    // Half a pack of a writer that was killed takes the room of the reserve.
    fs::remove_file(small.path().join("reserve")).unwrap();
    let folder = small.path().join("data/00");
    fs::create_dir_all(&folder).unwrap();
    let left = folder.join("00aa.undercroft-tmp-1-1");
    fs::write(&left, vec![0; 64 << 10]).unwrap();
    set_modified(&left, 0, 0);
    small.disk.fill();
    let report = small.prune().unwrap();
    assert!(report.packs_removed > 1 && !left.exists(), "{report:?}");
    small.assert_sound();
    small.restic_is_content();
}

#[test]
fn with_nothing_to_give_up_nothing_is_lost() {
    let Some(small) = full_disk() else { return };
    fs::remove_file(small.path().join("reserve")).unwrap();
    small.disk.fill();
    let before = small.packs();
    let refused = small.prune().map_err(|error| error.code());
    assert_eq!(refused.err(), Some(Code::StorageFull));
    assert_eq!((small.packs(), ids(&small.repository).len()), (before, 1));
    fs::remove_file(small.disk.path().join("ballast")).unwrap();
    small.prune().unwrap();
    small.assert_sound();
}
