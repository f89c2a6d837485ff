//! Both ways with the real restic: what one writes, the other checks, lists, restores, goes on with.

use crate::support;

use std::fs;
use std::path::Path;
use std::process::Command;

use support::{Scene, back_up, ids, latest, names, without_parent};
use undercroft_repository::{Compression, NodeKind, Repository, Snapshot, StoredObject};
use undercroft_testkit::{
    ProjectKind, assert_same_tree, awkward_tree, edit_files, project_tree, random_bytes,
    text_bytes, write_file,
};

/// A slice of the machine's own files, as they come.
fn real_tree(folder: &Path) {
    let copy = |from: &str, to: &str| {
        let status = Command::new("cp").args(["-a", from]).arg(folder.join(to)).status().unwrap();
        assert!(status.success());
    };
    copy("/usr/include/linux", "include");
    copy("/etc/ssl", "ssl");
    copy("/usr/share/perl5", "perl");
}

/// Every path of a snapshot below the source, with its kind, as `restic ls` names them.
fn listed(repository: &Repository, snapshot: &Snapshot, path: &Path) -> Vec<String> {
    fn walk(repository: &Repository, tree: &undercroft_repository::BlobId, lines: &mut Vec<usize>) {
        for node in repository.tree(tree).unwrap().nodes {
            lines.push(node.name.len());
            if node.kind == NodeKind::Dir {
                walk(repository, &node.subtree.unwrap(), lines);
            }
        }
    }
    let mut lines = Vec::new();
    let node = repository.find_node(snapshot, &names(path)).unwrap().unwrap();
    walk(repository, &node.subtree.unwrap(), &mut lines);
    lines.iter().map(usize::to_string).collect()
}

#[test]
fn restic_checks_lists_and_restores_what_we_wrote() {
    for (what, compression) in [
        (awkward_tree as fn(std::path::PathBuf), Compression::Auto),
        (|folder| real_tree(&folder), Compression::Auto),
        (|folder| project_tree(folder, ProjectKind::Rust, 1, 40), Compression::Off),
        (|folder| project_tree(folder, ProjectKind::Svelte, 2, 40), Compression::Max),
    ] {
        let scene = Scene::new();
        what(scene.source());
        let repository = scene.init().with_compression(compression);
        let summary = back_up(&repository, &scene.request());
        let restic = scene.restic();
        restic.check();

        let snapshots = restic.run(&["snapshots", "--json"]);
        assert!(snapshots.contains(&summary.snapshot.unwrap().to_string()), "{snapshots}");
        assert!(snapshots.contains(scene.source().to_str().unwrap()), "{snapshots}");

        let source = scene.source();
        let ours = listed(&repository, &latest(&repository), &source).len();
        let theirs =
            restic.run(&["ls", "--json", "--recursive", "latest", source.to_str().unwrap()]);
        let below = theirs.lines().filter(|line| line.contains("\"struct_type\":\"node\""));
        assert_eq!(below.count(), ours + 1);

        restic.restore("latest", scene.path("target"));
        let landed = scene.path("target").join(source.strip_prefix("/").unwrap());
        assert_same_tree(&source, landed);
    }
}

#[test]
fn we_read_and_restore_what_restic_wrote() {
    let scene = Scene::new();
    awkward_tree(scene.source());
    scene.restic().init();
    scene.restic().run(&["backup", "--tag", "a,b", scene.source().to_str().unwrap()]);
    let repository = scene.open();
    let snapshot = latest(&repository);
    assert_eq!(snapshot.paths, [scene.source().to_str().unwrap()]);
    assert_eq!(snapshot.tags, ["a", "b"]);
    assert!(!snapshot.hostname.is_empty() && !snapshot.username.is_empty());
    assert!(listed(&repository, &snapshot, &scene.source()).len() > 400);
    let path = [names(&scene.source()), vec![b"names".to_vec(), b"two\nlines".to_vec()]].concat();
    let node = repository.find_node(&snapshot, &path).unwrap().unwrap();
    assert_eq!(node.kind, NodeKind::Dir);
    scene.assert_latest_is_source(&repository);
}

#[test]
fn a_folder_has_the_tree_that_it_has_with_restic() {
    let scene = Scene::new();
    awkward_tree(scene.source().join("awkward"));
    write_file(scene.source().join("large random"), random_bytes(77, 30 << 20));
    write_file(scene.source().join("large text"), text_bytes(78, 10 << 20));
    scene.restic().init();
    scene.restic().backup(scene.source());
    let repository = scene.open();
    let theirs = latest(&repository);
    let ours = back_up(&repository, &without_parent(scene.request()));
    assert_eq!(ours.counts.data_blobs, 0, "restic's cuts are found again");
    let tree = |snapshot: &Snapshot| {
        let node = repository.find_node(snapshot, &names(&scene.source())).unwrap().unwrap();
        node.subtree.unwrap()
    };
    // A tree's id is the digest of its text: the same id is the same bytes, all the way down.
    assert_eq!(tree(&theirs), tree(&latest(&repository)));
    let raw = repository.cat(StoredObject::Blob(tree(&theirs))).unwrap();
    let cat = scene.restic().output(&["cat", "blob", &tree(&theirs).to_string()]);
    assert_eq!(raw, cat.stdout);
    scene.restic().check();
}

#[test]
fn each_goes_on_where_the_other_stopped() {
    let scene = Scene::new();
    project_tree(scene.source(), ProjectKind::Rust, 9, 60);
    let repository = scene.init();
    let files = back_up(&repository, &scene.request()).counts.files_new;

    // restic takes our snapshot as its parent and reads nothing anew.
    let source = scene.source();
    let text = scene.restic().run(&["backup", "--json", source.to_str().unwrap()]);
    assert!(text.contains(&format!("\"files_unmodified\":{files}")), "{text}");
    assert!(text.contains("\"data_blobs\":0"), "{text}");

    // And we take restic's.
    edit_files(&source, 1, 3);
    scene.restic().backup(&source);
    let again = back_up(&scene.open(), &scene.request());
    assert_eq!(again.counts.files_unmodified, files);
    assert_eq!(again.counts.data_blobs, 0);

    let repository = scene.open();
    assert_eq!(ids(&repository).len(), 4);
    scene.assert_latest_is_source(&repository);
    scene.restic().check();

    // restic forgets and prunes; ours that stay, stay whole.
    scene.restic().run(&["forget", "--keep-last", "1", "--prune"]);
    let repository = scene.open();
    assert_eq!(ids(&repository).len(), 1);
    scene.assert_latest_is_source(&repository);
    edit_files(&source, 2, 3);
    back_up(&repository, &scene.request());
    scene.assert_latest_is_source(&repository);
    scene.restic().check();
}

#[test]
fn an_open_repository_notices_what_restic_pruned() {
    let scene = Scene::new();
    write_file(scene.source().join("file"), random_bytes(1, 100_000));
    let repository = scene.init();
    back_up(&repository, &scene.request());
    scene.restic().run(&[
        "forget",
        "--prune",
        "--keep-tag",
        "none",
        &ids(&repository)[0].to_string(),
    ]);
    let again = back_up(&repository, &scene.request());
    assert_eq!(again.counts.data_blobs, 1, "what was pruned is stored anew");
    scene.assert_latest_is_source(&repository);
    scene.restic().check();
}

#[test]
fn version_one_is_read_and_written() {
    let scene = Scene::new();
    awkward_tree(scene.source());
    let restic = scene.restic();
    restic.run(&["init", "--repository-version", "1"]);
    restic.backup(scene.source());
    let repository = scene.open();
    assert_eq!(repository.version(), 1);
    scene.assert_latest_is_source(&repository);
    write_file(scene.source().join("new"), text_bytes(5, 3 << 20));
    let summary = back_up(&repository, &scene.request());
    assert_eq!(summary.counts.files_new, 1);
    restic.check();
    assert!(restic.run(&["cat", "config"]).contains("\"version\": 1"));
    restic.restore("latest", scene.path("target"));
    let landed = scene.path("target").join(scene.source().strip_prefix("/").unwrap());
    assert_same_tree(scene.source(), landed);
}

#[test]
fn a_copy_of_a_repository_is_that_repository() {
    let scene = Scene::new();
    project_tree(scene.source(), ProjectKind::Python, 4, 10);
    let repository = scene.init();
    back_up(&repository, &scene.request());
    let id = repository.id().to_owned();
    fs::rename(scene.repository(), scene.path("moved")).unwrap();
    fs::rename(scene.path("moved"), scene.repository()).unwrap();
    let repository = scene.open();
    assert_eq!(repository.id(), id);
    assert!(scene.restic().run(&["cat", "config"]).contains(&id));
    scene.assert_latest_is_source(&repository);
}
