//! Usage: the cost of content and the effect of a deletion, said before and proven by doing it.

use crate::support;

use std::fs;
use std::sync::Arc;

use serde_json::Value;
use support::{Scene, back_up, ids, latest, names};
use undercroft_foundation::{Code, Job};
use undercroft_repository::prune::PruneOptions;
use undercroft_repository::usage::StatsMode;
use undercroft_repository::{Repository, SnapshotId};
use undercroft_testkit::{Operation, RecordingProvider, random_bytes, text_bytes, write_file};

/// Five snapshots: files come, change, go, come back, and are joined to one.
fn five_snapshots(scene: &Scene) -> Repository {
    let source = scene.source();
    let repository = scene.init();
    write_file(source.join("stays"), random_bytes(1, 3 << 20));
    write_file(source.join("folder/small"), text_bytes(2, 20_000));
    write_file(source.join("back"), random_bytes(7, 900_000));
    back_up(&repository, &scene.request());
    write_file(source.join("folder/large"), random_bytes(3, 5 << 20));
    write_file(source.join("edited"), text_bytes(4, 300_000));
    fs::remove_file(source.join("back")).unwrap();
    back_up(&repository, &scene.request());
    write_file(source.join("edited"), text_bytes(5, 310_000));
    fs::copy(source.join("folder/large"), source.join("copy")).unwrap();
    back_up(&repository, &scene.request());
    fs::remove_file(source.join("folder/large")).unwrap();
    fs::remove_file(source.join("copy")).unwrap();
    write_file(source.join("back"), random_bytes(7, 900_000));
    back_up(&repository, &scene.request());
    write_file(source.join("edited"), text_bytes(6, 320_000));
    back_up(&repository, &scene.request());
    repository
}

fn everything() -> PruneOptions {
    PruneOptions { max_unused_percent: 0, join_packs_below: 0, ..PruneOptions::default() }
}

fn unused_bytes(repository: &Repository) -> u64 {
    repository.plan_prune(&everything(), &Job::new()).unwrap().unused_bytes
}

/// The bytes of all packs.
fn stored_bytes(scene: &Scene) -> u64 {
    let packs = scene.stored_files();
    let packs = packs.iter().filter(|path| path.starts_with(scene.repository().join("data")));
    packs.map(|path| fs::metadata(path).unwrap().len()).sum()
}

#[test]
fn a_deletion_frees_what_it_says() {
    for chosen in [vec![1], vec![1, 2], vec![0, 3, 4], vec![0, 1, 2, 3, 4], vec![]] {
        let scene = Scene::new();
        let repository = five_snapshots(&scene);
        let drop: Vec<SnapshotId> = chosen.iter().map(|n| ids(&repository)[*n]).collect();
        assert_eq!(unused_bytes(&repository), 0);
        let said = repository.deletion(&drop, &Job::new()).unwrap();
        let before = stored_bytes(&scene);
        repository.forget(&drop, undercroft_repository::Forget::ForGood).unwrap();
        assert_eq!(unused_bytes(&repository), said.frees_bytes, "{chosen:?}");
        repository.prune(&everything(), &Job::new()).unwrap();
        let freed = before - stored_bytes(&scene);
        // Headers of packs go, and come anew.
        assert!(freed.abs_diff(said.frees_bytes) < 4000, "{freed} {said:?}");
        scene.restic().check();
        assert_eq!(said.frees_bytes == 0, chosen.is_empty());
    }
}

#[test]
fn files_that_are_found_nowhere_else_are_named() {
    let scene = Scene::new();
    let repository = five_snapshots(&scene);
    let snapshots = ids(&repository);
    let source = scene.source().display().to_string();
    let lost = |drop: &[usize]| {
        let drop: Vec<_> = drop.iter().map(|n| snapshots[*n]).collect();
        let said = repository.deletion(&drop, &Job::new()).unwrap();
        assert_eq!(said.lost_files, said.lost.len() as u64);
        let mut lost: Vec<_> = said
            .lost
            .into_iter()
            .map(|file| {
                let path = String::from_utf8(file.path).unwrap();
                let path = path.strip_prefix(&format!("{source}/")).unwrap().to_owned();
                let number = snapshots.iter().position(|id| *id == file.snapshot).unwrap();
                (path, file.size, number)
            })
            .collect();
        lost.sort();
        lost
    };
    let edited = |size, number| ("edited".to_owned(), size, number);
    // What came back is elsewhere; a large file is in the next snapshot, too.
    assert_eq!(lost(&[0]), []);
    assert_eq!(lost(&[1]), [edited(300_000, 1)]);
    assert_eq!(lost(&[4]), [edited(320_000, 4)]);
    // A copy is no second loss; one of its two names is told.
    assert_eq!(lost(&[1, 2]), [("copy".to_owned(), 5 << 20, 2), edited(300_000, 1)]);
}

/// All its blobs stay, in other files: still no file that stays is like it.
#[test]
fn a_file_whose_pieces_stay_in_others_is_lost() {
    let scene = Scene::new();
    let repository = scene.init();
    let source = scene.source();
    let (a, b) = (random_bytes(1, 300_000), random_bytes(2, 9 << 20));
    write_file(source.join("long"), &b);
    back_up(&repository, &scene.request());
    // The cuts in the middle of a long content are where they were.
    write_file(source.join("long"), [&a[..], &b].concat());
    back_up(&repository, &scene.request());
    let long = [names(&source), vec![b"long".to_vec()]].concat();
    let blobs = |n: usize| {
        let snapshot = repository.read_snapshot(ids(&repository)[n]).unwrap();
        repository.find_node(&snapshot, &long).unwrap().unwrap().content.unwrap()
    };
    let (first, second) = (blobs(0), blobs(1));
    assert!(first.iter().filter(|blob| second.contains(blob)).count() > 2);

    // A third holds each single blob of the first as a file.
    fs::remove_file(source.join("long")).unwrap();
    for (number, blob) in first.iter().enumerate() {
        let mut content = Vec::new();
        let mut reader = repository.open_content(&[*blob]).unwrap();
        std::io::Read::read_to_end(&mut reader, &mut content).unwrap();
        write_file(source.join(format!("part {number}")), content);
    }
    back_up(&repository, &scene.request());
    let said = repository.deletion(&ids(&repository)[..1], &Job::new()).unwrap();
    assert_eq!(said.lost_files, 1, "{said:?}");
    assert!(said.lost[0].path.ends_with(b"/long"));
    // And the other way round: a piece that stays only as a part of another file.
    let said = repository.deletion(&ids(&repository)[2..], &Job::new()).unwrap();
    assert_eq!(said.lost_files, first.len() as u64);
}

#[test]
fn what_each_snapshot_alone_needs_is_what_its_deletion_frees() {
    let scene = Scene::new();
    let repository = five_snapshots(&scene);
    let unique = repository.unique_sizes(&Job::new()).unwrap();
    assert_eq!(unique.len(), 5);
    for id in ids(&repository) {
        let said = repository.deletion(&[id], &Job::new()).unwrap();
        assert_eq!(unique[&id], said.frees_bytes);
    }
    assert!(unique.values().any(|bytes| *bytes > 10_000));
}

#[test]
fn a_budget_is_told_for_every_number_of_drops() {
    let scene = Scene::new();
    let repository = five_snapshots(&scene);
    let snapshots = ids(&repository);
    // The third always stays.
    let order = [snapshots[1], snapshots[0], snapshots[4], snapshots[3]];
    let view = repository.budget_view(&order, &Job::new()).unwrap();
    let all = repository.plan_prune(&everything(), &Job::new()).unwrap().used_bytes;
    assert_eq!(view.bytes_after(0), all);
    for dropped in 0..=order.len() {
        let said = repository.deletion(&order[..dropped], &Job::new()).unwrap();
        assert_eq!(view.bytes_after(dropped), all - said.frees_bytes, "{dropped}");
        assert!(view.drops_for(view.bytes_after(dropped)).unwrap() <= dropped);
    }
    assert_eq!(view.drops_for(all), Some(0));
    assert_eq!(view.drops_for(all - 1), Some(1));
    assert_eq!(view.drops_for(view.bytes_after(4) - 1), None);
    let twice = repository.budget_view(&[order[0], order[0]], &Job::new());
    assert_eq!(twice.unwrap_err().code(), Code::Invalid);
}

#[test]
fn what_is_no_snapshot_frees_nothing_known() {
    let scene = Scene::new();
    let repository = five_snapshots(&scene);
    let drop = [ids(&repository)[0], SnapshotId([7; 32])];
    let error = repository.deletion(&drop, &Job::new()).unwrap_err();
    assert_eq!(error.code(), Code::NotFound);
    let job = Job::new();
    job.cancel();
    let error = repository.deletion(&drop[..1], &job).unwrap_err();
    assert_eq!(error.code(), Code::Cancelled);
}

#[test]
fn all_figures_of_the_space_come_from_one_look_at_each_tree() {
    let scene = Scene::new();
    write_file(scene.source().join("linked/one"), text_bytes(8, 70_000));
    fs::hard_link(scene.source().join("linked/one"), scene.source().join("two")).unwrap();
    let repository = five_snapshots(&scene);
    repository.forget(&ids(&repository)[1..2], undercroft_repository::Forget::ForGood).unwrap();
    let snapshots = repository.snapshots().unwrap();
    let stats = |mode| repository.stats(&snapshots, mode, &Job::new()).unwrap();
    let (restored, plan) = (
        stats(StatsMode::RestoreSize).total_size,
        repository.plan_prune(&PruneOptions::default(), &Job::new()).unwrap(),
    );
    assert!(plan.unused_bytes > 0);
    let reads_of = |look: &dyn Fn(&Repository)| {
        let provider = Arc::new(RecordingProvider::new(scene.disk()));
        look(&scene.open_through(provider.clone()));
        provider.count(Operation::Read, "data/").0
    };
    let alone = reads_of(&|repository| {
        repository.plan_prune(&PruneOptions::default(), &Job::new()).unwrap();
    });
    let together = reads_of(&|repository| {
        let taken = repository.space_taken(&Job::new()).unwrap();
        let expected = (plan.used_bytes, plan.unused_bytes, restored);
        assert_eq!((taken.used_bytes, taken.unused_bytes, taken.restore_bytes), expected);
    });
    assert_eq!(together, alone, "no more than one of them alone");
}

#[test]
fn stats_are_those_of_restic() {
    let scene = Scene::new();
    let source = scene.source();
    write_file(source.join("linked/one"), text_bytes(8, 70_000));
    fs::hard_link(source.join("linked/one"), source.join("linked/two")).unwrap();
    fs::hard_link(source.join("linked/one"), source.join("three")).unwrap();
    write_file(source.join("empty"), "");
    std::os::unix::fs::symlink("empty", source.join("link")).unwrap();
    let repository = five_snapshots(&scene);
    let restic = scene.restic();
    let all = repository.snapshots().unwrap();
    for (mode, name) in [
        (StatsMode::RestoreSize, "restore-size"),
        (StatsMode::FilesByContents, "files-by-contents"),
        (StatsMode::BlobsPerFile, "blobs-per-file"),
        (StatsMode::RawData, "raw-data"),
    ] {
        for (snapshots, which) in [(all.clone(), None), (vec![latest(&repository)], Some("latest"))]
        {
            let ours = repository.stats(&snapshots, mode, &Job::new()).unwrap();
            let arguments = ["stats", "--json", "--mode", name].into_iter().chain(which);
            let theirs = restic.run(&arguments.collect::<Vec<_>>());
            let theirs: Value = serde_json::from_str(theirs.lines().last().unwrap()).unwrap();
            let field = |name: &str| theirs[name].as_u64().unwrap_or(0);
            assert_eq!(ours.total_size, field("total_size"), "{name} {theirs}");
            assert_eq!(ours.total_file_count, field("total_file_count"), "{name} {theirs}");
            assert_eq!(ours.total_blob_count, field("total_blob_count"), "{name} {theirs}");
            assert_eq!(ours.snapshots_count, snapshots.len() as u64);
            if let Some(bytes) = theirs["total_uncompressed_size"].as_u64() {
                assert_eq!(ours.total_uncompressed_size, bytes);
                let near = |ours: f64, field: &str| {
                    assert!((ours - theirs[field].as_f64().unwrap()).abs() < 1e-6, "{theirs}");
                };
                near(ours.compression_ratio(), "compression_ratio");
                near(ours.compression_progress(), "compression_progress");
                near(ours.compression_space_saving(), "compression_space_saving");
            }
        }
    }
}
