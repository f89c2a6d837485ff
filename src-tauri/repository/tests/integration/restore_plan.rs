//! A restore does what its plan said, and what it was asked to.

use crate::support;

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use support::{Scene, back_up, latest, names};
use undercroft_foundation::Job;
use undercroft_repository::{Overwrite, Repository, RestorePlan, RestoreRequest, Snapshot};
use undercroft_testkit::{
    Compare, Operation, RecordingProvider, assert_same_tree, random_bytes, set_modified,
    text_bytes, tree_differences, write_file,
};

const ALL: [Overwrite; 4] =
    [Overwrite::Always, Overwrite::IfChanged, Overwrite::IfNewer, Overwrite::Never];

/// A snapshot, and a target that was restored from it and then changed in every way.
fn changed_target(scene: &Scene) -> (Repository, Snapshot, RestoreRequest) {
    let source = scene.source();
    for name in ["same", "gone", "older", "newer", "touched", "deep/gone too", "deep/er/same"] {
        write_file(source.join(name), text_bytes(name.len() as u64, 2000));
        set_modified(source.join(name), 1_500_000_000, 7);
    }
    write_file(source.join("large"), random_bytes(4, 3 << 20));
    symlink("same", source.join("link")).unwrap();
    symlink("same", source.join("other link")).unwrap();
    let repository = scene.init();
    back_up(&repository, &scene.request());
    let snapshot = latest(&repository);
    let request = RestoreRequest {
        target: scene.path("target"),
        subpath: names(&source),
        ..RestoreRequest::default()
    };
    repository.restore(&snapshot, &request, &Job::new()).unwrap();

    let target = scene.path("target/source");
    fs::remove_file(target.join("gone")).unwrap();
    fs::remove_dir_all(target.join("deep")).unwrap();
    for (name, seconds) in [("older", 1_400_000_000), ("newer", 1_600_000_000)] {
        write_file(target.join(name), text_bytes(99, 2000));
        set_modified(target.join(name), seconds, 0);
    }
    set_modified(target.join("touched"), 1_600_000_000, 0);
    fs::remove_file(target.join("link")).unwrap();
    symlink("elsewhere", target.join("link")).unwrap();
    write_file(target.join("mine"), "not in the snapshot");
    (repository, snapshot, request)
}

fn plan(repository: &Repository, snapshot: &Snapshot, request: &RestoreRequest) -> RestorePlan {
    let job = Job::new();
    let plan = repository.plan_restore(snapshot, request, &job).unwrap();
    assert!(job.warnings().is_empty(), "{:?}", job.warnings());
    plan
}

#[test]
fn a_plan_is_what_the_restore_then_does() {
    for overwrite in ALL {
        let scene = Scene::new();
        let (repository, snapshot, request) = changed_target(&scene);
        let request = RestoreRequest { overwrite, ..request };
        let untouched = scene.path("copy");
        let mut copy = std::process::Command::new("cp");
        let mut copied = copy.arg("-a").arg(scene.path("target")).arg(&untouched).spawn().unwrap();
        assert!(copied.wait().unwrap().success());

        let said = plan(&repository, &snapshot, &request);
        assert_same_tree(&untouched, scene.path("target"));
        let name = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().to_owned();
        let mut replaced: Vec<_> = said.replaced.iter().map(name).collect();
        replaced.sort();
        let (expected, keep): (&[&str], u64) = match overwrite {
            Overwrite::Always => (&["link", "newer", "older"], 4),
            Overwrite::IfChanged => (&["link", "newer", "older", "touched"], 3),
            // The link was made now.
            Overwrite::IfNewer => (&["older"], 6),
            Overwrite::Never => (&[], 7),
        };
        assert_eq!(replaced, expected, "{overwrite:?}");
        assert_eq!((said.create, said.replace, said.keep), (3, expected.len() as u64, keep));

        let job = Job::new();
        let done = repository.restore(&snapshot, &request, &job).unwrap();
        assert!(job.warnings().is_empty(), "{:?}", job.warnings());
        assert_eq!(done.bytes_restored, said.bytes, "{overwrite:?}");
        let target = scene.path("target/source");
        let read = |name: &str| fs::read(target.join(name)).unwrap();
        let original = |name: &str| fs::read(scene.source().join(name)).unwrap();
        for missing in ["gone", "deep/gone too", "deep/er/same"] {
            assert_eq!(read(missing), original(missing));
        }
        for name in ["older", "newer"] {
            let replaced = expected.contains(&name);
            assert_eq!(read(name) == original(name), replaced, "{name} {overwrite:?}");
        }
        // Nothing is left to do.
        let again = plan(&repository, &snapshot, &request);
        assert_eq!((again.create, again.replace), (0, 0), "{overwrite:?}");
        fs::remove_file(target.join("mine")).unwrap();
        if matches!(overwrite, Overwrite::Always | Overwrite::IfChanged) {
            let compare = Compare { roots: false, ..Compare::METADATA };
            let differences = tree_differences(&scene.source(), &target, compare);
            assert!(differences.is_empty(), "{overwrite:?} {differences:#?}");
        }
    }
}

#[test]
fn a_file_in_the_place_of_a_folder_is_planned_as_it_is_treated() {
    for overwrite in ALL {
        let scene = Scene::new();
        let (repository, snapshot, request) = changed_target(&scene);
        let request = RestoreRequest { overwrite, ..request };
        let deep = scene.path("target/source/deep");
        write_file(&deep, "newer work");
        let stays = matches!(overwrite, Overwrite::IfNewer | Overwrite::Never);
        let (planning, job) = (Job::new(), Job::new());
        let said = repository.plan_restore(&snapshot, &request, &planning).unwrap();
        assert_eq!(said.create, if stays { 1 } else { 3 }, "{overwrite:?}");
        assert_eq!(said.replaced.contains(&deep), !stays, "{overwrite:?}");
        repository.restore(&snapshot, &request, &job).unwrap();
        assert_eq!(deep.is_dir(), !stays, "{overwrite:?}");
        for said in [planning.warnings(), job.warnings()] {
            let told = said.iter().any(|it| it.message.contains("is to stay"));
            assert_eq!(told, stays, "{overwrite:?} {said:?}");
        }
        if stays {
            assert_eq!(fs::read(&deep).unwrap(), b"newer work");
        }
    }
}

#[test]
fn a_plan_makes_no_target() {
    let scene = Scene::new();
    let (repository, snapshot, request) = changed_target(&scene);
    let request = RestoreRequest { target: scene.path("not there"), ..request };
    let said = plan(&repository, &snapshot, &request);
    assert_eq!((said.create, said.replace, said.keep), (10, 0, 0));
    assert_eq!(said.bytes, 7 * 2000 + (3 << 20));
    assert!(!request.target.exists());

    let include = vec!["deep".to_owned()];
    let exclude = vec!["gone*".to_owned()];
    let part = RestoreRequest { include, exclude, ..request.clone() };
    assert_eq!(plan(&repository, &snapshot, &part).create, 1);
    let whole = RestoreRequest { subpath: Vec::new(), ..request };
    assert_eq!(plan(&repository, &snapshot, &whole).create, 10);
}

/// Neighbours in a folder whose content came in different backups, with large files between, and
/// half of them the same as others.
fn scattered(scene: &Scene) {
    const ROUNDS: u64 = 8;
    let repository = scene.init();
    for round in 0..ROUNDS {
        for n in 0..50 {
            let place = n * ROUNDS + round;
            write_file(scene.source().join(format!("{place:03}")), random_bytes(place, 3000));
            let same = random_bytes(place, 3000);
            write_file(scene.source().join(format!("copies/{}/{place:03}", place % 7)), same);
        }
        let large = random_bytes(1000 + round, 1 << 20);
        write_file(scene.source().join(format!("{round}99 large")), large);
        back_up(&repository, &scene.request());
    }
    // Of so many blobs that it is written part by part.
    write_file(scene.source().join("9 huge"), random_bytes(2000, 12 << 20));
    back_up(&repository, &scene.request());
}

#[test]
fn what_is_stored_is_read_about_once() {
    let scene = Scene::new();
    scattered(&scene);
    let recording = Arc::new(RecordingProvider::new(scene.disk()));
    let repository = scene.open_through(recording.clone());
    let snapshot = latest(&repository);
    recording.take();
    scene.assert_latest_is_source(&repository);
    let (requests, read) = recording.count(Operation::Read, "data/");
    let size = |path: &PathBuf| fs::metadata(path).unwrap().len();
    let packs: Vec<_> = scene
        .stored_files()
        .into_iter()
        .filter(|path| path.iter().any(|it| it == "data"))
        .collect();
    let stored: u64 = packs.iter().map(size).sum();
    assert!(read <= 2 * stored, "read {read} bytes of {stored}, {}", snapshot.id);
    assert!(requests < 40 * packs.len(), "{requests} requests for {} packs", packs.len());
}

#[test]
fn an_access_list_of_the_target_is_not_inherited() {
    let scene = Scene::new();
    write_file(scene.source().join("folder/file"), "for its owner");
    let repository = scene.init();
    back_up(&repository, &scene.request());
    let target = tempfile::tempdir_in(scene.path("")).unwrap();
    // Owner, user 1234, group, mask, others: what is made below is open to user 1234.
    let entries: [(u16, u16, u32); 5] =
        [(1, 7, !0), (2, 7, 1234), (4, 5, !0), (16, 7, !0), (32, 5, !0)];
    let mut list = 2u32.to_le_bytes().to_vec();
    for (tag, permissions, id) in entries {
        list.extend(
            [&tag.to_le_bytes()[..], &permissions.to_le_bytes(), &id.to_le_bytes()].concat(),
        );
    }
    let flags = rustix::fs::XattrFlags::empty();
    if rustix::fs::setxattr(target.path(), "system.posix_acl_default", &list, flags).is_err() {
        return;
    }
    let request = RestoreRequest {
        target: target.path().to_owned(),
        subpath: names(&scene.source()),
        ..RestoreRequest::default()
    };
    repository.restore(&latest(&repository), &request, &Job::new()).unwrap();
    assert_same_tree(scene.source(), target.path().join("source"));
}

/// The folder in which the process below is to work; set only when it is one of a plain user.
const USER_IN: &str = "UNDERCROFT_TEST_USER_IN";

/// Not a test by itself: the one below runs it as a user who can give nothing away.
#[test]
fn restore_as_a_plain_user() {
    let Some(folder) = std::env::var_os(USER_IN).map(PathBuf::from) else { return };
    let provider = undercroft_providers::DiskProvider::open(&folder.join("repository")).unwrap();
    let world = undercroft_foundation::World::real();
    let repository =
        Repository::open(Arc::new(provider), &support::password(), &world).unwrap().without_locks();
    let request = RestoreRequest {
        target: folder.join("target"),
        subpath: names(&folder.join("source")),
        ..RestoreRequest::default()
    };
    let job = Job::new();
    repository.restore(&latest(&repository), &request, &job).unwrap();
    assert!(job.warnings().is_empty(), "{:?}", job.warnings());
}

#[test]
fn who_cannot_give_a_file_its_owner_does_not_get_its_powers() {
    const NOBODY: u32 = 65_534;
    if !rustix::process::geteuid().is_root() {
        return undercroft_testkit::skip("only root can give a file away");
    }
    let scene = Scene::new();
    let folder = scene.path("");
    for (name, owner) in [("theirs", 0), ("own", NOBODY)] {
        let path = scene.source().join(name);
        write_file(&path, "a program");
        std::os::unix::fs::chown(&path, Some(owner), Some(owner)).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o6755)).unwrap();
    }
    back_up(&scene.init(), &scene.request());
    fs::create_dir(scene.path("target")).unwrap();
    let copied = Command::new("chown").args(["-R", "65534:65534"]).arg(&folder).status().unwrap();
    assert!(copied.success());
    let program = std::env::current_exe().unwrap();
    let shown = folder.join("program");
    fs::copy(program, &shown).unwrap();
    let output = Command::new(shown)
        .args([
            "--exact",
            &undercroft_testkit::test_name(module_path!(), "restore_as_a_plain_user"),
            "--nocapture",
        ])
        .env(USER_IN, &folder)
        .current_dir("/")
        .gid(NOBODY)
        .uid(NOBODY)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
    let mode = |name: &str| {
        let restored = scene.path("target/source").join(name);
        fs::metadata(restored).unwrap().permissions().mode() & 0o7777
    };
    assert_eq!((mode("theirs"), mode("own")), (0o755, 0o6755));
}
