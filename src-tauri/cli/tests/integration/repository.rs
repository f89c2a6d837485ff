//! `undercroft repo`: without a library, beside the real restic.

use crate::stage;

use std::os::unix::ffi::OsStrExt;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use stage::{Stage, only_file, told};
use undercroft_testkit::{
    ProjectKind, Restic, assert_same_tree, edit_files, flip_bit, project_tree, random_bytes,
    write_file,
};

#[test]
fn it_needs_no_library_and_makes_none() {
    let stage = Stage::new();
    project_tree(stage.path("vault"), ProjectKind::Svelte, 2, 5);
    let made = stage.json(&["repo", "-r", "r", "init"]);
    assert_eq!(made["message_type"], "initialized");
    let summary = stage.json(&["repo", "-r", "r", "backup", "vault", "--tag", "a,b", "-H", "box"]);
    assert_eq!(summary["files_new"], summary["total_files_processed"]);
    let snapshots = stage.json(&["repo", "-r", "r", "snapshots", "--tag", "a,b", "--host", "box"]);
    assert_eq!(snapshots[0]["id"], summary["snapshot_id"]);
    assert_eq!(snapshots[0]["tags"], json!(["a", "b"]));
    assert_eq!(stage.json(&["repo", "-r", "r", "snapshots", "--tag", "c"]), json!([]));
    assert!(!stage.path("library").exists());
}

#[test]
fn a_key_costs_what_is_advised_unless_a_test_asks_for_less() {
    let stage = Stage::new();
    let mut command = stage.command(&["repo", "-r", "r", "init"]);
    assert!(command.env_remove("UNDERCROFT_CHEAP_KEYS").status().unwrap().success());
    let key = std::fs::read(only_file(&stage.path("r/keys"))).unwrap();
    let key: Value = serde_json::from_slice(&key).unwrap();
    assert_eq!(json!([key["N"], key["r"], key["p"]]), json!([32768, 8, 3]));
}

#[test]
fn restic_reads_what_it_writes_and_it_reads_what_restic_writes() {
    let stage = Stage::new();
    project_tree(stage.path("vault"), ProjectKind::Python, 3, 8);
    stage.run(&["repo", "-r", "r", "init"]);
    stage.run(&["repo", "-r", "r", "backup", stage.path("vault").to_str().unwrap()]);
    let restic = Restic::new(stage.path("r"), "a password");
    restic.check();
    edit_files(stage.path("vault"), 4, 3);
    restic.backup(stage.path("vault"));

    stage.run(&["repo", "-r", "r", "restore", "latest", "-t", "out", "--verify"]);
    let vault = stage.path("vault");
    assert_same_tree(&vault, stage.path("out").join(vault.strip_prefix("/").unwrap()));
    // A folder's content lands in the target itself.
    let inner = format!("latest:{}", vault.join("src").display());
    stage.run(&["repo", "-r", "r", "restore", &inner, "-t", "inner"]);
    assert_same_tree(vault.join("src/part0"), stage.path("inner/part0"));
    let checked = stage.json(&["repo", "-r", "r", "check", "--read-data"]);
    assert_eq!(checked["num_errors"], 0);
    let all: Vec<Value> = serde_json::from_str(&restic.run(&["snapshots", "--json"])).unwrap();
    let own = stage.json(&["repo", "-r", "r", "snapshots"]);
    let ids = |list: &[Value]| list.iter().map(|it| it["id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids(&all), ids(own.as_array().unwrap()));

    let changes = stage.run(&["repo", "-r", "r", "diff", all[0]["id"].as_str().unwrap(), "latest"]);
    assert_eq!(changes.lines().filter(|line| line.starts_with('M')).count(), 3, "{changes}");
}

#[test]
fn what_is_stored_can_be_listed_and_printed() {
    let stage = Stage::new();
    write_file(stage.path("vault/a/one"), "first");
    write_file(stage.path("vault/two"), random_bytes(1, 3_000_000));
    let odd = std::ffi::OsStr::from_bytes(b"odd\xffname");
    write_file(stage.path("vault").join(odd), "odd");
    stage.run(&["repo", "-r", "r", "init"]);
    stage.run(&["repo", "-r", "r", "backup", "vault", "--exclude", "none"]);
    let listed = stage.run(&["repo", "-r", "r", "ls", "latest"]);
    assert_eq!(
        listed.lines().collect::<Vec<_>>(),
        ["/vault", "/vault/a", "/vault/a/one", "/vault/odd\\xffname", "/vault/two"]
    );
    let listed = stage.run(&["repo", "-r", "r", "ls", "latest:vault", "/a", "--long"]);
    assert!(listed.starts_with("-rw-") && listed.trim_end().ends_with("/a/one"), "{listed}");
    assert_eq!(stage.run(&["repo", "-r", "r", "dump", "latest", "vault/a/one"]), "first");
    let dumped = stage.output(&["repo", "-r", "r", "dump", "latest:vault", "two"]);
    assert_eq!(dumped.stdout, random_bytes(1, 3_000_000));
    let snapshot: Value =
        serde_json::from_str(&stage.run(&["repo", "-r", "r", "cat", "snapshot", "latest"]))
            .unwrap();
    assert_eq!(snapshot["excludes"], json!(["none"]));
    let tree: Value =
        serde_json::from_str(&stage.run(&["repo", "-r", "r", "cat", "tree", "latest"])).unwrap();
    assert_eq!(tree["nodes"][0]["name"], "vault");
    stage.fails(1, &["repo", "-r", "r", "dump", "latest", "vault"]);
    stage.fails(1, &["repo", "-r", "r", "ls", "latest:no/such"]);
}

#[test]
fn exit_codes_are_restics() {
    let stage = Stage::new();
    write_file(stage.path("vault/file"), "x");
    stage.fails(10, &["repo", "-r", "nowhere", "snapshots"]);
    stage.fails(10, &["repo", "-r", "vault", "snapshots"]);
    stage.run(&["repo", "-r", "r", "init"]);
    stage.fails(1, &["repo", "-r", "r", "init"]);
    let wrong =
        stage.command(&["repo", "-r", "r", "snapshots"]).env("UNDERCROFT_PASSWORD", "no").output();
    assert_eq!(wrong.unwrap().status.code(), Some(12));
    let partly = stage.output(&["repo", "-r", "r", "backup", "vault", "no-such-folder"]);
    assert_eq!(partly.status.code(), Some(3), "{}", told(&partly));
    stage.fails(1, &["repo", "-r", "r", "backup", "no-such-folder"]);
    stage.fails(1, &["repo", "snapshots"]);
    stage.fails(2, &["repo", "-r", "r", "backup"]);
}

#[test]
fn damage_is_found_and_named() {
    let stage = Stage::new();
    write_file(stage.path("vault/file"), random_bytes(5, 100_000));
    stage.run(&["repo", "-r", "r", "init"]);
    stage.run(&["repo", "-r", "r", "backup", "vault"]);
    let packs: Vec<_> = std::fs::read_dir(stage.path("r/data")).unwrap().flatten().collect();
    let largest = packs
        .iter()
        .filter(|folder| std::fs::read_dir(folder.path()).unwrap().count() == 1)
        .map(|folder| only_file(&folder.path()))
        .max_by_key(|pack| pack.metadata().unwrap().len())
        .unwrap();
    flip_bit(&largest, 5000);
    let output = stage.output(&["repo", "-r", "r", "check", "--read-data", "--json"]);
    assert_eq!(output.status.code(), Some(1), "{}", told(&output));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(report["num_errors"].as_u64().unwrap() > 0);
    assert!(report["touched"].to_string().contains("vault/file"), "{report}");
}

#[test]
fn keys_are_added_changed_and_removed() {
    let stage = Stage::new();
    stage.run(&["repo", "-r", "r", "init"]);
    std::fs::write(stage.path("second"), "another password\n").unwrap();
    std::fs::write(stage.path("third"), "a third one").unwrap();
    let key = stage.json(&["repo", "-r", "r", "key", "add", "--new-password-file", "second"]);
    assert_eq!(stage.json(&["repo", "-r", "r", "key", "list"]).as_array().unwrap().len(), 2);
    stage.run(&["repo", "-r", "r", "-p", "second", "snapshots"]);
    stage.run(&[
        "repo",
        "-r",
        "r",
        "-p",
        "second",
        "key",
        "passwd",
        "--new-password-file",
        "third",
    ]);
    stage.fails(12, &["repo", "-r", "r", "-p", "second", "snapshots"]);
    stage.fails(1, &["repo", "-r", "r", "key", "remove", key["id"].as_str().unwrap()]);
    let keys = stage.json(&["repo", "-r", "r", "key", "list"]);
    let other = keys.as_array().unwrap().iter().find(|key| key["current"] == false).unwrap();
    stage.run(&["repo", "-r", "r", "key", "remove", other["id"].as_str().unwrap()]);
    stage.fails(12, &["repo", "-r", "r", "-p", "third", "snapshots"]);
    Restic::new(stage.path("r"), "a password").check();
}

#[test]
fn a_password_can_be_piped_in_and_an_empty_one_is_refused() {
    let stage = Stage::new();
    let made = stage.output_typing(&["repo", "-r", "r", "init"], "piped words\n");
    assert!(made.status.success(), "{}", told(&made));
    let opened = stage.output_typing(&["repo", "-r", "r", "snapshots"], "piped words");
    assert!(opened.status.success(), "{}", told(&opened));
    let refused = stage.output_typing(&["repo", "-r", "r2", "init"], "");
    assert_eq!(refused.status.code(), Some(1), "{}", told(&refused));
    assert!(!stage.path("r2/config").exists());
}

#[test]
fn patterns_leave_out_and_take_in() {
    let stage = Stage::new();
    for name in ["keep.rs", "drop.LOG", "cache/x", "target/CACHEDIR.TAG", "target/big", "note.txt"]
    {
        write_file(stage.path("vault").join(name), "Signature: 8a477f597d28d172789f06886806bc55");
    }
    write_file(stage.path("patterns"), "# not these\n\ncache\n");
    stage.run(&["repo", "-r", "r", "init"]);
    stage.run(&[
        "repo",
        "-r",
        "r",
        "backup",
        "vault",
        "--iexclude",
        "*.log",
        "--exclude-file",
        "patterns",
        "--exclude-caches",
    ]);
    let listed = stage.run(&["repo", "-r", "r", "ls", "latest:vault"]);
    assert_eq!(
        listed.lines().collect::<Vec<_>>(),
        ["/keep.rs", "/note.txt", "/target", "/target/CACHEDIR.TAG"]
    );
    stage.run(&["repo", "-r", "r", "restore", "latest:vault", "-t", "out", "-i", "*.rs"]);
    assert!(stage.path("out/keep.rs").exists() && !stage.path("out/note.txt").exists());
    let dry = stage.json(&["repo", "-r", "r", "backup", "vault", "--dry-run", "--force"]);
    assert_eq!(dry["snapshot_id"], Value::Null);
    assert_eq!(stage.json(&["repo", "-r", "r", "snapshots"]).as_array().unwrap().len(), 1);
}

#[test]
fn an_interrupt_ends_cleanly_and_leaves_no_lock() {
    let stage = Stage::new();
    for n in 0..12 {
        write_file(stage.path(&format!("vault/{n}")), random_bytes(n, 4_000_000));
    }
    stage.run(&["repo", "-r", "r", "init"]);
    let mut backup = stage.spawn(&["repo", "-r", "r", "backup", "vault", "--json"]);
    let locks = stage.path("r/locks");
    let begun = Instant::now();
    while std::fs::read_dir(&locks).unwrap().next().is_none() {
        assert!(backup.try_wait().unwrap().is_none(), "it was over before it could be stopped");
        assert!(begun.elapsed() < Duration::from_secs(20));
        std::thread::sleep(Duration::from_millis(2));
    }
    kill_process(Pid::from_child(&backup), Signal::INT).unwrap();
    let output = backup.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", told(&output));
    assert_eq!(std::fs::read_dir(&locks).unwrap().count(), 0);
    assert_eq!(stage.json(&["repo", "-r", "r", "snapshots"]), json!([]));
    // What was stored is found again, and nothing is the worse for it.
    stage.run(&["repo", "-r", "r", "backup", "vault"]);
    Restic::new(stage.path("r"), "a password").check();
}

#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    let stage = Stage::new();
    for n in 0..3000 {
        write_file(stage.path(&format!("vault/{n}")), "x");
    }
    stage.run(&["repo", "-r", "r", "init"]);
    stage.run(&["repo", "-r", "r", "backup", "vault"]);
    let mut listing = stage.spawn(&["repo", "-r", "r", "ls", "latest", "--json"]);
    drop(listing.stdout.take());
    let output = listing.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", told(&output));
    assert!(output.stderr.is_empty(), "{}", told(&output));
}

#[test]
fn a_lock_is_honoured_and_removed_on_demand() {
    let stage = Stage::new();
    write_file(stage.path("vault/file"), "x");
    stage.run(&["repo", "-r", "r", "init"]);
    let restic = Restic::new(stage.path("r"), "a password");
    restic.backup(stage.path("vault"));
    let unlocked = stage.json(&["repo", "-r", "r", "unlock"]);
    assert_eq!(unlocked["locks_removed"], 0);
}
