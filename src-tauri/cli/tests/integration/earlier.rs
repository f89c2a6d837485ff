//! Libraries and repositories that earlier versions made give back all that is in them.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use undercroft_testkit::{Compare, tree_differences};

use crate::stage::Stage;

/// The archives of `make.mjs`, each of which holds a library, a destination and what is expected.
fn archives() -> Vec<PathBuf> {
    let paths =
        std::fs::read_dir("../../tests/fixtures").unwrap().map(|entry| entry.unwrap().path());
    let made = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().starts_with("made-by-");
    paths.filter(made).collect()
}

fn unpacked(archive: &Path) -> Stage {
    let stage = Stage::new();
    let mut tar = Command::new("tar");
    tar.arg("-xzf").arg(archive).arg("-C").arg(stage.path(""));
    assert!(tar.status().unwrap().success());
    stage
}

#[track_caller]
fn assert_came_back(stage: &Stage, expected: &str, restored: &str) {
    let compare = Compare { modes: true, ..Compare::CONTENT };
    let expected = stage.path("expected").join(expected);
    assert_eq!(tree_differences(&expected, &stage.path(restored), compare), [""; 0]);
}

/// The items of a reply, oldest first.
fn oldest_first(reply: Value) -> Vec<Value> {
    let Value::Array(mut listed) = reply else { panic!("{reply}") };
    listed.reverse();
    listed
}

fn every_version_comes_back(stage: &Stage) {
    for (workspace, expected) in
        [("birch", &["first", "second", "third", "fourth"][..]), ("birch/twig", &["twig"])]
    {
        let versions = oldest_first(stage.json(&["version", "list", "-w", workspace]));
        assert_eq!(versions.len(), expected.len(), "{versions:?}");
        for (version, expected) in versions.iter().zip(expected) {
            let id = version["id"].as_str().unwrap();
            let to = format!("restored/{workspace}/{id}");
            stage.run(&["version", "restore", id, "--target", &to]);
            assert_came_back(stage, expected, &to);
        }
    }
}

fn every_backup_comes_back(stage: &Stage) {
    // The key that sealed its password stayed on the machine that the archive was made on.
    stage.run(&["destination", "add", "shelf"]);
    stage.run(&["destination", "check", "shelf", "--percent", "100"]);
    let backups = oldest_first(stage.json(&["backup", "list", "birch", "--from", "shelf"]));
    assert_eq!(backups.len(), 2, "{backups:?}");
    for (backup, expected) in backups.iter().zip(["third", "fourth"]) {
        let id = backup["id"].as_str().unwrap();
        let to = format!("restored/{id}");
        stage.run(&["restore", id, "--from", "shelf", "--target", &to]);
        assert_came_back(stage, expected, &format!("{to}/birch"));
    }
}

#[test]
fn what_an_earlier_version_made_gives_all_of_it_back() {
    let archives = archives();
    assert!(!archives.is_empty());
    for archive in archives {
        let stage = unpacked(&archive);
        std::fs::create_dir(stage.path("birch")).unwrap();
        stage.run(&["project", "move", "birch", "birch"]);
        every_version_comes_back(&stage);
        assert_eq!(stage.run(&["draft", "read", "birch", "src/leaf"]), "not in any version\n");
        every_backup_comes_back(&stage);
    }
}
