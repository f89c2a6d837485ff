//! Destinations: which places can be one, how they are known, and what is kept of them.

use crate::support;

use std::fs;
use std::path::PathBuf;

use support::{Home, copy_tree, refused, wanted};
use undercroft_backup::{AddDestination, NewPassword};
use undercroft_foundation::{Code, Job};
use undercroft_library::AddProject;

fn key_files(home: &Home) -> Vec<PathBuf> {
    let folder = home.path().join("library/keys");
    fs::read_dir(folder)
        .map_or(Vec::new(), |files| files.map(|file| file.unwrap().path()).collect())
}

#[test]
fn an_empty_or_missing_folder_becomes_a_destination() {
    let home = Home::new();
    let (library, backups) = home.open();
    fs::create_dir(home.path().join("empty")).unwrap();
    let first = home.destination(&backups, "empty");
    let second = home.destination(&backups, "a/b/missing");
    assert_eq!((first.name.as_str(), second.name.as_str()), ("empty", "missing"));
    assert!(second.path.join("config").is_file());
    assert_eq!(backups.destinations().list().unwrap(), [first.clone(), second]);
    let state = backups.destinations().state_of(&first).unwrap();
    assert!(state.is_present && state.free_bytes > Some(0) && state.total_bytes > state.free_bytes);
    assert_eq!((state.snapshots, state.last_backup), (0, None));
    drop((library, backups));
    let (_library, backups) = home.open();
    assert!(backups.browser().list(None, None).unwrap().out_of_date.is_empty());
}

#[test]
fn places_that_cannot_be_destinations_are_refused_and_left_alone() {
    let home = Home::new();
    let (library, backups) = home.open();
    let project = home.project(&library, "p");
    let add = |path: PathBuf| backups.destinations().add(&wanted(&path));
    let root = project.root;
    refused(add(root.join("backups")), Code::Invalid, "inside the project p");
    refused(add(root.join("README")), Code::Invalid, "file, not a folder");
    refused(add(root.join("README/x")), Code::Unavailable, "");
    refused(add(home.path().join("library")), Code::Invalid, "");
    refused(add(home.path().join("library/keep")), Code::Invalid, "own library");
    let error =
        refused(add(root.parent().unwrap().into()), Code::Invalid, "other things, such as p");
    assert!(error.next_text().contains("empty folder in it"));
    refused(add(home.path().join("none/../..")), Code::NotFound, "no such folder");
    let missing = AddDestination { create: false, ..wanted(&home.path().join("none")) };
    refused(backups.destinations().add(&missing), Code::RepositoryMissing, "no repository");
    let empty =
        AddDestination { password: NewPassword::default(), ..wanted(&home.path().join("none")) };
    refused(backups.destinations().add(&empty), Code::Invalid, "password that is not empty");
    let disk = home.destination(&backups, "disk");
    refused(add(disk.path.join("data/inner")), Code::Invalid, "inside the destination disk");
    let taken = AddDestination { name: Some("DISK".into()), ..wanted(&home.path().join("none")) };
    refused(backups.destinations().add(&taken), Code::AlreadyExists, "is called so");
    assert!(!root.join("backups").exists());
    assert_eq!(key_files(&home).len(), 1);
}

#[test]
fn a_project_is_kept_apart_from_destinations() {
    let home = Home::new();
    let (library, backups) = home.open();
    home.destination(&backups, "drive/backups");
    let apart_from = backups.destinations().occupied().unwrap();
    let request = AddProject {
        path: home.path().join("drive"),
        apart_from: &apart_from,
        ..Default::default()
    };
    refused(
        library.projects().add_linked(&request),
        Code::Invalid,
        "holds the destination backups",
    );
    // Were it added all the same, the backup itself refuses.
    let request = AddProject { apart_from: &[], ..request };
    let project = library.projects().add_linked(&request).unwrap();
    let destination = backups.destinations().find("backups").unwrap();
    let result = backups.project_backups().run(project.id, destination.id, &Job::new());
    refused(result, Code::Invalid, "inside the other");
}

#[test]
fn a_repository_is_opened_with_its_password_only_and_once_only() {
    let home = Home::new();
    let (_library, backups) = home.open();
    let disk = home.destination(&backups, "disk");
    refused(backups.destinations().add(&wanted(&disk.path)), Code::AlreadyExists, "disk already");
    backups.plans().forget_destination(disk.id).unwrap();
    assert!(key_files(&home).is_empty());
    assert!(disk.path.join("config").is_file(), "the repository stays");
    let wrong =
        AddDestination { password: NewPassword::Typed("wrong".into()), ..wanted(&disk.path) };
    assert_eq!(backups.destinations().add(&wrong).unwrap_err().code(), Code::WrongPassword);
    assert!(key_files(&home).is_empty() && backups.destinations().list().unwrap().is_empty());
    let again = backups.destinations().add(&AddDestination { create: false, ..wanted(&disk.path) });
    assert_eq!(again.unwrap().repository, disk.repository);
}

#[test]
fn a_making_that_was_interrupted_is_begun_again_but_a_lost_config_is_not_overwritten() {
    let home = Home::new();
    let (library, backups) = home.open();
    let path = home.path().join("disk");
    for folder in ["data/00", "index", "keys", "locks", "snapshots"] {
        fs::create_dir_all(path.join(folder)).unwrap();
    }
    fs::write(path.join("keys").join("ab".repeat(32)), "{}").unwrap();
    let disk = home.destination(&backups, "disk");
    let project = home.project(&library, "p");
    backups.project_backups().run(project.id, disk.id, &Job::new()).unwrap();
    fs::remove_file(path.join("config")).unwrap();
    backups.plans().forget_destination(disk.id).unwrap();
    refused(backups.destinations().add(&wanted(&path)), Code::Damaged, "config is missing");
    assert!(!path.join("config").exists());
}

#[test]
fn a_destination_that_moved_is_known_by_its_repository() {
    let home = Home::new();
    let (_library, backups) = home.open();
    let disk = home.destination(&backups, "disk");
    let moved = home.path().join("mnt/disk");
    fs::create_dir(home.path().join("mnt")).unwrap();
    fs::rename(&disk.path, &moved).unwrap();
    assert!(!backups.destinations().state_of(&disk).unwrap().is_present);
    let found = backups.destinations().add(&wanted(&moved)).unwrap();
    assert_eq!((found.id, &found.name, &found.path), (disk.id, &disk.name, &moved));
    assert_eq!(backups.destinations().list().unwrap(), [found]);
}

#[test]
fn another_drive_at_its_place_is_told_and_not_written_to() {
    let home = Home::new();
    let (library, backups) = home.open();
    let project = home.project(&library, "p");
    let (disk, other) = (home.destination(&backups, "disk"), home.destination(&backups, "other"));
    backups.project_backups().run(project.id, disk.id, &Job::new()).unwrap();
    let away = home.path().join("away");
    fs::rename(&disk.path, &away).unwrap();
    let run = || backups.project_backups().run(project.id, disk.id, &Job::new());
    let quiet = refused(run(), Code::Unavailable, "disk is not there");
    assert!(quiet.next_text().contains("Connect its drive"));
    fs::create_dir(&disk.path).unwrap();
    refused(run(), Code::Unavailable, "disk is not there");
    copy_tree(&other.path, &disk.path);
    refused(run(), Code::Damaged, "Another drive is at its place");
    fs::remove_dir_all(&disk.path).unwrap();
    fs::create_dir(&disk.path).unwrap();
    fs::write(disk.path.join("photo"), "x").unwrap();
    refused(run(), Code::Damaged, "something else");
    fs::remove_dir_all(&disk.path).unwrap();
    fs::rename(&away, &disk.path).unwrap();
    run().unwrap();
}

#[test]
fn a_destination_is_found_and_renamed() {
    let home = Home::new();
    let (library, backups) = home.open();
    let (disk, other) = (home.destination(&backups, "disk"), home.destination(&backups, "x/disk"));
    assert_eq!(other.name, "disk 2");
    let find = |text: &str| backups.destinations().find(text).map(|found| found.id);
    assert_eq!(find("Disk").unwrap(), disk.id);
    assert_eq!(find(&other.id.to_string()).unwrap(), other.id);
    refused(find("none"), Code::NotFound, "no destination");
    refused(find(&disk.id.to_string()[..4]), Code::Invalid, &other.id.to_string());
    refused(backups.destinations().rename(other.id, "DISK"), Code::AlreadyExists, "");
    refused(backups.destinations().rename(other.id, " "), Code::Invalid, "");
    assert_eq!(backups.destinations().rename(other.id, "NAS").unwrap().name, "NAS");
    let kinds: Vec<_> =
        library.events().after(0, 10).unwrap().into_iter().map(|event| event.kind).collect();
    assert_eq!(kinds, ["destination.added", "destination.added", "destination.renamed"]);
}

#[test]
fn another_repository_is_recognised_without_its_password_and_left_alone() {
    let home = Home::new();
    let (_library, backups) = home.open();
    let (disk, other) = (home.destination(&backups, "disk"), home.destination(&backups, "other"));
    fs::rename(&disk.path, home.path().join("away")).unwrap();
    copy_tree(&other.path, &disk.path);
    // Nothing opens it any more: only its config can tell.
    fs::remove_dir_all(disk.path.join("keys")).unwrap();
    let before = fs::read_dir(&disk.path).unwrap().count();
    assert!(!backups.destinations().state_of(&disk).unwrap().is_present);
    refused(backups.destinations().keys(disk.id), Code::Damaged, "Another drive");
    refused(backups.destinations().unlock(disk.id), Code::Damaged, "Another drive");
    assert_eq!(fs::read_dir(&disk.path).unwrap().count(), before);
}

#[test]
fn where_a_drive_is_away_no_repository_is_made_in_its_name() {
    let home = Home::new();
    let (_library, backups) = home.open();
    let disk = home.destination(&backups, "disk");
    fs::rename(&disk.path, home.path().join("away")).unwrap();
    fs::create_dir(&disk.path).unwrap();
    refused(
        backups.destinations().add(&wanted(&disk.path)),
        Code::AlreadyExists,
        "disk belongs there",
    );
    assert_eq!(fs::read_dir(&disk.path).unwrap().count(), 0);
}

#[test]
fn a_destination_is_moved_by_hand_to_its_own_repository_only() {
    let home = Home::new();
    let (library, backups) = home.open();
    let (disk, other) = (home.destination(&backups, "disk"), home.destination(&backups, "other"));
    let place = home.path().join("a/b");
    fs::create_dir_all(place.parent().unwrap()).unwrap();
    fs::rename(&disk.path, &place).unwrap();
    let to = |path: &std::path::Path| backups.destinations().move_to(disk.id, path);
    refused(to(&other.path), Code::Invalid, "Another repository");
    refused(to(&home.path()), Code::RepositoryMissing, "no repository");
    assert_eq!(to(&place).unwrap().path, place);
    assert!(
        backups
            .destinations()
            .state_of(&backups.destinations().get(disk.id).unwrap())
            .unwrap()
            .is_present
    );
    let last = library.events().after(0, 10).unwrap().pop().unwrap();
    assert!(last.text.contains("disk is now at"), "{last:?}");
}
