//! Saved scans, and what changed between two.

use std::fs;

use jiff::Timestamp;
use undercroft_foundation::{Code, TreePath};
use undercroft_usage::{GrowthKind, Scans, growth, load, save};

use crate::scene::{DAY, NOON, at, count, count_at, days_after, write};

#[test]
fn a_tree_comes_back_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root");
    write(&root, "a/b/c.rs", 5000);
    write(&root, "a/d.png", 70_000);
    fs::create_dir(root.join("empty")).unwrap();
    let tree = count(&root);
    let file = folder.path().join("saved");
    for tree in [&tree, &tree.thin()] {
        save(tree, &file).unwrap();
        let loaded = load(&file).unwrap();
        assert_eq!(loaded.scanned(), NOON);
        for path in ["", "a", "a/b", "empty"] {
            assert_eq!(loaded.folder(&at(path), 9), tree.folder(&at(path), 9));
        }
    }
    assert_eq!(tree.thin().folder(&at("a"), 9).unwrap().rest.unwrap().apparent, 70_000);
}

#[test]
fn a_damaged_file_is_told_whatever_the_damage() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "root/a/b", 5000);
    let file = folder.path().join("saved");
    save(&count(&folder.path().join("root")), &file).unwrap();
    let whole = fs::read(&file).unwrap();
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x10;
        fs::write(&file, &bytes).unwrap();
        let code = load(&file).unwrap_err().code();
        assert!(matches!(code, Code::Damaged | Code::TooNew), "{at}");
        fs::write(&file, &whole[..at]).unwrap();
        assert_eq!(load(&file).unwrap_err().code(), Code::Damaged, "{at}");
    }
    fs::remove_file(&file).unwrap();
    assert_eq!(load(&file).unwrap_err().code(), Code::NotFound);
}

#[test]
fn growth_is_walked_down_to_the_file() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a/same", 5000);
    write(folder.path(), "a/logs/gone", 50_000);
    write(folder.path(), "b/small", 10);
    let before = count(folder.path());
    write(folder.path(), "a/logs/huge", 3 << 20);
    fs::remove_file(folder.path().join("a/logs/gone")).unwrap();
    write(folder.path(), "b/other", 9000);
    let after = count(folder.path());
    let names = |path, thinned: bool| -> Vec<_> {
        let rows = match thinned {
            true => growth(&before.thin(), &after, &at(path)),
            false => growth(&before, &after, &at(path)),
        };
        rows.into_iter().map(|row| (row.name.clone(), row.kind, row.change() > 0)).collect()
    };
    let row = |name: &str, kind, grew| (name.as_bytes().to_vec(), kind, grew);
    for thinned in [false, true] {
        let folders = [row("a", GrowthKind::Folder, true), row("b", GrowthKind::Folder, true)];
        assert_eq!(names("", thinned), folders);
        assert_eq!(names("a", thinned), [row("logs", GrowthKind::Folder, true)]);
    }
    let huge = row("huge", GrowthKind::File, true);
    assert_eq!(names("a/logs", false), [huge.clone(), row("gone", GrowthKind::File, false)]);
    assert_eq!(names("a/logs", true), [huge, row("", GrowthKind::SmallFiles, false)]);
    assert_eq!(growth(&before, &before, &TreePath::root()), []);
    assert_eq!(growth(&before, &after, &at("none")), []);
}

#[test]
fn ever_fewer_scans_are_kept_the_older_they_are() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "root/a", 2 << 20);
    write(folder.path(), "root/b", 10);
    let scans = Scans::new(&folder.path().join("scans"));
    assert!(scans.list().unwrap().is_empty() && scans.newest().unwrap().is_none());
    for half_days in 0..600 {
        let time = Timestamp::from_second(NOON.as_second() + half_days * DAY / 2).unwrap();
        scans.save(&count_at(&folder.path().join("root"), time)).unwrap();
    }
    let times = scans.list().unwrap();
    assert!((36..=42).contains(&times.len()), "{}", times.len());
    let last = NOON.as_second() + 599 * DAY / 2;
    assert_eq!(times.last().unwrap().as_second(), last);
    let young = times.iter().filter(|time| time.as_second() > last - 14 * DAY).count();
    assert!((14..=15).contains(&young), "{young}");
    assert!(times[0].as_second() > last - 27 * 7 * DAY);
    assert!(!scans.newest().unwrap().unwrap().is_thinned());
    let old = scans.nearest(times[3]).unwrap().unwrap();
    assert!(old.is_thinned() && old.scanned() == times[3]);
    assert!(old.contains(&at("a")) && !old.contains(&at("b")));
    // A clock that was set back takes nothing that was kept.
    scans.save(&count_at(&folder.path().join("root"), days_after(290))).unwrap();
    assert!(scans.list().unwrap().contains(times.last().unwrap()));
}

#[test]
fn a_damaged_scan_goes_when_the_next_is_saved() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "root/a", 10);
    let scans = Scans::new(&folder.path().join("scans"));
    scans.save(&count(&folder.path().join("root"))).unwrap();
    let file = fs::read_dir(folder.path().join("scans")).unwrap().next().unwrap().unwrap().path();
    fs::write(file, "nonsense").unwrap();
    assert_eq!(scans.newest().unwrap_err().code(), Code::Damaged);
    scans.save(&count_at(&folder.path().join("root"), days_after(1))).unwrap();
    assert_eq!(scans.list().unwrap(), [days_after(1)]);
}
