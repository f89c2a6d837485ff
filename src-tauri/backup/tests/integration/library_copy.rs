//! The library's own snapshot: it holds what it must and no password, and costs what changed.

use crate::support;

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use support::{Home, PASSWORD, wanted};
use undercroft_backup::{Backups, Retention};
use undercroft_foundation::{Job, World};
use undercroft_providers::DiskProvider;
use undercroft_repository::{Password, Repository};
use undercroft_testkit::{Restic, random_bytes, write_file};

fn open(path: &Path) -> Repository {
    let provider = std::sync::Arc::new(DiskProvider::open(path).unwrap());
    Repository::open(provider, &Password::new(PASSWORD), &World::real()).unwrap()
}

fn back_up(backups: &Backups, place: &Path) -> undercroft_backup::LibraryCopy {
    backups.library_copies().make(&open(place), &Job::new()).unwrap()
}

#[test]
fn archives_and_templates_are_in_its_snapshot_and_nothing_unfinished_is() {
    let home = Home::new();
    let (library, backups) = home.open();
    let disk = home.destination(&backups, "disk");
    let whole = [
        ("archives/2026/11/old.tar.zst", "archived"),
        ("archives/2026/11/old.json", "manifest"),
        ("templates/backend/workspaces/.gitignore", "target"),
    ];
    let unfinished = [
        "archives/2026/11/new.tar.zst.tmp-1",
        "archives/2026/.new/part",
        "templates/backend/.new/file",
        "templates/backend/new.tmp-1/file",
    ];
    for (name, text) in whole {
        write_file(library.root().join(name), text);
    }
    for name in unfinished {
        write_file(library.root().join(name), "half");
    }
    back_up(&backups, &disk.path);
    let target = home.path().join("restored");
    Restic::new(&disk.path, PASSWORD).restore("latest", &target);
    let stage = target.join(library.root().join("cache/library").strip_prefix("/").unwrap());
    for (name, text) in whole {
        assert_eq!(fs::read_to_string(stage.join(name)).unwrap(), text, "{name}");
    }
    for name in unfinished {
        assert!(!stage.join(name).exists(), "{name}");
    }
}

#[test]
fn the_library_is_in_its_snapshot_and_unchanged_packs_are_not_read_again() {
    let home = Home::new();
    let (library, backups) = home.open();
    let project = home.project(&library, "p");
    let disk = home.destination(&backups, "disk");
    let history = library.root().join("history").join(format!("{}.git", project.id));
    let pack = history.join("objects/pack/pack-1.pack");
    write_file(&pack, random_bytes(1, 3 << 20));
    for (name, text) in [
        ("HEAD", "ref: refs/heads/main\n"),
        ("refs/heads/main", "1\n"),
        ("refs/heads/main.lock", "2\n"),
        ("undercroft/lock", ""),
        ("objects/pack/tmp_2.pack", "half"),
    ] {
        write_file(history.join(name), text);
    }
    write_file(library.projects().folder_of(project.id).join("workspaces/try/file"), "x");
    let first = back_up(&backups, &disk.path);
    assert!(first.summary.counts.data_added > 3 << 20, "{first:?}");

    let restic = Restic::new(&disk.path, PASSWORD);
    let target = home.path().join("restored");
    restic.restore("latest", &target);
    let stage = target.join(library.root().join("cache/library").strip_prefix("/").unwrap());
    let restored = stage.join("history").join(history.file_name().unwrap());
    assert_eq!(
        fs::read(restored.join("objects/pack/pack-1.pack")).unwrap(),
        fs::read(&pack).unwrap()
    );
    for absent in ["refs/heads/main.lock", "undercroft/lock", "objects/pack/tmp_2.pack"] {
        assert!(!restored.join(absent).exists(), "{absent}");
    }
    for there in ["catalog.db", "settings.toml", "library-id", "objects.json"] {
        assert!(stage.join(there).is_file(), "{there}");
    }
    assert!(stage.join("projects").join(project.id.to_string()).join("metadata.json").is_file());
    assert!(!stage.join("projects").join(project.id.to_string()).join("workspaces").exists());
    assert_eq!(
        fs::read_dir(stage.join("keys")).unwrap().count(),
        0,
        "no password of a destination"
    );
    let tags = restic.run(&["snapshots", "--json"]);
    assert!(tags.contains(&format!("library:{}", library.id().unwrap())), "{tags}");

    // A pack more, and one less: only the new one is read.
    let second_pack = history.join("objects/pack/pack-2.pack");
    write_file(&second_pack, random_bytes(2, 1 << 20));
    let second = back_up(&backups, &disk.path);
    let counts = second.summary.counts;
    assert!((1 << 20..2 << 20).contains(&counts.data_added), "{counts:?}");
    let job = Job::new();
    fs::remove_file(&pack).unwrap();
    let third = backups.library_copies().make(&open(&disk.path), &job).unwrap();
    assert_eq!(third.summary.counts.files_changed + third.summary.counts.files_new, 1, "{third:?}");
    assert!(
        !library
            .root()
            .join("cache/library/history")
            .join(history.file_name().unwrap())
            .join("objects/pack/pack-1.pack")
            .exists()
    );
    restic.check();
}

#[test]
fn two_libraries_at_one_destination_never_let_go_of_each_others() {
    let (mine, theirs) = (Home::of_chance(1), Home::of_chance(2));
    let place = mine.path().join("disk");
    let keep_one = Retention { last: Some(1), ..Retention::default() };
    let mut all = Vec::new();
    let mut rooms = Vec::new();
    for home in [&mine, &theirs] {
        let (library, backups) = home.open();
        let disk = backups.destinations().add(&wanted(&place)).unwrap();
        let project = home.project(&library, "p");
        let own = [0, 1].map(|_| {
            home.clock.advance(std::time::Duration::from_secs(86400));
            let copy = back_up(&backups, &disk.path).snapshot;
            let made = backups.project_backups().run(project.id, disk.id, &Job::new()).unwrap();
            [copy, made.summary.snapshot.unwrap()]
        });
        all.push(own);
        rooms.push((library, backups, disk));
    }
    for ((_, backups, disk), own) in rooms.iter().zip(&all) {
        let goes =
            backups.removals().preview_retention(disk.id, &keep_one, None, &Job::new()).unwrap();
        let goes: HashSet<_> = goes.drop.iter().map(|it| it.id).collect();
        assert_eq!(goes, HashSet::from(own[0]), "only the older ones of its own");
    }
    let (library, backups, disk) = &rooms[0];
    let mut spec = backups.plans().propose().unwrap();
    spec.targets[0].retention = Some(keep_one);
    let plan = backups.plans().create("all", &spec).unwrap();
    let job = backups.plan_runs().start_plan(plan.id, None, None).unwrap();
    library.jobs().wait(job.id).unwrap();
    let left = open(&disk.path).snapshots().unwrap();
    assert!(left.iter().all(|it| it.id != all[0][0][1]), "its own policy holds");
    for theirs in all[1].as_flattened() {
        assert!(left.iter().any(|it| it.id == *theirs), "{theirs} of another library is gone");
    }
}
