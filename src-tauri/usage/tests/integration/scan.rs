//! A scan counts what is there, once.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::Path;
use std::process::Command;

use proptest::prelude::*;
use undercroft_foundation::{Code, Job, TreePath};
use undercroft_testkit::skip;
use undercroft_usage::{ScanOptions, scan};

use crate::scene::{NOON, at, count, write};

fn du(root: &Path, options: &[&str]) -> u64 {
    let output = Command::new("du").args(options).arg(root).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.split_whitespace().next().unwrap().parse().unwrap()
}

/// A plain walk: bytes on disk, sizes of files, number of files.
fn walk(folder: &Path, seen: &mut BTreeSet<u64>) -> (u64, u64, u64) {
    let mut sums = (fs::symlink_metadata(folder).unwrap().blocks() * 512, 0, 0);
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let found = fs::symlink_metadata(&path).unwrap();
        if found.is_dir() {
            let below = walk(&path, seen);
            sums = (sums.0 + below.0, sums.1 + below.1, sums.2 + below.2);
            continue;
        }
        sums.2 += 1;
        if found.nlink() == 1 || seen.insert(found.ino()) {
            sums.0 += found.blocks() * 512;
            sums.1 += found.len();
        }
    }
    sums
}

fn assert_counted(root: &Path) {
    let view = count(root).folder(&TreePath::root(), 10).unwrap();
    let naive = walk(root, &mut BTreeSet::new());
    assert_eq!((view.bytes, view.apparent, view.files), naive);
    assert_eq!(view.bytes, du(root, &["-s", "-B512"]) * 512);
}

#[test]
fn the_sums_are_those_of_du() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(root, "a/one.rs", 5000);
    write(root, "a/b/two.png", 100_000);
    write(root, "three", 0);
    File::create(root.join("sparse.bin")).unwrap().set_len(1 << 32).unwrap();
    fs::hard_link(root.join("a/b/two.png"), root.join("a/linked.png")).unwrap();
    fs::hard_link(root.join("a/b/two.png"), root.join("z.png")).unwrap();
    symlink("..", root.join("a/loop")).unwrap();
    symlink("/", root.join("out")).unwrap();
    write(root, "awkward\n/ä name", 7);
    fs::write(root.join(OsStr::from_bytes(b"\xff\xfe.txt")), "text").unwrap();
    assert_counted(root);
    let view = count(root).folder(&TreePath::root(), 100).unwrap();
    let sparse = view.children.iter().find(|row| row.name == b"sparse.bin").unwrap();
    assert_eq!((sparse.bytes, sparse.apparent), (0, 1 << 32));
    assert!(view.children.iter().any(|row| row.name == b"\xff\xfe.txt"));
}

#[test]
fn several_names_of_one_file_count_at_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(root, "m/first", 50_000);
    fs::create_dir(root.join("z")).unwrap();
    fs::hard_link(root.join("m/first"), root.join("z/second")).unwrap();
    for threads in 1..5 {
        let options = ScanOptions { threads: Some(threads), ..ScanOptions::at(NOON) };
        let tree = scan(root, &options, &Job::new()).unwrap();
        let apparent = |path| tree.folder(&at(path), 0).unwrap().apparent;
        assert_eq!((apparent("m"), apparent("z"), apparent("")), (50_000, 0, 50_000));
    }
}

#[test]
fn thousands_of_levels_are_counted_and_found() {
    let folder = tempfile::tempdir().unwrap();
    let flags = rustix::fs::OFlags::DIRECTORY;
    let mode = rustix::fs::Mode::RWXU;
    let mut open = rustix::fs::open(folder.path(), flags, mode).unwrap();
    for _ in 0..3000 {
        // The one beside it keeps each folder on the way waiting.
        rustix::fs::mkdirat(&open, "beside", mode).unwrap();
        rustix::fs::mkdirat(&open, "deep", mode).unwrap();
        open = rustix::fs::openat(&open, "deep", flags, mode).unwrap();
    }
    let last = rustix::fs::OFlags::CREATE | rustix::fs::OFlags::WRONLY;
    let last = rustix::fs::openat(&open, "last", last, mode).unwrap();
    rustix::io::write(&last, b"content").unwrap();
    let tree = count(folder.path());
    let top = tree.folder(&TreePath::root(), 1).unwrap();
    assert_eq!((tree.folder_count(), top.files, top.apparent), (6001, 1, 7));
    let largest = tree.largest_files(&TreePath::root(), 1);
    assert_eq!(largest[0].path.names().count(), 3001);
    assert!(tree.contains(&largest[0].path) && tree.unreadable(1).is_empty());
    // The standard library and `rm` take such depths, but only from below.
    let removed = Command::new("rm").arg("-rf").arg(folder.path()).status().unwrap();
    assert!(removed.success());
}

/// Root reads everything, so the scan is made by a process without that power.
#[test]
fn what_cannot_be_read_is_noted() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "closed/file", 10);
    let closed = folder.path().join("closed");
    let mode = |mode| std::os::unix::fs::PermissionsExt::from_mode(mode);
    fs::set_permissions(&closed, mode(0)).unwrap();
    let powers = "-dac_override,-dac_read_search";
    let scanned = Command::new("setpriv")
        .args(["--bounding-set", powers, "--inh-caps", powers])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", &undercroft_testkit::test_name(module_path!(), "a_scan_without_powers")])
        .env("FOLDER_OF_THE_TEST", folder.path())
        .output()
        .unwrap();
    fs::set_permissions(&closed, mode(0o700)).unwrap();
    assert!(scanned.status.success(), "{scanned:?}");
}

/// Acts only as the other process of the test above.
#[test]
fn a_scan_without_powers() {
    let Some(folder) = std::env::var_os("FOLDER_OF_THE_TEST") else { return };
    assert_eq!(count(Path::new(&folder)).unreadable(9), [at("closed")]);
}

#[test]
fn other_file_systems_are_not_entered() {
    let mounts = ["/proc", "/dev/shm", "/sys"];
    let device = |path: &str| fs::metadata(path).map(|found| found.dev());
    let Some(mount) = mounts.into_iter().find(|mount| {
        let parent = Path::new(mount).parent().unwrap().to_str().unwrap();
        parent == "/dev" && device(mount).is_ok_and(|it| it != device(parent).unwrap())
    }) else {
        return skip("no small file system with another in it");
    };
    let tree = count(Path::new("/dev"));
    let name = Path::new(mount).file_name().unwrap().to_str().unwrap();
    assert!(tree.other_file_systems(100).contains(&at(name)));
    assert_eq!(tree.folder(&at(name), 9).unwrap().bytes, 0);
}

#[test]
fn folders_are_left_out_and_a_missing_root_is_told() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "library/large", 100_000);
    write(folder.path(), "own", 10);
    let library = folder.path().join("library");
    let options = ScanOptions { left_out: &[&library], ..ScanOptions::at(NOON) };
    let tree = scan(folder.path(), &options, &Job::new()).unwrap();
    assert_eq!(tree.folder(&TreePath::root(), 9).unwrap().apparent, 10);
    let missing = scan(&folder.path().join("gone"), &ScanOptions::at(NOON), &Job::new());
    assert_eq!(missing.unwrap_err().code(), Code::SourceMissing);
}

#[test]
fn a_cancelled_scan_ends() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a/b", 1);
    let job = Job::new();
    job.cancel();
    let ended = scan(folder.path(), &ScanOptions::at(NOON), &job);
    assert_eq!(ended.unwrap_err().code(), Code::Cancelled);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_tree_is_counted_as_a_plain_walk_counts_it(
        files in prop::collection::vec(("[abc]{1,2}(/[abc]{1,2}){0,4}", 0..20_000_usize), 0..40),
    ) {
        let folder = tempfile::tempdir().unwrap();
        for (at, (path, size)) in files.iter().enumerate() {
            let path = format!("{}/f{at}", path.replace('/', "d/"));
            write(folder.path(), &path, *size);
            if at % 5 == 4 {
                let link = folder.path().join(format!("link{at}"));
                fs::hard_link(folder.path().join(&path), link).unwrap();
            }
        }
        assert_counted(folder.path());
    }
}
