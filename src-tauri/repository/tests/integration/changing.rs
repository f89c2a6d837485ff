//! Sources that change, vanish or refuse while they are read.

use crate::support;

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use support::{
    Gate, Scene, assert_warned, back_up, back_up_what_can_be, ids, latest, names, try_back_up,
};
use undercroft_foundation::{Code, Warning};
use undercroft_repository::{BackupRequest, BackupSummary, Node, NodeKind, Repository};
use undercroft_testkit::{LoopDrive, assert_same_tree, random_bytes, text_bytes, write_file};

/// More than a backup holds in memory, so that it is still being read when the first pack waits.
const LARGE: usize = 112 << 20;

/// Backs the source up on one thread, and lets `change` happen while its first file, `a large one`,
/// is half read and nothing behind it is.
fn back_up_while(
    scene: &Scene,
    change: impl FnOnce(&Path),
) -> (Repository, BackupSummary, Vec<Warning>) {
    write_file(scene.source().join("a large one"), random_bytes(1, LARGE));
    drop(scene.init());
    let gate = Arc::new(Gate::default());
    let repository = scene.open_through(gate.before(scene.disk(), "data/"));
    let request = BackupRequest { threads: 1, ..scene.request() };
    let (summary, warnings) = std::thread::scope(|scope| {
        let running = scope.spawn(|| back_up_what_can_be(&repository, &request));
        let held = gate.wait_until_reached();
        change(&scene.source());
        drop(held);
        running.join().unwrap()
    });
    (repository, summary, warnings)
}

fn node(repository: &Repository, scene: &Scene, name: &str) -> Option<Node> {
    let path = [names(&scene.source()), vec![name.as_bytes().to_vec()]].concat();
    repository.find_node(&latest(repository), &path).ok().flatten()
}

#[test]
fn a_file_that_grows_while_it_is_read_is_kept_as_it_came() {
    let scene = Scene::new();
    let (repository, _, warnings) = back_up_while(&scene, |source| {
        let mut file = OpenOptions::new().append(true).open(source.join("a large one")).unwrap();
        file.write_all(&[7; 1000]).unwrap();
    });
    assert_warned(&warnings, &[&scene.source().join("a large one")]);
    assert!(warnings[0].message.contains("changed while it was read"), "{warnings:?}");
    let kept = node(&repository, &scene, "a large one").unwrap();
    assert_eq!(kept.size, LARGE as u64 + 1000);
    scene.restic().check();
    // The next backup sees that the node is not what is there, or that it is, and keeps it right.
    back_up(&repository, &scene.request());
    scene.assert_latest_is_source(&repository);
}

#[test]
fn a_file_that_shrinks_while_it_is_read_is_kept_as_it_came() {
    let scene = Scene::new();
    let (repository, _, warnings) = back_up_while(&scene, |source| {
        let file = OpenOptions::new().write(true).open(source.join("a large one")).unwrap();
        file.set_len(1000).unwrap();
    });
    assert_warned(&warnings, &[&scene.source().join("a large one")]);
    let kept = node(&repository, &scene, "a large one").unwrap();
    assert!(kept.size < LARGE as u64);
    scene.restic().check();
    back_up(&repository, &scene.request());
    scene.assert_latest_is_source(&repository);
}

#[test]
fn what_vanishes_or_becomes_something_else_is_left_out() {
    let scene = Scene::new();
    let source = scene.source();
    for name in ["b vanishes", "c becomes a link", "d becomes a folder", "e becomes a pipe"] {
        write_file(source.join(name), text_bytes(1, 5000));
    }
    write_file(source.join("f grows"), "short");
    write_file(source.join("g stays"), "here");
    write_file(source.join("y folder becomes a link/inside"), "was here");
    write_file(source.join("z folder vanishes/inside"), "was here");
    write_file(scene.path("outside/secret"), "not to be read");
    let (repository, summary, warnings) = back_up_while(&scene, |source| {
        fs::remove_file(source.join("b vanishes")).unwrap();
        fs::remove_file(source.join("c becomes a link")).unwrap();
        symlink(scene.path("outside/secret"), source.join("c becomes a link")).unwrap();
        fs::remove_file(source.join("d becomes a folder")).unwrap();
        fs::create_dir(source.join("d becomes a folder")).unwrap();
        fs::remove_file(source.join("e becomes a pipe")).unwrap();
        assert!(
            Command::new("mkfifo").arg(source.join("e becomes a pipe")).status().unwrap().success()
        );
        fs::write(source.join("f grows"), text_bytes(2, 9000)).unwrap();
        fs::remove_dir_all(source.join("y folder becomes a link")).unwrap();
        symlink(scene.path("outside"), source.join("y folder becomes a link")).unwrap();
        fs::remove_dir_all(source.join("z folder vanishes")).unwrap();
    });
    let warned = [
        "c becomes a link",
        "d becomes a folder",
        "e becomes a pipe",
        "y folder becomes a link",
        "z folder vanishes",
    ]
    .map(|name| source.join(name));
    assert_warned(&warnings, &warned.each_ref().map(|path| path.as_path()));
    assert_eq!(summary.counts.total_files_processed, 3);
    assert!(node(&repository, &scene, "b vanishes").is_none());
    assert!(node(&repository, &scene, "c becomes a link").is_none());
    assert!(node(&repository, &scene, "y folder becomes a link").is_none());
    assert_eq!(node(&repository, &scene, "f grows").unwrap().size, 9000);
    scene.restic().check();
    back_up(&repository, &scene.request());
    assert_eq!(node(&repository, &scene, "c becomes a link").unwrap().kind, NodeKind::Symlink);
    scene.assert_latest_is_source(&repository);
}

#[test]
fn a_source_that_vanishes_before_it_is_read_is_no_snapshot() {
    let scene = Scene::new();
    write_file(scene.source().join("file"), "x");
    drop(scene.init());
    // The lock is the first thing written: the source was there, and is not when it is read.
    let source = scene.source();
    let disk = support::WatchedProvider::over(scene.disk(), move |key| {
        if key.starts_with("locks/") {
            fs::rename(&source, source.with_file_name("moved")).unwrap();
        }
    });
    let repository = scene.open_through(disk);
    let (result, warnings) = try_back_up(&repository, &scene.request());
    assert_eq!(result.map_err(|error| error.code()), Err(Code::SourceMissing), "{warnings:?}");
    assert_eq!(ids(&repository), []);
    scene.restic().check();
}

/// Runs the test named `test` in a process of its own that may not pass over permissions, and says
/// whether that is where it runs now.
fn without_privilege(test: &str) -> bool {
    const MARK: &str = "UNDERCROFT_TEST_UNPRIVILEGED";
    if std::env::var_os(MARK).is_some() || !rustix::process::geteuid().is_root() {
        return true;
    }
    let capabilities = "-dac_override,-dac_read_search";
    let output = Command::new("setpriv")
        .args(["--inh-caps", capabilities, "--bounding-set", capabilities])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", &undercroft_testkit::test_name(module_path!(), test), "--nocapture"])
        .env(MARK, "1")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
    false
}

fn set_mode(path: impl AsRef<Path>, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

#[test]
fn what_may_not_be_read_is_left_out_and_told() {
    if !without_privilege("what_may_not_be_read_is_left_out_and_told") {
        return;
    }
    let scene = Scene::new();
    let source = scene.source();
    write_file(source.join("open/file"), "read me");
    write_file(source.join("open/secret"), "no");
    write_file(source.join("closed/file"), "no");
    write_file(source.join("listed only/file"), "no");
    let repository = scene.init();
    back_up(&repository, &scene.request());
    set_mode(source.join("open/secret"), 0);
    set_mode(source.join("closed"), 0);
    set_mode(source.join("listed only"), 0o400);
    assert!(File::open(source.join("open/secret")).is_err(), "permissions hold");

    let (summary, warnings) =
        back_up_what_can_be(&repository, &support::without_parent(scene.request()));
    let told = ["open/secret", "closed", "listed only"].map(|name| source.join(name));
    assert_warned(&warnings, &told.each_ref().map(|path| path.as_path()));
    assert!(warnings.iter().all(|w| w.message.contains("Permission denied")), "{warnings:?}");
    assert_eq!(summary.counts.total_files_processed, 1);
    assert!(node(&repository, &scene, "closed").is_none(), "it must not look empty");
    for (name, mode) in [("open/secret", 0o644), ("closed", 0o755), ("listed only", 0o755)] {
        set_mode(source.join(name), mode);
    }
    // What was there before is still in the older snapshot.
    let snapshots = repository.snapshots().unwrap();
    let restored = scene.restore(&repository, &snapshots[0]);
    assert_eq!(fs::read(restored.join("closed/file")).unwrap(), b"no");
    scene.restic().check();
}

#[test]
fn a_source_that_may_not_be_read_at_all_is_no_snapshot() {
    if !without_privilege("a_source_that_may_not_be_read_at_all_is_no_snapshot") {
        return;
    }
    let scene = Scene::new();
    write_file(scene.source().join("file"), "x");
    let repository = scene.init();
    set_mode(scene.source(), 0);
    let (result, _) = try_back_up(&repository, &scene.request());
    set_mode(scene.source(), 0o755);
    assert!(result.is_err(), "a snapshot of nothing would pass for a backup");
    assert_eq!(ids(&repository), []);
}

#[test]
fn a_folder_that_lies_on_the_way_may_be_closed_to_listing() {
    if !without_privilege("a_folder_that_lies_on_the_way_may_be_closed_to_listing") {
        return;
    }
    let scene = Scene::new();
    let deep = scene.source().join("passed through/project");
    write_file(deep.join("file"), "x");
    let repository = scene.init();
    set_mode(scene.source().join("passed through"), 0o311);
    let request = BackupRequest { sources: vec![deep.clone()], ..BackupRequest::default() };
    back_up(&repository, &request);
    set_mode(scene.source().join("passed through"), 0o755);
    assert!(
        repository
            .find_node(&latest(&repository), &[names(&deep), vec![b"file".to_vec()]].concat())
            .unwrap()
            .is_some()
    );
}

#[test]
fn a_link_as_source_is_kept_as_a_link_and_a_pipe_is_not_read() {
    let scene = Scene::new();
    write_file(scene.path("elsewhere/file"), "x");
    symlink(scene.path("elsewhere"), scene.source().join("link")).unwrap();
    symlink(".", scene.source().join("loop")).unwrap();
    assert!(Command::new("mkfifo").arg(scene.source().join("pipe")).status().unwrap().success());
    let repository = scene.init();
    back_up(&repository, &scene.request());
    scene.assert_latest_is_source(&repository);
    let request =
        BackupRequest { sources: vec![scene.source().join("link")], ..BackupRequest::default() };
    back_up(&repository, &request);
    assert_eq!(node(&repository, &scene, "link").unwrap().kind, NodeKind::Symlink);
    assert_same_tree(scene.path("elsewhere"), scene.path("elsewhere"));
}

#[test]
fn an_edit_in_the_second_of_the_last_backup_is_backed_up() {
    let Some(drive) = LoopDrive::with_whole_seconds(16 << 20) else { return };
    let scene = Scene::new();
    drive.plug(&scene.source());
    let repository = scene.init();
    let file = scene.source().join("f");
    let looks = || {
        let stat = fs::metadata(&file).unwrap();
        (stat.len(), stat.mtime(), stat.ctime())
    };
    // As often as a backup takes until the next second.
    for _ in 0..20 {
        write_file(&file, "first");
        let before = looks();
        std::thread::sleep(Duration::from_millis(60));
        back_up(&repository, &scene.request());
        write_file(&file, "other");
        if looks() == before {
            break;
        }
    }
    assert_eq!(back_up(&repository, &scene.request()).counts.files_changed, 1);
    scene.assert_latest_is_source(&repository);
    // What is read again and is the same counts as that.
    let again = back_up(&repository, &scene.request()).counts;
    assert_eq!((again.files_changed, again.files_unmodified), (0, 1));
}
