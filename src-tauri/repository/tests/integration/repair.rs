//! Repair: what is left of a damaged repository is saved, and nothing is removed on a doubt.

use crate::support;

use std::fs;
use std::path::{Path, PathBuf};

use support::{Scene, back_up, collect_files, ids, latest, without_parent};
use undercroft_foundation::{Code, Job};
use undercroft_repository::check::{CheckOptions, CheckReport, ReadData};
use undercroft_repository::prune::PruneOptions;
use undercroft_repository::repair::SnapshotRepairOptions;
use undercroft_repository::{BlobKind, Forget, PackId, Repository, Snapshot};
use undercroft_testkit::{assert_same_tree, random_bytes, text_bytes, write_file};

/// Two backups; each has packs and an index of its own. The first has a text that is gone since.
fn scene_to_damage() -> Scene {
    scene_with(true)
}

/// The same, but all that was ever backed up is still in the source: whatever is lost can be stored
/// anew.
fn scene_that_grew() -> Scene {
    scene_with(false)
}

fn scene_with(changing: bool) -> Scene {
    let scene = Scene::new();
    let repository = scene.init().assume_strongly_consistent();
    for round in 0..2 {
        for n in 0..12 {
            let seed = round * 100 + n;
            write_file(scene.source().join(format!("{round}/{n}")), random_bytes(seed, 30_000));
        }
        if changing {
            write_file(scene.source().join("changing/text"), text_bytes(round, 40_000));
        }
        back_up(&repository, &scene.request());
    }
    scene
}

fn check(repository: &Repository) -> CheckReport {
    repository.check(&CheckOptions { read: ReadData::All }, &Job::new()).unwrap()
}

#[track_caller]
fn assert_sound(scene: &Scene) {
    let report = check(&scene.open());
    assert!(report.is_sound() && report.hints.is_empty(), "{report:#?}");
    scene.restic().check();
}

fn files(scene: &Scene, folder: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    collect_files(&scene.repository().join(folder), &mut files);
    files.sort();
    files
}

fn id_of(pack: &Path) -> PackId {
    pack.file_name().unwrap().to_str().unwrap().parse().unwrap()
}

/// The pack that holds the most data.
fn largest_pack(scene: &Scene) -> PathBuf {
    let packs = files(scene, "data");
    packs.into_iter().max_by_key(|path| fs::metadata(path).unwrap().len()).unwrap()
}

fn flip(path: &Path, at: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[at] ^= 0x40;
    fs::write(path, bytes).unwrap();
}

fn all() -> SnapshotRepairOptions {
    SnapshotRepairOptions::default()
}

#[test]
fn an_index_that_is_lost_or_damaged_is_made_anew_from_the_packs() {
    let scene = scene_to_damage();
    let index = files(&scene, "index");
    assert!(index.len() > 1);
    fs::remove_file(&index[0]).unwrap();
    flip(&index[1], 20);
    assert!(!check(&scene.open()).is_sound());
    let report = scene.open().repair_index(false, &Job::new()).unwrap();
    assert_eq!(report.packs_listed as usize, files(&scene, "data").len());
    assert_eq!((report.indexes_damaged.len(), report.packs_unreadable.len()), (1, 0));
    assert_sound(&scene);
    scene.assert_latest_is_source(&scene.open());
    assert_eq!(files(&scene, "damaged/index").len(), 1, "nothing is removed on a doubt");

    let before = scene.stored_files();
    let again = scene.open().repair_index(false, &Job::new()).unwrap();
    assert_eq!((again.packs_read, again.indexes_written), (0, 0));
    assert_eq!(scene.stored_files(), before, "a sound index stays as it is");
    let thorough = scene.open().repair_index(true, &Job::new()).unwrap();
    assert_eq!(thorough.packs_read, report.packs_listed);
    assert_sound(&scene);
}

#[test]
fn packs_that_are_missing_leave_the_index_and_come_back_with_a_backup() {
    let scene = scene_that_grew();
    let lost = largest_pack(&scene);
    fs::remove_file(&lost).unwrap();
    let repository = scene.open();
    let report = repository.repair_index(false, &Job::new()).unwrap();
    assert_eq!(report.packs_missing, [id_of(&lost)]);
    back_up(&repository, &without_parent(scene.request()));
    scene.assert_latest_is_source(&scene.open());
    scene.restic().run(&["check", "--read-data"]);
}

#[test]
fn of_a_damaged_pack_all_is_saved_that_is_sound() {
    let scene = scene_that_grew();
    let damaged = largest_pack(&scene);
    let original = fs::read(&damaged).unwrap();
    // One blob, then the header, then the end of the file.
    let harms: [fn(&Path); 3] = [
        |path| flip(path, 5000),
        |path| flip(path, fs::metadata(path).unwrap().len() as usize - 10),
        |path| fs::File::options().write(true).open(path).unwrap().set_len(70_000).unwrap(),
    ];
    for (n, harm) in harms.iter().enumerate() {
        let saved = scene.path(&format!("saved {n}"));
        copy(&scene.repository(), &saved);
        harm(&damaged);
        let repository = scene.open();
        let job = Job::new();
        let report = repository.repair_packs(&[id_of(&damaged)], &job).unwrap();
        assert_eq!((report.packs_set_aside, report.packs_missing), (1, 0));
        let lost = report.blobs_lost.len();
        assert!(report.blobs_saved > 0, "{report:?}");
        assert!(if n == 1 { lost == 0 } else { lost > 0 }, "{n}: {report:?}");
        let kept = files(&scene, "damaged/data");
        assert_eq!(kept.len(), 1);
        assert_eq!(kept[0].file_name(), damaged.file_name());
        // What is lost is stored anew, because the index no longer promises it.
        back_up(&repository, &without_parent(scene.request()));
        scene.assert_latest_is_source(&scene.open());
        let fixed = scene.open().repair_snapshots(&ids(&repository), &all(), &Job::new()).unwrap();
        assert_eq!(fixed.broken.len(), 0, "{fixed:?}");
        scene.open().prune(&PruneOptions::default(), &Job::new()).unwrap();
        assert_sound(&scene);
        copy(&saved, &scene.repository());
        assert_eq!(fs::read(&damaged).unwrap(), original);
    }
    let unknown = scene.open().repair_packs(&[PackId([7; 32])], &Job::new());
    assert_eq!(unknown.map_err(|error| error.code()).err(), Some(Code::NotFound));
}

fn copy(from: &Path, to: &Path) {
    let _ = fs::remove_dir_all(to);
    let status = std::process::Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap();
    assert!(status.success());
}

#[test]
fn a_snapshot_is_written_anew_without_what_is_lost() {
    let scene = scene_to_damage();
    let snapshots = ids(&scene.open());
    flip(&largest_pack(&scene), 5000);
    let pack = id_of(&largest_pack(&scene));
    let lost = scene.open().repair_packs(&[pack], &Job::new()).unwrap().blobs_lost;
    assert!(matches!(lost[..], [(BlobKind::Data, _)]), "{lost:?}");
    let repository = scene.open().assume_strongly_consistent();
    let dry = SnapshotRepairOptions { dry_run: true, ..all() };
    let would = repository.repair_snapshots(&snapshots, &dry, &Job::new()).unwrap();
    assert_eq!(ids(&repository), snapshots);
    let report = repository.repair_snapshots(&snapshots, &all(), &Job::new()).unwrap();
    assert_eq!(would.broken.len(), report.broken.len());
    assert!(!report.broken.is_empty());
    for broken in &report.broken {
        assert_eq!(broken.paths_total, 1, "{broken:?}");
        let new = repository.read_snapshot(broken.repaired.unwrap()).unwrap();
        assert_eq!((new.original, &new.tags[..]), (Some(broken.id), &["repaired".to_owned()][..]));
        let restored = scene.restore(&repository, &new);
        // All but the one file is as it was, and that one is empty.
        let name = broken.paths[0].rsplit("/source/").next().unwrap();
        assert_eq!(fs::read(restored.join(name)).unwrap(), b"");
        fs::write(restored.join(name), fs::read(scene.source().join(name)).unwrap()).unwrap();
        if new.time == latest(&repository).time {
            let differences = undercroft_testkit::tree_differences(
                &scene.source(),
                &restored,
                undercroft_testkit::Compare::METADATA,
            );
            assert!(differences.iter().all(|line| line.contains(name)), "{differences:?}");
        }
    }
    let again = repository.repair_snapshots(&snapshots, &all(), &Job::new()).unwrap();
    assert_eq!(again, report, "it is written once");

    let forget = SnapshotRepairOptions { forget: true, ..all() };
    repository.repair_snapshots(&snapshots, &forget, &Job::new()).unwrap();
    let broken: Vec<_> = report.broken.iter().map(|broken| broken.id).collect();
    assert!(ids(&repository).iter().all(|id| !broken.contains(id)));
    let trashed = repository.trashed().unwrap();
    assert_eq!(trashed.len(), broken.len(), "they can be had back");
    assert_sound(&scene);
}

/// A repository whose index no longer has the pack of a folder's tree, and its latest snapshot.
fn without_pack_of_folder(scene: &Scene, folder: &str) -> (Repository, Snapshot) {
    let snapshot = latest(&scene.open());
    let path = support::names(&scene.source().join(folder));
    let node = scene.open().find_node(&snapshot, &path).unwrap().unwrap();
    let pack = scene.pack_of_tree(&node.subtree.unwrap().to_string());
    fs::remove_file(&pack).unwrap();
    let repository = scene.open().assume_strongly_consistent();
    repository.repair_packs(&[id_of(&pack)], &Job::new()).unwrap();
    (repository, snapshot)
}

#[test]
fn folders_whose_trees_are_lost_are_empty_and_lost_roots_are_said() {
    let scene = scene_to_damage();
    let (repository, snapshot) = without_pack_of_folder(&scene, "1");
    let report = repository.repair_snapshots(&[snapshot.id], &all(), &Job::new()).unwrap();
    let [broken] = &report.broken[..] else { panic!("{report:?}") };
    // The pack held the root as well: nothing is left, and nothing is made up.
    assert_eq!((broken.repaired, &broken.paths[..]), (None, &["/".to_owned()][..]));
    let forget = SnapshotRepairOptions { forget: true, ..all() };
    repository.repair_snapshots(&[snapshot.id], &forget, &Job::new()).unwrap();
    assert_sound(&scene);
    assert_eq!(repository.trashed().unwrap().len(), 1);
}

#[test]
fn a_folder_that_is_lost_is_empty() {
    let scene = scene_to_damage();
    // The first backup's pack of trees holds this folder, and not the latest's root.
    let (repository, snapshot) = without_pack_of_folder(&scene, "0");
    let report = repository.repair_snapshots(&[snapshot.id], &all(), &Job::new()).unwrap();
    let [broken] = &report.broken[..] else { panic!("{report:?}") };
    assert!(broken.paths[0].ends_with("/source/0"), "{broken:?}");
    let new = repository.read_snapshot(broken.repaired.unwrap()).unwrap();
    let restored = scene.restore(&repository, &new);
    assert_eq!(fs::read_dir(restored.join("0")).unwrap().count(), 0);
    assert_same_tree(scene.source().join("1"), restored.join("1"));
    repository.forget(&ids(&repository)[..1], Forget::ForGood).unwrap();
    repository.forget(&[snapshot.id], Forget::ForGood).unwrap();
    assert_sound(&scene);
}

#[test]
fn repairs_want_to_be_alone_and_what_is_sound_stays() {
    let scene = scene_to_damage();
    let repository = scene.open();
    let ingest = repository.begin_ingest().unwrap();
    let refused = scene.open().repair_index(true, &Job::new()).map_err(|error| error.code());
    assert_eq!(refused.err(), Some(Code::Locked));
    let pack = id_of(&largest_pack(&scene));
    let refused = scene.open().repair_packs(&[pack], &Job::new()).map_err(|error| error.code());
    assert_eq!(refused.err(), Some(Code::Locked));
    drop(ingest);
    let before = scene.stored_files();
    let report = repository.repair_snapshots(&ids(&repository), &all(), &Job::new()).unwrap();
    assert_eq!((report.broken.len(), report.sound), (0, 2));
    assert_eq!(scene.stored_files(), before);
}
