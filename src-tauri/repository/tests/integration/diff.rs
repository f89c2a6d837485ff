//! Compares snapshots beside the real restic.

use crate::support;

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;

use support::{Scene, back_up, latest};
use undercroft_repository::diff::{Change, ChangeKind};
use undercroft_testkit::{random_bytes, set_modified, text_bytes, write_file};

#[test]
fn changes_are_those_that_restic_sees() {
    let scene = Scene::new();
    let source = scene.source();
    for name in ["same/a", "same/b", "edited", "touched", "goes/deep/away", "to link"] {
        write_file(source.join(name), text_bytes(name.len() as u64, 3000));
    }
    symlink("a", source.join("link")).unwrap();
    write_file(source.join("copied"), random_bytes(5, 700_000));
    let restic = scene.restic();
    restic.init();
    restic.backup(&source);
    let repository = scene.open();
    let before = latest(&repository);

    write_file(source.join("edited"), text_bytes(99, 4000));
    set_modified(source.join("touched"), 1_000_000, 5);
    fs::remove_dir_all(source.join("goes")).unwrap();
    write_file(source.join("comes/in/deep"), "new");
    fs::remove_file(source.join("to link")).unwrap();
    symlink("edited", source.join("to link")).unwrap();
    // The same bytes under another name add no content.
    write_file(source.join("copy"), random_bytes(5, 700_000));
    back_up(&repository, &scene.request());
    let after = latest(&repository);

    let ids = [before.id.to_string(), after.id.to_string()];
    for (from, to, ids) in
        [(&before, &after, ids.clone()), (&after, &before, [ids[1].clone(), ids[0].clone()])]
    {
        let mut changes = Vec::new();
        let summary = repository.diff(from, to, &mut |change| changes.push(change)).unwrap();
        let plain = restic.run(&["diff", "--json", &ids[0], &ids[1]]);
        let ours = lines(changes.iter().filter(|change| change.kind != ChangeKind::Metadata));
        assert_eq!(ours, their_lines(&plain));
        let full = restic.run(&["diff", "--json", "--metadata", &ids[0], &ids[1]]);
        assert_eq!(lines(changes.iter()), their_lines(&full));

        let statistics: serde_json::Value =
            serde_json::from_str(plain.lines().last().unwrap()).unwrap();
        for (side, name) in [(summary.added, "added"), (summary.removed, "removed")] {
            let theirs = &statistics[name];
            let field = |name: &str| theirs[name].as_u64().unwrap();
            assert_eq!(side.files, field("files"), "{name}");
            assert_eq!(side.dirs, field("dirs"), "{name}");
            assert_eq!(side.others, field("others"), "{name}");
            assert_eq!(side.data_blobs, field("data_blobs"), "{name}");
            assert_eq!(side.tree_blobs, field("tree_blobs"), "{name}");
            assert_eq!(side.bytes, field("bytes"), "{name}");
        }
        assert_eq!(summary.changed_files, statistics["changed_files"].as_u64().unwrap());
    }
}

fn lines<'a>(changes: impl Iterator<Item = &'a Change>) -> BTreeSet<String> {
    let path = |change: &Change| String::from_utf8(change.path.clone()).unwrap();
    changes.map(|change| format!("{} {}", change.kind.letter(), path(change))).collect()
}

/// restic marks what is of another kind as updated, too, which goes without saying.
fn their_lines(json: &str) -> BTreeSet<String> {
    let changes = json.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let changes = changes.filter(|line| line["message_type"] == "change");
    changes
        .map(|change| {
            let modifier = change["modifier"].as_str().unwrap().replace("TU", "T");
            format!("{modifier} {}", change["path"].as_str().unwrap())
        })
        .collect()
}

/// restic leaves out what lies in a folder that was a file; but it came and went all the same.
#[test]
fn what_is_in_a_folder_that_was_a_file_is_told() {
    let scene = Scene::new();
    write_file(scene.source().join("swap"), "a file");
    let repository = scene.init();
    back_up(&repository, &scene.request());
    let before = latest(&repository);
    fs::remove_file(scene.source().join("swap")).unwrap();
    write_file(scene.source().join("swap/inside"), "a folder now");
    back_up(&repository, &scene.request());
    let after = latest(&repository);
    let root = scene.source().display().to_string();
    for (from, to, lines) in [
        (&before, &after, [format!("T {root}/swap/"), format!("+ {root}/swap/inside")]),
        (&after, &before, [format!("T {root}/swap"), format!("- {root}/swap/inside")]),
    ] {
        let mut changes = Vec::new();
        repository.diff(from, to, &mut |change| changes.push(change)).unwrap();
        let told = changes.iter().filter(|change| change.kind != ChangeKind::Metadata);
        assert_eq!(self::lines(told), lines.into());
    }
}

#[test]
fn a_snapshot_is_as_itself() {
    let scene = Scene::new();
    write_file(scene.source().join("file"), "content");
    let repository = scene.init();
    back_up(&repository, &scene.request());
    let snapshot = latest(&repository);
    let mut changes = 0;
    let summary = repository.diff(&snapshot, &snapshot, &mut |_| changes += 1).unwrap();
    assert_eq!((changes, summary), (0, undercroft_repository::diff::DiffSummary::default()));
}

#[test]
fn changes_come_in_order_with_sizes() {
    let scene = Scene::new();
    write_file(scene.source().join("b"), "four");
    let repository = scene.init();
    back_up(&repository, &scene.request());
    let before = latest(&repository);
    write_file(scene.source().join("b"), "longer");
    write_file(scene.source().join("a/x"), "x");
    write_file(scene.source().join("c"), "cc");
    back_up(&repository, &scene.request());
    let after = latest(&repository);
    let mut seen = Vec::new();
    let mut each = |change: Change| {
        if change.kind != ChangeKind::Metadata {
            let name = change.path.rsplit(|&byte| byte == b'/').find(|name| !name.is_empty());
            let name = String::from_utf8(name.unwrap().to_vec()).unwrap();
            seen.push((change.kind.letter(), name, change.size_before, change.size_after));
        }
    };
    repository.diff(&before, &after, &mut each).unwrap();
    let expected = [('+', "a", 0, 0), ('+', "x", 0, 1), ('M', "b", 4, 6), ('+', "c", 0, 2)];
    let expected = expected.map(|(letter, name, a, b)| (letter, name.to_owned(), a, b));
    assert_eq!(seen, expected);
}
