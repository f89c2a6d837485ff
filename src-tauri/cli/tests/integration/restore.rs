//! Backups that go back to where they were, and out of it again.

use std::fs;

use serde_json::json;
use undercroft_testkit::{ProjectKind, project_tree, write_file};

use crate::stage::Stage;

#[test]
fn files_of_a_backup_go_back_to_where_they_were_and_undo_brings_back_what_was_there() {
    let stage = Stage::new();
    project_tree(stage.path("vault"), ProjectKind::Rust, 1, 6);
    stage.run(&["project", "add", "vault"]);
    stage.run(&["history", "start", "vault"]);
    stage.run(&["backup", "run", "vault", "--to", "./backups"]);
    let manifest = stage.path("vault/Cargo.toml");
    let before = fs::read(&manifest).unwrap();
    let shown = stage.run(&["backup", "file", "latest", "Cargo.toml", "--from", "backups"]);
    assert!(shown.contains("[package]"), "{shown}");

    write_file(&manifest, "lost");
    write_file(stage.path("vault/new"), "new");
    fs::remove_dir_all(stage.path("vault/src")).unwrap();
    let restore = ["restore", "latest", "Cargo.toml", "src", "--from", "backups"];
    let over = [&restore[..], &["--overwrite", "if-changed"]].concat();
    let plan = stage.json(&[&over[..], &["--dry-run"]].concat());
    assert_eq!(plan["replace"], json!(1));
    assert_eq!(plan["target"], json!(stage.path("vault").to_str().unwrap()));
    assert_eq!(plan["workspaces"].as_array().unwrap().len(), 1);
    assert!(!stage.path("vault/src").exists());

    let done = stage.run(&over);
    assert!(done.contains("undercroft undo"), "{done}");
    assert_eq!(fs::read(&manifest).unwrap(), before);
    assert!(stage.path("vault/src").is_dir());
    assert_eq!(fs::read(stage.path("vault/new")).unwrap(), b"new");

    stage.run(&["undo", "vault"]);
    assert_eq!(fs::read(&manifest).unwrap(), b"lost");
    assert!(!stage.path("vault/src").exists());
    // Without being told to, it writes over nothing.
    stage.run(&restore);
    assert_eq!(fs::read(&manifest).unwrap(), b"lost");
    assert!(stage.path("vault/src").is_dir());
}
