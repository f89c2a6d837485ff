//! Sources beyond the usual: very large, very wide, very deep.

use crate::support;

use std::fs::{self, File};
use std::os::unix::fs::FileExt;

use rustix::fs::{CWD, Mode, OFlags, mkdirat, openat};
use support::{Scene, back_up, latest, names};
use undercroft_foundation::Job;
use undercroft_repository::{NodeKind, Repository, RestoreRequest};

/// The most memory that this process has had since the peak was last forgotten, in MiB.
fn peak_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}

/// How much more memory `work` took than there was before it, at the most, in MiB.
fn memory_of<T>(work: impl FnOnce() -> T) -> (T, u64) {
    fs::write("/proc/self/clear_refs", "5").unwrap();
    let before = peak_memory();
    let done = work();
    (done, peak_memory() - before)
}

#[test]
fn a_sparse_file_of_three_gigabytes_takes_little_memory_and_room() {
    if !undercroft_testkit::is_alone(
        module_path!(),
        "a_sparse_file_of_three_gigabytes_takes_little_memory_and_room",
    ) {
        return;
    }
    let scene = Scene::new();
    let file = File::create(scene.source().join("sparse")).unwrap();
    file.set_len(3 << 30).unwrap();
    file.write_all_at(b"islet", 2_222_222_222).unwrap();
    let repository = scene.init();
    let (summary, taken) = memory_of(|| back_up(&repository, &scene.request()));
    assert!(taken < 200, "{taken} MiB");
    assert_eq!(summary.counts.total_bytes_processed, 3 << 30);
    assert!(summary.counts.data_added < 64 << 20, "{}", summary.counts.data_added);
    let path = [names(&scene.source()), vec![b"sparse".to_vec()]].concat();
    let node = repository.find_node(&latest(&repository), &path).unwrap().unwrap();
    assert_eq!(node.size, 3 << 30);
    scene.restic().run(&["check", "--read-data"]);
}

#[test]
fn a_hundred_thousand_files_in_one_folder() {
    if !undercroft_testkit::is_alone(module_path!(), "a_hundred_thousand_files_in_one_folder") {
        return;
    }
    let scene = Scene::new();
    let folder = File::open(scene.source()).unwrap();
    for n in 0..100_000 {
        let flags = OFlags::CREATE | OFlags::WRONLY;
        let file = openat(&folder, format!("file {n:06}"), flags, Mode::from(0o644)).unwrap();
        // A third of them with content, a few of them the same.
        if n % 3 == 0 {
            rustix::io::write(&file, format!("{}", n / 4).as_bytes()).unwrap();
        }
    }
    let repository = scene.init();
    let (first, taken) = memory_of(|| back_up(&repository, &scene.request()));
    assert!(taken < 100, "{taken} MiB");
    assert_eq!(first.counts.files_new, 100_000);
    let (second, taken) = memory_of(|| back_up(&repository, &scene.request()));
    assert!(taken < 60, "{taken} MiB");
    assert_eq!((second.counts.files_unmodified, second.counts.data_blobs), (100_000, 0));
    let node = repository.find_node(&latest(&repository), &names(&scene.source())).unwrap();
    let tree = repository.tree(&node.unwrap().subtree.unwrap()).unwrap();
    assert_eq!(tree.nodes.len(), 100_000);
    assert!(tree.nodes.is_sorted_by(|a, b| a.name < b.name));
    drop(tree);
    scene.restic().check();
    let request = RestoreRequest {
        target: scene.path("target"),
        subpath: names(&scene.source()),
        ..RestoreRequest::default()
    };
    let snapshot = latest(&repository);
    let (restored, taken) =
        memory_of(|| repository.restore(&snapshot, &request, &Job::new()).unwrap());
    assert!(taken < 60, "{taken} MiB");
    assert_eq!(restored.files_restored, 100_000);
}

/// A chain of folders deeper than a path can be long, each with a sibling on both sides.
fn make_deep(scene: &Scene, levels: usize) {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY;
    let mut folder = openat(CWD, scene.source(), flags, Mode::empty()).unwrap();
    for level in 0..levels {
        for name in ["a sibling", "level", "zz sibling"] {
            mkdirat(&folder, name, Mode::from(0o755)).unwrap();
        }
        let create = OFlags::CREATE | OFlags::WRONLY;
        let file = openat(&folder, "file", create, Mode::from(0o644)).unwrap();
        rustix::io::write(&file, format!("level {level}").as_bytes()).unwrap();
        folder = openat(&folder, "level", flags, Mode::empty()).unwrap();
    }
}

#[test]
fn folders_two_thousand_deep() {
    if !undercroft_testkit::is_alone(module_path!(), "folders_two_thousand_deep") {
        return;
    }
    const LEVELS: usize = 2000;
    let scene = Scene::new();
    make_deep(&scene, LEVELS);
    let repository = scene.init();
    let first = back_up(&repository, &scene.request());
    assert_eq!(first.counts.files_new, LEVELS as u64);
    let second = back_up(&repository, &scene.request());
    assert_eq!(second.counts.files_unmodified, LEVELS as u64);
    assert_eq!(depth(&repository, &scene), LEVELS);
}

fn depth(repository: &Repository, scene: &Scene) -> usize {
    let node = repository.find_node(&latest(repository), &names(&scene.source())).unwrap().unwrap();
    let (mut depth, mut tree) = (0, repository.tree(&node.subtree.unwrap()).unwrap());
    while let Some(below) = tree.find(b"level").filter(|node| node.kind == NodeKind::Dir) {
        depth += 1;
        tree = repository.tree(&below.subtree.unwrap()).unwrap();
    }
    depth
}
