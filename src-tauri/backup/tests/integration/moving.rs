//! A destination moves to another drive: all of it, compared, or not at all.

use crate::support;

use std::fs;
use std::path::Path;

use support::{Home, refused};
use undercroft_backup::{Backups, Destination};
use undercroft_foundation::{Code, JobState};
use undercroft_library::{JobView, Library, Project};

fn back_up(library: &Library, backups: &Backups, project: &Project, to: &Destination) {
    let job = backups.project_backups().start(project.id, to.id).unwrap();
    let done = library.jobs().wait(job.id).unwrap();
    assert_eq!(done.state, JobState::Succeeded, "{:?}", done.outcome);
}

fn move_to(library: &Library, backups: &Backups, from: &Destination, to: &Path) -> JobView {
    let job = backups.maintenance().start_transfer(from.id, to).unwrap();
    library.jobs().wait(job.id).unwrap()
}

#[test]
fn a_destination_moves_whole_and_its_former_place_is_none_any_more() {
    let home = Home::new();
    let (library, backups) = home.open();
    let project = home.project(&library, "p");
    let disk = home.destination(&backups, "Disk");
    back_up(&library, &backups, &project, &disk);
    let new = home.path().join("new drive/undercroft");
    let moved = move_to(&library, &backups, &disk, &new);
    assert_eq!((moved.state, moved.outcome.unwrap().warnings_total), (JobState::Succeeded, 0));

    let now = backups.destinations().get(disk.id).unwrap();
    assert_eq!((now.path.as_path(), &now.name), (new.as_path(), &disk.name));
    back_up(&library, &backups, &project, &now);
    assert_eq!(backups.browser().list(None, None).unwrap().snapshots.len(), 2);
    let check = backups.proofs().start_check(disk.id, 1000).unwrap();
    assert_eq!(library.jobs().wait(check.id).unwrap().state, JobState::Succeeded);
    assert!(!new.join("moving").exists(), "nothing of the move is left");

    // The files stay; but with the new drive away, nobody takes the former place for it.
    assert!(disk.path.join("config.moved").is_file() && disk.path.join("data").is_dir());
    assert_eq!(fs::read_dir(disk.path.join("locks")).unwrap().count(), 0, "the move's own is gone");
    fs::rename(&new, home.path().join("away")).unwrap();
    let present = |it: &Destination| backups.destinations().state_of(it).unwrap().is_present;
    assert!(!present(&now));
}

#[test]
fn a_move_that_ends_early_changes_nothing_and_the_next_goes_on() {
    let home = Home::new();
    let (library, backups) = home.open();
    let project = home.project(&library, "p");
    let disk = home.destination(&backups, "Disk");
    back_up(&library, &backups, &project, &disk);
    let new = home.path().join("new");
    // A folder where a file has to go: the move fails half way.
    let snapshots = fs::read_dir(disk.path.join("snapshots")).unwrap();
    let last = snapshots.map(|entry| entry.unwrap().file_name()).next().unwrap();
    let first = move_to_blocked(&library, &backups, &disk, &new, Path::new(&last));
    assert_eq!(first.state, JobState::Failed);
    assert!(!new.join("config").exists() && disk.path.join("config").is_file());
    assert_eq!(backups.destinations().get(disk.id).unwrap().path, disk.path);
    back_up(&library, &backups, &project, &disk);

    fs::remove_dir_all(new.join("snapshots")).unwrap();
    // What the repository has no longer does not come back, and what looks whole is not.
    let stray = new.join("snapshots").join("0".repeat(64));
    fs::create_dir_all(new.join("snapshots")).unwrap();
    fs::write(&stray, "forgotten since").unwrap();
    fs::write(new.join("config"), "of a try that ended after it").unwrap();
    // What was damaged on the way is written anew.
    let key = fs::read_dir(new.join("keys")).unwrap().next().unwrap().unwrap().path();
    let length = fs::metadata(&key).unwrap().len();
    fs::remove_file(&key).unwrap();
    fs::write(&key, vec![0; usize::try_from(length).unwrap()]).unwrap();
    let second = move_to(&library, &backups, &disk, &new);
    assert_eq!(second.state, JobState::Succeeded, "{:?}", second.outcome);
    assert!(!stray.exists() && !new.join("moving").exists());
    assert_eq!(backups.browser().list(None, None).unwrap().snapshots.len(), 2);
    let check = backups.proofs().start_check(disk.id, 1000).unwrap();
    assert_eq!(library.jobs().wait(check.id).unwrap().state, JobState::Succeeded);
}

/// Begins a move into a place in which a folder has the name of a file to come.
fn move_to_blocked(
    library: &Library,
    backups: &Backups,
    from: &Destination,
    to: &Path,
    name: &Path,
) -> JobView {
    fs::create_dir_all(to.join("snapshots").join(name)).unwrap();
    fs::write(to.join("moving"), &from.repository).unwrap();
    move_to(library, backups, from, to)
}

#[test]
fn places_that_cannot_take_it_are_refused() {
    let home = Home::new();
    let (library, backups) = home.open();
    let project = home.project(&library, "p");
    let [disk, other] = ["Disk", "Other"].map(|name| home.destination(&backups, name));
    let to = |path: &Path| backups.maintenance().start_transfer(disk.id, path);
    refused(to(&project.root.join("x")), Code::Invalid, "inside the project p");
    refused(to(&other.path), Code::AlreadyExists, "A repository is there already");
    refused(to(&disk.path), Code::AlreadyExists, "A repository is there already");
    refused(to(&disk.path.join("data/inner")), Code::Invalid, "inside the destination Disk");
    refused(to(&home.path().join("library/x")), Code::Invalid, "own library");
    fs::create_dir_all(home.path().join("full")).unwrap();
    fs::write(home.path().join("full/letter.txt"), "mine").unwrap();
    refused(to(&home.path().join("full")), Code::Invalid, "other things, such as letter.txt");
    // A move of another repository was begun there.
    let begun = home.path().join("begun");
    fs::create_dir_all(&begun).unwrap();
    fs::write(begun.join("moving"), &other.repository).unwrap();
    refused(to(&begun), Code::Invalid, "other things, such as moving");
}
