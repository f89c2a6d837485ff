//! `undercroft repo forget`, `trash` and `tag`, beside the real restic.

use crate::stage;

use serde_json::{Value, json};
use stage::Stage;
use undercroft_testkit::{Restic, random_bytes, write_file};

/// A repository with backups of a growing folder, and restic on it.
fn stage_with_backups(count: u64) -> (Stage, Restic) {
    let stage = Stage::new();
    stage.run(&["repo", "-r", "r", "init"]);
    for n in 0..count {
        write_file(stage.path("work/file"), random_bytes(n, 100_000));
        stage.run(&["repo", "-r", "r", "backup", "work", "--tag", &format!("t{n}")]);
    }
    let restic = Restic::new(stage.path("r"), "a password");
    (stage, restic)
}

fn repo(stage: &Stage, arguments: &[&str]) -> Value {
    stage.json(&[&["repo", "-r", "r"], arguments].concat())
}

fn ids(list: &Value) -> Vec<String> {
    let ids = list.as_array().into_iter().flatten();
    ids.map(|it| it["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_policy_prints_and_does_what_restic_does() {
    let (stage, restic) = stage_with_backups(4);
    // But for the rule of the oldest, which newer ones than this restic have.
    let policy = ["--keep-last", "1", "--keep-within=0h", "--keep-tag", "t1,", "--keep-tag", "t1"];
    let arguments = [&["forget", "-n", "-g", "host"], &policy[..]].concat();
    let theirs = restic.run(&[&arguments[..], &["--json"]].concat());
    let theirs: Value = serde_json::from_str(&theirs).unwrap();
    let ours = repo(&stage, &arguments);
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&ours[0]), keys(&theirs[0]));
    for key in ["tags", "host", "paths"] {
        assert_eq!(ours[0][key], theirs[0][key], "{key}");
    }
    for key in ["keep", "remove"] {
        assert_eq!(ids(&ours[0][key]), ids(&theirs[0][key]), "{key}");
    }
    for nr in 0..2 {
        let (ours, theirs) = (&ours[0]["reasons"][nr], &theirs[0]["reasons"][nr]);
        assert_eq!(ours["matches"], theirs["matches"]);
        assert_eq!(ours["snapshot"]["tree"], theirs["snapshot"]["tree"]);
    }
    assert_eq!(ids(&repo(&stage, &["snapshots"])).len(), 4, "a dry run");

    let removed = ids(&ours[0]["remove"]);
    assert_eq!(removed.len(), 2);
    let text = stage.run(&[&["repo", "-r", "r", "forget", "-g", "host"], &policy[..]].concat());
    assert!(text.contains("last snapshot") && text.contains("Forgot 2 snapshots"), "{text}");
    let mut trashed = ids(&repo(&stage, &["trash", "list"]));
    trashed.reverse();
    assert_eq!(trashed, removed);
    let listed: Value = serde_json::from_str(&restic.run(&["snapshots", "--json"])).unwrap();
    assert_eq!(ids(&listed), ids(&repo(&stage, &["snapshots"])));
    restic.check();
}

#[test]
fn the_trash_gives_back_or_is_emptied() {
    let (stage, restic) = stage_with_backups(3);
    let all = ids(&repo(&stage, &["snapshots"]));
    let forgotten = repo(&stage, &["forget", &all[0][..12], &all[1], "latest", "--prune"]);
    assert_eq!(forgotten["forgotten"], json!(all));
    assert_eq!(repo(&stage, &["snapshots"]), json!([]));
    repo(&stage, &["trash", "restore", &all[2][..8]]);
    assert_eq!(ids(&repo(&stage, &["snapshots"])), all[2..]);
    assert_eq!(repo(&stage, &["trash", "empty", "--older-than", "1d"])["snapshots"], json!([]));
    let table = stage.run(&["repo", "-r", "r", "trash", "list"]);
    assert!(table.contains(&all[0][..8]) && table.contains("FORGOTTEN"), "{table}");
    let mut emptied = all[..2].to_vec();
    emptied.sort();
    assert_eq!(repo(&stage, &["trash", "empty"])["snapshots"], json!(emptied));
    repo(&stage, &["check", "--read-data"]);
    restic.check();

    stage.run(&["repo", "-r", "r", "forget", "latest", "--no-trash"]);
    assert_eq!(repo(&stage, &["trash", "list"]), json!([]));
    assert_eq!(restic.run(&["snapshots", "--json"]).trim(), "[]");
}

#[test]
fn tags_are_changed_as_restic_changes_them() {
    let (stage, restic) = stage_with_backups(2);
    let all = ids(&repo(&stage, &["snapshots"]));
    let text = stage.run(&["--json", "repo", "-r", "r", "tag", "--add", "pinned,x", "latest"]);
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0]["old_snapshot_id"], json!(all[1]));
    assert_eq!(lines[1], json!({"message_type": "summary", "changed_snapshots": 1}));
    let listed = restic.run(&["snapshots", "--json", "--tag", "pinned,x,t1"]);
    let listed: Value = serde_json::from_str(&listed).unwrap();
    assert_eq!(listed[0]["id"], lines[0]["new_snapshot_id"]);
    assert_eq!(listed[0]["original"], json!(all[1]));

    stage.run(&["repo", "-r", "r", "tag", "--remove", "t0", "--tag", "t0"]);
    stage.run(&["repo", "-r", "r", "tag", "--set", "", "--tag", "none"]);
    assert_eq!(repo(&stage, &["snapshots"])[0]["tags"], Value::Null);
    // What is pinned stays, whatever a policy says.
    let groups = repo(&stage, &["forget", "--keep-tag", "none"]);
    assert_eq!(groups[0]["reasons"][0]["matches"], json!(["pinned"]));
    assert_eq!(repo(&stage, &["snapshots"])[0]["tags"], json!(["t1", "pinned", "x"]));
    restic.check();
}

#[test]
fn what_makes_no_sense_forgets_nothing() {
    let (stage, _) = stage_with_backups(1);
    let refuse = |arguments: &[&str], code: i32, words: &[&str]| {
        let said = stage.fails(code, &[&["repo", "-r", "r"], arguments].concat());
        assert!(words.iter().all(|word| said.contains(word)), "{said}");
    };
    refuse(&["forget"], 1, &["what to keep", "--keep-daily"]);
    refuse(&["forget", "ffff"], 1, &["no snapshot \"ffff\""]);
    refuse(&["forget", ""], 1, &["no snapshot"]);
    refuse(&["forget", "--keep-last=-7"], 2, &["--keep-last"]);
    refuse(&["forget", "--keep-within", "7x"], 2, &["1y5m7d2h"]);
    refuse(&["forget", "--keep-last", "1", "-g", "color"], 2, &["color"]);
    refuse(&["tag", "latest"], 1, &["nothing to change"]);
    refuse(&["tag", "--set", "a", "--add", "b"], 2, &["--set"]);
    refuse(&["trash", "restore", "ffff"], 1, &["in the trash"]);
    assert_eq!(ids(&repo(&stage, &["snapshots"])).len(), 1);
}
