//! The guard: what it notices, what waits for the answer, and what the answer does.

use crate::support;

use std::fs;
use std::time::Duration;

use support::Home;
use undercroft_backup::{AnomalyAnswer, AnomalyKind, Retention};
use undercroft_foundation::{Job, JobState};

#[test]
fn mass_deletion_holds_retention_until_it_is_answered() {
    let home = Home::new();
    let (library, backups) = home.open();
    let disk = home.destination(&backups, "A");
    let project = home.project(&library, "p");
    for n in 0..100 {
        fs::write(project.root.join(format!("file {n}")), format!("{n}")).unwrap();
    }
    let mut spec = backups.plans().propose().unwrap();
    spec.library = false;
    spec.targets[0].retention = Some(Retention { last: Some(1), ..Retention::default() });
    let plan = backups.plans().create("Nightly", &spec).unwrap();
    let run = || {
        home.clock.advance(Duration::from_secs(3600));
        let job = backups.plan_runs().start_plan(plan.id, None, None).unwrap();
        let job = library.jobs().wait(job.id).unwrap();
        assert_eq!(job.state, JobState::Succeeded, "{job:?}");
        backups.browser().list(None, Some(disk.id)).unwrap().snapshots
    };
    assert_eq!(run().len(), 1);
    assert!(backups.alerts().list().unwrap().is_empty(), "of a first backup nothing is said");
    for n in 0..80 {
        fs::remove_file(project.root.join(format!("file {n}"))).unwrap();
    }
    assert_eq!(run().len(), 2, "nothing is let go");
    assert_eq!(run().len(), 3, "nor by the next run");
    let [alert] = &backups.alerts().list().unwrap()[..] else { panic!("one alert") };
    assert_eq!((alert.kind, alert.project), (AnomalyKind::Deletion, project.id));
    assert_eq!(alert.text, "80 of 102 files are gone");
    assert_eq!(alert.examples.len(), 20);
    assert!(library.events().after(0, 1000).unwrap().iter().any(|it| it.kind == "guard.alert"));
    assert!(backups.alerts().is_held(disk.id).unwrap());
    let found = backups.alerts().find(&alert.id.to_string()[..12]).unwrap();
    let answered = backups.alerts().answer(found.id, Some(AnomalyAnswer::NotMeant)).unwrap();
    assert_eq!(answered.answer, Some(AnomalyAnswer::NotMeant));
    assert!(!backups.alerts().is_held(disk.id).unwrap());
    let mut left = run();
    for _ in 0..4 {
        left = run();
    }
    let oldest = left.last().unwrap();
    assert!(left.len() < 4, "{left:?}");
    assert!(oldest.tags.iter().any(|tag| tag == "pinned") && oldest.files == Some(102));
}

#[test]
fn mass_rewriting_is_noticed_and_ordinary_work_is_not() {
    let home = Home::new();
    let (library, backups) = home.open();
    let disk = home.destination(&backups, "A");
    let project = home.project(&library, "p");
    let write = |from: usize, to: usize, text: &str| {
        for n in from..to {
            fs::write(project.root.join(format!("file {n}")), format!("{text} {n}")).unwrap();
        }
        home.clock.advance(Duration::from_secs(3600));
        backups.project_backups().run(project.id, disk.id, &Job::new()).unwrap();
        backups.alerts().list().unwrap()
    };
    assert!(write(0, 100, "first").is_empty());
    assert!(write(0, 40, "ordinary work").is_empty());
    assert!(write(100, 300, "new files").is_empty());
    let alerts = write(0, 300, "scrambled");
    assert_eq!(alerts.iter().map(|it| it.kind).collect::<Vec<_>>(), [AnomalyKind::Rewriting]);
    let meant = backups.alerts().answer(alerts[0].id, Some(AnomalyAnswer::Meant)).unwrap();
    assert_eq!(meant.answer, Some(AnomalyAnswer::Meant));
    assert!(!backups.alerts().is_held(disk.id).unwrap());
}
