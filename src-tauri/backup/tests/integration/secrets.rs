//! The keeping of passwords: a copy of the library reveals none, and none is lost on the way.

use crate::support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use support::{Home, PASSWORD, refused, wanted};
use undercroft_backup::{AddDestination, NewPassword, PasswordKeeper};
use undercroft_foundation::Code;

/// Whether any file below a folder holds these bytes.
fn holds(folder: &Path, wanted: &str) -> bool {
    fs::read_dir(folder).unwrap().map(Result::unwrap).any(|entry| {
        let path = entry.path();
        match entry.file_type().unwrap().is_dir() {
            true => holds(&path, wanted),
            false => {
                fs::read(&path).unwrap().windows(wanted.len()).any(|part| part == wanted.as_bytes())
            }
        }
    })
}

#[test]
fn a_copy_of_the_library_reveals_no_password() {
    let home = Home::new();
    let (library, backups) = home.open();
    let disk = home.destination(&backups, "disk");
    assert_eq!(backups.destinations().state_of(&disk).unwrap().keeper, PasswordKeeper::SealedFile);
    assert!(!holds(library.root(), PASSWORD));
    let key = home.sealing_folder().join("sealing.key");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&key), 0o600);
    assert_eq!(mode(&library.root().join("keys")), 0o700);
    assert!(!format!("{:?}", wanted(&key)).contains(PASSWORD));
    // The copy alone opens nothing, and says so.
    drop((library, backups));
    fs::remove_file(&key).unwrap();
    let (_library, backups) = home.open();
    refused(backups.destinations().keys(disk.id), Code::WrongPassword, "not in");
    assert_eq!(backups.destinations().state_of(&disk).unwrap().keeper, PasswordKeeper::Missing);
    // It is given again in the way in which it was given first, and nothing is made anew.
    let again = backups.destinations().add(&AddDestination { create: false, ..wanted(&disk.path) });
    assert_eq!(again.unwrap().id, disk.id);
    assert_eq!(backups.destinations().keys(disk.id).unwrap().keys.len(), 1);
}

#[test]
fn a_sealed_password_is_good_for_its_destination_only() {
    let home = Home::new();
    let (library, backups) = home.open();
    let (disk, other) = (home.destination(&backups, "disk"), home.destination(&backups, "other"));
    let record = |id| library.root().join("keys").join(format!("{id}.json"));
    fs::copy(record(disk.id), record(other.id)).unwrap();
    drop(backups);
    drop(library);
    let (library, backups) = home.open();
    refused(backups.destinations().keys(other.id), Code::WrongPassword, "another destination");
    fs::write(library.root().join("keys").join(format!("{}.json", disk.id)), "{").unwrap();
    refused(backups.destinations().keys(disk.id), Code::WrongPassword, "does not say");
}

#[test]
fn a_plain_file_of_an_earlier_version_is_moved_on_first_use() {
    let home = Home::new();
    let (library, backups) = home.open();
    let disk = home.destination(&backups, "disk");
    let keys = library.root().join("keys");
    fs::remove_file(keys.join(format!("{}.json", disk.id))).unwrap();
    let plain = keys.join(disk.id.to_string());
    fs::write(&plain, PASSWORD).unwrap();
    drop((library, backups));
    // While it cannot be kept otherwise, it stays.
    fs::remove_dir_all(home.sealing_folder()).unwrap();
    fs::write(home.sealing_folder(), "in the way").unwrap();
    let (library, backups) = home.open();
    assert_eq!(backups.destinations().keys(disk.id).unwrap().keys.len(), 1);
    assert!(plain.exists());
    drop((library, backups));
    fs::remove_file(home.sealing_folder()).unwrap();
    let (library, backups) = home.open();
    assert_eq!(backups.destinations().keys(disk.id).unwrap().keys.len(), 1);
    assert!(!plain.exists() && !holds(library.root(), PASSWORD));
    drop((library, backups));
    let (_library, backups) = home.open();
    assert!(backups.destinations().try_password(disk.id, None).unwrap().is_some());
}

#[test]
fn of_a_key_file_nothing_but_its_path_is_kept() {
    let home = Home::new();
    let (library, backups) = home.open();
    let file = home.path().join("my key");
    fs::write(&file, "  from a file \n").unwrap();
    let place = home.path().join("disk");
    let password = NewPassword::KeyFile(file.clone());
    let request = AddDestination { password, ..wanted(&place) };
    let disk = backups.destinations().add(&request).unwrap();
    assert_eq!(backups.destinations().state_of(&disk).unwrap().keeper, PasswordKeeper::KeyFile);
    assert!(!holds(library.root(), "from a file"));
    drop((library, backups));
    let (_library, backups) = home.open();
    assert!(backups.destinations().try_password(disk.id, Some("from a file")).unwrap().is_some());
    assert!(backups.destinations().try_password(disk.id, None).unwrap().is_some());
    fs::write(&file, "changed").unwrap();
    assert_eq!(backups.destinations().try_password(disk.id, None).unwrap(), None);
    fs::write(&file, "two\nlines").unwrap();
    refused(backups.destinations().try_password(disk.id, None), Code::Invalid, "one line");
}

#[test]
fn a_forgotten_destination_leaves_no_password() {
    let home = Home::new();
    let (library, backups) = home.open();
    let disk = home.destination(&backups, "disk");
    backups.plans().forget_destination(disk.id).unwrap();
    assert_eq!(fs::read_dir(library.root().join("keys")).unwrap().count(), 0);
    assert!(disk.path.join("config").is_file());
}
