//! The system's refusals are told and never taken for empty; what the program makes is the user's
//! alone.

use crate::program;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use program::{Program, files_below};
use undercroft_testkit::write_file;

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn what_may_not_be_read_is_listed_and_has_its_own_exit_code() {
    let program = Program::new();
    for name in ["open/file", "open/secret", "closed/file"] {
        write_file(program.path("work").join(name), name);
    }
    program.must(&["project", "add", "work"]);
    program.must(&["destination", "add", "repository", "--name", "vault"]);
    set_mode(&program.path("work/open/secret"), 0);
    set_mode(&program.path("work/closed"), 0);
    for arguments in [&["repo", "backup", "work"][..], &["backup", "run", "work", "--to", "vault"]]
    {
        let said = program.run_bound(arguments);
        assert_eq!(said.code, Some(3), "{said:#?}");
        said.assert_says(&["work/open/secret", "work/closed", "Permission denied"]);
        let listed = program.must(&["repo", "ls", "latest"]);
        assert!(listed.contains("open/file"), "{listed}");
        assert!(!listed.contains("closed") && !listed.contains("secret"), "{listed}");
    }
    let json = program.run_bound(&["repo", "backup", "work", "--json"]);
    assert_eq!(json.code, Some(3));
    assert_eq!(json.stderr.matches("\"message_type\":\"error\"").count(), 2, "{json:#?}");
    let runs = program.must(&["run", "list", "--json"]);
    assert!(runs.contains("\"warnings\""), "{runs}");

    // All of it closed is no backup.
    set_mode(&program.path("work"), 0);
    program.run_bound(&["repo", "backup", "work"]).assert_refused(1, &["nothing to back up"]);
    set_mode(&program.path("work"), 0o755);
    set_mode(&program.path("work/closed"), 0o755);
    set_mode(&program.path("work/open/secret"), 0o644);
    program.restic().check();
}

#[test]
fn a_repository_that_may_not_be_written_is_read_without_locks() {
    let program = Program::new();
    write_file(program.path("work/file"), "x");
    program.must(&["repo", "init"]);
    program.must(&["repo", "backup", "work"]);
    let folders: Vec<_> = ["locks", "snapshots", "index", "keys", "data"]
        .map(|name| program.repository().join(name))
        .to_vec();
    folders.iter().for_each(|folder| set_mode(folder, 0o500));
    let refused = program.run_bound(&["repo", "backup", "work"]);
    refused.assert_refused(1, &["Permission denied", "locks"]);
    let restored =
        program.run_bound(&["repo", "restore", "latest", "--no-lock", "--target", "target"]);
    assert_eq!(restored.code, Some(0), "{restored:#?}");
    assert_eq!(fs::read(program.path("target/work/file")).unwrap(), b"x");
    // A folder of it that may not be listed is no empty one.
    set_mode(&program.repository().join("snapshots"), 0o300);
    let listed = program.run_bound(&["repo", "snapshots", "--no-lock"]);
    listed.assert_refused(1, &["Permission denied", "snapshots"]);
    folders.iter().for_each(|folder| set_mode(folder, 0o700));
    program.must(&["repo", "check", "--read-data"]);
}

#[test]
fn places_that_may_not_be_written_are_named() {
    let program = Program::new();
    write_file(program.path("work/file"), "x");
    fs::create_dir(program.path("closed")).unwrap();
    set_mode(&program.path("closed"), 0o500);
    program
        .run_bound(&["--library", "closed/library", "project", "list"])
        .assert_refused(1, &["closed/library", "Permission denied"]);
    program
        .run_bound(&["repo", "-r", "closed/repository", "init"])
        .assert_refused(1, &["closed", "Permission denied"]);
    program.must(&["repo", "init"]);
    program.must(&["repo", "backup", "work"]);
    program
        .run_bound(&["repo", "restore", "latest", "--target", "closed/target"])
        .assert_refused(1, &["closed/target", "Permission denied"]);
    set_mode(&program.path("closed"), 0o700);
    assert_eq!(fs::read_dir(program.path("closed")).unwrap().count(), 0);
}

#[test]
fn what_is_made_is_the_users_alone() {
    let program = Program::new();
    write_file(program.path("work/file"), "x");
    program.must(&["project", "add", "work"]);
    program.must(&["destination", "add", "repository"]);
    program.must(&["backup", "run", "work", "--to", "repository"]);
    for folder in [program.library(), program.repository()] {
        assert_eq!(mode(&folder), 0o700, "{}", folder.display());
    }
    for file in files_below(&program.repository()) {
        assert_eq!(mode(&file) & 0o077, 0, "{}", file.display());
    }
    let keys = files_below(&program.library().join("keys"));
    assert_eq!(keys.len(), 1);
    assert_eq!(mode(&keys[0]), 0o600);
    assert_eq!(mode(&program.library().join("keys")), 0o700);
}
