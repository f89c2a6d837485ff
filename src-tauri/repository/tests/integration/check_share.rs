//! Reading back a share of what is stored: the packs that were asked for, and no others.

use crate::support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use support::{Scene, back_up, latest};
use undercroft_foundation::{Code, Job};
use undercroft_repository::check::{CheckOptions, CheckReport, ReadData, SampleSize};
use undercroft_repository::ingest::SnapshotOrder;
use undercroft_repository::{PackId, Repository};
use undercroft_testkit::{flip_bit, random_bytes, write_file};

fn read(repository: &Repository, read: ReadData) -> CheckReport {
    repository.check(&CheckOptions { read }, &Job::new()).unwrap()
}

/// Packs by id, with the sizes that their files have.
fn packs(scene: &Scene) -> Vec<(PackId, u64)> {
    let mut files = Vec::new();
    support::collect_files(&scene.repository().join("data"), &mut files);
    let pack = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap().parse().unwrap();
        (name, path.metadata().unwrap().len())
    };
    let mut packs: Vec<_> = files.iter().map(pack).collect();
    packs.sort_unstable();
    packs
}

/// A repository of many packs.
fn scene() -> (Scene, Repository) {
    let scene = Scene::new();
    let repository = scene.init().without_locks();
    for round in 0..6 {
        write_file(scene.source().join(format!("{round}")), random_bytes(round, 200_000));
        back_up(&repository, &scene.request());
    }
    assert!(packs(&scene).len() >= 12);
    (scene, repository)
}

#[test]
fn what_a_backup_wrote_can_be_read_back_by_itself() {
    let scene = Scene::new();
    let repository = scene.init().without_locks();
    write_file(scene.source().join("first"), random_bytes(1, 300_000));
    let first = back_up(&repository, &scene.request());
    let before: BTreeSet<_> = packs(&scene).into_iter().collect();
    assert_eq!(first.packs.iter().copied().collect::<BTreeSet<_>>(), ids(&before));
    write_file(scene.source().join("second"), random_bytes(2, 500_000));
    let second = back_up(&repository, &scene.request());
    let new: BTreeSet<_> = packs(&scene).into_iter().filter(|it| !before.contains(it)).collect();
    assert_eq!(second.packs.iter().copied().collect::<BTreeSet<_>>(), ids(&new));

    let report = read(&repository, ReadData::Packs(second.packs.clone()));
    assert!(report.is_sound(), "{report:#?}");
    assert_eq!(report.packs_read, new.len() as u64);
    assert_eq!(report.bytes_read, new.iter().map(|(_, size)| size).sum::<u64>());
    assert_eq!(report.bytes_stored, packs(&scene).iter().map(|(_, size)| size).sum::<u64>());

    // Damage elsewhere is not looked for, damage there is found. Trees are read by every check: the
    // larger pack of each is its content.
    let sizes: BTreeMap<_, _> = packs(&scene).into_iter().collect();
    let content = |packs: &[PackId]| *packs.iter().max_by_key(|pack| sizes[*pack]).unwrap();
    flip_bit(scene.repository().join(path_of(content(&first.packs))), 100);
    assert!(read(&repository, ReadData::Packs(second.packs.clone())).is_sound());
    flip_bit(scene.repository().join(path_of(content(&second.packs))), 100);
    let report = read(&repository, ReadData::Packs(second.packs.clone()));
    let named = content(&second.packs).to_string();
    assert!(!report.is_sound() && report.errors.iter().all(|it| it.item.contains(&named)));
    // A pack that is gone from the index, as after a prune, is nothing to read.
    let report = read(&repository, ReadData::Packs(vec![PackId([7; 32])]));
    assert!(report.is_sound() && report.packs_read == 0);
    // A backup that adds nothing wrote no content: at most trees, when a folder above changed.
    let third = back_up(&repository, &scene.request());
    let sizes: BTreeMap<_, _> = packs(&scene).into_iter().collect();
    assert!(third.packs.iter().all(|pack| sizes[pack] < 5000), "{third:?}");
}

#[test]
fn an_ingest_tells_its_packs_too() {
    let (scene, repository) = scene();
    let before = ids(&packs(&scene).into_iter().collect());
    let ingest = repository.begin_ingest().unwrap();
    let tree = repository.tree(&latest(&repository).tree).unwrap();
    let stored = ingest.store(|writer| {
        let content = random_bytes(99, 100_000);
        writer.content_writer()?.store(&mut &content[..], Path::new("content"))?;
        writer.store_tree(&tree)
    });
    let stored = stored.unwrap();
    let order = SnapshotOrder { tree: stored, paths: vec!["/".into()], tags: vec![], time: None };
    ingest.publish(order).unwrap();
    let after = ids(&packs(&scene).into_iter().collect());
    let new: BTreeSet<_> = after.difference(&before).copied().collect();
    assert_eq!(ingest.packs_written().into_iter().collect::<BTreeSet<_>>(), new);
    assert!(!new.is_empty());
}

fn ids(packs: &BTreeSet<(PackId, u64)>) -> BTreeSet<PackId> {
    packs.iter().map(|(pack, _)| *pack).collect()
}

fn path_of(pack: PackId) -> String {
    let id = pack.to_string();
    format!("data/{}/{id}", &id[..2])
}

#[test]
fn a_part_is_the_part_that_restic_reads() {
    let (scene, repository) = scene();
    let all = packs(&scene);
    for of in [1, 3, 256] {
        let total: u64 =
            (1..=of).map(|n| read(&repository, ReadData::Part { n, of }).packs_read).sum();
        assert_eq!(total, all.len() as u64);
    }
    // One of content: damaged trees are found whichever part is read.
    let (damaged, _) = *all.iter().max_by_key(|(_, size)| *size).unwrap();
    flip_bit(scene.repository().join(path_of(damaged)), 60);
    let restic = scene.restic();
    for n in 1..=3 {
        let ours = !read(&repository, ReadData::Part { n, of: 3 }).is_sound();
        let subset = format!("--read-data-subset={n}/3");
        let theirs = !restic.output(&["check", &subset]).status.success();
        assert_eq!(ours, theirs, "part {n} of 3");
        assert_eq!(ours, u32::from(damaged.0[0]) % 3 == n - 1);
    }
    for (n, of) in [(0, 3), (4, 3), (1, 0), (1, 257)] {
        let options = CheckOptions { read: ReadData::Part { n, of } };
        let error = repository.check(&options, &Job::new()).unwrap_err();
        assert_eq!(error.code(), Code::Invalid);
    }
}

#[test]
fn share_by_share_all_is_read_once_in_a_round() {
    let (scene, repository) = scene();
    let all = packs(&scene);
    let stored: u64 = all.iter().map(|(_, size)| size).sum();
    let mut after = None;
    let (mut packs_read, mut bytes_read, mut shares) = (0, 0, 0);
    loop {
        let report = read(&repository, ReadData::Permille { permille: 200, after });
        let round = report.round.unwrap();
        assert!(report.packs_read > 0 && round.up_to > after);
        packs_read += report.packs_read;
        bytes_read += report.bytes_read;
        shares += 1;
        after = round.up_to;
        if round.complete {
            break;
        }
        assert!(report.bytes_read >= stored / 5);
    }
    assert_eq!((packs_read, bytes_read), (all.len() as u64, stored));
    assert_eq!(after, all.last().map(|(pack, _)| *pack));
    assert!((3..=5).contains(&shares), "{shares}");

    // A share too small for a pack reads one all the same, so that a round comes to its end.
    let report = read(&repository, ReadData::Permille { permille: 0, after: None });
    assert_eq!(report.packs_read, 1);
    assert_eq!(report.round.unwrap().up_to, Some(all[0].0));
    // Where the cursor's pack is gone, what follows it is read.
    let gone = all[3].0;
    fs::remove_file(scene.repository().join(path_of(gone))).unwrap();
    let report = read(&repository, ReadData::Permille { permille: 0, after: Some(gone) });
    assert_eq!(report.round.unwrap().up_to, Some(all[4].0));
    // After the last there is nothing, and the round is over.
    let round = read(&repository, ReadData::Permille { permille: 9, after }).round.unwrap();
    assert!(round.complete && round.up_to == after);
}

#[test]
fn a_sample_is_as_large_as_was_asked_for() {
    let (scene, repository) = scene();
    let all = packs(&scene);
    let (stored, largest) =
        all.iter().fold((0, 0), |(sum, most), (_, size)| (sum + size, most.max(*size)));
    for (size, wanted) in [
        (SampleSize::Permille(1000), stored),
        (SampleSize::Permille(500), stored / 2),
        (SampleSize::Bytes(250_000), 250_000),
        (SampleSize::Bytes(1), 1),
    ] {
        let report = read(&repository, ReadData::Sample(size));
        assert!(report.is_sound() && report.round.is_none());
        assert!((wanted..wanted + largest).contains(&report.bytes_read), "{size:?}: {report:?}");
    }
}
