//! The look at a workspace before its first version.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use undercroft_foundation::{Code, Job};
use undercroft_history::Layer;
use undercroft_history::TreePath;
use undercroft_history::rules::{
    Amount, LayerRule, LeaveOutReason, NotFollowed, ProjectRules, Survey, survey,
};
use undercroft_testkit::{awkward_tree, write_file};

fn path(text: &str) -> TreePath {
    TreePath::new(text.as_bytes()).unwrap()
}

fn amount(files: u64, size_bytes: u64) -> Amount {
    Amount { files, size_bytes }
}

fn surveyed(root: &std::path::Path, rules: &ProjectRules) -> Survey {
    survey(root, &rules.compile().unwrap(), &Job::new()).unwrap()
}

#[test]
fn it_counts_what_is_kept_and_what_is_left_out_by_why() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    for (file, bytes) in [
        ("package.json", 10),
        ("src/main.ts", 20),
        ("src/deep/notes", 30),
        ("logo.png", 40),
        ("big.txt", 200_000),
        (".env", 5),
        ("node_modules/a/index.js", 1000),
        ("node_modules/b/c/index.js", 2000),
        ("old/node_modules/x", 7),
        (".git/HEAD", 21),
        ("a.log", 500),
        ("data.csv", 300_000),
    ] {
        write_file(root.join(file), vec![b'x'; bytes]);
    }
    write_file(root.join("raw"), b"x\0y");
    symlink("src", root.join("link")).unwrap();
    let rules = ProjectRules {
        leave_out: vec!["*.log".to_owned()],
        layers: vec![LayerRule { pattern: "*.csv".to_owned(), layer: Layer::Git }],
        ..ProjectRules::default()
    };
    let job = Job::new();
    let found = survey(root, &rules.compile().unwrap(), &job).unwrap();
    assert_eq!(found.git, amount(7, 10 + 20 + 30 + 5 + 7 + 300_000));
    assert_eq!(found.objects, amount(3, 40 + 200_000 + 3));
    assert_eq!(found.kept, amount(10, found.git.size_bytes + found.objects.size_bytes));
    assert_eq!(found.left_out_total, amount(4, 3000 + 21 + 500));
    assert_eq!(found.left_out_count, 3);
    let left: Vec<_> = found.left_out.iter().map(|left| left.path.to_string()).collect();
    assert_eq!(left, ["node_modules", "a.log", ".git"], "the largest first");
    assert_eq!((found.left_out[0].files, found.left_out[0].size_bytes), (2, 3000));
    assert_eq!(
        found.left_out[0].why,
        LeaveOutReason::Rebuildable { what: "node_modules", manifest: "package.json" }
    );
    assert_eq!(found.secrets, [path(".env")]);
    assert!(job.progress().totals_settled);
    assert_eq!(job.progress().files_done, 14);
    assert!(job.warnings().is_empty());
}

#[test]
fn it_says_which_lists_are_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    write_file(folder.path().join(".gitignore"), "*\n");
    write_file(folder.path().join("a/.gitignore"), "*.log\n");
    write_file(folder.path().join("a/x.log"), "x");
    let mut rules = ProjectRules { follow_gitignore: true, ..ProjectRules::default() };
    let found = surveyed(folder.path(), &rules);
    assert_eq!(found.not_followed, [(path(".gitignore"), NotFollowed::Everything)]);
    assert_eq!(found.left_out_count, 1);
    rules.follow_gitignore = false;
    let found = surveyed(folder.path(), &rules);
    assert_eq!((found.not_followed.len(), found.left_out_count), (0, 0));
}

#[test]
fn what_is_named_is_bounded_and_the_totals_are_not() {
    let folder = tempfile::tempdir().unwrap();
    for n in 0..1200 {
        write_file(folder.path().join(format!("{n:04}.log")), vec![b'x'; n]);
        write_file(folder.path().join(format!("keys/{n:04}.pem")), "x");
    }
    let rules = ProjectRules { leave_out: vec!["*.log".to_owned()], ..ProjectRules::default() };
    let found = surveyed(folder.path(), &rules);
    assert_eq!((found.left_out_count, found.left_out_total.files), (1200, 1200));
    assert_eq!(found.left_out_total.size_bytes, 1199 * 1200 / 2);
    assert_eq!(found.left_out.len(), 500);
    assert_eq!(found.left_out[0].size_bytes, 1199);
    assert_eq!(found.left_out[499].size_bytes, 700);
    assert_eq!((found.secrets.len(), found.secrets_count), (500, 1200));
}

#[test]
fn any_tree_is_surveyed_and_no_pipe_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    awkward_tree(folder.path());
    let pipe = folder.path().join("pipe-of-the-test");
    rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::from(0o600)).unwrap();
    let found = surveyed(folder.path(), &ProjectRules::default());
    let all = walkdir::WalkDir::new(folder.path()).into_iter().flatten();
    let files = all.filter(|entry| !entry.file_type().is_dir()).count() as u64;
    assert_eq!(found.kept.files + found.left_out_total.files, files);
}

#[test]
fn it_stops_when_told_to_and_misses_no_root() {
    let folder = tempfile::tempdir().unwrap();
    write_file(folder.path().join("a/b"), "x");
    let rules = ProjectRules::default().compile().unwrap();
    let job = Job::new();
    job.cancel();
    assert_eq!(survey(folder.path(), &rules, &job).unwrap_err().code(), Code::Cancelled);
    for missing in ["gone", "a/b"] {
        let error = survey(&folder.path().join(missing), &rules, &Job::new()).unwrap_err();
        assert_eq!(error.code(), Code::SourceMissing);
    }
}

#[test]
fn a_folder_that_cannot_be_read_is_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    write_file(folder.path().join("shut/x"), "x");
    write_file(folder.path().join("open/x"), "x");
    let shut = folder.path().join("shut");
    fs::set_permissions(&shut, fs::Permissions::from_mode(0o000)).unwrap();
    let job = Job::new();
    let rules = ProjectRules::default().compile().unwrap();
    let found = survey(folder.path(), &rules, &job).unwrap();
    fs::set_permissions(&shut, fs::Permissions::from_mode(0o700)).unwrap();
    // Root reads everything.
    let is_root = rustix::process::geteuid().is_root();
    assert_eq!(job.warnings().len(), usize::from(!is_root));
    assert_eq!(found.kept.files, if is_root { 2 } else { 1 });
}
