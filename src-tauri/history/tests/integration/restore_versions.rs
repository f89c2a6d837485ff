//! Restoring versions: in place and elsewhere, whole and in part.

use crate::support;

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;

use support::{Bench, path};
use undercroft_foundation::{Code, Job, VersionId};
use undercroft_history::{
    ChangeKind, RestoreOrder, RestoreReport, RestoreTo, SaveOrder, Trigger, UnsavedPolicy, Version,
    VersionFilter,
};
use undercroft_testkit::{
    Compare, assert_same_tree, awkward_tree, random_bytes, set_modified, tree_differences,
    write_file,
};

fn in_place(bench: &Bench, version: VersionId, paths: &[&str]) -> RestoreOrder {
    let to = RestoreTo::InPlace { workspace: bench.main().id, remove_extra: true };
    let paths = paths.iter().map(|text| path(text)).collect();
    RestoreOrder { version, paths, to, like: None }
}

fn elsewhere(version: VersionId, paths: &[&str], to: &Path) -> RestoreOrder {
    let paths = paths.iter().map(|text| path(text)).collect();
    RestoreOrder { version, paths, to: RestoreTo::Elsewhere(to.to_owned()), like: None }
}

fn restore(bench: &Bench, order: &RestoreOrder) -> RestoreReport {
    let plan = bench.history.writer().plan_restore(order, &Job::new()).unwrap();
    let report = bench.history.writer().restore(order, &Job::new()).unwrap();
    // What was planned is what was done.
    let planned = (plan.restore, plan.identical, plan.remove, plan.bytes);
    assert_eq!((report.restored, report.identical, report.removed, report.bytes), planned);
    report
}

fn counts(report: &RestoreReport) -> (u64, u64, u64) {
    assert_eq!(report.failed, []);
    (report.restored, report.identical, report.removed)
}

fn some_tree(work: &Path) {
    write_file(work.join("src/main.rs"), "fn main() {}\n");
    write_file(work.join("src/deep/er/x.txt"), "x");
    write_file(
        work.join("logo.png"),
        [b"\x89PNG\r\n\x1a\n\0", &random_bytes(1, 300_000)[..]].concat(),
    );
    fs::create_dir(work.join("empty")).unwrap();
    symlink("src/main.rs", work.join("link")).unwrap();
    fs::set_permissions(work.join("src/main.rs"), fs::Permissions::from_mode(0o750)).unwrap();
    set_modified(work.join("src/main.rs"), 1_000_000_000, 123_456_789);
    set_modified(work.join("src"), 1_100_000_000, 5);
}

#[test]
fn an_awkward_tree_comes_back_elsewhere_as_it_was() {
    let (bench, version) = Bench::begun(|work| {
        awkward_tree(work);
        some_tree(work);
    });
    let to = bench.folder.path().join("there/new");
    let report = restore(&bench, &elsewhere(version.id, &[], &to));
    assert_eq!(report.failed, []);
    assert!(report.restored > 20 && report.identical == 0);
    // What is no file, folder or link is noted and not brought back, and hard links are files.
    let compare = Compare { hard_links: false, roots: false, ..Compare::METADATA };
    let differences = tree_differences(&bench.work(), &to, compare);
    let unexpected: Vec<_> = differences
        .iter()
        .filter(|line| !(line.contains("is missing") && is_special(&bench.work(), line)))
        .collect();
    assert!(unexpected.is_empty(), "{unexpected:#?}");
    // Again: nothing is left to do.
    let again = restore(&bench, &elsewhere(version.id, &[], &to));
    assert_eq!((again.restored, again.identical), (0, report.restored));
}

/// Whether a line of the judge is about a pipe, socket or device.
fn is_special(work: &Path, line: &str) -> bool {
    let name = line.strip_suffix(" is missing").unwrap_or(line);
    let bytes = undercroft_foundation::unescape_name(name.trim_start_matches("./")).unwrap();
    let path = work.join(String::from_utf8_lossy(&bytes).as_ref());
    fs::symlink_metadata(path).is_ok_and(|found| {
        let kind = found.file_type();
        !kind.is_file() && !kind.is_dir() && !kind.is_symlink()
    })
}

#[test]
fn a_workspace_goes_back_and_forth() {
    let (bench, first) = Bench::begun(some_tree);
    let copy = bench.folder.path().join("copy");
    restore(&bench, &elsewhere(first.id, &[], &copy));
    bench.write("src/main.rs", "fn main() { broken }\n");
    bench.write("new/file", "new");
    fs::remove_dir_all(bench.work().join("src/deep")).unwrap();
    fs::remove_file(bench.work().join("link")).unwrap();

    let report = restore(&bench, &in_place(&bench, first.id, &[]));
    assert_eq!(counts(&report), (3, 1, 1));
    let compare = Compare { roots: false, ..Compare::METADATA };
    assert_eq!(tree_differences(&copy, &bench.work(), compare), Vec::<String>::new());

    // What was there is a version, and so is what is there now.
    let before = bench.history.version(report.before.unwrap()).unwrap();
    assert_eq!(before.trigger, Trigger::BeforeRestore);
    assert_eq!(bench.read(before.id, "new/file"), b"new");
    let after = bench.history.version(report.after.unwrap()).unwrap();
    assert!(after.message.starts_with("Go back to "), "{}", after.message);
    assert_eq!(bench.save(), None);

    // And back.
    bench.history.writer().undo(bench.main().id, &Job::new()).unwrap();
    assert_eq!(fs::read(bench.work().join("new/file")).unwrap(), b"new");
    assert!(!bench.work().join("src/deep").exists());
    bench.history.writer().undo(bench.main().id, &Job::new()).unwrap();
    assert_eq!(tree_differences(&copy, &bench.work(), compare), Vec::<String>::new());
    bench.fsck();
}

#[test]
fn undo_works_when_nothing_was_unsaved_before_the_restore() {
    let (bench, first) = Bench::begun(|work| write_file(work.join("a"), "1"));
    assert_eq!(
        bench.history.writer().undo(bench.main().id, &Job::new()).unwrap_err().code(),
        Code::NotFound
    );
    bench.write("a", "2");
    let second = bench.save().unwrap();
    let report = restore(&bench, &in_place(&bench, first.id, &[]));
    assert_eq!(report.before, Some(second.id));
    bench.history.writer().undo(bench.main().id, &Job::new()).unwrap();
    assert_eq!(fs::read(bench.work().join("a")).unwrap(), b"2");
}

#[test]
fn undo_brings_back_what_was_restored_or_deleted_and_nothing_else() {
    let (bench, first) = Bench::begun(|work| {
        write_file(work.join("a/b/deep"), "1");
        write_file(work.join("other"), "1");
        write_file(work.join("deleted"), "1");
    });
    let (main, at) = (bench.main().id, |name: &str| bench.work().join(name));
    fs::remove_dir_all(at("a")).unwrap();
    bench.save().unwrap();
    restore(&bench, &in_place(&bench, first.id, &["a/b/deep"]));
    assert!(at("a/b/deep").is_file());
    // Work goes on elsewhere, and stays.
    bench.write("other", "2");
    let undone = bench.history.writer().undo(main, &Job::new()).unwrap();
    assert_eq!(counts(&undone), (0, 0, 1));
    assert!(!at("a").exists());
    assert_eq!(fs::read(at("other")).unwrap(), b"2");
    bench.history.writer().undo(main, &Job::new()).unwrap();
    assert!(at("a/b/deep").is_file());

    let order = SaveOrder::new(Trigger::Manual, "");
    let ask = UnsavedPolicy::Ask;
    bench.history.writer().delete_file(main, &path("deleted"), order, ask, &Job::new()).unwrap();
    assert!(!at("deleted").exists());
    bench.write("a/b/deep", "2");
    bench.history.writer().undo(main, &Job::new()).unwrap();
    assert_eq!(fs::read(at("deleted")).unwrap(), b"1");
    assert_eq!(fs::read(at("a/b/deep")).unwrap(), b"2");
}

#[test]
fn a_selection_leaves_the_rest_alone() {
    let (bench, first) = Bench::begun(|work| {
        some_tree(work);
        write_file(work.join("src/other.rs"), "other");
    });
    bench.write("src/main.rs", "changed");
    bench.write("src/other.rs", "changed too");
    bench.write("src/deep/extra", "extra");
    let report = restore(&bench, &in_place(&bench, first.id, &["src/main.rs", "src/deep"]));
    assert_eq!(counts(&report), (1, 1, 1));
    assert_eq!(fs::read(bench.work().join("src/other.rs")).unwrap(), b"changed too");
    assert!(!bench.work().join("src/deep/extra").exists());

    // A file that the version did not have goes; but not when nothing may be removed.
    bench.write("src/new.rs", "new");
    let mut order = in_place(&bench, first.id, &["src/new.rs"]);
    assert_eq!(counts(&restore(&bench, &order)), (0, 0, 1));
    order.to = RestoreTo::InPlace { workspace: bench.main().id, remove_extra: false };
    let error = bench.history.writer().restore(&order, &Job::new()).unwrap_err();
    assert_eq!(error.code(), Code::NotFound);
}

#[test]
fn paths_elsewhere_begin_behind_what_they_have_in_common() {
    let (bench, first) = Bench::begun(some_tree);
    let there = |name: &str| bench.folder.path().join(name);
    restore(&bench, &elsewhere(first.id, &["src/deep/er/x.txt"], &there("one")));
    assert_eq!(fs::read(there("one").join("x.txt")).unwrap(), b"x");
    restore(&bench, &elsewhere(first.id, &["src/deep"], &there("two")));
    assert_eq!(fs::read(there("two").join("deep/er/x.txt")).unwrap(), b"x");
    restore(&bench, &elsewhere(first.id, &["src/deep", "src/main.rs"], &there("three")));
    assert!(there("three").join("main.rs").is_file() && there("three").join("deep").is_dir());
    restore(&bench, &elsewhere(first.id, &["link", "src/main.rs"], &there("four")));
    assert_eq!(fs::read_link(there("four").join("link")).unwrap(), Path::new("src/main.rs"));
    assert!(there("four").join("src/main.rs").is_file());
}

#[test]
fn elsewhere_nothing_is_replaced() {
    let (bench, first) = Bench::begun(|work| {
        write_file(work.join("a"), "a");
        write_file(work.join("b"), "b");
        write_file(work.join("folder/c"), "c");
        write_file(work.join("d"), "d");
    });
    let to = bench.folder.path().join("to");
    write_file(to.join("a"), "another");
    write_file(to.join("b"), "b");
    write_file(to.join("folder"), "a file");
    write_file(to.join("d/e"), "in a folder");
    let report = restore(&bench, &elsewhere(first.id, &[], &to));
    let failed: Vec<_> = report.failed.iter().map(|(path, _)| path.to_string()).collect();
    assert_eq!(failed, ["a", "d", "folder"]);
    assert_eq!((report.restored, report.identical, report.removed), (0, 1, 0));
    assert_eq!(fs::read(to.join("a")).unwrap(), b"another");
    assert_eq!(fs::read(to.join("d/e")).unwrap(), b"in a folder");
}

#[test]
fn kinds_change_places() {
    let (bench, first) = Bench::begun(|work| {
        write_file(work.join("file"), "file");
        write_file(work.join("folder/in it"), "in it");
        symlink("file", work.join("link")).unwrap();
    });
    let at = |name: &str| bench.work().join(name);
    fs::remove_file(at("file")).unwrap();
    write_file(at("file/now a folder"), "x");
    fs::remove_dir_all(at("folder")).unwrap();
    symlink("/etc", at("folder")).unwrap();
    fs::remove_file(at("link")).unwrap();
    write_file(at("link"), "now a file");
    let plan =
        bench.history.writer().plan_restore(&in_place(&bench, first.id, &[]), &Job::new()).unwrap();
    let kinds: Vec<_> =
        plan.first.iter().map(|change| (change.path.to_string(), change.kind)).collect();
    assert!(kinds.contains(&("link".to_owned(), ChangeKind::Modified)), "{kinds:?}");
    let report = restore(&bench, &in_place(&bench, first.id, &[]));
    assert_eq!(counts(&report), (3, 0, 2));
    assert_eq!(fs::read(at("file")).unwrap(), b"file");
    assert_eq!(fs::read(at("folder/in it")).unwrap(), b"in it");
    assert!(!at("folder").is_symlink() && !Path::new("/etc/in it").exists());
    assert_eq!(fs::read_link(at("link")).unwrap(), Path::new("file"));
    bench.history.writer().undo(bench.main().id, &Job::new()).unwrap();
    assert_eq!(fs::read_link(at("folder")).unwrap(), Path::new("/etc"));
    assert_eq!(fs::read(at("file/now a folder")).unwrap(), b"x");
}

#[test]
fn no_link_on_the_way_is_followed() {
    let (bench, first) = Bench::begun(|work| write_file(work.join("a/b/c"), "c"));
    let outside = bench.folder.path().join("outside");
    fs::create_dir_all(outside.join("b")).unwrap();
    let to = bench.folder.path().join("to");
    fs::create_dir(&to).unwrap();
    symlink(&outside, to.join("a")).unwrap();
    let report = restore(&bench, &elsewhere(first.id, &[], &to));
    assert_eq!(report.failed.len(), 1);
    assert!(!outside.join("b/c").exists());
    let report = restore(&bench, &elsewhere(first.id, &["a/b/c"], &to.join("a/b")));
    assert_eq!(report.restored, 1, "a link that the user named himself is his to follow");
}

#[test]
fn what_no_version_would_hold_is_left_alone() {
    let (bench, _) = Bench::begun(|work| {
        write_file(work.join("package.json"), "{}");
        write_file(work.join("target/keep.txt"), "kept before there was a manifest");
        write_file(work.join("a"), "1");
    });
    let first: Version = bench.history.newest_version(bench.main().id).unwrap().unwrap();
    write_file(bench.work().join(".git/config"), "[core]");
    write_file(bench.work().join("node_modules/x/index.js"), "made again");
    write_file(bench.work().join("Cargo.toml"), "[package]");
    write_file(bench.work().join("target/keep.txt"), "now a build's");
    bench.write("a", "2");
    let report = restore(&bench, &in_place(&bench, first.id, &[]));
    assert_eq!(fs::read(bench.work().join("a")).unwrap(), b"1");
    assert_eq!(fs::read(bench.work().join(".git/config")).unwrap(), b"[core]");
    assert!(bench.work().join("node_modules/x/index.js").is_file());
    assert!(!bench.work().join("Cargo.toml").exists());
    let target = fs::read(bench.work().join("target/keep.txt")).unwrap();
    let failed: Vec<_> = report.failed.iter().map(|(path, _)| path.to_string()).collect();
    // While the manifest was there, what it makes could not be brought back.
    assert_eq!((&target[..], failed), (&b"now a build's"[..], vec!["target".to_owned()]));
}

#[test]
fn the_same_is_left_alone_and_what_looks_the_same_is_read() {
    let (bench, first) = Bench::begun(|work| {
        for name in ["same", "touched", "mode", "other"] {
            write_file(work.join(name), "1234");
            set_modified(work.join(name), 1_000_000_000, 7);
        }
        xattr::set(work.join("same"), "user.note", b"kept").unwrap();
    });
    let at = |name: &str| bench.work().join(name);
    let inode = fs::metadata(at("touched")).unwrap().ino();
    let changed = fs::metadata(at("same")).unwrap().ctime_nsec();
    set_modified(at("touched"), 1_200_000_000, 0);
    fs::set_permissions(at("mode"), fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(at("other"), "4321").unwrap();
    let report = restore(&bench, &in_place(&bench, first.id, &[]));
    assert_eq!(counts(&report), (2, 2, 0));
    assert_eq!(report.bytes, 4);
    assert_eq!(fs::metadata(at("touched")).unwrap().ino(), inode, "it was not written again");
    assert_eq!(fs::metadata(at("touched")).unwrap().mtime(), 1_000_000_000);
    assert_eq!(fs::metadata(at("same")).unwrap().ctime_nsec(), changed, "it was not touched");
    assert_eq!(fs::metadata(at("mode")).unwrap().permissions().mode() & 0o7777, 0o644);
    assert_eq!(fs::read(at("other")).unwrap(), b"1234");
}

#[test]
fn a_like_workspace_is_copied_from_but_not_trusted() {
    let (bench, first) = Bench::begun(|work| {
        write_file(work.join("big.bin"), random_bytes(3, 400_000));
        write_file(work.join("forged.bin"), random_bytes(4, 400_000));
    });
    let before = fs::metadata(bench.work().join("forged.bin")).unwrap();
    fs::write(bench.work().join("forged.bin"), random_bytes(5, 400_000)).unwrap();
    set_modified(bench.work().join("forged.bin"), before.mtime(), before.mtime_nsec() as u32);
    // Without the object store, only the like workspace has the content.
    fs::rename(bench.library.root().join("objects/data"), bench.folder.path().join("data"))
        .unwrap();
    let to = bench.folder.path().join("to");
    let mut order = elsewhere(first.id, &[], &to);
    order.like = Some(bench.work());
    let report = bench.history.writer().restore(&order, &Job::new()).unwrap();
    assert_eq!(fs::read(to.join("big.bin")).unwrap(), random_bytes(3, 400_000));
    assert_eq!((report.restored, report.failed.len()), (1, 1));
    assert!(!to.join("forged.bin").exists());
    fs::rename(bench.folder.path().join("data"), bench.library.root().join("objects/data"))
        .unwrap();
    assert_eq!(bench.history.writer().restore(&order, &Job::new()).unwrap().failed, []);
    assert_eq!(fs::read(to.join("forged.bin")).unwrap(), random_bytes(4, 400_000));
}

#[test]
fn a_cancelled_restore_says_so() {
    let (bench, first) = Bench::begun(some_tree);
    let job = Job::new();
    job.cancel();
    let order = elsewhere(first.id, &[], &bench.folder.path().join("to"));
    assert_eq!(bench.history.writer().restore(&order, &job).unwrap_err().code(), Code::Cancelled);
}

#[test]
fn one_undo_follows_another_restore() {
    let (bench, first) = Bench::begun(|work| write_file(work.join("a"), "1"));
    bench.write("a", "2");
    restore(&bench, &in_place(&bench, first.id, &["a"]));
    bench.write("a", "3");
    restore(&bench, &in_place(&bench, first.id, &["a"]));
    bench.history.writer().undo(bench.main().id, &Job::new()).unwrap();
    assert_eq!(fs::read(bench.work().join("a")).unwrap(), b"3");
    let all = bench.history.versions(bench.main().id, &VersionFilter::default()).unwrap();
    assert!(all.len() >= 5, "{all:#?}");
    let same = bench.folder.path().join("same");
    restore(&bench, &elsewhere(all[0].id, &[], &same));
    assert_eq!(fs::read(same.join("a")).unwrap(), b"3");
    assert_same_tree(same.join("a"), bench.work().join("a"));
}

#[test]
fn a_version_after_its_branch_was_set_back_has_the_permissions_of_the_disk() {
    let (bench, first) = Bench::begun(|work| {
        write_file(work.join("d/a"), "1");
        write_file(work.join("d/b"), "1");
        fs::set_permissions(work.join("d/a"), fs::Permissions::from_mode(0o600)).unwrap();
        // Long ago, so that nothing about it is uncertain.
        set_modified(work.join("d/a"), 1_600_000_000, 0);
    });
    std::thread::sleep(std::time::Duration::from_millis(500));
    let file = bench.work().join("d/a");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    rustix::fs::setxattr(&file, "user.note", b"later", rustix::fs::XattrFlags::empty()).unwrap();
    bench.save().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(500));
    bench.write("d/b", "2");
    bench.save().unwrap();
    bench.git(&["update-ref", "refs/heads/main", &first.commit.to_string()]);
    let newest = bench.save().unwrap();
    let to = bench.folder.path().join("elsewhere");
    restore(&bench, &elsewhere(newest.id, &[], &to));
    assert_same_tree(bench.work().join("d"), to.join("d"));
}
