//! New projects and the trash on the command line.

use std::fs;

use crate::stage::Stage;
use undercroft_testkit::{assert_same_tree, write_file};

#[test]
fn a_project_is_imported_copied_and_deleted() {
    let stage = Stage::new();
    write_file(stage.path("old/main.py"), "print()\n");
    let look = stage.run(&["project", "import", "old", "--dry-run"]);
    assert_eq!(look, "old (a folder): 1 files and folders, 8 B\n");
    assert!(!stage.run(&["project", "list"]).contains("old"));
    let done = stage.run(&["project", "import", "old", "--name", "Old", "--tag", "kept"]);
    assert!(done.contains("Old is a project"), "{done}");
    let versions = stage.json(&["version", "list", "--workspace", "Old"]);
    assert_eq!(versions.as_array().unwrap().len(), 1, "{versions}");

    fs::create_dir(stage.path("out")).unwrap();
    stage.run(&["project", "extract", "Old", "out"]);
    assert_same_tree(stage.path("old"), stage.path("out/Old"));

    let refused = stage.fails(1, &["project", "delete", "Old", "--confirm-name", "Old"]);
    assert!(refused.contains("in use"), "{refused}");
    let trashed = stage.run(&["project", "trash", "Old"]);
    assert!(trashed.contains("to the trash"), "{trashed}");
    let plan = stage.run(&["project", "delete", "Old", "--dry-run"]);
    assert!(plan.contains("goes   1 version"), "{plan}");
    stage.run(&["project", "recall", "Old"]);
    stage.run(&["project", "trash", "Old"]);
    let unconfirmed = stage.fails(130, &["project", "delete", "Old"]);
    assert!(unconfirmed.contains("--confirm-name"), "{unconfirmed}");
    stage.fails(1, &["project", "delete", "Old", "--confirm-name", "other"]);
    let done = stage.run(&["project", "delete", "Old", "--confirm-name", "Old"]);
    assert!(done.contains("Old is gone"), "{done}");
    stage.fails(1, &["project", "show", "Old"]);
    write_file(stage.path("text.zip"), "no archive");
    let refused = stage.fails(1, &["project", "import", "text.zip"]);
    assert!(refused.contains("text"), "{refused}");
}

#[test]
fn a_project_begins_from_a_template() {
    let stage = Stage::new();
    write_file(stage.path("seed/main.txt"), "port 4711\n");
    stage.run(&["project", "add", "seed"]);
    let made = stage.run(&[
        "template",
        "make",
        "seed",
        "service",
        "--about",
        "A service",
        "--variable",
        "port=4711",
    ]);
    assert!(made.contains("service"), "{made}");
    assert!(stage.run(&["template", "list"]).contains("port=4711"));
    fs::create_dir(stage.path("work")).unwrap();
    stage.run(&[
        "project",
        "create",
        "shop",
        "--template",
        "service",
        "--set",
        "port=80",
        "-t",
        "work",
    ]);
    assert_eq!(fs::read_to_string(stage.path("work/shop/main.txt")).unwrap(), "port 80\n");
    let refused = stage.fails(1, &["project", "create", "x", "--set", "port=80"]);
    assert!(refused.contains("--template"), "{refused}");
    stage.run(&["template", "remove", "service"]);
    stage.fails(1, &["template", "remove", "backend"]);
    stage.run(&["project", "create", "empty"]);
    assert_eq!(stage.run(&["project", "list", "--idle-days", "3"]).trim(), "");
}
