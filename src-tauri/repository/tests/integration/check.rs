//! Damages repositories in every way and looks whether a check finds and names it, and whether a
//! restore ever passes off what is damaged as whole.

use crate::support;

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use support::{Scene, back_up, latest};
use undercroft_foundation::Job;
use undercroft_repository::check::{CheckOptions, CheckReport, ProblemKind, ReadData};
use undercroft_repository::{Repository, RestoreRequest, Snapshot};
use undercroft_testkit::{
    Compare, awkward_tree, flip_bit, random_bytes, text_bytes, tree_differences, truncate_file,
    write_file,
};

const STRUCTURE: CheckOptions = CheckOptions { read: ReadData::Nothing };
const EVERYTHING: CheckOptions = CheckOptions { read: ReadData::All };

fn check(repository: &Repository, options: &CheckOptions) -> CheckReport {
    let job = Job::new();
    let report = repository.check(options, &job).unwrap();
    assert!(job.progress().totals_settled);
    report
}

/// Some folders and files, enough for several blobs of each kind.
fn fill(source: &Path) {
    for number in 0..12 {
        let file = source.join(format!("folder-{}/file-{number:02}", number % 3));
        write_file(file, random_bytes(number, 60_000));
    }
    write_file(source.join("text"), text_bytes(1, 100_000));
}

#[test]
fn a_sound_repository_has_no_problems() {
    let scene = Scene::new();
    awkward_tree(scene.source());
    let restic = scene.restic();
    restic.init();
    restic.backup(scene.source());
    let repository = scene.open();
    back_up(&repository, &scene.request());
    for options in [STRUCTURE, EVERYTHING] {
        let report = check(&repository, &options);
        assert!(report.is_sound() && report.hints.is_empty(), "{report:#?}");
        assert_eq!(report.snapshots, 2);
        assert!(report.packs >= 2 && report.blobs > 100, "{report:?}");
        let size: u64 = files_in(&scene.repository().join("data"))
            .iter()
            .map(|path| path.metadata().unwrap().len())
            .sum();
        assert_eq!(report.bytes_read, if options == EVERYTHING { size } else { 0 });
        assert_eq!(report.bytes_stored, size);
    }
}

#[test]
fn an_empty_repository_is_sound() {
    let scene = Scene::new();
    let report = check(&scene.init(), &EVERYTHING);
    assert_eq!(report, CheckReport::default());
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Damage {
    Flip(i64),
    Cut,
    Empty,
    Remove,
    Swap,
}

impl Damage {
    const ALL: [Self; 7] = [
        Self::Flip(0),
        Self::Flip(40),
        Self::Flip(-1),
        Self::Cut,
        Self::Empty,
        Self::Remove,
        Self::Swap,
    ];

    /// Does it to the first of some files; says whether there was a way.
    fn apply(self, files: &[PathBuf]) -> bool {
        match self {
            Self::Flip(at) => flip_bit(&files[0], at),
            Self::Cut => truncate_file(&files[0], files[0].metadata().unwrap().len() - 10),
            Self::Empty => truncate_file(&files[0], 0),
            Self::Remove => fs::remove_file(&files[0]).unwrap(),
            Self::Swap => {
                let Some(other) = files.get(1) else { return false };
                let bytes = fs::read(other).unwrap();
                fs::set_permissions(&files[0], fs::Permissions::from_mode(0o600)).unwrap();
                fs::write(&files[0], bytes).unwrap();
            }
        }
        true
    }
}

#[test]
fn every_damage_to_every_kind_of_file_is_found_and_nothing_wrong_is_restored() {
    let scene = Scene::new();
    fill(&scene.source());
    let repository = scene.init();
    repository.add_key(&support::password()).unwrap();
    back_up(&repository, &scene.request());
    write_file(scene.source().join("folder-0/later"), text_bytes(2, 50_000));
    back_up(&repository, &scene.request());
    let snapshot = latest(&repository);
    // Nobody else is there, and many rounds would each wait for others' locks to show.
    let repository = repository.without_locks();
    let pristine = scene.path("pristine");
    copy(&scene.repository(), &pristine);

    for folder in ["config", "keys", "snapshots", "index", "data"] {
        for damage in Damage::ALL {
            let count = files_in(&pristine.join(folder)).len();
            for first in BTreeSet::from([0, count - 1]) {
                fs::remove_dir_all(scene.repository()).unwrap();
                copy(&pristine, &scene.repository());
                let mut files = files_in(&scene.repository().join(folder));
                files.rotate_left(first);
                // To remove a key or a snapshot is not damage: that is how they are given up.
                let given_up = damage == Damage::Remove && matches!(folder, "keys" | "snapshots");
                if given_up || !damage.apply(&files) {
                    continue;
                }
                let report = check(&repository, &EVERYTHING);
                let name = files[0].file_name().unwrap().to_str().unwrap();
                assert!(!report.is_sound(), "{damage:?} of {folder} was not found");
                let named = report.errors.iter().any(|problem| problem.item.contains(name));
                // A lost index is known by what is missing without it.
                let known_by_loss = folder == "index" && damage == Damage::Remove;
                assert!(named || known_by_loss, "{damage:?} of {folder}: {report:#?}");
                // Without a config or a key there is nothing to restore with.
                if !matches!(folder, "config" | "keys") {
                    restores_nothing_wrong(&scene, &snapshot);
                }
            }
        }
    }
}

/// All that can be restored is as it was, and what cannot be is reported.
fn restores_nothing_wrong(scene: &Scene, snapshot: &Snapshot) {
    let Ok(repository) = try_open(scene) else { return };
    let target = tempfile::tempdir().unwrap();
    let request = RestoreRequest {
        target: target.path().to_owned(),
        subpath: support::names(&scene.source()),
        ..RestoreRequest::default()
    };
    let job = Job::new();
    if repository.restore(snapshot, &request, &job).is_err() {
        return;
    }
    let compare = Compare { roots: false, ..Compare::METADATA };
    let differences = tree_differences(&scene.source(), &target.path().join("source"), compare);
    assert!(differences.iter().all(|line| line.ends_with("is missing")), "{differences:#?}");
    assert!(differences.is_empty() || !job.warnings().is_empty(), "{differences:#?}");
}

fn try_open(scene: &Scene) -> undercroft_foundation::Result<Repository> {
    let world = undercroft_foundation::World::real();
    Ok(Repository::open(scene.disk(), &support::password(), &world)?.without_locks())
}

#[test]
fn the_snapshots_and_paths_that_are_touched_are_named() {
    let scene = Scene::new();
    fill(&scene.source());
    let repository = scene.init();
    back_up(&repository, &scene.request());
    let before = latest(&repository);
    let old_packs = files_in(&scene.repository().join("data"));
    write_file(scene.source().join("folder-1/later"), random_bytes(77, 900_000));
    back_up(&repository, &scene.request());
    let after = latest(&repository);
    let new_packs = files_in(&scene.repository().join("data"));
    let new = new_packs.into_iter().filter(|path| !old_packs.contains(path));
    let largest = new.max_by_key(|path| path.metadata().unwrap().len()).unwrap();
    flip_bit(&largest, 100_000);

    // The sizes are right: only reading finds it.
    assert!(check(&repository, &STRUCTURE).is_sound());
    let report = check(&repository, &EVERYTHING);
    let kinds: Vec<_> = report.errors.iter().map(|problem| problem.kind).collect();
    assert_eq!(kinds, [ProblemKind::PackContent, ProblemKind::Blob], "{report:#?}");
    assert_eq!(report.affected.len(), 1);
    assert_eq!(report.affected[0].id, after.id);
    let lost = format!("{}/folder-1/later", scene.source().display());
    assert_eq!((&report.affected[0].paths[..], report.affected[0].paths_total), (&[lost][..], 1));

    // All content gone: both are touched, everywhere.
    for pack in files_in(&scene.repository().join("data")) {
        if pack.metadata().unwrap().len() > 50_000 {
            fs::remove_file(pack).unwrap();
        }
    }
    let report = check(&repository, &STRUCTURE);
    assert!(report.errors.iter().all(|problem| problem.kind == ProblemKind::PackMissing));
    let touched: Vec<_> = report.affected.iter().map(|t| (t.id, t.paths_total)).collect();
    assert_eq!(touched, [(after.id, 14), (before.id, 13)]);
}

#[test]
fn packs_that_nobody_lists_are_only_a_hint() {
    let scene = Scene::new();
    fill(&scene.source());
    let repository = scene.init();
    back_up(&repository, &scene.request());
    let name = "ab".repeat(32);
    write_file(scene.repository().join("data/ab").join(&name), "left over");
    write_file(scene.repository().join("data/ab/not-a-pack"), "ignored");
    let report = check(&repository, &EVERYTHING);
    assert!(report.is_sound(), "{report:#?}");
    assert_eq!(report.hints.len(), 1);
    assert_eq!(report.hints[0].kind, ProblemKind::PackUnused);
    assert!(report.hints[0].item.contains(&name));
}

#[test]
fn a_check_can_be_cancelled() {
    let scene = Scene::new();
    fill(&scene.source());
    let repository = scene.init();
    back_up(&repository, &scene.request());
    let job = Job::new();
    job.cancel();
    let error = repository.check(&EVERYTHING, &job).unwrap_err();
    assert_eq!(error.code(), undercroft_foundation::Code::Cancelled);
}

fn files_in(path: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    if path.is_file() {
        files.push(path.to_owned());
    } else {
        support::collect_files(path, &mut files);
    }
    files.sort();
    files
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
