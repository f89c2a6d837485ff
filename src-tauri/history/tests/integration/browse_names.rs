//! Names looked for in all versions of a project, also ones that are gone.

use crate::support;
use crate::thin_scene;

use std::fs;

use jiff::Timestamp;
use support::{Bench, path};
use thin_scene::{DAY, Scene};
use undercroft_foundation::{Code, Job, NameQuery, TreePath, VersionId};
use undercroft_history::{
    DeletedEntry, EntryKind, FoundName, FoundNames, Trigger, Version, VersionFilter,
};
use undercroft_testkit::write_file;

fn find(bench: &Bench, text: &str, limit: usize) -> FoundNames {
    let query = NameQuery::new(text).unwrap();
    bench.history.reader().find_names(bench.project, &query, limit, &Job::new()).unwrap()
}

/// The paths that are there, and those that are gone.
fn told(found: &FoundNames) -> (Vec<String>, Vec<String>) {
    let (gone, here): (Vec<_>, Vec<_>) = found.names.iter().partition(|name| name.gone.is_some());
    let paths = |names: Vec<&FoundName>| names.iter().map(|name| name.path.to_string()).collect();
    (paths(here), paths(gone))
}

#[test]
fn a_file_of_the_first_version_is_found_when_it_is_gone() {
    let (bench, first) = Bench::begun(|work| {
        write_file(work.join("docs/Invoice.txt"), "the first");
        write_file(work.join("kept"), "x");
    });
    fs::remove_dir_all(bench.work().join("docs")).unwrap();
    let second = bench.save().unwrap();
    let found = find(&bench, "invoice", 10);
    assert_eq!(told(&found), (vec![], vec!["docs/Invoice.txt".to_owned()]));
    let name = &found.names[0];
    assert_eq!((name.version.id, name.size_bytes, name.versions), (first.id, 9, 1));
    assert_eq!(name.gone.as_ref().unwrap().removed, Some(second.time));
    assert_eq!(bench.read(name.version.id, "docs/Invoice.txt"), b"the first");
    // So is its folder.
    let folder = &find(&bench, "docs", 10).names[0];
    assert_eq!((folder.kind, folder.version.id), (EntryKind::Folder, first.id));
    // What came back is there.
    bench.write("docs/Invoice.txt", "again");
    bench.save().unwrap();
    let found = find(&bench, "invoice", 10);
    assert_eq!(told(&found), (vec!["docs/Invoice.txt".to_owned()], vec![]));
    assert_eq!(found.names[0].versions, 2);
}

#[test]
fn a_renamed_file_is_found_by_both_names() {
    let (bench, first) = Bench::begun(|work| write_file(work.join("old.txt"), "the same bytes"));
    fs::rename(bench.work().join("old.txt"), bench.work().join("new.txt")).unwrap();
    bench.save().unwrap();
    let found = find(&bench, "*.txt", 10);
    assert_eq!(told(&found), (vec!["new.txt".to_owned()], vec!["old.txt".to_owned()]));
    let old = &found.names[1];
    assert_eq!(old.version.id, first.id);
    assert_eq!(old.gone.as_ref().unwrap().renamed_to, Some(path("new.txt")));
}

#[test]
fn versions_are_found_by_the_paths_that_they_changed() {
    let (bench, _) = Bench::begun(|work| write_file(work.join("a"), "x"));
    bench.write("docs/Invoice.txt", "x");
    let second = bench.save().unwrap();
    bench.write("a", "y");
    bench.save().unwrap();
    let text = Some("s/inVOICE".to_owned());
    let filter = VersionFilter { text, ..VersionFilter::default() };
    let found = bench.history.versions(bench.main().id, &filter).unwrap();
    assert_eq!(found.iter().map(|it| it.id).collect::<Vec<_>>(), [second.id]);
}

#[test]
fn the_best_fit_comes_first_and_more_is_told() {
    let (bench, _) = Bench::begun(|work| {
        for name in ["plan", "plan.md", "a plan", "gone plan"] {
            write_file(work.join(name), name);
        }
    });
    fs::remove_file(bench.work().join("gone plan")).unwrap();
    bench.save().unwrap();
    let names = |limit| {
        let found = find(&bench, "PLAN", limit);
        let names: Vec<_> = found.names.iter().map(|name| name.path.to_string()).collect();
        (names, found.more)
    };
    let all = ["plan", "plan.md", "gone plan", "a plan"].map(str::to_owned).to_vec();
    assert_eq!(names(4), (all.clone(), false));
    assert_eq!(names(2), (all[..2].to_vec(), true));
}

/// The version that removed it is thinned out; so is the only one that had another.
#[test]
fn thinning_loses_no_name_that_a_version_still_has() {
    let scene = Scene::begun(|scene| {
        scene.write("lost.txt", "one");
        scene.write("a", "0");
    });
    let gone = || -> Vec<(String, VersionId, Option<Timestamp>)> {
        let query = NameQuery::new("*.txt").unwrap();
        let reader = scene.history.reader();
        let found = reader.find_names(scene.project, &query, 10, &Job::new()).unwrap();
        let told = |name: &FoundName| {
            let gone = name.gone.clone().unwrap();
            (name.path.to_string(), name.version.id, gone.removed)
        };
        found.names.iter().map(told).collect()
    };
    let first = scene.versions()[0].id;
    scene.wait(60);
    scene.write("brief.txt", "only for a moment");
    let brief = scene.save(Trigger::Automatic);
    scene.wait(60);
    fs::remove_file(scene.work("brief.txt")).unwrap();
    fs::remove_file(scene.work("lost.txt")).unwrap();
    let removing = scene.save(Trigger::Automatic);
    let removed = Some(removing.time);
    let expected = [("brief.txt", brief.id, removed), ("lost.txt", brief.id, removed)];
    assert_eq!(gone(), expected.map(|(path, id, time)| (path.to_owned(), id, time)));
    scene.wait(60);
    let newest = scene.version("newest");
    scene.wait(400 * DAY);
    scene.history.maintenance().thin(scene.project, &Job::new()).unwrap();
    assert_eq!(scene.history.version(removing.id).unwrap_err().code(), Code::NotFound);
    let expected = [("lost.txt".to_owned(), first, Some(newest.time))];
    assert_eq!(gone(), expected, "no version has the brief one any more");
    // What the catalog knows of it is made again from the history.
    scene.history.maintenance().rebuild(&Job::new()).unwrap();
    assert_eq!(gone(), expected);
}

#[test]
fn names_of_any_bytes_are_found_and_a_search_can_be_ended() {
    let (bench, _) = Bench::begun(|work| {
        use std::os::unix::ffi::OsStrExt;
        let name = std::ffi::OsStr::from_bytes(b"b\xff\n needle");
        write_file(work.join(name), "x");
    });
    fs::remove_dir_all(bench.work()).unwrap();
    fs::create_dir(bench.work()).unwrap();
    bench.save();
    let found = find(&bench, "needle", 10);
    assert_eq!(found.names[0].path, TreePath::new(b"b\xff\n needle").unwrap());
    let job = Job::new();
    job.cancel();
    let query = NameQuery::new("needle").unwrap();
    let reader = bench.history.reader();
    let error = reader.find_names(bench.project, &query, 9, &job).unwrap_err();
    assert_eq!(error.code(), Code::Cancelled);
    // Nor are the names gone through that are in memory already.
    let nothing = NameQuery::new("such a name has nothing").unwrap();
    write_file(bench.work().join("one"), "x");
    bench.save();
    assert!(reader.find_names(bench.project, &nothing, 9, &Job::new()).unwrap().names.is_empty());
    let error = reader.find_names(bench.project, &nothing, 9, &job).unwrap_err();
    assert_eq!(error.code(), Code::Cancelled);
}

/// The names that a folder had once, with what became of them.
fn deleted(bench: &Bench, version: VersionId, folder: &str) -> Vec<(String, VersionId)> {
    let reader = bench.history.reader();
    let found = reader.deleted(version, &path(folder), 100, &Job::new()).unwrap();
    assert!(!found.more);
    let told = |one: &DeletedEntry| {
        (String::from_utf8_lossy(&one.entry.name).into_owned(), one.version.id)
    };
    found.entries.iter().map(told).collect()
}

#[test]
fn a_folder_tells_what_it_had_once() {
    let (bench, first) = Bench::begun(|work| {
        for file in ["src/a", "src/a-b", "src/sub/deep/x", "src/sub/y", "src/kept", "old"] {
            write_file(work.join(file), file);
        }
    });
    let src = bench.work().join("src");
    fs::remove_file(src.join("a")).unwrap();
    let second = bench.save().unwrap();
    fs::remove_file(src.join("a-b")).unwrap();
    fs::remove_dir_all(src.join("sub/deep")).unwrap();
    let third = bench.save().unwrap();
    fs::remove_dir_all(src.join("sub")).unwrap();
    fs::rename(bench.work().join("old"), bench.work().join("new")).unwrap();
    let fourth = bench.save().unwrap();

    let name = |name: &str, version: &Version| (name.to_owned(), version.id);
    assert_eq!(deleted(&bench, first.id, "src"), []);
    assert_eq!(deleted(&bench, second.id, "src"), [name("a", &first)]);
    assert_eq!(deleted(&bench, third.id, "src/sub"), [name("deep", &second)]);
    let all = [name("a", &first), name("a-b", &second), name("sub", &third)];
    assert_eq!(deleted(&bench, fourth.id, "src"), all);
    assert_eq!(deleted(&bench, fourth.id, ""), [name("old", &third)]);
    // A folder that is gone itself had all that was in it.
    assert_eq!(deleted(&bench, fourth.id, "src/sub"), [name("deep", &second), name("y", &third)]);

    let reader = bench.history.reader();
    let found = reader.deleted(fourth.id, &path("src"), 2, &Job::new()).unwrap();
    assert_eq!((found.entries.len(), found.more), (2, true));
    let [old] = &reader.deleted(fourth.id, &TreePath::root(), 9, &Job::new()).unwrap().entries[..]
    else {
        panic!("one name is gone from the top")
    };
    assert_eq!(old.gone.renamed_to, Some(path("new")));
    assert_eq!(old.gone.removed, Some(fourth.time));

    // What comes back is there, and what comes later is not gone from before.
    bench.write("src/a", "again");
    bench.write("src/later", "x");
    let fifth = bench.save().unwrap();
    fs::remove_file(src.join("later")).unwrap();
    let sixth = bench.save().unwrap();
    assert_eq!(deleted(&bench, fourth.id, "src"), all);
    let rest = [name("a-b", &second), name("later", &fifth), name("sub", &third)];
    assert_eq!(deleted(&bench, sixth.id, "src"), rest);
}
