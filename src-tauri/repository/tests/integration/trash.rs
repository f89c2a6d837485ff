//! The trash: what is forgotten can be had back, byte for byte, until the trash is emptied.

use crate::support;

use std::fs;
use std::sync::Arc;

use jiff::SignedDuration;
use support::{Scene, back_up, ids, latest, password};
use undercroft_foundation::{Code, Job};
use undercroft_providers::{MemoryProvider, Provider};
use undercroft_repository::ingest::SnapshotOrder;
use undercroft_repository::{Forget, Repository, SnapshotId, Tree};
use undercroft_testkit::{
    FailingProvider, Fault, Operation, random_bytes, simulated_world, write_file,
};

/// A repository with three backups of a source that grew.
fn three_backups() -> (Scene, Repository, Vec<SnapshotId>) {
    let scene = Scene::new();
    let repository = scene.init();
    for n in 0..3 {
        write_file(scene.source().join(format!("file {n}")), random_bytes(n, 50_000));
        back_up(&repository, &scene.request());
    }
    let ids = ids(&repository);
    (scene, repository, ids)
}

fn trashed(repository: &Repository) -> Vec<SnapshotId> {
    repository.trashed().unwrap().iter().map(|each| each.snapshot.id).collect()
}

#[test]
fn what_is_forgotten_comes_back_as_it_was() {
    let (scene, repository, all) = three_backups();
    let file = scene.repository().join("snapshots").join(all[2].to_string());
    let (bytes, before) = (fs::read(&file).unwrap(), latest(&repository));
    repository.forget(&all[1..], Forget::IntoTrash).unwrap();
    assert_eq!(ids(&repository), all[..1]);
    assert_eq!(trashed(&repository), all[1..]);
    scene.restic().check();
    assert!(!scene.restic().run(&["snapshots", "--json"]).contains(&all[2].to_string()));

    let in_use = repository.snapshots_in_use().unwrap();
    assert_eq!((in_use.snapshots.len(), in_use.trashed.len()), (1, 2));
    repository.restore_from_trash(&all[2..], &Job::new()).unwrap();
    assert_eq!(fs::read(&file).unwrap(), bytes);
    assert_eq!(latest(&repository), before);
    assert_eq!(trashed(&repository), all[1..2]);
    scene.assert_latest_is_source(&repository);
    assert!(scene.restic().run(&["snapshots", "--json"]).contains(&all[2].to_string()));
    scene.restic().check();
}

#[test]
fn the_trash_is_emptied_by_age_or_whole() {
    let (world, clock) = simulated_world(7);
    let provider: Arc<dyn Provider> = Arc::new(MemoryProvider::new());
    let repository = Repository::init(provider.clone(), &password(), &world).unwrap();
    let ids = some_snapshots(&repository, 4);
    let day = SignedDuration::from_hours(24);
    for id in &ids[..3] {
        repository.forget(&[*id], Forget::IntoTrash).unwrap();
        clock.advance(day.unsigned_abs());
    }
    let forgotten = repository.trashed().unwrap()[0].trashed.unwrap();
    let emptied = repository.empty_trash(Some(forgotten)).unwrap();
    assert_eq!(emptied, [], "none is older than the oldest");
    let emptied = repository.empty_trash(Some(forgotten + day)).unwrap();
    assert_eq!(emptied, ids[..1]);
    assert_eq!(trashed(&repository), ids[1..3]);

    // Forgotten again, it is as young as if it had never been there.
    repository.restore_from_trash(&ids[1..2], &Job::new()).unwrap();
    repository.forget(&ids[1..2], Forget::IntoTrash).unwrap();
    assert_eq!(repository.empty_trash(Some(forgotten + day * 2)).unwrap(), []);
    assert_eq!(repository.empty_trash(None).unwrap().len(), 2);
    assert!(provider.list("trash").unwrap_or_default().is_empty());
    assert_eq!(trashed(&repository), []);
    assert_eq!(repository.snapshot_ids().unwrap(), ids[3..]);
}

/// Snapshots of nothing, the oldest first.
fn some_snapshots(repository: &Repository, count: usize) -> Vec<SnapshotId> {
    let ingest = repository.begin_ingest().unwrap();
    let tree = ingest.store(|writer| writer.store_tree(&Tree { nodes: Vec::new() })).unwrap();
    let mut ids = Vec::new();
    for n in 0..count {
        let time = Some(jiff::Timestamp::new(1_000_000_000 + n as i64, 0).unwrap());
        let order =
            SnapshotOrder { tree, paths: vec!["/a".into()], tags: vec![n.to_string()], time };
        ids.push(ingest.publish(order).unwrap().id);
    }
    ids
}

#[test]
fn what_another_program_pruned_away_is_said_before_anything_moves() {
    let (scene, repository, all) = three_backups();
    repository.forget(&all[..1], Forget::IntoTrash).unwrap();
    // What the first held, the others hold too: a stock prune does no harm to it.
    scene.restic().run(&["prune", "--max-unused", "0"]);
    let refused = repository.restore_from_trash(&all[..1], &Job::new()).unwrap_err();
    assert_eq!(refused.code(), Code::Damaged, "its own trees are gone");
    assert_eq!(trashed(&repository), all[..1]);
    assert_eq!(ids(&repository), all[1..]);
    repository.forget(&all[1..2], Forget::IntoTrash).unwrap();
    let restore = || repository.restore_from_trash(&all[1..2], &Job::new()).unwrap();
    assert_eq!((restore(), restore()), (all[1..2].to_vec(), vec![]));
    let unknown = repository.restore_from_trash(&[SnapshotId([7; 32])], &Job::new()).unwrap_err();
    assert_eq!(unknown.code(), Code::NotFound);
    scene.assert_latest_is_source(&repository);
    scene.restic().check();
}

#[test]
fn a_snapshot_is_always_in_one_of_both_places() {
    for (operation, nth) in (1..=4).flat_map(|nth| {
        [Operation::Write, Operation::Read, Operation::Remove].map(|operation| (operation, nth))
    }) {
        let failing = Arc::new(FailingProvider::new(Arc::new(MemoryProvider::new())));
        let (world, _) = simulated_world(3);
        let provider: Arc<dyn Provider> = failing.clone();
        let repository = Repository::init(provider, &password(), &world).unwrap();
        let repository = repository.without_locks();
        let all = some_snapshots(&repository, 3);
        let everywhere = || {
            let in_use = repository.snapshots_in_use().unwrap();
            let mut there: Vec<_> = in_use.snapshots.iter().map(|each| each.id).collect();
            there.extend(in_use.trashed.iter().map(|each| each.id));
            there.sort_unstable();
            there
        };
        let before = everywhere();
        failing.fail_from(operation, "", nth, Fault::Refuse(Code::Unavailable));
        let forgotten = repository.forget(&all[1..], Forget::IntoTrash);
        failing.heal();
        assert_eq!(everywhere(), before, "{operation:?} {nth}: {forgotten:?}");
        repository.forget(&all[1..], Forget::IntoTrash).unwrap();
        assert_eq!(trashed(&repository), all[1..]);

        failing.fail_from(operation, "", nth, Fault::Refuse(Code::Unavailable));
        let _ = repository.restore_from_trash(&all[1..], &Job::new());
        failing.heal();
        assert_eq!(everywhere(), before, "{operation:?} {nth}");
    }
}

#[test]
fn a_damaged_record_takes_the_date_alone() {
    let (scene, repository, all) = three_backups();
    repository.forget(&all[..1], Forget::IntoTrash).unwrap();
    let record = fs::read_dir(scene.repository().join("trash/records")).unwrap().next();
    fs::write(record.unwrap().unwrap().path(), "nonsense").unwrap();
    let held = &repository.trashed().unwrap()[0];
    assert_eq!((held.snapshot.id, held.trashed), (all[0], None));
    let now = jiff::Timestamp::now();
    // It has its age counted from here on.
    assert_eq!(repository.empty_trash(Some(now)).unwrap(), []);
    assert!(repository.trashed().unwrap()[0].trashed.unwrap() >= now);
    assert_eq!(repository.empty_trash(None).unwrap(), all[..1]);
    assert!(fs::read_dir(scene.repository().join("trash/records")).unwrap().next().is_none());
}

#[test]
fn a_damaged_snapshot_in_the_trash_is_named_and_can_be_thrown_away() {
    let (scene, repository, all) = three_backups();
    repository.forget(&all[..2], Forget::IntoTrash).unwrap();
    fs::write(scene.repository().join("trash").join(all[0].to_string()), "nonsense").unwrap();
    for refused in [repository.trashed().map(drop), repository.snapshots_in_use().map(drop)] {
        assert_eq!(refused.unwrap_err().code(), Code::Damaged);
    }
    repository.restore_from_trash(&all[1..2], &Job::new()).unwrap();
    assert_eq!(repository.empty_trash(None).unwrap(), all[..1]);
    assert_eq!(ids(&repository), all[1..]);
}
