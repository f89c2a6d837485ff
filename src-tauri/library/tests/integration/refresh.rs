//! Looks at a project's folder, and what they find.

use crate::support;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use support::{Home, add};
use undercroft_foundation::{Code, Job};

fn write(root: &Path, name: &str, text: &str) {
    let path = root.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

#[test]
fn a_refresh_counts_everything_and_judges_by_the_users_own_work() {
    let home = Home::new();
    let library = home.open();
    let root = home.path().join("work");
    write(&root, "Cargo.toml", "[dependencies]\naxum = \"1\"\n");
    write(&root, "src/main.rs", &"x".repeat(1000));
    write(&root, "ui/package.json", r#"{"devDependencies": {"svelte": "5"}}"#);
    write(&root, "ui/app.ts", &"x".repeat(500));
    write(&root, "ui/node_modules/big/index.js", &"x".repeat(9000));
    write(&root, "target/debug/gen.c", &"x".repeat(9000));
    write(&root, ".git/config", "[remote \"origin\"]\nurl = https://me:s3cret@host/x.git\n");
    write(&root, ".git/hooks/a.pl", &"x".repeat(9000));
    symlink(".", root.join("loop")).unwrap();
    symlink("/", root.join("out")).unwrap();
    let project = add(&library, &root).unwrap();
    assert_eq!(project.git_remote.as_deref(), Some("https://host/x.git"));
    let job = Job::new();
    let project = library.projects().refresh(project.id, &job).unwrap();
    assert_eq!(project.languages, ["Rust", "TypeScript"]);
    assert_eq!(project.frameworks, ["Axum", "Svelte"]);
    assert_eq!(project.files, 10);
    assert!(project.size_bytes > 28_000 && project.size_bytes < 40_000);
    assert!(project.counted.is_some());
    assert_eq!(job.progress().files_done, 10);
    assert!(job.warnings().is_empty());
}

#[test]
fn a_worktrees_remote_is_found() {
    let home = Home::new();
    let library = home.open();
    let main = home.path().join("main");
    write(&main, ".git/config", "[remote \"origin\"]\n\turl = git@host:a/b.git\n");
    write(&main, ".git/worktrees/w/commondir", "../..\n");
    let tree = home.path().join("w");
    write(&tree, ".git", &format!("gitdir: {}\n", main.join(".git/worktrees/w").display()));
    assert_eq!(add(&library, &tree).unwrap().git_remote.as_deref(), Some("git@host:a/b.git"));
}

#[test]
fn hostile_manifests_neither_block_nor_break() {
    let home = Home::new();
    let library = home.open();
    let root = home.work("work");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        root.join("package.json"),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RWXU,
        0,
    )
    .unwrap();
    write(&root, "a/Cargo.toml", "[[[");
    write(&root, "b/pyproject.toml", "\u{0}");
    symlink("/dev/zero", root.join("go.mod")).unwrap();
    fs::write(root.join(".git"), "gitdir: /nowhere\n").unwrap();
    let project = add(&library, &root).unwrap();
    assert!(project.frameworks.is_empty());
    assert_eq!(project.git_remote, None);
}

#[test]
fn a_folder_that_vanished_is_told_and_keeps_what_is_known() {
    let home = Home::new();
    let library = home.open();
    let root = home.work("work");
    let project = add(&library, &root).unwrap();
    fs::rename(&root, home.path().join("moved")).unwrap();
    assert!(!project.is_present());
    let error = library.projects().refresh(project.id, &Job::new()).unwrap_err();
    assert_eq!(error.code(), Code::SourceMissing);
    assert_eq!(library.projects().get(project.id).unwrap(), project);
}

#[test]
fn a_cancelled_refresh_changes_nothing() {
    let home = Home::new();
    let library = home.open();
    let project = add(&library, &home.work("work")).unwrap();
    let job = Job::new();
    job.cancel();
    assert_eq!(library.projects().refresh(project.id, &job).unwrap_err().code(), Code::Cancelled);
    assert_eq!(library.projects().get(project.id).unwrap(), project);
}
