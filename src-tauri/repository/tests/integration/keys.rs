//! Passwords and the keys that they open.

use crate::support;

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use support::{PASSWORD, Scene, back_up};
use undercroft_foundation::{Code, Result, World};
use undercroft_repository::{KeyId, PackId, Password, Repository};
use undercroft_testkit::{
    FailingProvider, Fault, Operation, RecordingProvider, Restic, flip_bit, write_file,
};

fn word(text: &str) -> Password {
    Password::new(text.to_owned())
}

fn open_with(scene: &Scene, text: &str) -> Result<Repository> {
    Repository::open(scene.disk(), &word(text), &World::real())
}

fn code_with(scene: &Scene, text: &str) -> Option<Code> {
    open_with(scene, text).err().map(|error| error.code())
}

fn key_file(scene: &Scene, id: KeyId) -> PathBuf {
    scene.repository().join("keys").join(id.to_string())
}

#[test]
fn a_wrong_password_opens_nothing_and_says_so() {
    let scene = Scene::new();
    drop(scene.init());
    let error = open_with(&scene, "Vault").unwrap_err();
    assert_eq!(error.code(), Code::WrongPassword);
    assert!(error.what_text().contains(scene.repository().to_str().unwrap()), "{error}");
    assert!(error.next_text().contains("again"), "{}", error.next_text());
    assert_eq!(code_with(&scene, ""), Some(Code::WrongPassword));
    assert_eq!(code_with(&scene, PASSWORD), None);
}

#[test]
fn where_there_is_nothing_there_is_no_repository() {
    let scene = Scene::new();
    assert_eq!(code_with(&scene, PASSWORD), Some(Code::RepositoryMissing));
    drop(scene.init());
    let again = Repository::init(scene.disk(), &word("other"), &World::real());
    assert_eq!(again.map_err(|error| error.code()).err(), Some(Code::AlreadyExists));
    assert_eq!(code_with(&scene, PASSWORD), None);
    assert_eq!(code_with(&scene, "other"), Some(Code::WrongPassword));
}

#[test]
fn an_empty_password_is_refused_before_anything_is_made() {
    let scene = Scene::new();
    let made = Repository::init(scene.disk(), &word(""), &World::real());
    assert_eq!(made.map_err(|error| error.code()).err(), Some(Code::Invalid));
    assert_eq!(code_with(&scene, ""), Some(Code::RepositoryMissing));
}

#[test]
fn what_is_left_of_a_repository_is_never_begun_anew() {
    let scene = Scene::new();
    write_file(scene.source().join("file"), "precious");
    let repository = scene.init();
    back_up(&repository, &scene.request());
    // The config is gone, say by a half-finished copy: the keys must not follow it.
    let config = scene.repository().join("config");
    fs::rename(&config, scene.path("config")).unwrap();
    let before = scene.stored_files();
    let made = Repository::init(scene.disk(), &word("new"), &World::real());
    assert_eq!(made.map_err(|error| error.code()).err(), Some(Code::Damaged));
    assert_eq!(scene.stored_files(), before);
    fs::rename(scene.path("config"), &config).unwrap();
    scene.assert_latest_is_source(&scene.open());
}

#[test]
fn keys_of_both_programs_open_for_both() {
    let scene = Scene::new();
    write_file(scene.source().join("file"), "x");
    let repository = scene.init();
    back_up(&repository, &scene.request());
    repository.add_key(&word("second größe")).unwrap();
    let restic = Restic::new(scene.repository(), "second größe");
    restic.check();
    let file = scene.path("password");
    fs::write(&file, "third").unwrap();
    restic.run(&["key", "add", "--new-password-file", file.to_str().unwrap()]);

    let third = open_with(&scene, "third").unwrap();
    scene.assert_latest_is_source(&third);
    let keys = third.keys().unwrap();
    assert_eq!(keys.len(), 3);
    assert_eq!(keys.iter().filter(|key| key.current).count(), 1);
    assert!(keys.iter().all(|key| !key.username.is_empty() && !key.hostname.is_empty()));

    let current = keys.iter().find(|key| key.current).unwrap().id;
    assert_eq!(third.remove_key(current).map_err(|error| error.code()), Err(Code::Invalid));
    for key in keys.iter().filter(|key| !key.current) {
        third.remove_key(key.id).unwrap();
    }
    assert_eq!(third.remove_key(keys[0].id).map_err(|e| e.code()), Err(Code::NotFound));
    assert_eq!(code_with(&scene, PASSWORD), Some(Code::WrongPassword));
    Restic::new(scene.repository(), "third").check();
}

#[test]
fn a_damaged_key_beside_a_good_one_is_in_nobodys_way() {
    let scene = Scene::new();
    let repository = scene.init();
    let second = repository.add_key(&word("second")).unwrap();
    let third = repository.add_key(&word("third")).unwrap();
    flip_bit(key_file(&scene, second), 200);
    fs::write(key_file(&scene, third), "{").unwrap();
    fs::write(scene.repository().join("keys/not-an-id"), "hello").unwrap();
    assert_eq!(code_with(&scene, PASSWORD), None);
    let error = open_with(&scene, "second").unwrap_err();
    assert_eq!(error.code(), Code::Damaged, "{error}");
    // A damaged key can be told from the list, and taken away.
    let repository = scene.open();
    let keys = repository.keys().unwrap();
    let damaged: Vec<_> = keys.iter().filter(|key| key.damaged).map(|key| key.id).collect();
    assert_eq!((keys.len(), damaged.len()), (3, 2));
    assert!(damaged.contains(&second) && damaged.contains(&third));
    for id in [second, third] {
        repository.remove_key(id).unwrap();
    }
    assert_eq!(repository.keys().unwrap().len(), 1);
    assert_eq!(code_with(&scene, "second"), Some(Code::WrongPassword));
}

#[test]
fn a_password_changes_whole_or_not_at_all() {
    let scene = Scene::new();
    write_file(scene.source().join("file"), "x");
    back_up(&scene.init(), &scene.request());
    let faults = [
        (Operation::Write, "keys/", Fault::Refuse(Code::StorageFull)),
        (Operation::Write, "keys/", Fault::Truncate(50)),
        (Operation::Write, "keys/", Fault::Flip(60)),
        (Operation::Read, "keys/", Fault::Refuse(Code::Unavailable)),
        (Operation::Write, "locks/", Fault::Refuse(Code::PermissionDenied)),
        (Operation::Remove, "keys/", Fault::Refuse(Code::Unavailable)),
    ];
    for (operation, prefix, fault) in faults {
        let failing = Arc::new(FailingProvider::new(scene.disk()));
        let mut repository = scene.open_through(failing.clone());
        failing.fail_from(operation, prefix, 1, fault);
        assert!(repository.change_password(&word("new")).is_err(), "{operation:?} {fault:?}");
        drop(repository);
        assert_eq!(code_with(&scene, PASSWORD), None, "{operation:?} {fault:?}");
    }
    let mut repository = scene.open();
    repository.change_password(&word("new")).unwrap();
    let keys = open_with(&scene, "new").unwrap().keys().unwrap();
    assert_eq!(keys.iter().filter(|key| key.current && !key.damaged).count(), 1);
    assert!(open_with(&scene, PASSWORD).is_err());
    Restic::new(scene.repository(), "new").run(&["snapshots"]);
}

#[test]
fn twenty_keys_are_the_most() {
    let scene = Scene::new();
    let mut repository = scene.init();
    for n in 1..20 {
        repository.add_key(&word(&format!("{n}"))).unwrap();
    }
    let error = repository.add_key(&word("one more")).unwrap_err();
    assert_eq!(error.code(), Code::Invalid);
    assert!(error.next_text().contains("Remove a key"), "{}", error.next_text());
    // The password can still be changed.
    repository.change_password(&word("changed")).unwrap();
    assert_eq!(repository.keys().unwrap().len(), 20);
}

#[test]
fn a_key_that_asks_for_absurd_memory_is_refused() {
    let scene = Scene::new();
    drop(scene.init());
    let keys = scene.repository().join("keys");
    let path = fs::read_dir(&keys).unwrap().next().unwrap().unwrap().path();
    let mut key: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    key["N"] = (1_u64 << 40).into();
    let text = key.to_string();
    let id = KeyId::of(text.as_bytes());
    fs::write(keys.join(id.to_string()), text).unwrap();
    fs::remove_file(path).unwrap();
    assert_eq!(code_with(&scene, PASSWORD), Some(Code::Damaged));
}

/// Writes a copy of the key file with other costs, under the name that fits.
fn plant_key(scene: &Scene, id: KeyId, changes: &[(&str, u64)]) -> KeyId {
    let text = fs::read(key_file(scene, id)).unwrap();
    let mut key: serde_json::Value = serde_json::from_slice(&text).unwrap();
    for (name, value) in changes {
        key[name] = (*value).into();
    }
    let text = key.to_string();
    // Ids of all files are digests of what they hold.
    let planted: KeyId = PackId::of(text.as_bytes()).to_string().parse().unwrap();
    fs::write(key_file(scene, planted), text).unwrap();
    planted
}

#[test]
fn a_key_file_that_would_take_for_ever_is_refused() {
    let scene = Scene::new();
    let id = scene.init().key_id();
    let hostile: [&[(&str, u64)]; 4] = [
        &[("p", 1 << 26)],
        &[("N", 1 << 40)],
        &[("r", 1 << 29)],
        &[("N", 2), ("r", 1 << 20), ("p", 1 << 10)],
    ];
    for costs in hostile {
        let planted = plant_key(&scene, id, costs);
        assert_eq!(code_with(&scene, "wrong"), Some(Code::Damaged), "{costs:?}");
        assert_eq!(code_with(&scene, PASSWORD), None, "{costs:?}: the sound one opens");
        fs::remove_file(key_file(&scene, planted)).unwrap();
    }
    // One that asks for more than ours is tried, and is another key.
    plant_key(&scene, id, &[("p", 4)]);
    assert_eq!(code_with(&scene, "wrong"), Some(Code::WrongPassword));
}

#[test]
fn the_key_that_opened_last_is_tried_first() {
    let scene = Scene::new();
    let repository = scene.init();
    let words = ["one", "two", "three", "four"];
    let ids = words.map(|text| repository.add_key(&word(text)).unwrap());
    let recording = Arc::new(RecordingProvider::new(scene.disk()));
    for (text, id) in words.iter().zip(ids) {
        open_with(&scene, text).unwrap();
        recording.take();
        let opened = Repository::open(recording.clone(), &word(text), &World::real()).unwrap();
        assert_eq!(opened.key_id(), id);
        assert_eq!(recording.count(Operation::Read, "keys/").0, 1, "{text}");
    }
}
