//! Backup: what it keeps, counts, leaves out and leaves alone.

use crate::support;

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::time::SystemTime;

use jiff::Timestamp;
use support::{Scene, back_up, back_up_what_can_be, ids, latest, names, password, try_back_up};
use undercroft_foundation::{Code, Job, World};
use undercroft_providers::DiskProvider;
use undercroft_repository::exclude::TagFile;
use undercroft_repository::{BackupRequest, Node, Parent, Repository, SnapshotSummary};
use undercroft_testkit::{
    Operation, ProjectKind, RecordingProvider, awkward_tree, edit_files, project_tree,
    random_bytes, text_bytes, write_file,
};

fn entries(repository: &Repository, scene: &Scene) -> Vec<String> {
    let node = repository.find_node(&latest(repository), &names(&scene.source())).unwrap().unwrap();
    let tree = repository.tree(&node.subtree.unwrap()).unwrap();
    tree.nodes.iter().map(|node| String::from_utf8(node.name.clone()).unwrap()).collect()
}

#[test]
fn a_second_backup_reads_nothing_and_counts_as_restic_does() {
    let scene = Scene::new();
    project_tree(scene.source(), ProjectKind::Rust, 1, 200);
    let recorder = Arc::new(RecordingProvider::new(scene.disk()));
    drop(scene.init());
    let repository = scene.open_through(recorder.clone());
    let restic = undercroft_testkit::Restic::new(scene.path("peer"), "peer");
    restic.init();
    let counts = |summary: &SnapshotSummary| {
        [summary.files_new, summary.files_changed, summary.files_unmodified]
            .map(|count| count.to_string())
    };
    let of_restic = || {
        let text = restic.run(&["backup", "--json", scene.source().to_str().unwrap()]);
        let summary = text.lines().find(|line| line.contains("\"summary\"")).unwrap().to_owned();
        let field = |name: &str| {
            let rest = summary.split_once(&format!("\"{name}\":")).unwrap().1;
            rest.chars().take_while(char::is_ascii_digit).collect::<String>()
        };
        ["files_new", "files_changed", "files_unmodified"].map(field)
    };

    let first = back_up(&repository, &scene.request());
    assert_eq!(counts(&first.counts), of_restic());
    assert!(first.counts.data_blobs > 200);

    // Nothing changed: no content is read or written, only the trees on the way to the source.
    let access = |name| fs::metadata(scene.source().join(name)).unwrap().accessed().unwrap();
    let before = access("README.md");
    recorder.take();
    let second = back_up(&repository, &scene.request());
    assert_eq!(counts(&second.counts), of_restic());
    assert_eq!((second.counts.files_new, second.counts.files_changed), (0, 0));
    assert_eq!(second.counts.data_blobs, 0);
    assert_eq!(access("README.md"), before);
    let (packs, bytes) = recorder.count(Operation::Write, "data/");
    assert!(packs <= 1 && bytes < 20_000, "{packs} packs of {bytes} bytes");

    let edited = edit_files(scene.source(), 2, 5).len() as u64;
    write_file(scene.source().join("src/new.rs"), "fn new() {}");
    fs::remove_file(scene.source().join("logo.png")).unwrap();
    let third = back_up(&repository, &scene.request());
    assert_eq!(counts(&third.counts), of_restic());
    assert_eq!((third.counts.files_new, third.counts.files_changed), (1, edited));
    assert_eq!(latest(&repository).parent, second.snapshot);
    scene.assert_latest_is_source(&repository);
}

#[test]
fn content_that_was_changed_back_in_time_is_found() {
    let scene = Scene::new();
    let file = scene.source().join("file");
    write_file(&file, "one");
    undercroft_testkit::set_modified(&file, 1_600_000_000, 0);
    let repository = scene.init();
    back_up(&repository, &scene.request());
    // Same size, same time: only the time of the last change tells.
    fs::write(&file, "two").unwrap();
    undercroft_testkit::set_modified(&file, 1_600_000_000, 0);
    let second = back_up(&repository, &scene.request());
    assert_eq!(second.counts.files_changed, 1);
    scene.assert_latest_is_source(&repository);
}

#[test]
fn a_snapshot_says_what_it_was_told() {
    let scene = Scene::new();
    write_file(scene.source().join("file"), "x");
    let repository = scene.init();
    let time: Timestamp = "2021-02-03T04:05:06.000000007Z".parse().unwrap();
    let request = BackupRequest {
        tags: vec!["a <b>".to_owned(), "größe".to_owned()],
        host: Some("elsewhere".to_owned()),
        time: Some(time),
        exclude: vec!["*.tmp".to_owned()],
        ..scene.request()
    };
    let summary = back_up(&repository, &request);
    let snapshot = latest(&repository);
    assert_eq!(Some(snapshot.id), summary.snapshot);
    assert_eq!((snapshot.time, snapshot.hostname.as_str()), (time, "elsewhere"));
    assert_eq!(snapshot.tags, request.tags);
    assert_eq!(snapshot.excludes, request.exclude);
    assert_eq!(snapshot.paths, [scene.source().to_str().unwrap()]);
    let listed = scene.restic().run(&["snapshots", "--json", "--host", "elsewhere"]);
    for text in ["\"größe\"", "2021-02-03T04:05:06.000000007Z", &snapshot.id.to_string()] {
        assert!(listed.contains(text), "{listed}");
    }
    // A backup of another host does not compare with it.
    assert_eq!(latest_parent_of_a_new_backup(&scene, &repository), None);
}

fn latest_parent_of_a_new_backup(
    scene: &Scene,
    repository: &Repository,
) -> Option<undercroft_repository::SnapshotId> {
    let summary = back_up(repository, &scene.request());
    repository.read_snapshot(summary.snapshot.unwrap()).unwrap().parent
}

#[test]
fn what_is_excluded_is_not_there_and_two_sources_are_one_snapshot() {
    let scene = Scene::new();
    for name in ["keep.rs", "skip.tmp", "target/skip", "deep/target/skip", "deep/keep"] {
        write_file(scene.source().join(name), name);
    }
    write_file(scene.path("other/file"), "other");
    let repository = scene.init();
    let request = BackupRequest {
        sources: vec![scene.source(), scene.path("other")],
        exclude: vec!["*.tmp".to_owned(), "target".to_owned()],
        ..BackupRequest::default()
    };
    let summary = back_up(&repository, &request);
    assert_eq!(summary.counts.total_files_processed, 3);
    assert_eq!(entries(&repository, &scene), ["deep", "keep.rs"]);
    let other = [names(&scene.path("other")), vec![b"file".to_vec()]].concat();
    assert!(repository.find_node(&latest(&repository), &other).unwrap().is_some());
    assert_eq!(latest(&repository).paths.len(), 2);
}

#[test]
fn a_dry_run_writes_nothing() {
    let scene = Scene::new();
    project_tree(scene.source(), ProjectKind::Svelte, 3, 20);
    let recorder = Arc::new(RecordingProvider::new(scene.disk()));
    drop(scene.init());
    let repository = scene.open_through(recorder.clone());
    let before = scene.stored_files();
    let dry = back_up(&repository, &BackupRequest { dry_run: true, ..scene.request() });
    assert_eq!(dry.snapshot, None);
    assert_eq!(recorder.count(Operation::Write, ""), (0, 0));
    assert_eq!(recorder.count(Operation::Remove, "").0, 0);
    assert_eq!(scene.stored_files(), before);
    let real = back_up(&repository, &scene.request());
    assert_eq!(dry.counts.data_added, real.counts.data_added);
    assert_eq!(dry.counts.files_new, real.counts.files_new);
}

#[test]
fn an_empty_source_is_a_snapshot_and_no_source_is_an_error() {
    let scene = Scene::new();
    let repository = scene.init();
    let summary = back_up(&repository, &scene.request());
    assert_eq!(summary.counts.total_files_processed, 0);
    scene.assert_latest_is_source(&repository);

    let gone = BackupRequest { sources: vec![scene.path("gone")], ..BackupRequest::default() };
    let (result, _) = try_back_up(&repository, &gone);
    assert_eq!(result.map_err(|error| error.code()), Err(Code::SourceMissing));
    assert_eq!(ids(&repository).len(), 1);

    // One of two is there: the rest is a warning.
    let half = BackupRequest {
        sources: vec![scene.source(), scene.path("gone")],
        ..BackupRequest::default()
    };
    let (_, warnings) = back_up_what_can_be(&repository, &half);
    support::assert_warned(&warnings, &[&scene.path("gone")]);
    scene.restic().check();
}

#[test]
fn a_cancelled_backup_leaves_a_sound_repository_and_its_work() {
    let scene = Scene::new();
    for n in 0..12 {
        write_file(scene.source().join(format!("file {n}")), random_bytes(n, 6 << 20));
    }
    drop(scene.init());
    let job = Arc::new(Job::new());
    let canceller = Arc::clone(&job);
    let disk = support::WatchedProvider::over(scene.disk(), move |key| {
        if key.starts_with("data/") {
            canceller.cancel();
        }
    });
    let repository = scene.open_through(disk);
    let stopped = repository.backup(&scene.request(), &job).map_err(|error| error.code());
    assert_eq!(stopped.err(), Some(Code::Cancelled));
    assert_eq!(ids(&repository), []);
    scene.restic().check();

    let repository = scene.open();
    let resumed = back_up(&repository, &scene.request());
    let added = resumed.counts.data_added;
    assert!(added < 60 << 20, "{added} bytes again, of {}", 72 << 20);
    scene.assert_latest_is_source(&repository);
    scene.restic().check();
}

#[test]
fn two_backups_at_once_into_one_repository() {
    let scene = Scene::new();
    project_tree(scene.source(), ProjectKind::Python, 5, 150);
    write_file(scene.source().join("large"), random_bytes(5, 20 << 20));
    drop(scene.init());
    let hosts = ["one", "two", "three"];
    std::thread::scope(|scope| {
        for host in hosts {
            let scene = &scene;
            scope.spawn(move || {
                let request = BackupRequest { host: Some(host.to_owned()), ..scene.request() };
                back_up(&scene.open(), &request);
            });
        }
    });
    let repository = scene.open();
    let snapshots = repository.snapshots().unwrap();
    assert_eq!(snapshots.len(), 3);
    for snapshot in &snapshots {
        let restored = scene.restore(&repository, snapshot);
        undercroft_testkit::assert_same_tree(scene.source(), restored);
    }
    assert!(fs::read_dir(scene.repository().join("locks")).unwrap().next().is_none());
    scene.restic().check();
}

#[test]
fn one_repository_object_serves_two_backups_at_once() {
    let scene = Scene::new();
    awkward_tree(scene.source());
    let repository = scene.init();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| back_up(&repository, &scene.request()));
        }
    });
    assert_eq!(ids(&repository).len(), 2);
    scene.assert_latest_is_source(&repository);
    scene.restic().check();
}

#[test]
fn a_parent_whose_trees_are_lost_only_costs_time() {
    let scene = Scene::new();
    write_file(scene.source().join("folder/file"), text_bytes(1, 100_000));
    let repository = scene.init();
    back_up(&repository, &scene.request());
    for file in scene.stored_files() {
        if file.starts_with(scene.repository().join("data")) {
            fs::remove_file(file).unwrap();
        }
    }
    for file in fs::read_dir(scene.repository().join("index")).unwrap() {
        fs::remove_file(file.unwrap().path()).unwrap();
    }
    let repository = scene.open();
    let healed = back_up(&repository, &scene.request());
    assert!(healed.counts.data_blobs > 0);
    scene.assert_latest_is_source(&repository);
    let forced = back_up(&repository, &BackupRequest { parent: Parent::None, ..scene.request() });
    assert_eq!((forced.counts.files_new, forced.counts.data_blobs), (1, 0));
}

fn times_of_access(scene: &Scene) -> Vec<SystemTime> {
    let paths = [scene.source(), scene.source().join("deep"), scene.source().join("deep/file")];
    paths.map(|path| fs::metadata(path).unwrap().accessed().unwrap()).to_vec()
}

/// The node of `deep/file` in the newest snapshot.
fn node_of_file(scene: &Scene, repository: &Repository) -> Node {
    let path = [names(&scene.source()), vec![b"deep".to_vec(), b"file".to_vec()]].concat();
    repository.find_node(&latest(repository), &path).unwrap().unwrap()
}

#[test]
fn reading_leaves_no_trace_and_the_time_of_access_is_kept_up() {
    let scene = Scene::new();
    write_file(scene.source().join("deep/file"), "content");
    write_file(scene.source().join("deep/CACHEDIR.TAG"), "no signature");
    // So long ago that every reader would leave his trace, also where these are rare.
    for path in ["deep/file", "deep/CACHEDIR.TAG", "deep", ""] {
        undercroft_testkit::set_modified(scene.source().join(path), 1_600_000_000, 0);
    }
    let before = times_of_access(&scene);
    let repository = scene.init();
    let request = BackupRequest {
        with_access_time: true,
        estimate: true,
        exclude_if_present: vec![TagFile::cache()],
        ..scene.request()
    };
    back_up(&repository, &request);
    assert_eq!(times_of_access(&scene), before);
    assert_eq!(node_of_file(&scene, &repository).atime.seconds, 1_600_000_000);

    // Whoever reads it changes nothing else of it.
    let unchanged = back_up(&repository, &request).counts;
    assert_eq!((unchanged.files_unmodified, unchanged.files_changed), (2, 0));
    assert_eq!(fs::read(scene.source().join("deep/file")).unwrap(), b"content");
    let read = times_of_access(&scene)[2].duration_since(SystemTime::UNIX_EPOCH).unwrap();
    back_up(&repository, &request);
    assert_eq!(node_of_file(&scene, &repository).atime.seconds, read.as_secs().cast_signed());
}

#[test]
fn attributes_that_show_themselves_later_are_kept_though_nothing_changed() {
    const BLIND: &str = "UNDERCROFT_TEST_BLIND_BACKUP";
    if let Some(folder) = std::env::var_os(BLIND) {
        let folder = PathBuf::from(folder);
        let provider = DiskProvider::open(&folder.join("repository")).unwrap();
        let repository = Repository::open(Arc::new(provider), &password(), &World::real()).unwrap();
        let sources = vec![folder.join("source")];
        back_up(&repository, &BackupRequest { sources, ..BackupRequest::default() });
        return;
    }
    let scene = Scene::new();
    let file = scene.source().join("deep/file");
    write_file(&file, "content");
    let (name, value) = ("trusted.undercroft", b"seen");
    if rustix::fs::setxattr(&file, name, value, rustix::fs::XattrFlags::empty()).is_err() {
        return undercroft_testkit::skip("only root can set a trusted attribute");
    }
    let repository = scene.init();
    let this = "attributes_that_show_themselves_later_are_kept_though_nothing_changed";
    let back_up_blindly = || {
        let blind = Command::new("setpriv")
            .args(["--bounding-set", "-sys_admin", "--inh-caps=-sys_admin"])
            .arg(std::env::current_exe().unwrap())
            .args(["--exact", &undercroft_testkit::test_name(module_path!(), this)])
            .env(BLIND, scene.path(""))
            .output()
            .unwrap();
        assert!(blind.status.success(), "{blind:?}");
        repository.refresh_index().unwrap();
        node_of_file(&scene, &repository).extended_attributes
    };
    assert_eq!(back_up_blindly(), []);
    for _ in 0..2 {
        back_up(&repository, &scene.request());
        let seen = node_of_file(&scene, &repository).extended_attributes;
        assert_eq!(
            (seen.len(), &*seen[0].name, seen[0].value.as_deref()),
            (1, name, Some(&value[..]))
        );
    }
}
