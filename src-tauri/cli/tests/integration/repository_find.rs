//! `undercroft repo`: finding, counting, mounting, comparing with the disk, and trying a restore,
//! beside the real restic.

use crate::stage;

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use stage::Stage;
use undercroft_testkit::{Restic, assert_same_tree, set_modified, write_file};

fn stage_of_two() -> Stage {
    let stage = Stage::new();
    write_file(stage.path("vault/a/note.txt"), "first");
    write_file(stage.path("vault/b/Note.TXT"), "other");
    set_modified(stage.path("vault/b/Note.TXT"), 1_000_000, 0);
    stage.run(&["repo", "-r", "r", "init"]);
    let vault = stage.path("vault");
    stage.run(&["repo", "-r", "r", "backup", vault.to_str().unwrap()]);
    write_file(stage.path("vault/a/note.txt"), "second");
    stage.run(&["repo", "-r", "r", "backup", vault.to_str().unwrap()]);
    stage
}

/// As one value per snapshot and path, with what both programs say of it.
fn flat(found: &Value) -> Vec<Value> {
    let mut all = Vec::new();
    for snapshot in found.as_array().unwrap() {
        let matches = snapshot["matches"].as_array().unwrap();
        assert_eq!(snapshot["hits"], matches.len());
        for each in matches {
            let mut record = json!({ "snapshot": snapshot["snapshot"] });
            for field in ["path", "permissions", "type", "mode", "uid", "gid", "user", "size"] {
                record[field] = each[field].clone();
            }
            all.push(record);
        }
    }
    all.sort_by_key(ToString::to_string);
    all
}

#[test]
fn find_prints_what_restic_prints() {
    let stage = stage_of_two();
    let restic = Restic::new(stage.path("r"), "a password");
    for arguments in [
        &["*.txt"][..],
        &["-i", "note.*"],
        &["--newest", "2001-01-01", "-i", "*.txt"],
        &["--oldest", "2001-01-01 10:00", "-i", "*.txt"],
        &["--snapshot", "latest", "*.txt"],
        &["nothing"],
    ] {
        let ours = stage.json(&[&["repo", "-r", "r", "find"], arguments].concat());
        let theirs = restic.run(&[&["find", "--json"], arguments].concat());
        let theirs: Value = serde_json::from_str(&theirs).unwrap();
        assert_eq!(flat(&ours), flat(&theirs), "{arguments:?}");
    }
    let shown = stage.run(&["repo", "-r", "r", "find", "note.txt"]);
    assert_eq!(shown.lines().filter(|line| line.ends_with("/vault/a/note.txt")).count(), 2);
    let long = stage.run(&["repo", "-r", "r", "find", "--long", "Note.TXT"]);
    assert!(long.starts_with("-rw-") && long.contains("1970-01-12"), "{long}");
}

#[test]
fn the_versions_of_a_file_are_shown() {
    let stage = stage_of_two();
    let file = stage.path("vault/a/note.txt");
    let shown = stage.run(&["--json", "repo", "-r", "r", "versions", file.to_str().unwrap()]);
    let lines: Vec<Value> = shown.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&lines[0]["size"], &lines[1]["size"]), (&json!(6), &json!(5)));
    assert_eq!(lines[0]["snapshots"].as_array().unwrap().len(), 1);
    assert_eq!((&lines[2]["versions"], &lines[2]["snapshots"]), (&json!(2), &json!(2)));
    assert!(lines[2]["total_duration"].as_f64().unwrap() > 0.0);
    let table = stage.run(&["repo", "-r", "r", "versions", file.to_str().unwrap()]);
    assert_eq!(table.lines().count(), 3, "{table}");
}

#[test]
fn stats_are_those_of_restic() {
    let stage = stage_of_two();
    let restic = Restic::new(stage.path("r"), "a password");
    for mode in ["restore-size", "files-by-contents", "blobs-per-file", "raw-data"] {
        for which in [None, Some("latest")] {
            let arguments: Vec<_> = ["stats", "--mode", mode].into_iter().chain(which).collect();
            let ours = stage.json(&[&["repo", "-r", "r"], &arguments[..]].concat());
            let theirs = restic.run(&[&arguments[..], &["--json"]].concat());
            let theirs: Value = serde_json::from_str(&theirs).unwrap();
            for (field, value) in theirs.as_object().unwrap() {
                // What is not counted is left out, or 0.
                let number = |value: &Value| value.as_f64().unwrap_or(0.0);
                let near = (number(&ours[field]) - number(value)).abs() < 1e-6;
                assert!(near, "{mode}: {field} is {value} and not {}", ours[field]);
            }
        }
    }
    assert!(stage.run(&["repo", "-r", "r", "stats"]).contains("Snapshots: 2"));
}

#[test]
fn a_restore_can_be_tried_and_told_what_to_replace() {
    let stage = stage_of_two();
    let inner = format!("latest:{}", stage.path("vault").display());
    let restore = ["repo", "-r", "r", "restore", &inner, "-t", "out"];
    let tried = stage.json(&[&restore[..], &["--dry-run"]].concat());
    assert_eq!((&tried["create"], &tried["bytes"]), (&json!(2), &json!(11)));
    assert!(!stage.path("out").exists());
    stage.run(&restore);
    write_file(stage.path("out/a/note.txt"), "mine");
    std::fs::remove_file(stage.path("out/b/Note.TXT")).unwrap();
    for (policy, replace) in [("never", 0), ("if-missing", 0), ("if-newer", 0), ("always", 1)] {
        let tried = stage.json(&[&restore[..], &["--dry-run", "--overwrite", policy]].concat());
        let counts = (&tried["create"], &tried["replace"], &tried["keep"]);
        assert_eq!(counts, (&json!(1), &json!(replace), &json!(1 - replace)), "{policy}");
    }
    let told = stage.run(&[&restore[..], &["--dry-run"]].concat());
    assert!(told.contains("would replace") && told.contains("out/a/note.txt"), "{told}");
    stage.run(&[&restore[..], &["--overwrite", "if-missing"]].concat());
    let read = |name: &str| std::fs::read_to_string(stage.path(name)).unwrap();
    assert_eq!((read("out/a/note.txt"), read("out/b/Note.TXT")), ("mine".into(), "other".into()));
}

#[test]
fn a_snapshot_is_compared_with_the_disk() {
    let stage = stage_of_two();
    let vault = stage.path("vault");
    let inner = format!("latest:{}", vault.display());
    let diff = ["repo", "-r", "r", "diff", &inner, "--disk", vault.to_str().unwrap()];
    assert_eq!(stage.run(&diff), "");
    write_file(vault.join("a/note.txt"), "third time");
    write_file(vault.join("new.tmp"), "new");
    assert_eq!(stage.run(&diff), "M    /a/note.txt\n+    /new.tmp\n");
    assert_eq!(stage.run(&[&diff[..], &["-e", "*.tmp"]].concat()), "M    /a/note.txt\n");
}

#[test]
fn snapshots_are_a_folder_until_a_signal_comes() {
    let stage = stage_of_two();
    std::fs::create_dir(stage.path("mount")).unwrap();
    let vault = stage.path("vault");
    let seen = stage.path("mount/latest").join(vault.strip_prefix("/").unwrap());
    for ending in [Signal::INT, Signal::TERM] {
        let mut mounting = stage.command(&["repo", "-r", "r", "mount", "mount"]);
        let mut mounting = mounting.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(mounting.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        assert!(line.contains("mount"), "{line}");
        assert_same_tree(&vault, &seen);
        let pid = Pid::from_child(&mounting);
        kill_process(pid, ending).unwrap();
        assert!(mounting.wait().unwrap().success());
        assert_eq!(std::fs::read_dir(stage.path("mount")).unwrap().count(), 0);
        assert_eq!(std::fs::read_dir(stage.path("r/locks")).unwrap().count(), 0);
    }
    let refused = stage.output(&["repo", "-r", "r", "mount", "vault"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("not empty"));
}
