//! Tags and pins: the snapshot stays what it is, whatever wrote it.

use crate::support;

use std::sync::Arc;

use serde_json::{Value, json};
use support::{Scene, Sealer, back_up, ids, latest, password};
use undercroft_foundation::{Code, World};
use undercroft_providers::{MemoryProvider, Provider};
use undercroft_repository::ingest::SnapshotOrder;
use undercroft_repository::retention::PINNED;
use undercroft_repository::tags::TagChange;
use undercroft_repository::{Repository, StoredObject, Tree};
use undercroft_testkit::{FailingProvider, Fault, Operation, random_bytes, write_file};

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

fn edit(add: &str, remove: &str) -> TagChange {
    TagChange::Edit { add: words(add), remove: words(remove) }
}

#[test]
fn restic_sees_the_same_snapshot_with_other_tags() {
    let scene = Scene::new();
    write_file(scene.source().join("file"), random_bytes(1, 100_000));
    let repository = scene.init();
    back_up(&repository, &scene.request());
    let before = latest(&repository);

    let pinned = repository.pin(before.id, true).unwrap();
    let changed = repository.change_tags(&[pinned], &edit("a b", "")).unwrap();
    assert_eq!(changed[0].old, pinned);
    assert_eq!(ids(&repository), [changed[0].new]);
    let after = latest(&repository);
    assert_eq!(after.tags, [PINNED, "a", "b"]);
    assert_eq!(after.original, Some(before.id), "of all changes the first");
    assert_eq!(
        (after.time, after.tree, &after.summary),
        (before.time, before.tree, &before.summary)
    );
    let theirs: Value =
        serde_json::from_str(&scene.restic().run(&["snapshots", "--json", "--tag", "pinned,b"]))
            .unwrap();
    assert_eq!(theirs[0]["id"], json!(after.id.to_string()));
    assert_eq!(theirs[0]["original"], json!(before.id.to_string()));
    scene.restic().run(&["forget", "--keep-tag", PINNED]);
    assert_eq!(repository.change_tags(&[after.id], &edit("a", "c")).unwrap(), []);

    // Theirs goes on from ours, and ours from theirs.
    scene.restic().run(&["tag", "--remove", "a", "latest"]);
    let theirs = latest(&repository);
    assert_eq!((theirs.tags, theirs.original), (words("pinned b"), Some(before.id)));
    let set = repository.change_tags(&[theirs.id], &TagChange::Set(Vec::new())).unwrap();
    assert_eq!(repository.pin(set[0].new, false).unwrap(), set[0].new);
    assert!(latest(&repository).tags.is_empty());
    scene.restic().check();
    scene.assert_latest_is_source(&repository);
}

#[test]
fn what_we_do_not_know_survives() {
    let scene = Scene::new();
    let repository = scene.init();
    back_up(&repository, &scene.request());
    let file = json!({
        "time": "2024-03-31T01:59:59.123456789+05:30",
        "tree": latest(&repository).tree.to_string(),
        "paths": ["/<&>"],
        "hostname": "attic",
        "tags": ["old"],
        "from_the_year_2040": {"numbers": [1, 18_446_744_073_709_551_615u64], "text": "\u{2028}"},
    });
    let sealer = Sealer::of(&scene.restic());
    let name = sealer.plant(&scene.repository(), "snapshots", file.to_string().as_bytes());
    let id = name.parse().unwrap();
    let new = repository.change_tags(&[id], &edit("new", "old")).unwrap()[0].new;
    let text = repository.cat(StoredObject::Snapshot(new)).unwrap();
    let mut expected = file;
    expected["tags"] = json!(["new"]);
    expected["original"] = json!(name);
    assert_eq!(serde_json::from_slice::<Value>(&text).unwrap(), expected);
    let theirs = scene.restic().run(&["cat", "snapshot", &new.to_string()]);
    let theirs: Value = serde_json::from_str(&theirs).unwrap();
    assert_eq!(theirs["time"], expected["time"]);
    assert_eq!(repository.read_snapshot(new).unwrap().time_text(), expected["time"]);
    scene.restic().check();
}

#[test]
fn a_change_that_broke_off_is_completed_and_leaves_one() {
    let failing = Arc::new(FailingProvider::new(Arc::new(MemoryProvider::new())));
    let provider: Arc<dyn Provider> = failing.clone();
    let repository = Repository::init(provider, &password(), &World::real()).unwrap();
    let ingest = repository.begin_ingest().unwrap();
    let tree = ingest.store(|writer| writer.store_tree(&Tree { nodes: Vec::new() })).unwrap();
    let order = SnapshotOrder { tree, paths: words("/a"), tags: words("x"), time: None };
    let old = ingest.publish(order).unwrap();
    drop(ingest);
    for (operation, left) in [(Operation::Write, 1), (Operation::Remove, 2)] {
        failing.fail_from(operation, "snapshots/", 1, Fault::Refuse(Code::Unavailable));
        assert!(repository.pin(old.id, true).is_err());
        failing.heal();
        assert_eq!(ids(&repository).len(), left);
    }
    let pinned = repository.pin(old.id, true).unwrap();
    assert_eq!(ids(&repository), [pinned]);

    // What does not read back as it was written takes nobody's place.
    failing.fail_from(Operation::Write, "snapshots/", 1, Fault::Flip(77));
    let refused = repository.pin(pinned, false).unwrap_err();
    assert_eq!(refused.code(), Code::Damaged);
    assert_eq!(ids(&repository), [pinned]);
    assert_eq!(repository.pin(old.id, true).unwrap_err().code(), Code::NotFound);
}
