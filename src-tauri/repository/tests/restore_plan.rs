//! What a restore would do is what it does; and it does what it was asked to.

#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use support::{Scene, back_up, latest, names};
use undercroft_foundation::Job;
use undercroft_repository::{Overwrite, Repository, RestorePlan, RestoreRequest, Snapshot};
use undercroft_testkit::{
    Compare, assert_same_tree, random_bytes, set_modified, text_bytes, tree_differences, write_file,
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
