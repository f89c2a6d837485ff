//! Plans: kept, changed, found, refused, and made again after the catalog was lost.

use crate::support;

use std::fs;

use support::{Home, refused};
use undercroft_backup::{
    Backups, DayTime, HookCommand, PlanProjects, PlanSpec, QuietHours, Retention, Schedule, TABLES,
    rebuildable_folders,
};
use undercroft_foundation::{Code, Job};
use undercroft_library::Library;

fn events(library: &Library) -> Vec<String> {
    library.events().latest(100).unwrap().into_iter().map(|event| event.kind).collect()
}

#[test]
fn a_plan_is_kept_changed_found_and_removed() {
    let home = Home::new();
    let (library, backups) = home.open();
    let disk = home.destination(&backups, "disk");
    let spec = backups.plans().propose().unwrap();
    assert_eq!(spec.targets.len(), 1);
    let plan = backups.plans().create(" Daily ", &spec).unwrap();
    assert!(plan.enabled && plan.name == "Daily");
    refused(backups.plans().create("daily", &spec), Code::AlreadyExists, "is called so");
    assert_eq!(backups.plans().find("DAILY").unwrap(), plan);
    assert_eq!(backups.plans().find(&plan.id.to_string()[..8]).unwrap(), plan);
    refused(backups.plans().find("nightly"), Code::NotFound, "nightly");

    let hourly = PlanSpec { schedule: Schedule::Hourly { minute: 5 }, ..spec };
    let changed = backups.plans().change(plan.id, "Hourly", &hourly).unwrap();
    assert_eq!((changed.id, changed.created), (plan.id, plan.created));
    assert!(!backups.plans().enable(plan.id, false).unwrap().enabled);
    drop((library, backups));
    let (library, backups) = home.open();
    let [kept] = &backups.plans().list().unwrap()[..] else { panic!() };
    assert_eq!((kept.name.as_str(), &kept.spec, kept.enabled), ("Hourly", &hourly, false));

    backups.plans().enable(plan.id, true).unwrap();
    backups.plans().forget_destination(disk.id).unwrap();
    let left = backups.plans().get(plan.id).unwrap();
    assert!(left.spec.targets.is_empty() && !left.enabled);
    refused(backups.plans().enable(plan.id, true), Code::Invalid, "no destination");
    backups.plans().delete(plan.id).unwrap();
    refused(backups.plans().get(plan.id), Code::NotFound, "no plan");
    let told = events(&library);
    for kind in ["plan.added", "plan.changed", "plan.disabled", "plan.enabled", "plan.removed"] {
        assert!(told.iter().any(|told| told == kind), "{kind}: {told:?}");
    }
}

#[test]
fn a_plan_is_of_the_projects_that_are_there_today() {
    let home = Home::new();
    let (library, backups) = home.open();
    let [a, b, c] = ["a", "b", "c"].map(|name| home.project(&library, name));
    library.projects().tag(b.id, &["work".to_owned()], &[]).unwrap();
    library.projects().forget(c.id).unwrap();
    let names = |projects: &PlanProjects| {
        let found = backups.plans().projects_of(projects).unwrap();
        found.into_iter().map(|project| project.name).collect::<Vec<_>>()
    };
    assert_eq!(names(&PlanProjects::All), ["a", "b"]);
    assert_eq!(names(&PlanProjects::Tagged { tags: vec!["work".to_owned()] }), ["b"]);
    assert_eq!(names(&PlanProjects::Chosen { projects: vec![c.id, a.id] }), ["a"]);
    library.projects().recall(c.id).unwrap();
    assert_eq!(names(&PlanProjects::All), ["a", "b", "c"]);
}

fn says(backups: &Backups, change: impl FnOnce(&mut PlanSpec), code: Code, why: &str) {
    let mut spec = backups.plans().propose().unwrap();
    change(&mut spec);
    refused(backups.plans().create("plan", &spec), code, why);
}

#[test]
fn what_makes_no_sense_is_refused_with_the_reason() {
    let home = Home::new();
    let (_library, backups) = home.open();
    let disk = home.destination(&backups, "disk");
    let other = home.destination(&backups, "other");
    backups.plans().forget_destination(other.id).unwrap();
    let invalid = Code::Invalid;
    let says = |change: &dyn Fn(&mut PlanSpec), code, why| says(&backups, change, code, why);
    says(&|plan| plan.targets.clear(), invalid, "no destination");
    says(&|plan| plan.targets[0].destination = other.id, Code::NotFound, "no destination");
    says(&|plan| plan.targets.push(plan.targets[0].clone()), invalid, "disk twice");
    says(
        &|plan| {
            let within_daily = Some("2 weeks".to_owned());
            plan.targets[0].retention = Some(Retention { within_daily, ..Retention::default() });
        },
        invalid,
        "keep-within-daily",
    );
    let cron = |text: &str| Schedule::Cron { expression: text.to_owned() };
    says(&|plan| plan.schedule = cron("0 0 30 2 *"), invalid, "never comes");
    says(&|plan| plan.schedule = cron("every day"), invalid, "not what cron understands");
    says(&|plan| plan.schedule = cron("0 0 0 1 1 *"), invalid, "not what cron understands");
    says(&|plan| plan.schedule = Schedule::Hourly { minute: 60 }, invalid, "minute");
    let noon: DayTime = "12:00".parse().unwrap();
    says(&|plan| plan.schedule = Schedule::Weekly { weekdays: vec![], at: noon }, invalid, "week");
    says(&|plan| plan.schedule = Schedule::Monthly { day: 0, at: noon }, invalid, "no such day");
    says(&|plan| plan.schedule = Schedule::AfterChanges { versions: 0 }, invalid, "no change");
    says(&|plan| plan.time_zone = Some("Europe/Atlantis".to_owned()), invalid, "Atlantis");
    says(
        &|plan| plan.conditions.quiet_hours = Some(QuietHours { from: noon, until: noon }),
        invalid,
        "quiet hours",
    );
    let hook = |program: &str, timeout_seconds| {
        Some(HookCommand { command: vec![program.to_owned()], timeout_seconds })
    };
    says(&|plan| plan.before = hook("pg_dump", 60), invalid, "not an absolute path");
    says(&|plan| plan.after = hook("/usr/bin/true", 0), invalid, "no sensible time");
    says(&|plan| plan.projects = PlanProjects::Tagged { tags: vec![] }, invalid, "names none");
    says(&|plan| plan.verification.daily_permille = 1001, invalid, "read back");
    let spec = backups.plans().propose().unwrap();
    refused(backups.plans().create(" ", &spec), invalid, "1 to 100 letters");
    assert!(backups.plans().list().unwrap().is_empty());
    assert_eq!(spec.targets[0].destination, disk.id);
}

#[test]
fn plans_outlive_a_lost_catalog() {
    let home = Home::new();
    let (library, backups) = home.open();
    let disk = home.destination(&backups, "disk");
    let project = home.project(&library, "p");
    let mut spec = backups.plans().propose().unwrap();
    spec.exclude = vec!["*.iso".to_owned()];
    spec.time_zone = Some("Europe/Vienna".to_owned());
    spec.schedule = Schedule::Weekly { weekdays: vec![1, 5], at: "18:00".parse().unwrap() };
    let plan = backups.plans().create("weekly", &spec).unwrap();
    let gone = backups.plans().create("gone", &spec).unwrap();
    backups.plans().delete(gone.id).unwrap();
    assert_eq!(backups.plans().rebuild().unwrap(), 0);
    let root = library.root().to_owned();
    drop((library, backups));
    fs::write(root.join("catalog.db"), "lost").unwrap();
    for name in ["catalog.db-wal", "catalog.db-shm"] {
        let _ = fs::remove_file(root.join(name));
    }
    let (world, _) = undercroft_testkit::simulated_world(8);
    let (library, _) = Library::open_without_catalog(&root, &world, TABLES).unwrap();
    let backups = Backups::new(&library).sealing_in(&home.sealing_folder());
    assert_eq!(backups.plans().rebuild().unwrap(), 1);
    assert_eq!(backups.plans().list().unwrap(), [plan]);
    // Its destination is there again with its password, and can be used at once.
    assert_eq!(backups.destinations().list().unwrap(), std::slice::from_ref(&disk));
    backups.project_backups().run(project.id, disk.id, &Job::new()).unwrap();
    fs::write(root.join("plans.json"), "{").unwrap();
    refused(backups.plans().rebuild(), Code::Damaged, "not what Undercroft writes");
}

#[test]
fn a_preview_counts_what_is_backed_up_and_what_is_left_out() {
    let home = Home::new();
    let (library, backups) = home.open();
    home.destination(&backups, "disk");
    let project = home.project(&library, "p");
    let write = |path: &str, size: usize| {
        let path = project.root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, vec![b'x'; size]).unwrap();
    };
    write("package.json", 10);
    write("node_modules/a/index.js", 5000);
    write("node_modules/b.js", 500);
    write("kept/node_modules/b.js", 7);
    write("disk.iso", 900);
    write("build/out", 30);
    let mut spec = backups.plans().propose().unwrap();
    spec.exclude = vec!["*.iso".to_owned()];
    let patience = std::time::Duration::from_secs(60);
    let preview = backups.plans().preview(&spec, patience).unwrap();
    // README, src/main.rs, package.json, one of node_modules that nothing proves, and build.
    assert_eq!((preview.projects, preview.files), (1, 5));
    assert_eq!(preview.size_bytes, 1 + 13 + 10 + 7 + 30);
    assert!(preview.complete);
    assert_eq!(preview.left_out_bytes, 6400);
    let told: Vec<_> =
        preview.left_out.iter().map(|left| (left.path.to_str().unwrap(), left.files)).collect();
    assert_eq!(told, [("node_modules", 2), ("disk.iso", 1)]);
    assert!(preview.left_out[0].why.ends_with("there is package.json"));
    assert_eq!(preview.left_out[1].why, "the pattern *.iso");
    assert_eq!(rebuildable_folders(&project.root), [project.root.join("node_modules")]);

    spec.leave_out_rebuildable = false;
    assert_eq!(backups.plans().preview(&spec, patience).unwrap().files, 7);
    for n in 0..600 {
        write(&format!("many/{n}"), 1);
    }
    let hasty = backups.plans().preview(&spec, std::time::Duration::ZERO).unwrap();
    assert!(!hasty.complete && hasty.files < 600);
    spec.exclude = vec!["a[".to_owned()];
    refused(backups.plans().preview(&spec, patience), Code::Invalid, "a[");
}
