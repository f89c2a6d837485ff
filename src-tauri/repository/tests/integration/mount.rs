//! Mounts repositories, and reads what is there as any program does.

use crate::support;

use std::fs::{self, File};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use support::{Scene, back_up, latest};
use undercroft_foundation::Code;
use undercroft_repository::mount::{MountGuard, MountOptions};
use undercroft_repository::{BackupRequest, Repository, SnapshotFilter};
use undercroft_testkit::{
    Compare, assert_same_tree, awkward_tree, random_bytes, tree_differences, write_file,
};

fn mount(scene: &Scene, repository: &Arc<Repository>) -> MountGuard {
    let at = scene.path("mount");
    fs::create_dir_all(&at).unwrap();
    repository.mount(&at, &MountOptions::default()).unwrap()
}

fn below(root: impl AsRef<Path>, path: &Path) -> PathBuf {
    root.as_ref().join(path.strip_prefix("/").unwrap())
}

fn names(folder: impl AsRef<Path>) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name();
    let mut names: Vec<_> = entries.map(|entry| name(entry).into_string().unwrap()).collect();
    names.sort();
    names
}

fn locks(scene: &Scene) -> usize {
    fs::read_dir(scene.repository().join("locks")).unwrap().count()
}

#[test]
fn every_file_of_a_snapshot_is_there_as_it_was() {
    let scene = Scene::new();
    awkward_tree(scene.source());
    write_file(scene.source().join("large"), random_bytes(1, 9 << 20));
    let repository = Arc::new(scene.init());
    back_up(&repository, &scene.request());
    let mounted = mount(&scene, &repository);
    let there = below(mounted.path().join("latest"), &scene.source());
    assert_same_tree(scene.source(), &there);
    // And to every other program.
    let mut copy = std::process::Command::new("cp");
    let copied = copy.arg("-a").arg(&there).arg(scene.path("copy")).status().unwrap();
    assert!(copied.success());
    let differences = tree_differences(&scene.source(), &scene.path("copy"), Compare::METADATA);
    assert!(differences.is_empty(), "{differences:#?}");
}

#[test]
fn snapshots_stand_by_id_time_host_and_tag_and_new_ones_come() {
    let scene = Scene::new();
    write_file(scene.source().join("file"), "one");
    let repository = Arc::new(scene.init());
    let request = |tag: &str| BackupRequest {
        tags: vec![tag.to_owned()],
        host: Some("a box".to_owned()),
        ..scene.request()
    };
    back_up(&repository, &request("first"));
    let first = latest(&repository);
    let mounted = mount(&scene, &repository);
    let root = mounted.path();
    assert_eq!(names(root), ["hosts", "ids", "latest", "snapshots", "tags"]);
    assert_eq!(names(root.join("ids")), [first.id.short()]);
    assert_eq!(names(root.join("tags")), ["first"]);
    let time = first.time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    for folder in ["snapshots", "hosts/a box", "tags/first"] {
        assert_eq!(names(root.join(folder)), [&time[..], "latest"]);
        assert_eq!(fs::read_link(root.join(folder).join("latest")).unwrap(), Path::new(&time));
    }
    let file = |at: PathBuf| fs::read_to_string(below(at, &scene.source().join("file")));
    for at in ["latest", "snapshots/latest", "tags/first/latest", "hosts/a box/latest"] {
        assert_eq!(file(root.join(at)).unwrap(), "one");
    }

    write_file(scene.source().join("file"), "two");
    back_up(&scene.open(), &request("second"));
    let deadline = Instant::now() + Duration::from_secs(20);
    while file(root.join("latest")).unwrap() != "two" {
        assert!(Instant::now() < deadline, "{:?}", names(root.join("snapshots")));
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(names(root.join("ids")).len(), 2);
    assert_eq!(names(root.join("tags")), ["first", "second"]);
    assert_eq!(file(root.join("tags/first/latest")).unwrap(), "one");

    drop(mounted);
    let filter = SnapshotFilter { tags: vec!["first".to_owned()], ..SnapshotFilter::default() };
    let options = MountOptions { filter, ..MountOptions::default() };
    let mounted = repository.mount(&scene.path("mount"), &options).unwrap();
    assert_eq!(names(mounted.path().join("ids")), [first.id.short()]);
}

#[test]
fn ranges_of_a_large_file_are_read_by_many_at_once() {
    let scene = Scene::new();
    let content = random_bytes(7, 40 << 20);
    write_file(scene.source().join("large"), &content);
    let repository = Arc::new(scene.init());
    back_up(&repository, &scene.request());
    let mounted = mount(&scene, &repository);
    let path = below(mounted.path().join("latest"), &scene.source().join("large"));
    std::thread::scope(|scope| {
        for thread in 0..4u64 {
            let (path, content) = (&path, &content);
            scope.spawn(move || {
                let file = File::open(path).unwrap();
                let mut seed = 88_172_645_463_325_252 + thread;
                for _ in 0..150 {
                    seed ^= seed << 13;
                    seed ^= seed >> 7;
                    seed ^= seed << 17;
                    let at = usize::try_from(seed).unwrap() % content.len();
                    let mut bytes = vec![0; (seed >> 40) as usize % 300_000];
                    let read = file.read_at(&mut bytes, at as u64).unwrap();
                    assert!(read > 0 || bytes.is_empty());
                    assert!(bytes[..read] == content[at..at + read], "at {at}");
                }
            });
        }
    });
    assert!(fs::read(&path).unwrap() == content);
    let written = fs::write(&path, "no").unwrap_err();
    assert_eq!(written.raw_os_error(), Some(rustix::io::Errno::ROFS.raw_os_error()));
}

#[test]
fn numbers_are_the_same_every_time_and_links_share_one() {
    let scene = Scene::new();
    write_file(scene.source().join("a/one"), "linked");
    fs::hard_link(scene.source().join("a/one"), scene.source().join("two")).unwrap();
    write_file(scene.source().join("three"), "alone");
    let repository = Arc::new(scene.init());
    back_up(&repository, &scene.request());
    let numbers = || {
        let mounted = mount(&scene, &repository);
        let source = below(mounted.path().join("latest"), &scene.source());
        ["a/one", "two", "three", "a", ""]
            .map(|name| fs::symlink_metadata(source.join(name)).unwrap().ino())
    };
    let first = numbers();
    assert_eq!(first, numbers());
    assert_eq!(first[0], first[1]);
    assert!(first[2..].iter().all(|number| *number != first[0]));
}

#[test]
fn it_is_locked_while_it_is_mounted_and_gone_when_it_is_dropped() {
    let scene = Scene::new();
    write_file(scene.source().join("file"), random_bytes(1, 3 << 20));
    let repository = Arc::new(scene.init());
    back_up(&repository, &scene.request());
    let mounted = mount(&scene, &repository);
    assert_eq!(locks(&scene), 1);
    assert!(!mounted.is_over());
    drop(mounted);
    assert_eq!(names(scene.path("mount")), [""; 0]);
    assert_eq!(locks(&scene), 0);

    // Who has a file open can read it to its end.
    let mounted = mount(&scene, &repository);
    let path = below(mounted.path().join("latest"), &scene.source().join("file"));
    let mut file = File::open(path).unwrap();
    drop(mounted);
    assert_eq!(names(scene.path("mount")), [""; 0]);
    let mut read = Vec::new();
    std::io::Read::read_to_end(&mut file, &mut read).unwrap();
    assert!(read == random_bytes(1, 3 << 20));
    drop(file);
    wait_until(|| locks(&scene) == 0);

    // And somebody else may end it.
    let mounted = mount(&scene, &repository);
    let ended = std::process::Command::new("umount").arg(mounted.path()).status().unwrap();
    assert!(ended.success());
    wait_until(|| mounted.is_over() && locks(&scene) == 0);
}

fn wait_until(done: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !done() {
        assert!(Instant::now() < deadline);
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn what_is_damaged_is_an_error_and_the_rest_is_read() {
    let scene = Scene::new();
    write_file(scene.source().join("bad"), random_bytes(1, 1 << 20));
    let repository = Arc::new(scene.init());
    back_up(&repository, &scene.request());
    let packs = scene.stored_files();
    let is_pack = |path: &&PathBuf| path.starts_with(scene.repository().join("data"));
    let largest = packs.iter().filter(is_pack).max_by_key(|path| fs::metadata(path).unwrap().len());
    undercroft_testkit::flip_bit(largest.unwrap(), 5000);
    write_file(scene.source().join("good"), random_bytes(2, 1 << 20));
    back_up(&repository, &scene.request());
    let mounted = mount(&scene, &repository);
    let source = below(mounted.path().join("latest"), &scene.source());
    let error = fs::read(source.join("bad")).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(rustix::io::Errno::IO.raw_os_error()));
    assert!(fs::read(source.join("good")).unwrap() == random_bytes(2, 1 << 20));
}

#[test]
fn where_it_cannot_be_it_says_why() {
    let scene = Scene::new();
    let repository = Arc::new(scene.init());
    let mount = |at: &Path| repository.mount(at, &MountOptions::default()).unwrap_err();
    assert_eq!(mount(&scene.path("missing")).code(), Code::NotFound);
    write_file(scene.path("full/file"), "in the way");
    let error = mount(&scene.path("full"));
    assert_eq!((error.code(), error.why_text()), (Code::Invalid, "The folder is not empty"));
    assert_eq!(mount(&scene.path("full/file")).code(), Code::Invalid);
    assert_eq!(locks(&scene), 0);
}
