//! Commands in words on the command line.

use crate::stage::Stage;

#[test]
fn words_are_commands_and_answers_are_words() {
    let stage = Stage::new();
    let done = stage.run(&["create", "project", "atlas"]);
    assert!(done.contains("atlas is a project"), "{done}");
    assert_eq!(stage.run(&["list", "projects"]), "1 project\n  atlas  current, 0 B\n");
    assert_eq!(stage.run(&["switch", "to", "atlas"]), "atlas is the current project\n");
    let current = stage.run(&["current", "project"]);
    assert!(current.starts_with("atlas is the current project\n  /"), "{current}");
    assert_eq!(stage.run(&["list", "files"]), "atlas is empty\n");
    let storage = stage.run(&["storage", "status"]);
    assert!(storage.contains("  Free on this disk  "), "{storage}");
    assert!(stage.run(&["say", "help"]).contains("  switch to PROJECT "));
    let said = stage.json(&["say", "list", "projects"]);
    assert_eq!(said["lines"][0]["text"], "atlas");
    assert_eq!(stage.run(&["say", "-n", "create", "project", "x"]), "Create the project x\n");
    assert_eq!(stage.json(&["list", "projects"])["lines"].as_array().unwrap().len(), 1);
}

#[test]
fn words_that_are_no_command_name_the_nearest() {
    let stage = Stage::new();
    let refused = stage.fails(1, &["list", "projcts"]);
    assert!(refused.contains("“list projcts” is not a command"), "{refused}");
    assert!(refused.contains("Say `undercroft list projects`"), "{refused}");
    let refused = stage.fails(1, &["say", "sing", "a", "song"]);
    assert!(refused.contains("`undercroft storage status`, `undercroft say help`"), "{refused}");
    stage.run(&["create", "project", "atlas"]);
    let refused = stage.fails(1, &["create", "project", "Atlas"]);
    assert!(refused.contains("`undercroft switch to atlas`"), "{refused}");
    stage.fails(1, &["create", "project", "a\nb"]);
    assert!(stage.run(&["list", "projects"]).starts_with("1 project\n"));
}

#[test]
fn diagnostics_are_shown_and_saved() {
    let stage = Stage::new();
    stage.run(&["create", "project", "atlas"]);
    let shown = stage.run(&["diagnostics", "new.zip", "--dry-run"]);
    assert!(shown.contains("== settings.txt ==\n") && !shown.contains("atlas"), "{shown}");
    assert!(!stage.path("new.zip").exists());
    let saved = stage.run(&["diagnostics", "new.zip"]);
    assert!(saved.ends_with("new.zip has 7 files\n"), "{saved}");
    assert!(std::fs::read(stage.path("new.zip")).unwrap().starts_with(b"PK"));
    stage.fails(1, &["diagnostics", "new.zip"]);
    let named = stage.run(&["diagnostics", "new.zip", "-n", "--with-names"]);
    assert!(named.contains("atlas"), "{named}");
}
