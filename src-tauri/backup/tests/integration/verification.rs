//! Proof: shares that are read back, random files restored on trial, and what damage does to both.

use crate::support;

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use support::{Home, refused};
use undercroft_backup::{Backups, Destination, Due};
use undercroft_foundation::{Code, Error, Job, JobState, Result};
use undercroft_library::{Library, Project};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A project with a few packs' worth of files, backed up.
fn backed_up(home: &Home) -> (Library, Backups, Project, Destination) {
    let (library, backups) = home.open();
    let project = home.project(&library, "atlas");
    for n in 0..12_u32 {
        let seed = n.to_le_bytes();
        let bytes: Vec<u8> = (0..200_000_u32)
            .map(|i| {
                (i.wrapping_mul(2_654_435_761).wrapping_add(u32::from(seed[0]) * 97) >> 11) as u8
            })
            .collect();
        fs::write(project.root.join(format!("src/data{n}")), bytes).unwrap();
        // Several packs: what a backup writes goes into at least one.
        if n % 3 == 2 {
            let shelf = backups.destinations().list().unwrap().into_iter().next();
            let shelf = shelf.unwrap_or_else(|| home.destination(&backups, "shelf"));
            backups.project_backups().run(project.id, shelf.id, &Job::new()).unwrap();
            home.clock.advance(DAY);
        }
    }
    let shelf = backups.destinations().find("shelf").unwrap();
    (library, backups, project, shelf)
}

fn packs(shelf: &Destination) -> Vec<PathBuf> {
    let mut packs = Vec::new();
    for folder in fs::read_dir(shelf.path.join("data")).unwrap() {
        let folder = folder.unwrap().path();
        packs.extend(fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()));
    }
    packs.sort();
    packs
}

/// Trees, which every check reads, are small.
fn holds_content(pack: &Path) -> bool {
    fs::metadata(pack).unwrap().len() > 10_000
}

fn flip(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::remove_file(path).unwrap();
    fs::write(path, bytes).unwrap();
}

#[test]
fn share_by_share_all_is_read_back_and_a_round_ends() {
    let home = Home::new();
    let (_library, backups, _project, shelf) = backed_up(&home);
    let all = packs(&shelf).len();
    let mut rounds: Vec<(u16, bool)> = Vec::new();
    // A check reads at least one pack; more where one is tiny.
    while rounds.last().is_none_or(|(_, ended)| !ended) {
        assert!(rounds.len() < all, "{rounds:?}");
        backups.proofs().check(shelf.id, 1, &Job::new()).unwrap();
        home.clock.advance(DAY);
        let proof = backups.proofs().of(shelf.clone()).unwrap();
        assert!(proof.last_read.is_some());
        rounds.push((proof.round_permille, proof.last_round.is_some()));
    }
    let (last, before) = rounds.split_last().unwrap();
    assert_eq!(*last, (0, true), "{rounds:?}");
    assert!(before.iter().all(|(permille, ended)| *permille > 0 && !ended), "{rounds:?}");
}

#[test]
fn damage_is_found_when_its_share_comes_and_stays_told_until_it_is_mended() {
    let home = Home::new();
    let (library, backups, _project, shelf) = backed_up(&home);
    let packs = packs(&shelf);
    let at = (1..packs.len() - 1).find(|at| holds_content(&packs[*at])).unwrap();
    let damaged = &packs[at];
    let sound = fs::read(damaged).unwrap();
    flip(damaged);
    let name = damaged.file_name().unwrap().to_str().unwrap();
    // A share is more than one pack where one is tiny.
    let mut shares = (0..=at).map(|_| backups.proofs().check(shelf.id, 1, &Job::new()));
    refused(shares.find(Result::is_err).unwrap(), Code::Damaged, name);
    let proof = backups.proofs().of(shelf.clone()).unwrap();
    assert!(proof.problems[0].contains(name), "{:?}", proof.problems);
    let told = library.events().latest(5).unwrap();
    assert!(told.iter().any(|event| event.kind == "destination.damaged"), "{told:?}");
    // The next share is sound, and that does not call this one mended.
    backups.proofs().check(shelf.id, 1, &Job::new()).unwrap();
    assert!(!backups.proofs().of(shelf.clone()).unwrap().problems.is_empty());
    fs::remove_file(damaged).unwrap();
    fs::write(damaged, sound).unwrap();
    backups.proofs().check(shelf.id, 1000, &Job::new()).unwrap();
    let proof = backups.proofs().of(shelf).unwrap();
    assert!(proof.problems.is_empty() && proof.last_round.is_some());
}

#[test]
fn a_trial_restores_compares_and_leaves_nothing_behind() {
    let home = Home::new();
    let (library, backups, project, shelf) = backed_up(&home);
    // One that changed since is no problem, only not compared.
    fs::write(project.root.join("README"), "changed since").unwrap();
    let view = backups.proofs().start_drill(shelf.id).unwrap();
    let view = library.jobs().wait(view.id).unwrap();
    assert_eq!(view.state, JobState::Succeeded, "{:?}", view.outcome);
    let proof = backups.proofs().of(shelf).unwrap();
    let [drill] = &proof.drills[..] else { panic!("{:?}", proof.drills) };
    assert_eq!(proof.last_proven, Some(drill.time));
    assert_eq!(drill.project, Some(project.id));
    assert!(drill.files >= 10 && drill.bytes > 1_000_000, "{drill:?}");
    assert!(drill.compared_with_disk >= drill.files - 1, "{drill:?}");
    let left: Vec<_> = fs::read_dir(library.root().join("cache")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_trial_finds_what_is_lost_and_what_was_swapped_on_disk() {
    let home = Home::new();
    let (_library, backups, project, shelf) = backed_up(&home);
    // The same size and time, another content: nobody but a comparison would notice.
    let path = project.root.join("src/data0");
    let times = fs::metadata(&path).unwrap().modified().unwrap();
    flip(&path);
    fs::File::options().write(true).open(&path).unwrap().set_modified(times).unwrap();
    let error =
        refused(backups.proofs().drill(shelf.id, &Job::new()), Code::Damaged, "did not come back");
    assert!(error.why_text().contains("data0"), "{error:?}");
    for pack in packs(&shelf) {
        if holds_content(&pack) {
            flip(&pack);
        }
    }
    refused(backups.proofs().drill(shelf.id, &Job::new()), Code::Damaged, "did not come back");
    let proof = backups.proofs().of(shelf).unwrap();
    assert_eq!((proof.last_proven, proof.drills.len()), (None, 2));
    assert!(!proof.problems.is_empty());
}

/// Takes the destination away once `is_begun`, until that came in the middle and not too late.
fn taken_away(
    shelf: &Destination,
    prove: impl Fn(&Job) -> Result<undercroft_foundation::Text> + Sync,
    is_begun: impl Fn(&Job) -> bool,
) -> Error {
    let away = shelf.path.with_extension("away");
    loop {
        let job = Job::new();
        let proven = thread::scope(|scope| {
            let proving = scope.spawn(|| prove(&job));
            while !is_begun(&job) && !proving.is_finished() {
                thread::yield_now();
            }
            fs::rename(&shelf.path, &away).unwrap();
            proving.join().unwrap()
        });
        fs::rename(&away, &shelf.path).unwrap();
        match proven {
            Ok(_) => {}
            Err(error) => return error,
        }
    }
}

#[test]
fn a_drive_that_is_taken_away_in_the_middle_is_away_and_not_damaged() {
    let home = Home::new();
    let (library, backups, _project, shelf) = backed_up(&home);
    let gone = [
        taken_away(
            &shelf,
            |job| backups.proofs().check(shelf.id, 1000, job),
            |job| job.progress().bytes_done > 0,
        ),
        taken_away(
            &shelf,
            |job| backups.proofs().drill(shelf.id, job),
            |job| !job.current().is_empty(),
        ),
    ];
    for gone in gone {
        assert_eq!(gone.code(), Code::Unavailable, "{gone}");
    }
    assert!(backups.proofs().of(shelf).unwrap().problems.is_empty());
    let told = library.events().latest(50).unwrap();
    let is_bad = |kind: &str| kind == "destination.damaged" || kind == "destination.drill-failed";
    assert!(!told.iter().any(|event| is_bad(&event.kind)), "{told:?}");
}

#[test]
fn what_is_due_begins_once_whatever_the_clock_does() {
    let home = Home::new();
    let (library, backups, _project, shelf) = backed_up(&home);
    let wanted = [Due { destination: shelf.id, daily_permille: 10, drill_days: 30 }];
    let run = || {
        let started = backups.proofs().start_due(&wanted).unwrap();
        for view in &started {
            let view = library.jobs().wait(view.id).unwrap();
            assert_eq!(view.state, JobState::Succeeded, "{:?}", view.outcome);
        }
        started.len()
    };
    assert_eq!((run(), run()), (2, 0));
    home.clock.advance(DAY);
    assert_eq!((run(), run()), (1, 0));
    for days in [-400, 800] {
        home.clock.set_wall(jiff::SignedDuration::from_hours(days * 24));
        assert_eq!((run(), run()), (2, 0), "{days} days");
    }
    fs::rename(&shelf.path, shelf.path.with_extension("away")).unwrap();
    home.clock.advance(40 * DAY);
    assert_eq!(run(), 0);
}

#[test]
fn what_finds_damage_is_not_begun_again_at_once() {
    let home = Home::new();
    let (library, backups, _project, shelf) = backed_up(&home);
    packs(&shelf).iter().for_each(|pack| flip(pack));
    let wanted = [Due { destination: shelf.id, daily_permille: 1000, drill_days: 30 }];
    let run = || {
        let started = backups.proofs().start_due(&wanted).unwrap();
        for view in &started {
            assert_eq!(library.jobs().wait(view.id).unwrap().state, JobState::Failed);
        }
        started.len()
    };
    assert_eq!((run(), run()), (2, 0));
    home.clock.advance(DAY / 3);
    assert!(run() > 0);
    assert_eq!(run(), 0);
}
