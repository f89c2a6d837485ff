//! `undercroft git`: a day's work with the user's own repository, seen by the real git.

use crate::stage;

use std::fs;
use std::path::Path;
use std::process::Command;

use stage::Stage;

fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git").args(arguments).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", stage::told(&output));
    String::from_utf8(output.stdout).unwrap()
}

fn project() -> Stage {
    let stage = Stage::new();
    fs::create_dir(stage.path("p")).unwrap();
    fs::write(stage.path("p/a.txt"), "one\n").unwrap();
    fs::write(stage.path(".gitconfig"), "[user]\n\tname = Ann\n\temail = ann@x\n").unwrap();
    stage.run(&["project", "add", "p"]);
    stage.run(&["history", "start", "p"]);
    stage
}

#[test]
fn a_day_with_git() {
    let stage = project();
    let folder = stage.path("p");
    assert_eq!(stage.json(&["git", "status", "p"])["present"], false);
    assert!(stage.run(&["git", "create", "p"]).contains("before its first commit"));
    stage.fails(1, &["git", "create", "p"]);
    stage.run(&["git", "sync", "p", "-m", "First"]);
    assert_eq!(git(&folder, &["log", "--format=%an|%s"]), "Ann|First\n");

    fs::write(folder.join("a.txt"), "one\ntwo\t\x1b[31m\n").unwrap();
    fs::write(folder.join("b.txt"), "b").unwrap();
    let diff = stage.run(&["git", "diff", "p"]);
    assert!(diff.contains("+two\t\\x1b[31m"), "{diff}");
    assert_eq!(stage.run(&["git", "diff", "p", "--names"]), "~ a.txt\n+ b.txt\n");
    stage.run(&["git", "commit", "p", "-m", "A", "--author", "Bea <bea@x>", "--path", "a.txt"]);
    assert_eq!(git(&folder, &["status", "--porcelain"]), "?? b.txt\n");
    stage.run(&["git", "commit", "p", "-m", "B"]);
    let why = stage.fails(1, &["git", "commit", "p", "-m", "C"]);
    assert!(why.contains("Nothing has changed"), "{why}");
    let log = stage.json(&["git", "log", "p", "--limit", "2"]);
    assert_eq!((&log[0]["summary"], &log[1]["author"]), (&"B".into(), &"Bea <bea@x>".into()));

    stage.run(&["git", "branch", "p", "side", "--from", "main"]);
    stage.run(&["git", "switch", "p", "side"]);
    assert_eq!(git(&folder, &["symbolic-ref", "--short", "HEAD"]), "side\n");
    git(&stage.path(""), &["init", "-q", "--bare", "-b", "main", "remote.git"]);
    let remote = stage.path("remote.git");
    stage.run(&["git", "remote", "p", "origin", remote.to_str().unwrap()]);
    stage.fails(1, &["git", "remote", "p", "origin", "ext::sh -c true"]);
    stage.run(&["git", "push", "p"]);
    assert_eq!(git(&remote, &["rev-parse", "side"]), git(&folder, &["rev-parse", "side"]));
    stage.run(&["git", "pull", "p"]);
    let status = stage.json(&["git", "status", "p"]);
    assert_eq!((&status["upstream"], &status["ahead"]), (&"origin/side".into(), &0.into()));

    let exported = stage.run(&["git", "export", "p"]);
    assert!(exported.contains("undercroft/history/main"), "{exported}");
    let listed = git(&folder, &["ls-tree", "-r", "--name-only", "undercroft/history/main"]);
    assert!(listed.contains("a.txt") && !listed.contains(".undercroft"), "{listed}");
    assert!(stage.run(&["git", "branches", "p"]).contains("side*"));
    git(&folder, &["fsck", "--strict"]);
}

#[test]
fn what_is_not_committed_is_said() {
    let stage = project();
    let folder = stage.path("p");
    stage.run(&["git", "create", "p"]);
    fs::write(folder.join(".gitattributes"), "*.bin filter=lfs\n").unwrap();
    fs::write(folder.join("x.bin"), "large").unwrap();
    let told = stage.fails(3, &["git", "commit", "p", "-m", "All"]);
    assert!(told.contains("x.bin") && told.contains("lfs"), "{told}");
    assert_eq!(git(&folder, &["ls-files"]), ".gitattributes\na.txt\n");
    fs::write(folder.join("a.txt"), "mine").unwrap();
    git(&folder, &["branch", "side"]);
    fs::write(folder.join("a.txt"), "committed").unwrap();
    stage.fails(3, &["git", "commit", "p", "-m", "Other"]);
    fs::write(folder.join("a.txt"), "mine").unwrap();
    let told = stage.fails(1, &["git", "switch", "p", "side"]);
    assert!(told.contains("a.txt"), "{told}");
    assert_eq!(fs::read_to_string(folder.join("a.txt")).unwrap(), "mine");
}

/// Killed at each point, nothing of the user's is lost, and the same command ends well after it.
#[test]
fn a_killed_command_loses_nothing() {
    let cases: [(&str, &[&str]); 4] = [
        ("git.index-written", &["git", "sync", "p", "-m", "New"]),
        ("git.committed", &["git", "sync", "p", "-m", "New"]),
        ("git.objects-written", &["git", "push", "p"]),
        ("git.files-written", &["git", "switch", "p", "side"]),
    ];
    for (point, arguments) in cases {
        let stage = project();
        let folder = stage.path("p");
        stage.run(&["git", "create", "p"]);
        stage.run(&["git", "sync", "p", "-m", "First"]);
        stage.run(&["git", "branch", "p", "side"]);
        stage.run(&["git", "switch", "p", "side"]);
        fs::write(folder.join("side"), "side").unwrap();
        stage.run(&["git", "sync", "p", "-m", "Side"]);
        stage.run(&["git", "switch", "p", "main"]);
        git(&stage.path(""), &["init", "-q", "--bare", "-b", "main", "remote.git"]);
        stage.run(&["git", "remote", "p", "origin", stage.path("remote.git").to_str().unwrap()]);
        fs::write(folder.join("new"), "mine").unwrap();
        let killed = stage.command(arguments).env("UNDERCROFT_CRASH_AT", point).output().unwrap();
        assert!(killed.status.code().is_none(), "{point}: {}", stage::told(&killed));
        git(&folder, &["fsck", "--strict", "--no-dangling"]);
        assert_eq!(fs::read_to_string(folder.join("new")).unwrap(), "mine");
        stage.run(arguments);
        git(&folder, &["fsck", "--strict", "--no-dangling"]);
        assert_eq!(fs::read_to_string(folder.join("new")).unwrap(), "mine");
        assert_eq!(folder.join("side").exists(), point == "git.files-written");
        if arguments[1] == "sync" {
            assert_eq!(git(&folder, &["status", "--porcelain"]), "");
            assert_eq!(git(&folder, &["log", "--format=%s"]), "New\nFirst\n");
        }
    }
}

#[test]
fn a_pull_or_switch_that_did_nothing_leaves_undo_alone() {
    let stage = project();
    stage.run(&["git", "create", "p"]);
    stage.run(&["git", "sync", "p", "-m", "First"]);
    git(&stage.path(""), &["init", "-q", "--bare", "-b", "main", "remote.git"]);
    stage.run(&["git", "remote", "p", "origin", stage.path("remote.git").to_str().unwrap()]);
    stage.run(&["git", "push", "p"]);
    // Before anything was undone there is nothing to undo afterwards either.
    stage.run(&["git", "switch", "p", "main"]);
    assert!(stage.fails(1, &["undo", "p"]).contains("nothing to undo"));

    stage.run(&["file", "delete", "a.txt", "--workspace", "p"]);
    stage.run(&["git", "pull", "p"]);
    stage.run(&["git", "switch", "p", "main"]);
    stage.fails(1, &["git", "switch", "p", "nowhere"]);
    stage.run(&["undo", "p"]);
    assert_eq!(fs::read_to_string(stage.path("p/a.txt")).unwrap(), "one\n");
}
