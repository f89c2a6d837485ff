//! Finds files over all snapshots, beside the real restic.

use crate::support;

use std::fs;
use std::os::unix::fs::symlink;

use jiff::Timestamp;
use serde_json::Value;
use support::{Scene, back_up, ids, names};
use undercroft_foundation::{Code, Job};
use undercroft_repository::find::{FindRequest, PathState};
use undercroft_repository::{BackupRequest, Node, Repository, Snapshot, SnapshotFilter};
use undercroft_testkit::{random_bytes, set_modified, text_bytes, write_file};

fn request(patterns: &[&str]) -> FindRequest {
    let patterns = patterns.iter().map(|&pattern| pattern.to_owned()).collect();
    FindRequest { patterns, ..FindRequest::default() }
}

/// Snapshot, path and size of all that is found.
fn ours(repository: &Repository, request: &FindRequest) -> Vec<(String, String, u64)> {
    let mut found = Vec::new();
    let job = Job::new();
    let mut each = |snapshot: &Snapshot, path: &[u8], node: &Node| {
        let path = String::from_utf8(path.to_vec()).unwrap();
        found.push((snapshot.id.to_string(), path, node.size));
        true
    };
    repository.find(request, &job, &mut each).unwrap();
    assert!(job.warnings().is_empty(), "{:?}", job.warnings());
    // restic goes through the snapshots as they are listed.
    assert!(found.is_sorted_by_key(|(id, ..)| {
        ids(repository).iter().position(|own| own.to_string() == *id)
    }));
    found.sort();
    found
}

fn theirs(scene: &Scene, arguments: &[&str]) -> Vec<(String, String, u64)> {
    let json = scene.restic().run(&[&["find", "--json"], arguments].concat());
    let mut found = Vec::new();
    for snapshot in serde_json::from_str::<Vec<Value>>(&json).unwrap() {
        for each in snapshot["matches"].as_array().unwrap() {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            let size = each["size"].as_u64().unwrap_or(0);
            found.push((text(&snapshot["snapshot"]), text(&each["path"]), size));
        }
    }
    found.sort();
    found
}

fn scene_of_three() -> (Scene, Repository) {
    let scene = Scene::new();
    let source = scene.source();
    for name in ["notes.txt", "photos/One.JPG", "photos/two.jpg", "deep/er/still/notes.txt"] {
        write_file(source.join(name), text_bytes(name.len() as u64, 500));
    }
    set_modified(source.join("notes.txt"), 1_000_000, 0);
    symlink("notes.txt", source.join("link.txt")).unwrap();
    // The same tree at another place.
    fs::create_dir(source.join("twin")).unwrap();
    fs::copy(source.join("photos/two.jpg"), source.join("twin/two.jpg")).unwrap();
    let repository = scene.init();
    let tagged = |tag: &str| BackupRequest { tags: vec![tag.to_owned()], ..scene.request() };
    back_up(&repository, &tagged("first"));
    write_file(source.join("photos/three.jpg"), "3");
    fs::remove_file(source.join("deep/er/still/notes.txt")).unwrap();
    back_up(&repository, &tagged("second"));
    write_file(source.join("notes.txt"), "again");
    back_up(&repository, &tagged("third"));
    (scene, repository)
}

#[test]
fn what_is_found_is_what_restic_finds() {
    let (scene, repository) = scene_of_three();
    let root = scene.source().display().to_string();
    let absolute = format!("{root}/photos/*.jpg");
    let elsewhere = format!("{root}/twin");
    let all = [
        (vec!["*.jpg"], request(&["*.jpg"])),
        (vec!["photos"], request(&["photos"])),
        (vec!["-i", "*.JPG"], FindRequest { ignore_case: true, ..request(&["*.JPG"]) }),
        (vec!["notes.txt", "two.*"], request(&["notes.txt", "two.*"])),
        (vec!["deep/**/notes.txt"], request(&["deep/**/notes.txt"])),
        (vec![&absolute[..]], request(&[&absolute])),
        (vec![&elsewhere[..]], request(&[&elsewhere])),
        (vec!["nothing like it"], request(&["nothing like it"])),
    ];
    for (arguments, request) in all {
        let ours = ours(&repository, &request);
        assert_eq!(ours, theirs(&scene, &arguments), "{arguments:?}");
        assert_eq!(ours.is_empty(), arguments == ["nothing like it"]);
    }
}

#[test]
fn times_and_snapshots_narrow_it_down() {
    let (scene, repository) = scene_of_three();
    let moment: Timestamp = "2001-01-01T00:00:00Z".parse().unwrap();
    let old = FindRequest { newest: Some(moment), ..request(&["*.txt"]) };
    assert_eq!(ours(&repository, &old), theirs(&scene, &["--newest", "2001-01-01", "*.txt"]));
    assert_eq!(ours(&repository, &old).len(), 2);
    let new = FindRequest { oldest: Some(moment), ..request(&["*.txt"]) };
    assert_eq!(ours(&repository, &new), theirs(&scene, &["--oldest", "2001-01-01", "*.txt"]));

    let second = ids(&repository)[1].to_string();
    let one = FindRequest { snapshots: vec![second[..10].to_owned()], ..request(&["*.txt"]) };
    assert_eq!(ours(&repository, &one), theirs(&scene, &["-s", &second, "*.txt"]));
    let filter =
        |tag: &str| SnapshotFilter { tags: vec![tag.to_owned()], ..SnapshotFilter::default() };
    let tagged = FindRequest { filter: filter("third"), ..request(&["*.txt"]) };
    assert_eq!(ours(&repository, &tagged), theirs(&scene, &["--tag", "third", "*.txt"]));
    let error = repository.find(&request(&[]), &Job::new(), &mut |_, _, _| true).unwrap_err();
    assert_eq!(error.code(), Code::Invalid);
}

#[test]
fn versions_of_a_file_are_grouped_by_what_it_held() {
    let scene = Scene::new();
    let repository = scene.init();
    let file = scene.source().join("a/b/file");
    let states: [Option<&str>; 7] =
        [None, Some("one"), Some("two"), Some("two"), None, Some("one"), Some("three")];
    for state in states {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        match state {
            Some(content) => write_file(&file, content),
            None => drop(fs::remove_file(&file)),
        }
        back_up(&repository, &scene.request());
    }
    let snapshots = ids(&repository);
    let path = names(&file);
    // As often as one asks.
    for _ in 0..2 {
        let seen = repository.file_versions(&path, &SnapshotFilter::default()).unwrap();
        let sizes: Vec<_> = seen.versions.iter().map(|version| version.node.size).collect();
        assert_eq!(sizes, [5, 3, 3]);
        let found: Vec<_> = seen.by_snapshot.iter().map(|entry| &entry.found).collect();
        let version = PathState::Version;
        let nothing = || PathState::Nothing;
        let expected =
            [version(0), version(1), nothing(), version(2), version(2), version(1), nothing()];
        assert_eq!(found, expected.iter().collect::<Vec<_>>());
        assert_eq!(seen.versions[1].snapshots, [snapshots[5], snapshots[1]]);
        for (entry, id) in seen.by_snapshot.iter().zip(snapshots.iter().rev()) {
            assert_eq!(entry.snapshot.id, *id);
        }
    }
    // A file is no folder, and the root no file.
    let below = [path, vec![b"x".to_vec()]].concat();
    let seen = repository.file_versions(&below, &SnapshotFilter::default()).unwrap();
    assert!(seen.versions.is_empty() && seen.by_snapshot.len() == 7);
    let root = repository.file_versions(&[], &SnapshotFilter::default());
    assert_eq!(root.unwrap_err().code(), Code::Invalid);
}

/// One damaged tree hides nothing but what only it leads to.
#[test]
fn what_cannot_be_read_is_said_and_the_rest_is_found() {
    let scene = Scene::new();
    let repository = scene.init();
    let file = scene.source().join("folder/file");
    let mut packs = Vec::new();
    for number in 0..3 {
        write_file(&file, random_bytes(number, 5000));
        back_up(&repository, &scene.request());
        packs.push(scene.stored_files());
    }
    // The trees of the second snapshot lie in the smaller of the packs that came with it.
    let new = packs[1].iter().filter(|path| !packs[0].contains(path));
    let new = new.filter(|path| path.starts_with(scene.repository().join("data")));
    let trees = new.min_by_key(|path| fs::metadata(path).unwrap().len()).unwrap();
    undercroft_testkit::truncate_file(trees, 10);

    let repository = scene.open();
    let seen = repository.file_versions(&names(&file), &SnapshotFilter::default()).unwrap();
    assert_eq!(seen.versions.len(), 2);
    assert!(matches!(&seen.by_snapshot[1].found, PathState::Unreadable(why) if !why.is_empty()));
    let job = Job::new();
    let mut found = Vec::new();
    let mut each = |snapshot: &Snapshot, _: &[u8], _: &Node| {
        found.push(snapshot.id);
        true
    };
    repository.find(&request(&["file"]), &job, &mut each).unwrap();
    let snapshots = ids(&repository);
    assert_eq!(found, [snapshots[0], snapshots[2]]);
    assert_eq!(job.warnings().len(), 1);
    assert!(job.warnings()[0].item.starts_with(&snapshots[1].short()));
}

/// A thousand snapshots cost hardly more reading than the trees that differ.
#[test]
fn each_tree_is_read_once() {
    let scene = Scene::new();
    for folder in 0..20 {
        write_file(scene.source().join(format!("{folder}/file")), format!("{folder}"));
    }
    let repository = scene.init();
    for _ in 0..10 {
        back_up(&repository, &scene.request());
    }
    drop(repository);
    let provider = std::sync::Arc::new(undercroft_testkit::RecordingProvider::new(scene.disk()));
    let repository = scene.open_through(provider.clone());
    let found = ours(&repository, &request(&["file"]));
    assert_eq!(found.len(), 200);
    let reads = provider.take().iter().filter(|call| call.key.starts_with("data/")).count();
    // Twenty folders, and the way there, which others change meanwhile.
    let way = names(&scene.source()).len() + 1;
    assert!((20 + way..=20 + 10 * way).contains(&reads), "{reads}");
}
