//! A history as an ordinary branch of the user's repository.

use crate::git_support;

use std::fs;

use git_support::Stage;
use undercroft_foundation::{Code, Job};
use undercroft_git::{IgnoredFiles, export_branch};

const LEFT_OUT: IgnoredFiles = IgnoredFiles::LeftOut;

/// A bare repository as history keeps one, with this many versions.
fn history(stage: &Stage, versions: usize) -> std::path::PathBuf {
    let folder = stage.path("history.git");
    let tree = stage.path("versions");
    if !folder.exists() {
        fs::create_dir(&tree).unwrap();
        stage.git_in(&tree, &["init", "-q", "-b", "main"]);
        stage.git_in(&stage.path(""), &["init", "-q", "--bare", "history.git"]);
    }
    let pointer = format!(
        "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 9\n",
        "ab".repeat(32)
    );
    let before = stage.try_git(&tree, &["rev-list", "--count", "HEAD"]).stdout;
    let before: usize = String::from_utf8(before).unwrap().trim().parse().unwrap_or(0);
    for n in (before..).take(versions) {
        fs::create_dir_all(tree.join(".undercroft/src.d")).unwrap();
        fs::create_dir_all(tree.join("src/.git%")).unwrap();
        fs::write(tree.join(".undercroft/entries"), format!("entries {n}")).unwrap();
        fs::write(tree.join("src/code"), format!("code {n}")).unwrap();
        fs::write(tree.join("src/.git%/config"), "nested").unwrap();
        fs::write(tree.join("large.bin"), &pointer).unwrap();
        stage.git_in(&tree, &["add", "-A"]);
        let message =
            format!("Version {n}\n\nUndercroft-Version: v{n}\nUndercroft-Trigger: manual\n");
        stage.git_in(&tree, &["commit", "-q", "-m", &message]);
    }
    stage.git_in(&tree, &["push", "-qf", folder.to_str().unwrap(), "HEAD:main"]);
    folder
}

#[test]
fn a_history_becomes_a_branch_and_grows() {
    let stage = Stage::with_commit();
    let folder = history(&stage, 3);
    let git = stage.opened();
    let (head, job) = (stage.rev("HEAD"), Job::new());
    let exported =
        git.export_history(&folder, "main", &export_branch("main"), LEFT_OUT, &job).unwrap();
    assert_eq!(&*exported.branch, "undercroft/history/main");
    assert_eq!((exported.commits, exported.is_news, exported.pointer_files), (3, true, 1));
    let listed = stage.git(&["ls-tree", "-r", "--name-only", &exported.branch]);
    assert_eq!(listed, "large.bin\nsrc/.git%/config\nsrc/code\n");
    let subjects = stage.git(&["log", "--format=%s %an", &exported.branch]);
    assert_eq!(subjects, "Version 2 Ann\nVersion 1 Ann\nVersion 0 Ann\n");
    assert!(stage.git(&["show", &format!("{}:large.bin", exported.branch)]).starts_with("version"));
    assert_eq!((stage.rev("HEAD"), stage.git(&["status", "--porcelain"])), (head, String::new()));
    stage.fsck();

    let again =
        git.export_history(&folder, "main", &export_branch("main"), LEFT_OUT, &Job::new()).unwrap();
    assert!(!again.is_news && again.commits == 3);
    let old = stage.rev(&exported.branch);
    history(&stage, 2);
    assert_eq!(
        git.export_history(&folder, "main", &export_branch("main"), LEFT_OUT, &Job::new())
            .unwrap()
            .commits,
        5
    );
    stage.git(&["merge-base", "--is-ancestor", &old, &exported.branch]);
    stage.fsck();

    // A history that was thinned takes the place of its former self.
    let tree = stage.path("versions");
    let message = stage.git_in(&tree, &["log", "-1", "--format=%B"]);
    stage.git_in(&tree, &["reset", "-q", "--soft", "HEAD~3"]);
    stage.git_in(&tree, &["commit", "-q", "-m", &message]);
    history(&stage, 0);
    assert_eq!(
        git.export_history(&folder, "main", &export_branch("main"), LEFT_OUT, &Job::new())
            .unwrap()
            .commits,
        3
    );
    assert_eq!(stage.git(&["rev-list", "--count", &exported.branch]), "3\n");
    stage.fsck();
}

#[test]
fn a_branch_that_is_not_ours_stays() {
    let stage = Stage::with_commit();
    let folder = history(&stage, 1);
    let git = stage.opened();
    git.create_branch("undercroft/history/main", None).unwrap();
    let export =
        || git.export_history(&folder, "main", &export_branch("main"), LEFT_OUT, &Job::new());
    assert_eq!(export().unwrap_err().code(), Code::AlreadyExists);
    assert_eq!(stage.rev("undercroft/history/main"), stage.rev("main"));
    stage.git(&["branch", "-qm", "undercroft/history/main", "mine"]);
    export().unwrap();
    stage.git(&["checkout", "-q", "undercroft/history/main"]);
    history(&stage, 1);
    assert!(export().unwrap_err().why_text().contains("checked out"));
    stage.git(&["commit", "-q", "--allow-empty", "-m", "Work on top"]);
    stage.git(&["checkout", "-q", "main"]);
    assert_eq!(export().unwrap_err().code(), Code::AlreadyExists);
    let none = git.export_history(&folder, "none", "none", LEFT_OUT, &Job::new());
    assert_eq!(none.unwrap_err().code(), Code::NotFound);
    assert!(git.export_history(&folder, "main", "-x y", LEFT_OUT, &Job::new()).is_err());
}

#[test]
fn what_git_ignores_is_published_only_when_told() {
    let stage = Stage::with_commit();
    let tree = stage.path("versions");
    history(&stage, 1);
    for name in ["private/key", ".env", "src/kept.log", "src/gone.log"] {
        fs::create_dir_all(tree.join(name).parent().unwrap()).unwrap();
        fs::write(tree.join(name), "secret").unwrap();
    }
    let folder = history(&stage, 1);
    // The rules as they are now; what is committed is not ignored.
    fs::write(stage.project().join(".gitignore"), ".env\n*.log\n/private/\n").unwrap();
    fs::create_dir_all(stage.project().join("src")).unwrap();
    fs::write(stage.project().join("src/kept.log"), "public").unwrap();
    stage.git(&["add", "-f", "src/kept.log"]);
    let git = stage.opened();
    let export = |ignored| {
        let done = git.export_history(&folder, "main", "all", ignored, &Job::new()).unwrap();
        (done.left_out, stage.git(&["ls-tree", "-r", "--name-only", "all"]))
    };
    let (left_out, listed) = export(LEFT_OUT);
    assert_eq!(left_out, [".env", "private/key", "src/gone.log"]);
    assert_eq!(listed, "large.bin\nsrc/.git%/config\nsrc/code\nsrc/kept.log\n");
    let everywhere = stage.git(&["log", "--all", "--format=", "--name-only"]);
    assert!(!everywhere.contains(".env"), "{everywhere}");
    let (left_out, listed) = export(IgnoredFiles::Included);
    assert_eq!(left_out, [] as [String; 0]);
    assert!(listed.contains(".env") && listed.contains("private/key"), "{listed}");
}
