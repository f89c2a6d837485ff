//! A backup that is killed at any moment loses little more than a minute of work, and a slow way to
//! the storage makes no small packs.

use crate::support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use support::{Scene, WatchedProvider, back_up, collect_files, password};
use undercroft_foundation::{Clock, Job, OsRandom, World};
use undercroft_providers::{DiskProvider, Provider};
use undercroft_repository::Repository;
use undercroft_repository::check::CheckOptions;
use undercroft_testkit::{ManualClock, Restic, assert_same_tree, random_bytes, write_file};

/// How long a pack takes to be written on this slow disk.
const PACK_TAKES: Duration = Duration::from_secs(40);

/// The work that may be lost: a minute, and the packs that were on their way at its ends.
const LOSS: Duration = Duration::from_secs(60 + 2 * 40);

/// The disk as a kill would leave it at this moment.
struct Image {
    time: Duration,
    folder: PathBuf,
    bytes: u64,
}

/// Backs up on a slow disk and keeps an image of it before each write.
fn images(scene: &Scene) -> Vec<Image> {
    drop(scene.init());
    let clock = Arc::new(ManualClock::default());
    let world = World { clock: clock.clone(), random: Arc::new(OsRandom) };
    let images = Arc::new(Mutex::new(Vec::<Image>::new()));
    let (taken, repository) = (Arc::clone(&images), scene.repository());
    let disk = WatchedProvider::over(scene.disk(), move |key| {
        let mut taken = taken.lock().unwrap();
        let folder = repository.with_file_name(format!("image {}", taken.len()));
        let copied = Command::new("cp").arg("-al").arg(&repository).arg(&folder).status().unwrap();
        assert!(copied.success());
        let bytes = bytes_of_packs(&folder);
        taken.push(Image { time: clock.steady(), folder, bytes });
        if key.starts_with("data/") {
            clock.advance(PACK_TAKES);
        }
    });
    let repository = Repository::open(disk, &password(), &world).unwrap();
    back_up(&repository, &scene.request());
    drop(repository);
    std::mem::take(&mut *images.lock().unwrap())
}

fn bytes_of_packs(repository: &Path) -> u64 {
    let mut packs = Vec::new();
    collect_files(&repository.join("data"), &mut packs);
    packs.iter().map(|pack| fs::metadata(pack).unwrap().len()).sum()
}

#[test]
fn a_backup_killed_at_any_write_is_resumed() {
    let scene = Scene::new();
    for n in 0..32 {
        write_file(scene.source().join(format!("file {n}")), random_bytes(n, 3 << 20));
    }
    let images = images(&scene);
    assert!(images.len() > 10, "{} writes", images.len());
    let total: u64 = 32 * (3 << 20);
    let mut least = total;
    for image in &images {
        let provider: Arc<dyn Provider> = Arc::new(DiskProvider::open(&image.folder).unwrap());
        let killed = Repository::open(provider, &password(), &World::real()).unwrap();
        let sound = killed.check(&CheckOptions::default(), &Job::new()).unwrap();
        assert!(sound.is_sound(), "{:?}", sound.errors);

        // What was written so long before, and what of it is stored once more.
        let long_ago = images.iter().rev().find(|other| other.time + LOSS <= image.time);
        let kept = long_ago.map_or(0, |other| other.bytes);
        let resumed = back_up(&killed, &scene.request()).counts;
        let allowed = total.saturating_sub(kept) + (1 << 20);
        assert!(resumed.data_added <= allowed, "{} of {allowed}", resumed.data_added);
        least = least.min(resumed.data_added);
    }
    assert!(least < total / 4, "nothing was ever kept");
    let last = images.last().unwrap();
    let restic = Restic::new(&last.folder, support::PASSWORD);
    restic.run(&["unlock"]);
    restic.check();
    restic.restore("latest", scene.path("target"));
    let landed = scene.path("target").join(scene.source().strip_prefix("/").unwrap());
    assert_same_tree(scene.source(), landed);
}
