//! Backups: made, listed, looked into, brought back; also by the real restic.

use crate::support;

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use support::{Home, PASSWORD, add_project, refused};
use undercroft_backup::{EntryKind, KeptBefore, Overwrite, RestoreOrder, RestoreTo};
use undercroft_foundation::{Code, Job, JobState, Result};
use undercroft_testkit::{Restic, assert_same_tree, awkward_tree};

fn names(list: &[&str]) -> Vec<Vec<u8>> {
    list.iter().map(|name| name.as_bytes().to_vec()).collect()
}

#[test]
fn a_project_goes_there_and_back() {
    let home = Home::new();
    let (library, backups) = home.open();
    let disk = home.destination(&backups, "disk");
    let path = home.path().join("awkward");
    awkward_tree(&path);
    let project = add_project(&library, &path);
    let job = Job::new();
    let report = backups.project_backups().run(project.id, disk.id, &job).unwrap();
    assert!(job.warnings().is_empty(), "{:?}", job.warnings());
    assert!(report.sentence.contains("backed up to disk"), "{}", report.sentence);

    let list = backups.browser().list(Some(project.id), None).unwrap();
    let [snapshot] = &list.snapshots[..] else { panic!("{list:?}") };
    assert_eq!(Some(snapshot.id), report.summary.snapshot);
    assert_eq!(snapshot.project, Some(project.id));
    assert_eq!(snapshot.tags, ["undercroft".to_owned(), format!("project:{}", project.id)]);
    assert_eq!(snapshot.files, Some(report.summary.counts.total_files_processed));

    let order = RestoreOrder {
        destination: disk.id,
        snapshot: snapshot.id.to_string(),
        paths: Vec::new(),
        to: RestoreTo::Elsewhere(home.path().join("back")),
        overwrite: Overwrite::IfChanged,
    };
    let job = Job::new();
    backups.restores().run(&order, &job).unwrap();
    assert!(job.warnings().is_empty(), "{:?}", job.warnings());
    assert_same_tree(&path, home.path().join("back/awkward"));

    let restic = Restic::new(&disk.path, PASSWORD);
    restic.check();
    restic.restore("latest", home.path().join("theirs"));
    assert_same_tree(&path, home.path().join("theirs").join(path.strip_prefix("/").unwrap()));
}

#[test]
fn a_snapshot_can_be_looked_into_from_the_projects_folder_down() {
    let home = Home::new();
    let (library, backups) = home.open();
    let disk = home.destination(&backups, "disk");
    let project = home.project(&library, "p");
    std::os::unix::fs::symlink("README", project.root.join("link")).unwrap();
    backups.project_backups().run(project.id, disk.id, &Job::new()).unwrap();
    let browse = |path: &[&str]| backups.browser().browse(disk.id, "latest", &names(path));
    let top = browse(&[]).unwrap();
    let shown: Vec<_> = top.entries.iter().map(|e| (e.name.as_slice(), e.kind)).collect();
    assert_eq!(
        shown,
        [
            (&b"src"[..], EntryKind::Folder),
            (b"README", EntryKind::File),
            (b"link", EntryKind::Symlink)
        ]
    );
    assert_eq!(top.entries[1].size_bytes, 1);
    assert!(top.entries[0].mode.starts_with("drwx") && top.entries[1].mode.starts_with("-rw"));
    assert_eq!(top.entries[2].target.as_deref(), Some(&b"README"[..]));
    assert_eq!(browse(&["src"]).unwrap().entries.len(), 1);
    refused(browse(&["none"]), Code::NotFound, "none");
    refused(browse(&["README"]), Code::Invalid, "no folder");
    refused(backups.browser().browse(disk.id, "ffff", &[]), Code::NotFound, "ffff");
    let short = top.snapshot.id.short();
    assert_eq!(backups.browser().browse(disk.id, &short, &[]).unwrap(), top);
}

#[test]
fn a_path_of_any_bytes_is_backed_up_looked_into_and_restored() {
    let home = Home::new();
    let (library, backups) = home.open();
    let disk = home.destination(&backups, "disk");
    let path = home.path().join(OsStr::from_bytes(b"odd\xff\nproject"));
    fs::create_dir(&path).unwrap();
    fs::write(path.join(OsStr::from_bytes(b"\xfe")), "content").unwrap();
    let project = add_project(&library, &path);
    backups.project_backups().run(project.id, disk.id, &Job::new()).unwrap();
    let top = backups.browser().browse(disk.id, "latest", &[]).unwrap();
    assert_eq!(top.entries[0].name, b"\xfe");
    let order = RestoreOrder {
        destination: disk.id,
        snapshot: "latest".to_owned(),
        paths: vec![vec![b"\xfe".to_vec()]],
        to: RestoreTo::Elsewhere(home.path().join("back")),
        overwrite: Overwrite::Never,
    };
    backups.restores().run(&order, &Job::new()).unwrap();
    let back = home.path().join("back").join(OsStr::from_bytes(b"\xfe"));
    assert_eq!(fs::read(back).unwrap(), b"content");
}

#[test]
fn what_has_not_changed_is_said_and_what_has_is_counted() {
    let home = Home::new();
    let (library, backups) = home.open();
    let disk = home.destination(&backups, "disk");
    let project = home.project(&library, "p");
    let run = || backups.project_backups().run(project.id, disk.id, &Job::new()).unwrap();
    assert_eq!(run().summary.counts.files_new, 2);
    let report = run();
    assert_eq!(report.summary.counts.files_unmodified, 2);
    assert!(report.sentence.ends_with("no file new or changed"), "{}", report.sentence);
    fs::write(project.root.join("new"), "x").unwrap();
    assert_eq!(run().summary.counts.files_new, 1);
    assert_eq!(backups.browser().list(None, None).unwrap().snapshots.len(), 3);
}

#[test]
fn snapshots_are_listed_while_their_drive_is_away_and_it_is_said() {
    let home = Home::new();
    let (library, backups) = home.open();
    let (disk, other) = (home.destination(&backups, "disk"), home.destination(&backups, "other"));
    let project = home.project(&library, "p");
    for destination in [disk.id, other.id] {
        backups.project_backups().run(project.id, destination, &Job::new()).unwrap();
    }
    fs::rename(&disk.path, home.path().join("away")).unwrap();
    let list = backups.browser().list(Some(project.id), None).unwrap();
    assert_eq!(list.snapshots.len(), 2);
    let [away] = &list.out_of_date[..] else { panic!("{list:?}") };
    assert_eq!((away.destination.id, away.error.code()), (disk.id, Code::Unavailable));
    assert_eq!(backups.destinations().state_of(&disk).unwrap().snapshots, 1);
    refused(
        backups.browser().browse(disk.id, "latest", &[]),
        Code::Unavailable,
        "disk is not there",
    );
    assert_eq!(backups.browser().list(None, Some(other.id)).unwrap().snapshots.len(), 1);
    assert!(backups.browser().list(None, Some(other.id)).unwrap().out_of_date.is_empty());
}

#[test]
fn what_others_add_and_remove_is_seen() {
    let home = Home::new();
    let (library, backups) = home.open();
    let disk = home.destination(&backups, "disk");
    let project = home.project(&library, "p");
    backups.project_backups().run(project.id, disk.id, &Job::new()).unwrap();
    let restic = Restic::new(&disk.path, PASSWORD);
    restic.backup(&project.root);
    let list = backups.browser().list(None, None).unwrap();
    assert_eq!(list.snapshots.len(), 2);
    assert_eq!(list.snapshots.iter().filter(|each| each.project.is_none()).count(), 1);
    let theirs = list.snapshots.iter().find(|each| each.project.is_none()).unwrap();
    let listing =
        backups.browser().browse(disk.id, &theirs.id.to_string(), &names(&["src"])).unwrap();
    assert_eq!(listing.entries[0].name, b"main.rs");
    restic.run(&["forget", &theirs.id.to_string()]);
    assert_eq!(backups.browser().list(None, None).unwrap().snapshots.len(), 1);
}

#[test]
fn a_damaged_snapshot_hides_no_other_and_is_told() {
    let home = Home::new();
    let (library, backups) = home.open();
    let disk = home.destination(&backups, "disk");
    let project = home.project(&library, "p");
    backups.project_backups().run(project.id, disk.id, &Job::new()).unwrap();
    fs::write(disk.path.join("snapshots").join("ab".repeat(32)), "x").unwrap();
    let list = backups.browser().list(Some(project.id), None).unwrap();
    assert_eq!(list.snapshots.len(), 1);
    assert_eq!(list.out_of_date[0].error.code(), Code::Damaged);
}

#[test]
fn a_folder_that_vanished_is_told_and_keeps_its_backups() {
    let home = Home::new();
    let (library, backups) = home.open();
    let disk = home.destination(&backups, "disk");
    let project = home.project(&library, "p");
    backups.project_backups().run(project.id, disk.id, &Job::new()).unwrap();
    fs::rename(&project.root, home.path().join("moved")).unwrap();
    let result = backups.project_backups().run(project.id, disk.id, &Job::new());
    refused(result, Code::SourceMissing, "Its folder is not at");
    assert_eq!(backups.browser().list(Some(project.id), None).unwrap().snapshots.len(), 1);
    library.projects().forget(project.id).unwrap();
    refused(backups.project_backups().start(project.id, disk.id), Code::Invalid, "forgotten");
    assert_eq!(backups.browser().list(Some(project.id), None).unwrap().snapshots.len(), 1);
}

#[test]
fn a_restore_does_not_write_where_everything_hangs_on() {
    let home = Home::new();
    let (library, backups) = home.open();
    let disk = home.destination(&backups, "disk");
    let project = home.project(&library, "p");
    backups.project_backups().run(project.id, disk.id, &Job::new()).unwrap();
    let restore = |target: std::path::PathBuf| {
        let to = RestoreTo::Elsewhere(target);
        let order = RestoreOrder {
            destination: disk.id,
            snapshot: "latest".to_owned(),
            paths: Vec::new(),
            to,
            overwrite: Overwrite::Always,
        };
        backups.restores().start(order, Arc::new(|_: &[PathBuf], _: &Job| Ok(None)))
    };
    refused(restore(library.root().join("new/deep")), Code::Invalid, "own library");
    refused(restore(disk.path.join("data")), Code::Invalid, "the destination disk");
    refused(restore(project.root.join("README")), Code::Invalid, "file, not a folder");
    // In place: what was there comes back, what is new stays.
    fs::write(project.root.join("src/main.rs"), "oops").unwrap();
    fs::write(project.root.join("new"), "new").unwrap();
    let job = restore(project.root.parent().unwrap().to_owned()).unwrap();
    assert_eq!(job.title, "Restore p from disk");
    assert_eq!(library.jobs().wait(job.id).unwrap().state, JobState::Succeeded);
    assert_eq!(fs::read(project.root.join("src/main.rs")).unwrap(), b"fn main() {}\n");
    assert_eq!(fs::read(project.root.join("new")).unwrap(), b"new");
}

#[test]
fn a_restore_into_a_folder_above_leaves_out_what_everything_hangs_on() {
    let home = Home::new();
    let (library, backups) = home.open();
    let disk = home.destination(&backups, "disk");
    let project = home.project(&library, "p");
    let places = [library.root().to_owned(), fs::canonicalize(&disk.path).unwrap()];
    let above = fs::canonicalize(home.path()).unwrap();
    for place in &places {
        let inside = project.root.join(place.strip_prefix(&above).unwrap());
        fs::create_dir_all(&inside).unwrap();
        fs::write(inside.join("config"), "from a backup").unwrap();
    }
    backups.project_backups().run(project.id, disk.id, &Job::new()).unwrap();
    let config = fs::read(disk.path.join("config")).unwrap();
    let name = |place: &Path| {
        let below = place.strip_prefix(&above).unwrap();
        below.iter().map(|name| name.as_bytes().to_vec()).collect::<Vec<_>>()
    };
    let order = |paths| RestoreOrder {
        destination: disk.id,
        snapshot: "latest".to_owned(),
        paths,
        to: RestoreTo::Elsewhere(above.clone()),
        overwrite: Overwrite::Always,
    };
    let restores = backups.restores();
    let mixed = order(vec![name(&places[0]), name(&places[1]), names(&["src"])]);
    let planned = restores.plan(&mixed, &|_| Ok(false), &Job::new()).unwrap();
    assert_eq!((planned.plan.create, planned.plan.replace), (1, 0));
    let job = Job::new();
    restores.run(&mixed, &job).unwrap();
    assert_eq!(job.warnings().len(), 2, "{:?}", job.warnings());
    assert!(above.join("src/main.rs").exists());
    assert!(!library.root().join("config").exists());
    assert_eq!(fs::read(disk.path.join("config")).unwrap(), config);
    // One that is nothing else is refused.
    for (place, why) in places.iter().zip(["own library", "the destination disk"]) {
        let [top, ..] = &name(place)[..] else { panic!("{place:?}") };
        if name(place).len() == 1 {
            let alone = order(vec![vec![top.clone()]]);
            refused(restores.run(&alone, &Job::new()), Code::Invalid, why);
        }
    }
}

/// Somebody who keeps what is there, and is told at the end whether something was written.
#[derive(Default)]
struct Keeper(Arc<Mutex<Option<bool>>>);

impl KeptBefore for Keeper {
    fn workspaces(&self) -> Vec<String> {
        vec!["p".to_owned()]
    }

    fn set_aside(&self, path: &Path, _: &Job) -> Result<()> {
        assert!(path.symlink_metadata().is_ok(), "it is there: {path:?}");
        Ok(())
    }

    fn finish(self: Box<Self>, was_written: bool) -> Result<bool> {
        *self.0.lock().unwrap() = Some(was_written);
        Ok(was_written)
    }
}

#[test]
fn who_keeps_what_is_there_is_told_when_a_restore_fails() {
    let home = Home::new();
    let (library, backups) = home.open();
    let disk = home.destination(&backups, "disk");
    let project = home.project(&library, "p");
    backups.project_backups().run(project.id, disk.id, &Job::new()).unwrap();
    let order = RestoreOrder {
        destination: disk.id,
        snapshot: "latest".to_owned(),
        paths: Vec::new(),
        to: RestoreTo::InPlace,
        overwrite: Overwrite::Always,
    };
    let told = Arc::new(Mutex::new(None));
    let (root, keeper) = (project.root, Arc::clone(&told));
    let keep = move |_: &[PathBuf], _: &Job| {
        // The folder cannot be written to by the time that it is to be.
        fs::rename(&root, root.with_file_name("away")).unwrap();
        fs::write(&root, "a file").unwrap();
        Ok(Some(Box::new(Keeper(Arc::clone(&keeper))) as Box<dyn KeptBefore>))
    };
    let job = backups.restores().start(order, Arc::new(keep)).unwrap();
    assert_eq!(library.jobs().wait(job.id).unwrap().state, JobState::Failed);
    assert_eq!(*told.lock().unwrap(), Some(false));
}

#[test]
fn entries_go_back_to_where_they_were_also_where_the_folder_moved() {
    let home = Home::new();
    let (library, backups) = home.open();
    let disk = home.destination(&backups, "disk");
    let project = home.project(&library, "p");
    let odd = OsStr::from_bytes(b"odd\xff\n");
    fs::create_dir_all(project.root.join("deep").join(odd)).unwrap();
    fs::write(project.root.join("deep").join(odd).join("file"), "content").unwrap();
    fs::create_dir(project.root.join(".git")).unwrap();
    fs::write(project.root.join(".git/config"), "old").unwrap();
    backups.project_backups().run(project.id, disk.id, &Job::new()).unwrap();
    let moved = home.path().join("moved");
    fs::rename(&project.root, &moved).unwrap();
    library.projects().set_root(project.id, &moved).unwrap();
    fs::remove_dir_all(moved.join("deep")).unwrap();
    fs::write(moved.join("src/main.rs"), "oops").unwrap();
    fs::write(moved.join("README"), "newer").unwrap();
    fs::write(moved.join(".git/config"), "mine").unwrap();
    let names = |path: &[&[u8]]| path.iter().map(|name| name.to_vec()).collect::<Vec<_>>();
    let order = RestoreOrder {
        destination: disk.id,
        snapshot: "latest".to_owned(),
        paths: vec![
            names(&[b"src", b"main.rs"]),
            names(&[b"deep", odd.as_bytes()]),
            names(&[b".git", b"config"]),
        ],
        to: RestoreTo::InPlace,
        overwrite: Overwrite::IfChanged,
    };
    let restores = backups.restores();
    let planned = restores.plan(&order, &|_| Ok(true), &Job::new()).unwrap();
    assert_eq!((planned.plan.create, planned.plan.replace), (1, 1));
    assert_eq!((&planned.target, &planned.place), (&moved, &moved));
    let keep =
        |_: &[PathBuf], _: &Job| Ok(Some(Box::new(Keeper::default()) as Box<dyn KeptBefore>));
    let job = restores.start(order.clone(), Arc::new(keep)).unwrap();
    // What is git's own is left alone, and told of.
    assert_eq!(library.jobs().wait(job.id).unwrap().state, JobState::Warnings);
    assert_eq!(fs::read(moved.join(".git/config")).unwrap(), b"mine");
    assert_eq!(fs::read(moved.join("src/main.rs")).unwrap(), b"fn main() {}\n");
    assert_eq!(fs::read(moved.join("deep").join(odd).join("file")).unwrap(), b"content");
    assert_eq!(fs::read(moved.join("README")).unwrap(), b"newer");
    let missing = RestoreOrder { paths: vec![names(&[b"none"])], ..order.clone() };
    refused(restores.run(&missing, &Job::new()), Code::NotFound, "none");
    // Elsewhere, entries begin behind the folders that all of them are in.
    let out = home.path().join("out");
    let to = RestoreTo::Elsewhere(out.clone());
    let paths = vec![names(&[b"deep", odd.as_bytes()]), names(&[b"src", b"main.rs"])];
    restores.run(&RestoreOrder { paths, to, ..order.clone() }, &Job::new()).unwrap();
    assert_eq!(fs::read(out.join("src/main.rs")).unwrap(), b"fn main() {}\n");
    assert_eq!(fs::read(out.join("deep").join(odd).join("file")).unwrap(), b"content");
    library.projects().forget(project.id).unwrap();
    refused(restores.run(&order, &Job::new()), Code::Invalid, "trash");
}

#[test]
fn a_link_in_the_project_leads_no_restore_out_of_it() {
    let home = Home::new();
    let (library, backups) = home.open();
    let disk = home.destination(&backups, "disk");
    let project = home.project(&library, "p");
    backups.project_backups().run(project.id, disk.id, &Job::new()).unwrap();
    let outside = home.path().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::remove_dir_all(project.root.join("src")).unwrap();
    std::os::unix::fs::symlink(&outside, project.root.join("src")).unwrap();
    for overwrite in [Overwrite::Never, Overwrite::Always] {
        let order = RestoreOrder {
            destination: disk.id,
            snapshot: "latest".to_owned(),
            paths: vec![vec![b"src".to_vec(), b"main.rs".to_vec()]],
            to: RestoreTo::InPlace,
            overwrite,
        };
        backups.restores().run(&order, &Job::new()).unwrap();
        assert_eq!(fs::read_dir(&outside).unwrap().count(), 0);
    }
    assert_eq!(fs::read(project.root.join("src/main.rs")).unwrap(), b"fn main() {}\n");
}

#[test]
fn the_beginning_of_a_file_in_a_backup_is_read() {
    let home = Home::new();
    let (library, backups) = home.open();
    let disk = home.destination(&backups, "disk");
    let project = home.project(&library, "p");
    backups.project_backups().run(project.id, disk.id, &Job::new()).unwrap();
    let file = |path: &[&[u8]]| {
        let path: Vec<_> = path.iter().map(|name| name.to_vec()).collect();
        backups.browser().file(disk.id, "latest", &path)
    };
    let main = file(&[b"src", b"main.rs"]).unwrap();
    assert_eq!(main.entry().name, b"main.rs");
    assert_eq!(main.head(7).unwrap(), b"fn main");
    assert_eq!(main.head(1 << 20).unwrap(), b"fn main() {}\n");
    refused(file(&[b"src"]).unwrap().head(1), Code::Invalid, "not a file");
    refused(file(&[b"none"]), Code::NotFound, "none");
    assert_eq!(file(&[]).unwrap().entry().kind, EntryKind::Folder);
}

#[test]
fn a_slip_in_the_settings_warns_and_does_not_keep_from_a_backup() {
    let home = Home::new();
    let (library, backups) = home.open();
    let disk = home.destination(&backups, "disk");
    let project = home.project(&library, "p");
    fs::write(library.settings_path(), "threads = \"many\"").unwrap();
    let job = backups.project_backups().start(project.id, disk.id).unwrap();
    let job = library.jobs().wait(job.id).unwrap();
    assert_eq!(job.state, JobState::Warnings);
    assert_eq!(job.outcome.unwrap().warnings[0].item, "settings.toml");
}
