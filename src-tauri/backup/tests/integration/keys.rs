//! Keys of a destination, the change of its password, and the recovery kit.

use crate::support;

use std::fs;
use std::process::Command;

use support::{Home, PASSWORD, refused};
use undercroft_backup::{Backups, Destination, NewPassword};
use undercroft_foundation::{Code, Job};
use undercroft_testkit::Restic;

fn typed(text: &str) -> NewPassword {
    NewPassword::Typed(text.to_owned())
}

fn opens(backups: &Backups, disk: &Destination, password: &str) -> bool {
    backups.destinations().try_password(disk.id, Some(password)).unwrap().is_some()
}

#[test]
fn keys_come_and_go_but_not_the_one_in_use() {
    let home = Home::new();
    let (_library, backups) = home.open();
    let disk = home.destination(&backups, "disk");
    let keys = backups.destinations().add_key(disk.id, &typed("second")).unwrap().keys;
    assert_eq!(keys.iter().map(|key| key.current).filter(|current| *current).count(), 1);
    assert!(opens(&backups, &disk, "second") && opens(&backups, &disk, PASSWORD));
    assert!(!opens(&backups, &disk, "third"));
    refused(
        backups.destinations().add_key(disk.id, &NewPassword::Generated),
        Code::Invalid,
        "nobody would know",
    );
    refused(backups.destinations().add_key(disk.id, &typed("")), Code::Invalid, "not empty");
    let current = keys.iter().find(|key| key.current).unwrap().id.to_string();
    let other = keys.iter().find(|key| !key.current).unwrap().id.to_string();
    refused(backups.destinations().remove_key(disk.id, &current), Code::Invalid, "key that opened");
    refused(backups.destinations().remove_key(disk.id, ""), Code::Invalid, "name is empty");
    refused(backups.destinations().remove_key(disk.id, "zz"), Code::NotFound, "no key");
    assert_eq!(backups.destinations().remove_key(disk.id, &other[..8]).unwrap().keys.len(), 1);
    assert!(!opens(&backups, &disk, "second"));
    refused(backups.destinations().remove_key(disk.id, &current), Code::Invalid, "");
}

#[test]
fn a_changed_password_is_kept_and_the_one_before_opens_no_more() {
    let home = Home::new();
    let (library, backups) = home.open();
    let project = home.project(&library, "p");
    let disk = home.destination(&backups, "disk");
    backups.destinations().add_key(disk.id, &typed("somebody else's")).unwrap();
    backups.destinations().change_password(disk.id, &typed("new")).unwrap();
    assert!(opens(&backups, &disk, "new") && opens(&backups, &disk, "somebody else's"));
    assert!(!opens(&backups, &disk, PASSWORD));
    backups.project_backups().run(project.id, disk.id, &Job::new()).unwrap();
    // The same once more leaves the keys as they are.
    assert_eq!(
        backups.destinations().change_password(disk.id, &typed("new")).unwrap().keys.len(),
        2
    );
    drop((library, backups));
    let (_library, backups) = home.open();
    assert!(backups.destinations().try_password(disk.id, None).unwrap().is_some());
    backups.destinations().change_password(disk.id, &NewPassword::Generated).unwrap();
    let text = backups.recovery().kit(disk.id).unwrap().text;
    let line = text.lines().find_map(|line| line.strip_prefix("Password")).unwrap();
    assert_eq!(line.trim().split('-').count(), 7);
    assert!(opens(&backups, &disk, line.trim()));
    Restic::new(&disk.path, line.trim()).check();
}

#[test]
fn the_kit_is_followed_word_for_word_with_restic_alone() {
    let home = Home::new();
    let (library, backups) = home.open();
    let project = home.project(&library, "it's <b>");
    let disk = home.destination(&backups, "My $(disk) & more");
    backups.project_backups().run(project.id, disk.id, &Job::new()).unwrap();
    let kit = backups.recovery().kit(disk.id).unwrap();
    assert!(kit.text.contains(&disk.repository));
    let commands: Vec<_> = kit
        .text
        .lines()
        .filter_map(|line| line.strip_prefix("    "))
        .filter(|line| line.starts_with("restic") && !line.contains("--tag library:"))
        .collect();
    assert_eq!(commands.len(), 3, "{}", kit.text);
    let password = kit.text.lines().find_map(|line| line.strip_prefix("Password")).unwrap().trim();
    for command in commands {
        let done = Command::new("bash")
            .args(["-c", command])
            .current_dir(home.path())
            .env("RESTIC_PASSWORD", password)
            .env("RESTIC_CACHE_DIR", home.path().join("cache"))
            .output()
            .unwrap();
        assert!(done.status.success(), "{command}: {done:?}");
    }
    let restored = home.path().join("restored").join(project.root.strip_prefix("/").unwrap());
    assert_eq!(fs::read_to_string(restored.join("README")).unwrap(), "it's <b>");
    // The page is plain: nothing in it acts, and names stay names.
    assert!(kit.html.contains("it&#39;s") || kit.html.contains("it's &lt;b&gt;"), "{}", kit.html);
    assert!(!kit.html.contains("<b>") && !kit.html.contains("<script"));
    assert!(kit.file_name.ends_with(".html") && !kit.file_name.contains(['/', '$', ' ']));
    assert!(!format!("{kit:?}").contains(PASSWORD));
}
