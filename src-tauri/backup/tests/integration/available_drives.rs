//! The drives that backups could go to, told from a table of mounts.

use crate::support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use support::{Home, add_project, wanted};
use undercroft_backup::{Backups, Drive, Surroundings, mount_table};

/// A table with these mounts: number, place, options, kind.
fn around(home: &Home, mounts: &[(&str, &str, &str, &str)]) -> Surroundings {
    let line = |&(device, place, options, kind): &(&str, &str, &str, &str)| {
        let place = home.path().join(place);
        fs::create_dir_all(&place).unwrap();
        let place = place.to_str().unwrap().replace(' ', "\\040");
        format!("31 22 {device} / {place} {options} shared:1 - {kind} none rw\n")
    };
    Surroundings {
        mounts: mounts.iter().map(line).collect::<String>().into_bytes(),
        home: Some(home.path().join("home")),
    }
}

const HOME: (&str, &str, &str, &str) = ("250:1", "home", "rw", "ext4");
const BLUE: (&str, &str, &str, &str) = ("250:17", "media/blue disk", "rw,nosuid", "vfat");

fn drives(home: &Home, backups: &Backups, around: &Surroundings) -> Vec<(PathBuf, Drive)> {
    let found = backups.destinations().drives(around).unwrap();
    let below = |folder: &Path| folder.strip_prefix(home.path()).unwrap().to_owned();
    found.into_iter().map(|drive| (below(&drive.folder), drive)).collect()
}

fn folders(home: &Home, backups: &Backups, around: &Surroundings) -> Vec<PathBuf> {
    drives(home, backups, around).into_iter().map(|(folder, _)| folder).collect()
}

#[test]
fn another_drive_is_proposed_and_the_home_folder_never() {
    let home = Home::new();
    let (_library, backups) = home.open();
    let both = around(&home, &[HOME, BLUE]);
    let found = drives(&home, &backups, &both);
    let shown: Vec<_> = found
        .iter()
        .map(|(folder, it)| (folder.to_str().unwrap(), &*it.name, it.is_shared, it.is_proposed))
        .collect();
    assert_eq!(
        shown,
        [
            ("media/blue disk/Undercroft", "blue disk", false, true),
            ("home/Undercroft backups", "Home folder", true, false),
        ]
    );
    assert!(found[0].1.free_bytes > 0 && found[0].1.total_bytes >= found[0].1.free_bytes);
    let alone = drives(&home, &backups, &around(&home, &[HOME]));
    assert_eq!((alone.len(), alone[0].1.is_proposed), (1, false));
    assert!(fs::read_dir(home.path().join("media/blue disk")).unwrap().next().is_none());
}

#[test]
fn what_is_no_drive_for_backups_is_left_out() {
    let home = Home::new();
    let (_library, backups) = home.open();
    let mounts = [
        HOME,
        ("250:33", "media/locked", "ro", "ext4"),
        ("0:50", "media/share", "rw", "nfs4"),
        ("0:51", "media/memory", "rw", "tmpfs"),
        ("7:1", "media/image", "rw", "squashfs"),
        ("250:17", "media/deep/er", "rw", "ext4"),
        ("250:17", "media/top", "rw", "ext4"),
        // The home's own file system, seen elsewhere.
        ("250:1", "media/again", "rw", "ext4"),
    ];
    let around = around(&home, &mounts);
    let found = folders(&home, &backups, &around);
    assert_eq!(found, ["media/top/Undercroft", "home/Undercroft backups"].map(PathBuf::from));
}

#[test]
fn a_drive_that_may_not_be_written_is_left_out() {
    let home = Home::new();
    let (_library, backups) = home.open();
    let around = around(&home, &[HOME, BLUE]);
    let blue = home.path().join("media/blue disk");
    fs::set_permissions(&blue, fs::Permissions::from_mode(0o555)).unwrap();
    let can_write_all = fs::write(blue.join("x"), "").is_ok();
    let found = drives(&home, &backups, &around);
    fs::set_permissions(&blue, fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(found.len(), 1 + usize::from(can_write_all));
}

#[test]
fn a_repository_on_a_drive_is_found_and_another_folder_is_left_alone() {
    let home = Home::new();
    let (_library, backups) = home.open();
    let around = around(&home, &[HOME, BLUE, ("250:33", "media/red", "rw", "ext4")]);
    backups.destinations().add(&wanted(&home.path().join("media/blue disk/vault"))).unwrap();
    fs::create_dir(home.path().join("media/red/Undercroft")).unwrap();
    fs::write(home.path().join("media/red/Undercroft/mine.txt"), "mine").unwrap();
    let found = drives(&home, &backups, &around);
    let shown: Vec<_> =
        found.iter().map(|(folder, it)| (folder.to_str().unwrap(), it.has_repository)).collect();
    assert_eq!(
        shown,
        [
            ("media/red/Undercroft 2", false),
            ("media/blue disk/vault", true),
            ("home/Undercroft backups", false)
        ]
    );
}

#[test]
fn a_drive_that_is_a_project_is_left_out_and_one_of_projects_is_said() {
    let home = Home::new();
    let (library, backups) = home.open();
    let around = around(&home, &[HOME, BLUE, ("250:33", "media/red", "rw", "ext4")]);
    fs::write(home.path().join("media/red/notes.md"), "# Notes\n").unwrap();
    add_project(&library, &home.path().join("media/red"));
    fs::create_dir_all(home.path().join("media/blue disk/work")).unwrap();
    add_project(&library, &home.path().join("media/blue disk/work"));
    let found = drives(&home, &backups, &around);
    let shown: Vec<_> =
        found.iter().map(|(folder, it)| (folder.to_str().unwrap(), it.is_shared)).collect();
    assert_eq!(
        shown,
        [("home/Undercroft backups", false), ("media/blue disk/Undercroft", true)],
        "the projects are elsewhere than the home"
    );
    let is_shared =
        |name| backups.destinations().is_on_disk_of_work(&around, &home.path().join(name)).unwrap();
    assert!(is_shared("media/red/x") && !is_shared("home/x"));
}

#[test]
fn this_machine_can_be_asked() {
    let home = Home::new();
    let (_library, backups) = home.open();
    let around = Surroundings { mounts: mount_table(), home: Some(home.path()) };
    let found = backups.destinations().drives(&around).unwrap();
    assert!(found.iter().any(|drive| drive.mount == home.path() && drive.is_shared));
}
