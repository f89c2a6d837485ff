//! Compares snapshots with what is on disk.

use crate::support;

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use support::{Scene, back_up, latest, names};
use undercroft_foundation::{Code, Job};
use undercroft_repository::diff::{Change, DiffSummary};
use undercroft_repository::{Repository, Snapshot};
use undercroft_testkit::{
    awkward_tree, random_bytes, set_modified, text_bytes, tree_differences, write_file,
};

/// The latest snapshot with the source as its root.
fn of_source(scene: &Scene, repository: &Repository) -> Snapshot {
    let mut snapshot = latest(repository);
    let node = repository.find_node(&snapshot, &names(&scene.source())).unwrap().unwrap();
    snapshot.tree = node.subtree.unwrap();
    snapshot
}

fn compare(scene: &Scene, repository: &Repository, exclude: &[&str]) -> (Vec<String>, DiffSummary) {
    let snapshot = of_source(scene, repository);
    let exclude: Vec<_> = exclude.iter().map(|&pattern| pattern.to_owned()).collect();
    let job = Job::new();
    let mut lines = Vec::new();
    let mut each = |change: Change| {
        let path = String::from_utf8(change.path).unwrap();
        lines.push(format!(
            "{} {path} {} {}",
            change.kind.letter(),
            change.size_before,
            change.size_after
        ));
    };
    let summary =
        repository.diff_with_folder(&snapshot, &scene.source(), &exclude, &job, &mut each).unwrap();
    assert!(job.warnings().is_empty(), "{:?}", job.warnings());
    (lines, summary)
}

#[test]
fn every_kind_of_change_is_told() {
    let scene = Scene::new();
    let source = scene.source();
    for name in ["same", "edited", "grown", "touched", "opened", "goes/deep/away", "turns"] {
        write_file(source.join(name), text_bytes(name.len() as u64, 3000));
        set_modified(source.join(name), 1_000_000, 5);
    }
    symlink("same", source.join("link")).unwrap();
    let repository = scene.init();
    back_up(&repository, &scene.request());
    assert_eq!(compare(&scene, &repository, &[]), (vec![], DiffSummary::default()));

    // Same size, another time.
    write_file(source.join("edited"), text_bytes(77, 3000));
    write_file(source.join("grown"), text_bytes(77, 4000));
    set_modified(source.join("touched"), 2_000_000, 5);
    fs::set_permissions(source.join("opened"), fs::Permissions::from_mode(0o666)).unwrap();
    fs::remove_dir_all(source.join("goes")).unwrap();
    fs::remove_file(source.join("turns")).unwrap();
    write_file(source.join("turns/inside"), "in");
    write_file(source.join("comes/in/deep"), "new");
    write_file(source.join("left/out.tmp"), "temporary");
    fs::remove_file(source.join("link")).unwrap();
    symlink("other", source.join("link")).unwrap();
    set_modified(&source, 3_000_000, 0);

    let out = format!("{}/left", source.display());
    let (lines, summary) = compare(&scene, &repository, &[&out]);
    let expected = [
        "+ /comes/ 0 0",
        "+ /comes/in/ 0 0",
        "+ /comes/in/deep 0 3",
        "M /edited 3000 3000",
        "- /goes/ 0 0",
        "- /goes/deep/ 0 0",
        "- /goes/deep/away 3000 0",
        "M /grown 3000 4000",
        "M /link 0 0",
        "U /opened 3000 3000",
        "U /touched 3000 3000",
        "T /turns/ 3000 0",
        "+ /turns/inside 0 2",
    ];
    assert_eq!(lines, expected);
    assert_eq!(summary.changed_files, 3);
    assert_eq!((summary.added.files, summary.added.dirs), (2, 3));
    assert_eq!((summary.removed.files, summary.removed.dirs), (2, 2));
    assert_eq!((summary.added.bytes, summary.removed.bytes), (7005, 12_000));
    let (lines, _) = compare(&scene, &repository, &["*.tmp"]);
    assert!(lines.contains(&"+ /left/ 0 0".to_owned()));
    assert!(!lines.iter().any(|line| line.contains("out.tmp")));
}

/// All that was restored is as the snapshot, whatever it is.
#[test]
fn an_awkward_tree_is_as_its_snapshot() {
    let scene = Scene::new();
    awkward_tree(scene.source());
    let repository = scene.init();
    back_up(&repository, &scene.request());
    let (lines, summary) = compare(&scene, &repository, &[]);
    assert_eq!((lines, summary), (vec![], DiffSummary::default()));
    let restored = scene.restore(&repository, &latest(&repository));
    let all = undercroft_testkit::Compare::METADATA;
    assert!(tree_differences(&scene.source(), &restored, all).is_empty());
    let mut changes = 0;
    let snapshot = of_source(&scene, &repository);
    let job = Job::new();
    repository.diff_with_folder(&snapshot, &restored, &[], &job, &mut |_| changes += 1).unwrap();
    assert_eq!((changes, job.warnings().len()), (0, 0));
}

/// A file of the same size and time is trusted; any other is read.
#[test]
fn only_what_is_in_doubt_is_read() {
    let scene = Scene::new();
    let file = scene.source().join("file");
    write_file(&file, random_bytes(1, 2 << 20));
    set_modified(&file, 1_000_000, 0);
    let repository = scene.init();
    back_up(&repository, &scene.request());
    write_file(&file, random_bytes(2, 2 << 20));
    set_modified(&file, 1_000_000, 0);
    let root = |lines: Vec<String>| lines.iter().any(|line| line.contains("file"));
    assert!(!root(compare(&scene, &repository, &[]).0));
    set_modified(&file, 1_000_001, 0);
    assert_eq!(compare(&scene, &repository, &[]).1.changed_files, 1);
    let snapshot = of_source(&scene, &repository);
    let missing = scene.path("missing");
    let error = repository.diff_with_folder(&snapshot, &missing, &[], &Job::new(), &mut |_| {});
    assert_eq!(error.unwrap_err().code(), Code::NotFound);
}
