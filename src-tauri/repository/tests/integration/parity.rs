//! Parity: what is damaged or lost is healed to the very bytes that were written, what was given up
//! stays away, and no other program takes notice.

use crate::support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use support::{Scene, back_up, ids, latest, password};
use undercroft_foundation::{Code, Job, World};
use undercroft_repository::check::{CheckOptions, ReadData};
use undercroft_repository::parity::{HealReport, HealScope, ParityReport};
use undercroft_repository::prune::PruneOptions;
use undercroft_repository::{Forget, PackId, Repository};
use undercroft_testkit::{flip_bit, random_bytes, truncate_file, write_file};

/// A repository of many small packs.
fn scene_of(rounds: u64) -> (Scene, Repository) {
    let scene = Scene::new();
    let repository = scene.init().without_locks();
    for round in 0..rounds {
        write_file(scene.source().join(format!("{round:02}")), random_bytes(round, 200_000));
        back_up(&repository, &scene.request());
    }
    (scene, repository)
}

#[track_caller]
fn protect(repository: &Repository, percent: u32) -> ParityReport {
    repository.set_parity(percent).unwrap();
    update(repository)
}

#[track_caller]
fn update(repository: &Repository) -> ParityReport {
    let job = Job::new();
    let report = repository.parity_update(&job).unwrap();
    assert_eq!(job.warnings(), []);
    let state = repository.parity_state().unwrap();
    assert_eq!(state.packs_protected, state.packs, "{state:?}");
    assert_eq!(state.bytes_protected, state.bytes);
    report
}

fn heal(repository: &Repository) -> HealReport {
    repository.heal(&HealScope::All, &Job::new()).unwrap()
}

fn is_sound(repository: &Repository) -> bool {
    let options = CheckOptions { read: ReadData::All };
    repository.check(&options, &Job::new()).unwrap().is_sound()
}

/// All files but those that were set aside, by path below the repository.
fn contents(scene: &Scene) -> BTreeMap<PathBuf, Vec<u8>> {
    let root = scene.repository();
    let below = |path: &PathBuf| path.strip_prefix(&root).unwrap().to_owned();
    let files = scene.stored_files().into_iter().filter(|path| {
        let path = below(path);
        !path.starts_with("damaged") && !path.starts_with("locks")
    });
    files.map(|path| (below(&path), fs::read(path).unwrap())).collect()
}

#[track_caller]
fn assert_same(scene: &Scene, pristine: &BTreeMap<PathBuf, Vec<u8>>) {
    let now = contents(scene);
    let names = |files: &BTreeMap<PathBuf, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&now), names(pristine));
    let other = now.iter().find(|(path, bytes)| pristine[*path] != **bytes);
    assert_eq!(other.map(|(path, _)| path), None);
}

/// The packs, the longest first.
fn packs(scene: &Scene) -> Vec<PathBuf> {
    let mut packs = Vec::new();
    support::collect_files(&scene.repository().join("data"), &mut packs);
    packs.sort_by_key(|path| (std::cmp::Reverse(path.metadata().unwrap().len()), path.clone()));
    packs
}

fn groups(scene: &Scene) -> Vec<PathBuf> {
    let folder = scene.repository().join("parity/groups");
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

fn id_of(pack: &Path) -> PackId {
    pack.file_name().unwrap().to_str().unwrap().parse().unwrap()
}

#[derive(Debug, Clone, Copy)]
enum Damage {
    Flip(i64),
    Cut,
    Empty,
    Grow,
    Remove,
    Swap,
}

impl Damage {
    const ALL: [Self; 8] = [
        Self::Flip(0),
        Self::Flip(70),
        Self::Flip(-1),
        Self::Cut,
        Self::Empty,
        Self::Grow,
        Self::Remove,
        Self::Swap,
    ];

    /// Does it to the first of two files, or to both.
    fn apply(self, file: &Path, other: &Path) {
        match self {
            Self::Flip(at) => flip_bit(file, at),
            Self::Cut => truncate_file(file, file.metadata().unwrap().len() / 2),
            Self::Empty => truncate_file(file, 0),
            Self::Grow => {
                let grown = [fs::read(file).unwrap(), b"more".to_vec()].concat();
                fs::write(file, grown).unwrap();
            }
            Self::Remove => fs::remove_file(file).unwrap(),
            Self::Swap => {
                let (one, two) = (fs::read(file).unwrap(), fs::read(other).unwrap());
                fs::write(file, two).unwrap();
                fs::write(other, one).unwrap();
            }
        }
    }
}

#[test]
fn every_damage_to_every_kind_of_file_is_healed_to_the_very_bytes() {
    let (scene, repository) = scene_of(3);
    repository.add_key(&support::password()).unwrap();
    repository.forget(&[ids(&repository)[0]], Forget::IntoTrash).unwrap();
    protect(&repository, 12);
    let pristine = contents(&scene);
    scene.restic().check();

    for folder in ["config", "keys", "snapshots", "index", "data", "trash"] {
        let files: Vec<_> = pristine.keys().filter(|path| path.starts_with(folder)).collect();
        for damage in Damage::ALL {
            // To remove a key while another is there, or what is in the trash, is to give it up.
            let gives_up = matches!(damage, Damage::Remove) && matches!(folder, "keys" | "trash");
            if gives_up || (matches!(damage, Damage::Swap) && files.len() < 2) {
                continue;
            }
            let (first, second) = (files[0], files[files.len() - 1]);
            let path = |file: &Path| scene.repository().join(file);
            damage.apply(&path(first), &path(second));
            let (opened, mut report) =
                Repository::open_healing(scene.disk(), &password(), &World::real()).unwrap();
            let later = opened.without_locks().heal(&HealScope::All, &Job::new()).unwrap();
            report.healed.extend(later.healed);
            assert_eq!(later.unhealed, [], "{damage:?} of {first:?}");
            let first_text = first.to_str().unwrap();
            let healed = report.healed.iter().find(|it| it.item == first_text);
            let healed = healed.unwrap_or_else(|| panic!("{damage:?} of {first:?}: {report:#?}"));
            assert_eq!(healed.kept.is_none(), matches!(damage, Damage::Remove), "{healed:?}");
            if let Some(kept) = &healed.kept {
                assert!(kept.starts_with(&format!("damaged/{first_text}-")), "{kept}");
                assert!(scene.repository().join(kept).is_file());
            }
            assert_same(&scene, &pristine);
        }
    }
    // Beside all that was kept, restic is at ease.
    scene.restic().check();
    scene.assert_latest_is_source(&scene.open());
}

#[test]
fn the_last_key_comes_back_even_when_it_is_lost() {
    let (scene, repository) = scene_of(1);
    protect(&repository, 6);
    let pristine = contents(&scene);
    fs::remove_dir_all(scene.repository().join("keys")).unwrap();
    fs::remove_file(scene.repository().join("config")).unwrap();
    let open = || Repository::open_healing(scene.disk(), &password(), &World::real());
    let (_, report) = open().unwrap();
    assert_eq!(report.healed.len(), 2, "{report:#?}");
    assert_same(&scene, &pristine);
    assert_eq!(open().unwrap().1, HealReport::default());
    // A password that is wrong stays so.
    let wrong = undercroft_repository::Password::new("other");
    let error = Repository::open_healing(scene.disk(), &wrong, &World::real()).unwrap_err();
    assert_eq!(error.code(), Code::WrongPassword);
}

#[test]
fn damage_to_parity_itself_is_made_good() {
    let (scene, repository) = scene_of(3);
    protect(&repository, 12);
    let pristine = contents(&scene);
    let of_parity = |path: &&PathBuf| path.starts_with("parity") && !path.ends_with("settings");
    let files: Vec<_> = pristine.keys().filter(of_parity).collect();
    assert!(files.len() >= 9, "{files:?}");
    for (at, file) in files.iter().enumerate() {
        for damage in Damage::ALL {
            let other = files[(at + 1) % files.len()];
            damage.apply(&scene.repository().join(file), &scene.repository().join(other));
            let report = heal(&repository);
            assert!(report.healed.is_empty() && report.is_whole(), "{file:?}: {report:#?}");
            update(&repository);
            assert_same(&scene, &pristine);
        }
    }
    let settings = scene.repository().join("parity/settings");
    fs::write(&settings, "nonsense").unwrap();
    assert_eq!(repository.parity_state().unwrap_err().code(), Code::Damaged);
    fs::write(&settings, "{\"version\":2,\"percent\":1}").unwrap();
    assert_eq!(repository.parity_state().unwrap_err().code(), Code::TooNew);
    protect(&repository, 12);
    assert_same(&scene, &pristine);
}

#[test]
fn as_many_packs_may_be_lost_as_there_are_recovery_blocks() {
    let (scene, repository) = scene_of(16);
    protect(&repository, 12);
    let pristine = contents(&scene);
    let large = packs(&scene);
    let large: Vec<_> = large.iter().take(16).collect();
    assert!(large.iter().all(|path| path.metadata().unwrap().len() > 200_000));
    fs::remove_file(large[3]).unwrap();
    flip_bit(large[7], 1000);
    truncate_file(large[7], 150_000);
    let report = heal(&repository);
    assert!(report.is_whole() && report.healed.len() == 2, "{report:#?}");
    assert_same(&scene, &pristine);

    // Here and there a bit of every pack: no more than two in a column.
    for (number, pack) in large.iter().take(6).enumerate() {
        flip_bit(pack, (number as i64 / 2) * 65_536 + 70);
    }
    let report = heal(&repository);
    assert!(report.is_whole() && report.healed.len() == 6, "{report:#?}");
    assert_same(&scene, &pristine);

    // One too many: it is said, and what is there stays as it is.
    for pack in &large[..3] {
        flip_bit(pack, 0);
    }
    let before = contents(&scene);
    let report = heal(&repository);
    assert_eq!((report.healed.len(), report.unhealed.len()), (0, 3), "{report:#?}");
    assert!(report.unhealed.iter().all(|it| it.item.starts_with("data/")));
    assert_same(&scene, &before);
    // One of them is found again elsewhere: then the others can be healed as well.
    let path = large[0].strip_prefix(scene.repository()).unwrap();
    fs::write(large[0], &pristine[path]).unwrap();
    assert!(heal(&repository).is_whole());
    assert_same(&scene, &pristine);
}

#[test]
fn two_packs_that_bear_each_others_names_are_put_back_without_computing() {
    let (scene, repository) = scene_of(3);
    protect(&repository, 6);
    let pristine = contents(&scene);
    let packs = packs(&scene);
    // One may be lost, two are damaged.
    Damage::Swap.apply(&packs[0], &packs[1]);
    let report = heal(&repository);
    assert!(report.is_whole() && report.healed.len() == 2, "{report:#?}");
    assert_same(&scene, &pristine);
}

#[test]
fn only_the_packs_that_are_named_and_their_groups_are_read() {
    let (scene, repository) = scene_of(3);
    protect(&repository, 12);
    let pristine = contents(&scene);
    let packs = packs(&scene);
    let (large, small) = (&packs[0], packs.last().unwrap());
    flip_bit(large, 5);
    let report = repository.heal(&HealScope::Packs(vec![id_of(small)]), &Job::new()).unwrap();
    assert!(report.healed.is_empty() && report.bytes_read < 10_000, "{report:#?}");
    let report = repository.heal(&HealScope::Packs(vec![id_of(large)]), &Job::new()).unwrap();
    assert_eq!(report.healed.len(), 1);
    assert_same(&scene, &pristine);
}

#[test]
fn new_packs_get_into_groups_and_nothing_else_is_read() {
    let (scene, repository) = scene_of(16);
    protect(&repository, 12);
    assert_eq!(update(&repository), ParityReport::default());
    write_file(scene.source().join("later"), random_bytes(99, 300_000));
    let summary = back_up(&repository, &scene.request());
    assert_eq!(summary.packs.len(), 2);
    let job = Job::new();
    repository.parity_update(&job).unwrap();
    let new: u64 = packs(&scene)
        .iter()
        .filter(|pack| summary.packs.contains(&id_of(pack)))
        .map(|pack| pack.metadata().unwrap().len())
        .sum();
    assert_eq!(job.progress().bytes_done, new);
    // Small groups are put together as more come, each pack but a few times.
    for round in 20..52 {
        write_file(scene.source().join(format!("{round}")), random_bytes(round, 200_000));
        back_up(&repository, &scene.request());
        update(&repository);
    }
    let full = packs(&scene).len() / 16;
    assert!((full..full + 10).contains(&groups(&scene).len()), "{:?}", groups(&scene).len());
    let state = repository.parity_state().unwrap();
    let share = state.bytes_taken * 100 / state.bytes;
    assert!((12..=25).contains(&share), "{share} %: {state:?}");
    // All groups are good for something.
    let pristine = contents(&scene);
    for pack in packs(&scene) {
        fs::remove_file(&pack).unwrap();
        let scope = HealScope::Packs(vec![id_of(&pack)]);
        assert!(repository.heal(&scope, &Job::new()).unwrap().is_whole());
    }
    assert_same(&scene, &pristine);
}

#[test]
fn what_was_pruned_stays_away_and_what_remains_is_protected() {
    let (scene, repository) = scene_of(6);
    protect(&repository, 12);
    for number in 0..4 {
        fs::remove_file(scene.source().join(format!("{number:02}"))).unwrap();
    }
    back_up(&repository, &scene.request());
    let old = ids(&repository)[..6].to_vec();
    repository.forget(&old, Forget::ForGood).unwrap();
    let copies = scene.repository().join("parity/copies/snapshots");
    assert_eq!(fs::read_dir(&copies).unwrap().count(), 0, "copies of what was forgotten");
    scene.open().prune(&PruneOptions::default(), &Job::new()).unwrap();
    let pruned = packs(&scene);
    // Even before the groups know of it.
    let report = heal(&repository);
    assert!(report.healed.is_empty() && report.is_whole(), "{report:#?}");
    assert_eq!(packs(&scene), pruned);
    update(&repository);
    let state = repository.parity_state().unwrap();
    assert_eq!(state.packs, pruned.len() as u64);
    let pristine = contents(&scene);
    fs::remove_file(&pruned[0]).unwrap();
    assert!(heal(&repository).is_whole());
    assert_same(&scene, &pristine);
    scene.restic().check();
}

#[test]
fn what_restic_forgets_and_prunes_stays_away() {
    let (scene, repository) = scene_of(4);
    protect(&repository, 12);
    fs::remove_file(scene.source().join("00")).unwrap();
    back_up(&repository, &scene.request());
    let restic = scene.restic();
    restic.run(&["forget", "--keep-last", "1", "--prune", "--max-unused", "0"]);
    let left = ids(&repository);
    assert_eq!(left.len(), 1);
    let count = packs(&scene).len();
    let repository = scene.open().without_locks();
    let report = heal(&repository);
    assert!(report.healed.is_empty() && report.is_whole(), "{report:#?}");
    update(&repository);
    assert_eq!((ids(&repository), packs(&scene).len()), (left, count));
    assert!(is_sound(&repository));
    restic.check();
    let copies = scene.repository().join("parity/copies/snapshots");
    assert_eq!(fs::read_dir(copies).unwrap().count(), 1);
}

#[test]
fn a_key_that_was_removed_opens_nothing_again() {
    let (scene, repository) = scene_of(1);
    let second = repository.add_key(&support::password()).unwrap();
    protect(&repository, 6);
    repository.remove_key(second).unwrap();
    assert!(!scene.repository().join(format!("parity/copies/keys/{second}")).exists());
    // Removed by another program, its copy is given up by the next update.
    // With another password, so that restic does not open the repository by this very key.
    let other = undercroft_repository::Password::new("another one entirely");
    let third = repository.add_key(&other).unwrap();
    update(&repository);
    scene.restic().run(&["key", "remove", &third.to_string()]);
    assert_eq!(heal(&repository).healed, []);
    update(&repository);
    assert!(!scene.repository().join(format!("parity/copies/keys/{third}")).exists());
    assert_eq!(repository.keys().unwrap().len(), 1);
}

#[test]
fn what_is_damaged_already_is_told_and_not_protected_as_it_is() {
    let (scene, repository) = scene_of(4);
    let pristine = contents(&scene);
    let packs = packs(&scene);
    flip_bit(&packs[1], 80);
    repository.set_parity(12).unwrap();
    let job = Job::new();
    let report = repository.parity_update(&job).unwrap();
    assert_eq!(report.packs_unsound, 1);
    assert_eq!(job.warnings().len(), 1);
    assert!(job.warnings()[0].item.contains(&id_of(&packs[1]).to_string()));
    let state = repository.parity_state().unwrap();
    assert_eq!(state.packs_protected, state.packs - 1);
    let report = heal(&repository);
    assert!(report.is_whole(), "nothing that is protected is damaged: {report:#?}");
    let path = packs[1].strip_prefix(scene.repository()).unwrap();
    fs::write(&packs[1], &pristine[path]).unwrap();
    update(&repository);

    // A group that can still heal something is not given up, even for more percent.
    fs::remove_file(&packs[0]).unwrap();
    repository.set_parity(25).unwrap();
    repository.parity_update(&Job::new()).unwrap();
    assert!(heal(&repository).is_whole());
    for (path, bytes) in pristine.iter().filter(|(path, _)| path.starts_with("data")) {
        assert_eq!(&fs::read(scene.repository().join(path)).unwrap(), bytes);
    }
    update(&repository);
}

#[test]
fn an_index_that_has_no_copy_is_told() {
    let (scene, repository) = scene_of(2);
    protect(&repository, 12);
    write_file(scene.source().join("later"), random_bytes(99, 300_000));
    let before = scene.stored_files();
    back_up(&repository, &scene.request());
    let is_new =
        |path: &&PathBuf| !before.contains(path) && path.to_str().unwrap().contains("/index/");
    let files = scene.stored_files();
    flip_bit(files.iter().find(is_new).unwrap(), 40);
    let report = heal(&repository);
    assert_eq!((report.healed.len(), report.unhealed.len()), (0, 1), "{report:#?}");
    assert_eq!(report.unhealed[0].item, "index");
}

#[test]
fn the_percent_says_how_much_room_it_takes() {
    let (scene, repository) = scene_of(16);
    assert_eq!(repository.parity_state().unwrap().percent, 0);
    assert_eq!(repository.parity_update(&Job::new()).unwrap(), ParityReport::default());
    let mut taken = Vec::new();
    for percent in [6, 12, 25, 50] {
        protect(&repository, percent);
        let state = scene.open().parity_state().unwrap();
        assert_eq!(state.percent, percent);
        let files = groups(&scene).iter().map(|path| path.metadata().unwrap().len()).sum::<u64>();
        let share = files * 100 / state.bytes;
        assert!((u64::from(percent)..u64::from(percent) + 6).contains(&share), "{share} %");
        taken.push(files);
    }
    assert!(taken.is_sorted());
    assert_eq!(repository.set_parity(51).unwrap_err().code(), Code::Invalid);
    repository.set_parity(0).unwrap();
    repository.parity_update(&Job::new()).unwrap();
    let state = repository.parity_state().unwrap();
    assert_eq!((state.percent, state.packs_protected, state.bytes_taken), (0, 0, 0));
    assert_eq!(latest(&repository).id, ids(&repository)[15]);
}

#[test]
fn a_cancelled_update_leaves_what_was_there() {
    let (scene, repository) = scene_of(2);
    protect(&repository, 12);
    let pristine = contents(&scene);
    repository.set_parity(25).unwrap();
    let job = Job::new();
    job.cancel();
    assert_eq!(repository.parity_update(&job).unwrap_err().code(), Code::Cancelled);
    assert_eq!(repository.heal(&HealScope::All, &job).unwrap_err().code(), Code::Cancelled);
    repository.set_parity(12).unwrap();
    assert_same(&scene, &pristine);
}
