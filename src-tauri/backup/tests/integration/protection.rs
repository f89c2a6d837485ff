//! Protection: whether a project is safe, and why not, in sentences.

use crate::support;

use std::fs;
use std::time::Duration;

use support::Home;
use undercroft_backup::ProtectionState::{self, Attention, Protected};
use undercroft_foundation::JobState;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[test]
fn a_project_is_safe_while_its_newest_backup_is_fresh_and_the_last_one_did_not_fail() {
    let home = Home::new();
    let (library, backups) = home.open();
    let project = home.project(&library, "p");
    let judged = || {
        let protection = backups.protections().of(&project).unwrap();
        let several = backups.protections().of_all(std::slice::from_ref(&project)).unwrap();
        assert_eq!(several, std::slice::from_ref(&protection));
        (protection.state, protection.reason.to_string(), protection.destinations)
    };
    let is = |state: ProtectionState, reason: &str, destinations: u64| {
        assert_eq!(judged(), (state, reason.to_owned(), destinations));
    };
    let back_up = |destination| {
        let job = backups.project_backups().start(project.id, destination).unwrap();
        library.jobs().wait(job.id).unwrap().state
    };
    is(Attention, "It has no backup yet.", 0);
    let disk = home.destination(&backups, "Disk");
    assert_eq!(back_up(disk.id), JobState::Succeeded);
    // Beside the project, as all of a test is.
    let own = ", on the project's own disk: if it fails, both are lost.";
    is(Protected, &format!("It is backed up to Disk{own}"), 1);
    assert!(backups.protections().of(&project).unwrap().last_backup.is_some());

    home.clock.advance(DAY * 8);
    is(Attention, "Its newest backup is 8 days old.", 1);
    let nas = home.destination(&backups, "NAS");
    assert_eq!(back_up(nas.id), JobState::Succeeded);
    is(Protected, &format!("It is backed up to Disk and NAS{own}"), 2);

    let away = home.path().join("away");
    fs::rename(&disk.path, &away).unwrap();
    is(Protected, "It is backed up to Disk and NAS.", 2);
    assert_eq!(back_up(disk.id), JobState::Failed);
    let reason = format!("Its last backup failed: There is nothing at {}.", disk.path.display());
    is(Attention, &reason, 2);
    fs::rename(&away, &disk.path).unwrap();
    assert_eq!(back_up(disk.id), JobState::Succeeded);

    fs::rename(&project.root, home.path().join("moved")).unwrap();
    let reason = format!("Its folder is not at {}; its backups are kept.", project.root.display());
    is(Attention, &reason, 2);
    fs::rename(home.path().join("moved"), &project.root).unwrap();

    backups.plans().forget_destination(nas.id).unwrap();
    backups.plans().forget_destination(disk.id).unwrap();
    is(Attention, "It has no backup yet.", 0);
}

#[test]
fn a_trial_restore_proves_the_backups_that_were_there() {
    let home = Home::new();
    let (library, backups) = home.open();
    let [early, late] = ["early", "late"].map(|name| home.project(&library, name));
    let disk = home.destination(&backups, "Disk");
    let proven = |project| backups.protections().of(project).unwrap().last_proven;
    let finish = |id| assert_eq!(library.jobs().wait(id).unwrap().state, JobState::Succeeded);
    let back_up = |id, to| finish(backups.project_backups().start(id, to).unwrap().id);
    let now = || undercroft_foundation::Clock::now(&*home.clock);

    back_up(early.id, disk.id);
    assert_eq!(proven(&early), None);
    home.clock.advance(DAY);
    finish(backups.proofs().start_drill(disk.id).unwrap().id);
    let trial = now();
    assert_eq!(proven(&early), Some(trial));

    home.clock.advance(DAY);
    back_up(late.id, disk.id);
    back_up(early.id, disk.id);
    assert_eq!((proven(&early), proven(&late)), (Some(trial), None), "the trial was before it");

    let nas = home.destination(&backups, "NAS");
    back_up(late.id, nas.id);
    home.clock.advance(DAY);
    finish(backups.proofs().start_drill(nas.id).unwrap().id);
    assert_eq!((proven(&early), proven(&late)), (Some(trial), Some(now())));
}

#[test]
fn a_backup_in_progress_is_told() {
    let home = Home::new();
    let (library, backups) = home.open();
    let project = home.project(&library, "p");
    let disk = home.destination(&backups, "Disk");
    // Something else has the destination, so that the backup waits.
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let spec = undercroft_library::JobSpec::new(undercroft_library::JobKind::Check, "Check Disk")
        .with_destination(disk.id);
    library
        .jobs()
        .spawn(spec, move |_| {
            wait.recv().map(|()| String::new()).map_err(|_| {
                undercroft_foundation::Error::new(
                    undercroft_foundation::Code::Internal,
                    "Left alone",
                )
            })
        })
        .unwrap();
    let job = backups.project_backups().start(project.id, disk.id).unwrap();
    let protection = backups.protections().of(&project).unwrap();
    assert_eq!(protection.state, ProtectionState::Running);
    assert_eq!(protection.reason, "It waits for its turn to be backed up.");
    go.send(()).unwrap();
    library.jobs().wait(job.id).unwrap();
    assert_eq!(backups.protections().of(&project).unwrap().state, Protected);
}
