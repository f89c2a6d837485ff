//! Files that were flipped, cut, lost or written by a newer program: a clear error, never a panic,
//! never other bytes than were backed up.

use crate::support;

use std::fs;
use std::path::{Path, PathBuf};

use support::{Scene, Sealer, back_up, latest, names, password};
use undercroft_foundation::{Code, Error, Job, Result, World};
use undercroft_repository::check::{CheckOptions, ReadData};
use undercroft_repository::{Repository, RestoreRequest};
use undercroft_testkit::{
    Compare, ProjectKind, flip_bit, project_tree, random_bytes, tree_differences, truncate_file,
    write_file,
};

fn scene() -> Scene {
    let scene = Scene::new();
    project_tree(scene.source(), ProjectKind::Rust, 1, 15);
    write_file(scene.source().join("large"), random_bytes(1, 3 << 20));
    back_up(&scene.init(), &scene.request());
    scene
}

fn open(scene: &Scene) -> Result<Repository> {
    Repository::open(scene.disk(), &password(), &World::real())
}

/// Lists and restores; what it could not restore is in the list.
fn use_it(repository: &Repository, scene: &Scene, target: &Path) -> Result<Vec<String>> {
    let snapshots = repository.snapshots()?;
    let snapshot = snapshots.last().ok_or_else(|| Error::new(Code::NotFound, "No snapshot"))?;
    let request = RestoreRequest {
        target: target.to_owned(),
        subpath: names(&scene.source()),
        ..RestoreRequest::default()
    };
    let job = Job::new();
    repository.restore(snapshot, &request, &job)?;
    Ok(job
        .warnings()
        .iter()
        .map(|warning| format!("{}: {}", warning.item, warning.message))
        .collect())
}

/// Damages a file, looks at what comes of it, and puts it back.
fn with_damage(scene: &Scene, file: &Path, damage: &dyn Fn(&Path)) {
    let whole = fs::read(file).unwrap();
    damage(file);
    let target = tempfile::tempdir().unwrap();
    let kind = file.strip_prefix(scene.repository()).unwrap();
    let kind = kind.iter().next().unwrap().to_str().unwrap();
    let name = file.file_name().unwrap().to_str().unwrap();
    let opened = open(scene);
    let used = opened.as_ref().map_err(|error| Error::new(error.code(), error.to_string()));
    match used.and_then(|repository| use_it(repository, scene, target.path())) {
        Err(error) => {
            assert_eq!(error.code(), Code::Damaged, "{kind}: {error}");
            let text = error.to_string();
            // A blob is named by its own id, which leads to its pack.
            let named = text.contains(&name[..8.min(name.len())]) || kind == "data";
            assert!(named, "{kind} {name}: {text}");
            assert!(!error.next_text().is_empty());
        }
        Ok(warnings) if warnings.is_empty() => {
            let restored = target.path().join("source");
            let differences = tree_differences(&scene.source(), &restored, Compare::METADATA);
            assert_eq!(differences, Vec::<String>::new(), "{kind}");
            assert!(kind == "data", "damage of {kind} was not seen");
        }
        Ok(_) => assert_what_is_there_is_right(&scene.source(), &target.path().join("source")),
    }
    if let Ok(repository) = &opened {
        assert_check_sees_it(repository, kind);
    }
    fs::write(file, whole).unwrap();
}

/// All that could be restored has the right bytes; the rest is missing, not wrong.
fn assert_what_is_there_is_right(source: &Path, restored: &Path) {
    let differences = tree_differences(source, restored, Compare::CONTENT);
    let wrong: Vec<_> = differences.iter().filter(|line| !line.ends_with("is missing")).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn assert_check_sees_it(repository: &Repository, kind: &str) {
    let report = repository.check(&CheckOptions { read: ReadData::All }, &Job::new());
    let content = report.is_ok_and(|report| report.is_sound());
    assert!(!content, "{kind}: check is content");
}

/// Without damage all is well.
fn assert_well(scene: &Scene) {
    let target = tempfile::tempdir().unwrap();
    let warnings = use_it(&scene.open(), scene, target.path()).unwrap();
    assert_eq!(warnings, Vec::<String>::new());
}

fn files(scene: &Scene) -> Vec<PathBuf> {
    let files = scene.stored_files();
    assert!(files.len() >= 6, "{files:?}");
    files
}

#[test]
fn a_flipped_bit_anywhere_is_told_or_harmless() {
    let scene = scene();
    for file in files(&scene) {
        for at in [0, 40, -1] {
            with_damage(&scene, &file, &|file| flip_bit(file, at));
        }
    }
    assert_well(&scene);
}

#[test]
fn a_cut_file_is_told() {
    let scene = scene();
    for file in files(&scene) {
        let length = file.metadata().unwrap().len();
        for keep in [0, length / 2] {
            with_damage(&scene, &file, &|file| truncate_file(file, keep));
        }
    }
    assert_well(&scene);
}

#[test]
fn a_lost_pack_is_told() {
    let scene = scene();
    let packs: Vec<_> = files(&scene)
        .into_iter()
        .filter(|file| file.starts_with(scene.repository().join("data")))
        .collect();
    for pack in packs {
        fs::rename(&pack, scene.path("aside")).unwrap();
        let (target, repository) = (tempfile::tempdir().unwrap(), scene.open());
        match use_it(&repository, &scene, target.path()) {
            Ok(warnings) => assert!(!warnings.is_empty()),
            Err(error) => assert_eq!(error.code(), Code::Damaged, "{error}"),
        }
        assert_check_sees_it(&repository, "data");
        fs::rename(scene.path("aside"), &pack).unwrap();
    }
}

#[test]
fn a_newer_format_is_refused_as_such() {
    let scene = scene();
    let config = scene.repository().join("config");
    let id = "ab".repeat(32);
    let text = |version: u32| {
        format!(
            "{{\"version\":{version},\"id\":\"{id}\",\"chunker_polynomial\":\"3abc9bff07d9e5\"}}"
        )
    };
    let sealer = Sealer::of(&scene.restic());
    let newer = sealer.seal(text(3).as_bytes());
    let zero = sealer.seal(text(0).as_bytes());
    let nonsense = sealer.seal(b"[]");
    for (bytes, code) in [(newer, Code::TooNew), (zero, Code::Damaged), (nonsense, Code::Damaged)] {
        fs::write(&config, bytes).unwrap();
        let error = open(&scene).unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        if code == Code::TooNew {
            assert!(error.why_text().contains('3'), "{error}");
            assert!(error.next_text().contains("Update"), "{}", error.next_text());
        }
    }
}

#[test]
fn files_of_unknown_shape_are_refused_and_not_guessed_at() {
    let scene = scene();
    let (sealer, repository) = (Sealer::of(&scene.restic()), scene.open());
    let bomb = [&[2][..], &zstd::bulk::compress(&vec![b' '; 1 << 26], 1).unwrap()].concat();
    let tree = format!("{{\"time\":\"2020-01-01T00:00:00Z\",\"tree\":\"{}\"", "ab".repeat(32));
    for (plain, code) in [
        (&b"\x03newer"[..], Code::TooNew),
        (b"\x02not zstd", Code::Damaged),
        (b"{\"time\":\"yesterday\",\"tree\":\"00\"}", Code::Damaged),
        (b"{\"time\":\"2020-01-01T00:00:00Z\",\"tree\":\"00\"}", Code::Damaged),
        (b"{}", Code::Damaged),
        (b"{\"time\":", Code::Damaged),
        (&bomb, Code::Damaged),
    ] {
        let name = sealer.plant(&scene.repository(), "snapshots", plain);
        let error = repository.snapshots().unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        assert!(error.to_string().contains(&name[..8]), "{error}");
        fs::remove_file(scene.repository().join("snapshots").join(name)).unwrap();
    }
    // A snapshot with fields that are not known, and without most that are.
    let odd = format!("{tree},\"newer\":[1],\"paths\":null,\"uid\":1}}");
    sealer.plant(&scene.repository(), "snapshots", odd.as_bytes());
    assert_eq!(repository.snapshots().unwrap().len(), 2);
    for plain in [&b"{\"packs\":[{\"id\":\"00\",\"blobs\":[]}]}"[..], b"{\"packs\":1}", b"[]"] {
        let name = sealer.plant(&scene.repository(), "index", plain);
        let error = repository.refresh_index().unwrap_err();
        assert_eq!(error.code(), Code::Damaged, "{error}");
        assert!(error.to_string().contains(&name), "{error}");
        fs::remove_file(scene.repository().join("index").join(name)).unwrap();
    }
}

#[test]
fn an_index_that_points_beyond_a_pack_is_damage() {
    let scene = scene();
    let sealer = Sealer::of(&scene.restic());
    let snapshot = latest(&scene.open());
    let pack = files(&scene)
        .into_iter()
        .find(|file| file.starts_with(scene.repository().join("data")))
        .unwrap();
    let pack = pack.file_name().unwrap().to_str().unwrap().to_owned();
    for entry in fs::read_dir(scene.repository().join("index")).unwrap() {
        fs::remove_file(entry.unwrap().path()).unwrap();
    }
    for (offset, length) in
        [(u32::MAX - 10, 5), (0, u32::MAX), (0, 0), (1, 31), (4_000_000_000, 50)]
    {
        let index = format!(
            "{{\"packs\":[{{\"id\":\"{pack}\",\"blobs\":[{{\"id\":\"{}\",\"type\":\"tree\",\
             \"offset\":{offset},\"length\":{length},\"uncompressed_length\":4294967295}}]}}]}}",
            snapshot.tree
        );
        let name = sealer.plant(&scene.repository(), "index", index.as_bytes());
        let error = scene.open().tree(&snapshot.tree).unwrap_err();
        assert_eq!(error.code(), Code::Damaged, "{offset} {length}: {error}");
        fs::remove_file(scene.repository().join("index").join(name)).unwrap();
    }
}
