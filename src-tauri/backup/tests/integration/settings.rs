//! The settings that a plan leaves open.

use crate::support;

use std::fs;
use std::time::Duration;

use support::Home;
use undercroft_backup::{Retention, Schedule};
use undercroft_foundation::JobState;

const DAY: Duration = Duration::from_secs(24 * 3600);

#[test]
fn backups_are_let_go_as_the_settings_say_where_the_plan_does_not() {
    let home = Home::new();
    let (library, backups) = home.open();
    let disk = home.destination(&backups, "disk");
    let project = home.project(&library, "p");
    let mut spec = backups.plans().propose().unwrap();
    assert_eq!((&spec.schedule, &spec.targets[0].retention), (&Schedule::Usual, &None));
    spec.library = false;
    let plan = backups.plans().create("Nightly", &spec).unwrap();
    let held_after = |n: u64| {
        home.clock.advance(DAY);
        fs::write(project.root.join("file"), n.to_string()).unwrap();
        let job = backups.plan_runs().start_plan(plan.id, None, None).unwrap();
        assert_eq!(library.jobs().wait(job.id).unwrap().state, JobState::Succeeded);
        backups.browser().list(None, Some(disk.id)).unwrap().snapshots.len()
    };
    // The usual rules keep some of each day.
    assert_eq!([1, 2, 3, 4, 5].map(held_after), [1, 2, 3, 4, 5]);
    let in_force = || {
        let plan = backups.plans().in_force(backups.plans().get(plan.id).unwrap()).unwrap();
        plan.spec.targets[0].retention.clone().unwrap()
    };
    assert_eq!(in_force(), Retention::recommended());

    // A library has the file: where it is gone, nobody has said what may go.
    let file = library.root().join("settings.toml");
    fs::remove_file(&file).unwrap();
    assert_eq!(in_force(), Retention::default());
    fs::write(&file, "backup-retention-days = 2\n").unwrap();
    assert_eq!(in_force().within.as_deref(), Some("2d"));
    assert_eq!(held_after(6), 3, "the newest and those of the two days before it");
    // Rules of its own win.
    let mut spec = plan.spec.clone();
    spec.targets[0].retention = Some(Retention { last: Some(9), ..Retention::default() });
    backups.plans().change(plan.id, "Nightly", &spec).unwrap();
    assert_eq!([7, 8].map(held_after), [4, 5]);
}
