//! Questions to a tree.

use jiff::Timestamp;
use undercroft_foundation::TreePath;
use undercroft_testkit::set_modified;
use undercroft_usage::{Age, FileClass, FileSelection, RowKind};

use crate::scene::{DAY, NOON, at, count, write};

#[test]
fn the_largest_comes_first_and_the_others_together() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "big/video.mp4", 300_000);
    write(folder.path(), "middle.rs", 100_000);
    write(folder.path(), "small.rs", 10_000);
    write(folder.path(), "smaller.txt", 5000);
    let tree = count(folder.path());
    let view = tree.folder(&TreePath::root(), 2).unwrap();
    let rows: Vec<_> = view.children.iter().map(|row| (&row.name[..], row.kind)).collect();
    assert_eq!(rows, [(&b"big"[..], RowKind::Folder), (b"middle.rs", RowKind::File)]);
    let rest = view.rest.unwrap();
    assert_eq!((rest.files, rest.apparent), (2, 15_000));
    let shown: u64 = view.children.iter().map(|row| row.bytes).sum();
    assert_eq!(shown + rest.bytes + view.own_bytes, view.bytes);
    assert_eq!((view.class, view.children[0].class), (FileClass::Media, FileClass::Media));
    assert!(tree.folder(&at("middle.rs"), 9).is_none() && tree.folder(&at("none"), 9).is_none());
    assert_eq!(tree.folder(&at("big"), 9).unwrap().rest, None);
    assert_eq!(tree.folder(&TreePath::root(), 0).unwrap().rest.unwrap().files, 4);
}

#[test]
fn one_goes_from_class_to_ending_to_files() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a/one.rs", 50_000);
    write(folder.path(), "a/two.RS", 60_000);
    write(folder.path(), "b/three.py", 20_000);
    write(folder.path(), "b/Makefile", 10);
    write(folder.path(), "b/four.png", 1000);
    let tree = count(folder.path());
    let top = TreePath::root();
    let types: Vec<_> = tree.types(&top).iter().map(|row| (row.class, row.sums.files)).collect();
    assert_eq!(types, [(FileClass::Code, 4), (FileClass::Image, 1)]);
    let endings: Vec<_> = tree.extensions(&top, FileClass::Code);
    let endings: Vec<_> = endings.iter().map(|row| (&*row.extension, row.sums.files)).collect();
    assert_eq!(endings, [("rs", 2), ("py", 1), ("", 1)]);
    let selection = FileSelection { extension: Some("rs"), ..FileSelection::default() };
    let found = tree.files_of(&top, &selection, 1);
    assert_eq!((&found.rows[0].path, found.rest.unwrap().files), (&at("a/two.RS"), 1));
    assert_eq!(tree.largest_files(&at("b"), 9).len(), 3);
    assert_eq!(tree.largest_files(&at("b/four.png"), 9)[0].path, at("b/four.png"));
}

#[test]
fn files_are_divided_by_age() {
    let folder = tempfile::tempdir().unwrap();
    let days = [-1, 0, 3, 20, 60, 200, 1000];
    for (number, days) in days.into_iter().enumerate() {
        write(folder.path(), &format!("f{number}"), 10);
        let time = Timestamp::from_second(NOON.as_second() - days * DAY).unwrap();
        set_modified(folder.path().join(format!("f{number}")), time.as_second(), 0);
    }
    let tree = count(folder.path());
    let ages = tree.ages(&TreePath::root(), NOON);
    let ages: Vec<_> = ages.iter().map(|row| (row.age, row.sums.files)).collect();
    let wanted = [Age::Day, Age::Week, Age::Month, Age::Quarter, Age::Year, Age::Older];
    assert_eq!(ages, wanted.map(|age| (age, if age == Age::Day { 2 } else { 1 })));
    let selection = FileSelection { age: Some((Age::Older, NOON)), ..FileSelection::default() };
    assert_eq!(tree.files_of(&TreePath::root(), &selection, 9).rows[0].path, at("f6"));
    let newest = tree.folder(&TreePath::root(), 9).unwrap().newest.unwrap();
    assert_eq!(newest.as_second(), NOON.as_second() + DAY);
}

#[test]
fn a_rule_finds_folders_that_are_made_again() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "app/package.json", 10);
    write(folder.path(), "app/node_modules/a/package.json", 10);
    write(folder.path(), "app/node_modules/a/node_modules/b", 10_000);
    write(folder.path(), "other/node_modules/precious", 10);
    write(folder.path(), "env/venv/pyvenv.cfg", 10);
    let tree = count(folder.path());
    let found = tree.rebuildable_folders(&TreePath::root(), &|it| match it.name() {
        b"node_modules" => it.is_beside(b"package.json").then(|| "package.json".to_owned()),
        b"venv" => it.is_inside(b"pyvenv.cfg").then(|| "pyvenv.cfg".to_owned()),
        _ => None,
    });
    let found: Vec<_> = found.iter().map(|it| (it.path.clone(), &*it.rebuilt_by)).collect();
    let wanted = [(at("app/node_modules"), "package.json"), (at("env/venv"), "pyvenv.cfg")];
    assert_eq!(found, wanted);
}
