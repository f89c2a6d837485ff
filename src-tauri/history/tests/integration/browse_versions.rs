//! Searching versions, following files, comparing, weighing.

use crate::support;

use std::fs;

use support::{Bench, path};
use undercroft_foundation::{Code, Job};
use undercroft_history::{Change, ChangeKind, FileHit, Layer, Version};
use undercroft_testkit::{random_bytes, set_modified, write_file};

fn found(hits: &[FileHit]) -> Vec<(String, Option<u64>)> {
    hits.iter().map(|hit| (hit.path.to_string(), hit.line)).collect()
}

fn search(bench: &Bench, version: &Version, text: &str, in_content: bool) -> Vec<FileHit> {
    bench.history.reader().search(version.id, text, in_content, 100, &Job::new()).unwrap()
}

fn told(changes: &[Change]) -> Vec<(String, ChangeKind, Option<String>)> {
    let tell = |change: &Change| {
        let from = change.from.as_ref().map(ToString::to_string);
        (change.path.to_string(), change.kind, from)
    };
    changes.iter().map(tell).collect()
}

fn line(n: u32) -> String {
    format!("this is line number {n} of a text\n")
}

fn long_text() -> String {
    (0..50).map(line).collect()
}

#[test]
fn files_are_found_by_name_in_any_version() {
    let (bench, first) = Bench::begun(|work| {
        write_file(work.join("src/Main.rs"), "x");
        write_file(work.join("src/deep/main_test.rs"), "x");
        write_file(work.join("domain/readme"), "x");
    });
    fs::remove_dir_all(bench.work().join("src")).unwrap();
    let second = bench.save().unwrap();
    let names = |version, text| -> Vec<String> {
        found(&search(&bench, version, text, false)).into_iter().map(|hit| hit.0).collect()
    };
    assert_eq!(names(&first, "main"), ["domain", "src/Main.rs", "src/deep/main_test.rs"]);
    assert_eq!(names(&first, "Main"), names(&first, "main"), "upper and lower case are the same");
    assert_eq!(names(&first, "deep/main"), ["src/deep/main_test.rs"]);
    assert_eq!(names(&second, "main"), ["domain"]);
    let few = bench.history.reader().search(first.id, "main", false, 2, &Job::new()).unwrap();
    assert_eq!(few.len(), 2);
}

#[test]
fn text_is_found_with_its_lines_wherever_it_is_stored() {
    let (bench, first) = Bench::begun(|work| {
        write_file(work.join("a.rs"), "fn one() {}\n\n    let Needle = 1;\nneedle\n");
        write_file(work.join("sub/latin.txt"), b"caf\xe9 needle\n");
        write_file(work.join("binary"), b"\0\x01needle");
        write_file(work.join("large.txt"), "filler\n".repeat(50_000) + "the needle at the end\n");
        write_file(work.join("long.js"), "x".repeat(3000) + " needle " + &"y".repeat(3000));
    });
    let hits = search(&bench, &first, "needle", true);
    let expected: Vec<_> =
        [("a.rs", 3), ("a.rs", 4), ("large.txt", 50_001), ("long.js", 1), ("sub/latin.txt", 1)]
            .map(|(path, line)| (path.to_owned(), Some(line)))
            .to_vec();
    assert_eq!(found(&hits), expected);
    assert_eq!(hits[0].preview.as_deref(), Some("let Needle = 1;"));
    assert_eq!(hits[4].preview.as_deref(), Some("café needle"));
    let long = hits[3].preview.as_deref().unwrap();
    assert!(long.len() == 200 && long.contains(" needle "), "{long}");
    assert_eq!(found(&search(&bench, &first, "NEEDLE", true)), expected);
    let reader = bench.history.reader();
    let files = reader.first_lines(first.id, "needle", 3, &Job::new()).unwrap();
    assert_eq!(found(&files), [&expected[..1], &expected[2..4]].concat(), "one line a file");
    assert_eq!(search(&bench, &first, "", true), []);

    let job = Job::new();
    job.cancel();
    let error = bench.history.reader().search(first.id, "needle", true, 9, &job).unwrap_err();
    assert_eq!(error.code(), Code::Cancelled);
}

#[test]
fn a_file_is_followed_through_renames_to_its_beginning() {
    let (bench, first) = Bench::begun(|work| {
        write_file(work.join("old name.txt"), long_text());
        write_file(work.join("other"), "other");
    });
    bench.write("other", "changed");
    bench.save().unwrap();
    bench.write("old name.txt", long_text() + &line(50));
    let grown = bench.save().unwrap();
    fs::create_dir(bench.work().join("sub")).unwrap();
    fs::rename(bench.work().join("old name.txt"), bench.work().join("sub/new.txt")).unwrap();
    let moved = bench.save().unwrap();
    bench.write("sub/new.txt", long_text());
    let last = bench.save().unwrap();

    let follow = |name: &str, limit| {
        let history =
            bench.history.reader().file_history(bench.main().id, &path(name), limit).unwrap();
        let tell = |it: &undercroft_history::FileVersion| {
            (it.version.id, it.path.to_string(), it.kind, it.size_bytes.unwrap())
        };
        history.iter().map(tell).collect::<Vec<_>>()
    };
    let (size, larger) = (long_text().len() as u64, (long_text() + &line(50)).len() as u64);
    let expected = [
        (last.id, "sub/new.txt".to_owned(), ChangeKind::Modified, size),
        (moved.id, "sub/new.txt".to_owned(), ChangeKind::Renamed, larger),
        (grown.id, "old name.txt".to_owned(), ChangeKind::Modified, larger),
        (first.id, "old name.txt".to_owned(), ChangeKind::Added, size),
    ];
    assert_eq!(follow("sub/new.txt", 100), expected);
    assert_eq!(follow("sub/new.txt", 2), expected[..2]);
    assert_eq!(follow("other", 100).len(), 2);

    // One that came later, went, and came back.
    bench.write("later", "1");
    bench.save().unwrap();
    fs::remove_file(bench.work().join("later")).unwrap();
    bench.save().unwrap();
    bench.write("later", "2");
    bench.save().unwrap();
    let later = bench.history.reader().file_history(bench.main().id, &path("later"), 100).unwrap();
    let kinds: Vec<_> = later.iter().map(|it| (it.kind, it.layer)).collect();
    let added = (ChangeKind::Added, Some(Layer::Git));
    assert_eq!(kinds, [added, (ChangeKind::Removed, None), added]);
    let never = bench.history.reader().file_history(bench.main().id, &path("never"), 100);
    assert_eq!(never.unwrap_err().code(), Code::NotFound);
}

#[test]
fn any_two_versions_are_compared() {
    let (bench, first) = Bench::begun(|work| {
        write_file(work.join("changed"), "1");
        write_file(work.join("sub/moved"), "moved as it is");
        write_file(work.join("sub/edited.txt"), long_text());
        write_file(work.join("becomes a folder"), "file");
        write_file(work.join("same"), "same");
    });
    bench.write("changed", "2");
    bench.save().unwrap();
    fs::rename(bench.work().join("sub/moved"), bench.work().join("moved")).unwrap();
    fs::remove_file(bench.work().join("sub/edited.txt")).unwrap();
    bench.write("edited.txt", long_text() + &line(50));
    fs::remove_file(bench.work().join("becomes a folder")).unwrap();
    bench.write("becomes a folder/x", "x");
    let last = bench.save().unwrap();
    let compare = |from: &Version, to: &Version, place: &str| {
        bench.history.reader().compare(from.id, to.id, &path(place)).map(|changes| told(&changes))
    };
    let renamed =
        |path: &str, from: &str| (path.to_owned(), ChangeKind::Renamed, Some(from.to_owned()));
    let plain = |path: &str, kind| (path.to_owned(), kind, None);
    let expected = [
        plain("becomes a folder", ChangeKind::Removed),
        plain("becomes a folder/x", ChangeKind::Added),
        plain("changed", ChangeKind::Modified),
        renamed("edited.txt", "sub/edited.txt"),
        renamed("moved", "sub/moved"),
    ];
    assert_eq!(compare(&first, &last, "").unwrap(), expected);
    assert_eq!(compare(&last, &last, "").unwrap(), []);
    assert_eq!(compare(&last, &first, "").unwrap().len(), 5);
    assert_eq!(compare(&first, &last, "changed").unwrap(), expected[2..3]);
    assert_eq!(compare(&first, &last, "becomes a folder").unwrap(), expected[..2]);
    let gone =
        [plain("sub/edited.txt", ChangeKind::Removed), plain("sub/moved", ChangeKind::Removed)];
    assert_eq!(compare(&first, &last, "sub").unwrap(), gone);
    assert_eq!(compare(&first, &last, "nowhere").unwrap_err().code(), Code::NotFound);
}

#[test]
fn a_version_is_compared_with_the_disk() {
    let (bench, first) = Bench::begun(|work| {
        write_file(work.join("changed"), "1");
        write_file(work.join("touched"), "as it was");
        write_file(work.join("large.bin"), random_bytes(1, 300_000));
        write_file(work.join("gone"), "gone");
        write_file(work.join("sub/moved"), "moved as it is");
        write_file(work.join("package.json"), "{}");
    });
    let now = |place: &str| {
        let main = bench.main().id;
        let changes =
            bench.history.reader().compare_with_disk(first.id, main, &path(place), &Job::new());
        changes.unwrap()
    };
    assert_eq!(now(""), []);
    bench.write("changed", "22");
    set_modified(bench.work().join("touched"), 1, 1);
    fs::rename(bench.work().join("large.bin"), bench.work().join("sub/huge.bin")).unwrap();
    fs::rename(bench.work().join("sub/moved"), bench.work().join("moved")).unwrap();
    fs::remove_file(bench.work().join("gone")).unwrap();
    bench.write("new", "new");
    bench.write("node_modules/left/out", "left out");
    let changes = now("");
    let renamed =
        |path: &str, from: &str| (path.to_owned(), ChangeKind::Renamed, Some(from.to_owned()));
    let plain = |path: &str, kind| (path.to_owned(), kind, None);
    let expected = [
        plain("changed", ChangeKind::Modified),
        plain("gone", ChangeKind::Removed),
        renamed("moved", "sub/moved"),
        plain("new", ChangeKind::Added),
        renamed("sub/huge.bin", "large.bin"),
    ];
    assert_eq!(told(&changes), expected);
    assert_eq!(changes[0].size_bytes, Some(2));
    assert_eq!(told(&now("changed")), expected[..1]);
    // What was looked at was not touched.
    assert_eq!(fs::read(bench.work().join("changed")).unwrap(), b"22");
    let second = bench.save().unwrap();
    assert_eq!(
        told(&bench.history.reader().compare(first.id, second.id, &path("")).unwrap()),
        expected
    );
}

#[test]
fn a_version_weighs_what_no_other_holds() {
    let (bench, first) = Bench::begun(|work| {
        write_file(work.join("kept"), "kept");
        write_file(work.join("big.bin"), random_bytes(1, 2 << 20));
    });
    let sizes = |version: &Version| bench.history.reader().sizes(version.id, &Job::new()).unwrap();
    let alone = sizes(&first);
    assert_eq!(alone.unique_bytes, (2 << 20) + 4);
    assert!(alone.reclaimable_bytes > 2 << 20, "{alone:?}");

    bench.write("brief.bin", random_bytes(2, 3 << 20));
    bench.write("brief.txt", "brief");
    let second = bench.save().unwrap();
    fs::remove_file(bench.work().join("brief.bin")).unwrap();
    fs::remove_file(bench.work().join("brief.txt")).unwrap();
    let third = bench.save().unwrap();
    let brief = sizes(&second);
    assert_eq!(brief.unique_bytes, (3 << 20) + 5);
    let largest: Vec<_> =
        brief.largest.iter().map(|(path, size)| (path.to_string(), *size)).collect();
    assert_eq!(largest, [("brief.bin".to_owned(), 3 << 20), ("brief.txt".to_owned(), 5)]);
    assert!((3 << 20..4 << 20).contains(&brief.reclaimable_bytes), "{brief:?}");
    assert_eq!((sizes(&first).unique_bytes, sizes(&third).unique_bytes), (0, 0));

    // The same content far away counts as well, under another name.
    bench.write("elsewhere/again.bin", random_bytes(2, 3 << 20));
    bench.write("pad", "1");
    bench.save().unwrap();
    assert_eq!(sizes(&second).unique_bytes, 5);
    // Of a file that changed in its middle, only the other chunks come free.
    let mut changed = random_bytes(2, 3 << 20);
    changed[1 << 20] ^= 1;
    bench.write("elsewhere/again.bin", &changed);
    let fifth = bench.save().unwrap();
    let shared = sizes(&fifth);
    assert_eq!(shared.unique_bytes, 3 << 20);
    assert!(shared.reclaimable_bytes < 3 << 20, "{shared:?}");
}

#[test]
fn what_versions_weigh_is_not_read_from_their_objects() {
    let name = "what_versions_weigh_is_not_read_from_their_objects";
    if !undercroft_testkit::is_alone(module_path!(), name) {
        return;
    }
    let files = 1000;
    let (bench, first) = Bench::begun(|work| {
        (0..files).for_each(|n| write_file(work.join(n.to_string()), n.to_string()));
    });
    let reads = || -> u64 {
        let counts = fs::read_to_string("/proc/self/io").unwrap();
        counts.lines().find_map(|line| line.strip_prefix("syscr: ")).unwrap().parse().unwrap()
    };
    let before = reads();
    bench.history.reader().sizes(first.id, &Job::new()).unwrap();
    let made = reads() - before;
    assert!(made < files / 4, "{made} reads for {files} objects");
}

#[test]
fn one_file_among_a_hundred_thousand_versions_is_followed() {
    let (bench, first) = Bench::begun(|work| write_file(work.join("busy.txt"), long_text()));
    bench.write("other", "other");
    let other = bench.save().unwrap();
    let catalog = rusqlite::Connection::open(bench.library.root().join("catalog.db")).unwrap();
    // Every version changed one of a thousand files; every thousandth, this one.
    let count = "WITH RECURSIVE count(n) AS (SELECT 3 UNION ALL SELECT n + 1 FROM count
                 WHERE n < 100000)";
    let versions = format!(
        "{count} INSERT INTO versions SELECT substr(id, 1, length(id) - 6) || (100000 + n),
         project, workspace, n, time, author, message, kind, name, note, pinned, parent, git_commit,
         files, size_bytes, stored_bytes, added, modified, removed, renamed
         FROM versions, count WHERE seq = 2"
    );
    let changes = format!(
        "{count} INSERT INTO changes SELECT project,
         CAST(CASE n % 1000 WHEN 0 THEN 'busy.txt' ELSE 'file' || n % 1000 END AS BLOB), n,
         'modified', NULL, n, 'git' FROM versions, count WHERE seq = 2"
    );
    assert_eq!(catalog.execute(&versions, []).unwrap(), 99_998);
    assert_eq!(catalog.execute(&changes, []).unwrap(), 99_998);

    let all =
        bench.history.reader().file_history(bench.main().id, &path("busy.txt"), 1000).unwrap();
    assert_eq!((all.len(), all[100].version.id), (101, first.id));
    assert!(all[0].version.seq == 100_000 && other.seq == 2);
    let all = bench.history.reader().file_history(bench.main().id, &path("other"), 1000).unwrap();
    assert_eq!(all.len(), 1);
}
