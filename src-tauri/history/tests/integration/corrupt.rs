//! A history and an object store with one file damaged, each in turn: nothing wrong is ever served,
//! what is not touched is served as before, a check names exactly what is touched, and whatever is
//! done then, all is there again once the file is.

use crate::support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::{git_in, path};
use tempfile::TempDir;
use undercroft_foundation::{Code, Job, ProjectId, Result, VersionId, World};
use undercroft_history::{
    EntryKind, History, RestoreOrder, RestoreTo, SaveOrder, Scope, TreePath, Trigger, Version,
    VersionFilter, VersionMark, Workspace,
};
use undercroft_library::{AddProject, Library};
use undercroft_testkit::{flip_bit, random_bytes, text_bytes, truncate_file, write_file};

/// The content of a version: files by path.
type Content = BTreeMap<String, Vec<u8>>;

/// A library with versions whose content is known.
struct Scene {
    folder: TempDir,
    project: ProjectId,
    truth: Vec<(Version, Content)>,
    shelf: PathBuf,
}

fn open(at: &Path) -> History {
    let library = Library::open_or_create(at, &World::real(), undercroft_history::TABLES).unwrap();
    History::new(&library)
}

fn copy(from: &Path, to: &Path) {
    let status = Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap();
    assert!(status.success());
}

impl Scene {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let work = folder.path().join("work");
        fs::create_dir(&work).unwrap();
        let mut content = Content::new();
        content.insert("constant".into(), b"is in every version\n".to_vec());
        content.insert("sub/text".into(), text_bytes(1, 20_000));
        content.insert("films/large".into(), random_bytes(1, 260_000));
        let shelf = folder.path().join("library");
        let history = open(&shelf);
        let request = AddProject { path: work, ..AddProject::default() };
        let project = history.library().projects().add_linked(&request).unwrap().id;
        let mut scene = Self { folder, project, truth: Vec::new(), shelf };
        for n in 0..4 {
            content.insert("sub/text".into(), text_bytes(100 + n, 20_000));
            content.insert(format!("new/{n}"), text_bytes(200 + n, 300));
            if n % 2 == 1 {
                content.insert("films/large".into(), random_bytes(300 + n, 260_000));
                content.remove("new/0");
            }
            scene.keep(&history, &content);
        }
        let pin = VersionMark { name: Some("kept".into()), ..VersionMark::default() };
        history.mark(scene.truth[1].0.id, &pin).unwrap();
        scene
    }

    fn work(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    fn keep(&mut self, history: &History, content: &Content) {
        let _ = fs::remove_dir_all(self.work().join("new"));
        for (path, bytes) in content {
            write_file(self.work().join(path), bytes);
        }
        let version = if self.truth.is_empty() {
            history.writer().begin(self.project, &Job::new()).unwrap()
        } else {
            save(history, self.project).unwrap().unwrap()
        };
        self.truth.push((version, content.clone()));
    }

    /// The library again, in another place.
    fn copy(&self) -> (TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("library");
        copy(&self.shelf, &to);
        (folder, to)
    }

    fn git_folder(&self, library: &Path) -> PathBuf {
        library.join("history").join(format!("{}.git", self.project))
    }
}

fn main_of(history: &History, project: ProjectId) -> Workspace {
    history.main_workspace(project).unwrap()
}

fn save(history: &History, project: ProjectId) -> Result<Option<Version>> {
    let order = SaveOrder::new(Trigger::Manual, "");
    history.writer().save(main_of(history, project).id, Scope::Whole, order, &Job::new())
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let entry = entry.unwrap();
        if entry.metadata().unwrap().is_dir() {
            files.extend(files_in(&entry.path()));
        } else {
            files.push(entry.path());
        }
    }
    files.sort();
    files
}

/// A harm done to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Harm {
    /// A bit flips, so far into the file in thousandths.
    Flip(u64),
    /// A bit of this byte flips.
    FlipAt(u64),
    /// Only so many thousandths are left.
    Cut(u64),
    /// Others bytes of the same length.
    Rot,
    Gone,
}

const HARMS: [Harm; 7] = [
    Harm::Flip(2),
    Harm::Flip(500),
    Harm::Flip(950),
    Harm::Cut(0),
    Harm::Cut(700),
    Harm::Rot,
    Harm::Gone,
];

fn harm(file: &Path, harm: Harm) {
    let length = fs::metadata(file).unwrap().len();
    match harm {
        Harm::Flip(at) => flip_bit(file, i64::try_from(length * at / 1000).unwrap()),
        Harm::FlipAt(at) => flip_bit(file, i64::try_from(at).unwrap()),
        Harm::Cut(keep) => truncate_file(file, length * keep / 1000),
        Harm::Rot => {
            fs::remove_file(file).unwrap();
            fs::write(file, vec![0x5a; usize::try_from(length).unwrap()]).unwrap();
        }
        Harm::Gone => fs::remove_file(file).unwrap(),
    }
}

/// Reads all of a version. What is read is right, or the version counts as touched.
fn reads(history: &History, version: &Version, truth: &Content) -> bool {
    let mut is_whole = true;
    let mut seen = BTreeSet::new();
    let mut open = vec![TreePath::root()];
    let mut told = |error: undercroft_foundation::Error| {
        assert!(error.code() != Code::NotFound, "{error}: damage is not absence");
        assert!(!error.what_text().is_empty());
        is_whole = false;
    };
    while let Some(folder) = open.pop() {
        let entries = match history.reader().list(version.id, &folder) {
            Ok(entries) => entries,
            Err(error) => {
                told(error);
                continue;
            }
        };
        for entry in entries {
            let at = folder.join(&entry.name);
            if entry.kind == EntryKind::Folder {
                open.push(at);
                continue;
            }
            match history.reader().read(version.id, &at, None) {
                Ok(bytes) => assert!(bytes == truth[&at.to_string()], "{at} has other bytes"),
                Err(error) => told(error),
            }
            seen.insert(at.to_string());
        }
    }
    if is_whole {
        assert_eq!(seen, truth.keys().cloned().collect());
    }
    is_whole
}

/// The versions that cannot be read in whole.
fn touched(scene: &Scene, history: &History) -> BTreeSet<VersionId> {
    let all = scene.truth.iter();
    all.filter(|(version, truth)| !reads(history, version, truth)).map(|it| it.0.id).collect()
}

fn assert_check_says(scene: &Scene, history: &History, touched: &BTreeSet<VersionId>, what: &str) {
    match history.maintenance().check(scene.project, &Job::new()) {
        Ok(report) => {
            let named: BTreeSet<_> =
                report.damages.iter().flat_map(|damage| damage.versions.clone()).collect();
            assert_eq!(named, *touched, "{what}: {report:#?}");
        }
        // Nothing of it can be opened: then nothing can be read either.
        Err(error) => {
            assert!(error.code() != Code::Internal, "{what}: {error}");
            assert_eq!(touched.len(), scene.truth.len(), "{what}: {error}");
        }
    }
}

/// Damages one file of a library, looks at what is left, goes on working, mends it again: then all
/// that was kept before and since is there.
fn suffer(scene: &Scene, file: &str, how: Harm) -> BTreeSet<VersionId> {
    let what = format!("{how:?} of {file}");
    let (_folder, library) = scene.copy();
    let victim = library.join(file);
    let sound = fs::read(&victim).unwrap();
    harm(&victim, how);
    let damaged = fs::read(&victim).ok();

    let history = open(&library);
    let touched = touched(scene, &history);
    assert_check_says(scene, &history, &touched, &what);
    drop(history);

    let others = scene.folder.path().join("aside");
    let _ = fs::remove_dir_all(&others);
    let history = open(&library);
    write_file(scene.work().join("sub/text"), text_bytes(999, 20_000));
    write_file(scene.work().join("films/large"), random_bytes(999, 240_000));
    let made = save(&history, scene.project);
    let mut now = scene.truth.last().unwrap().1.clone();
    now.insert("sub/text".into(), text_bytes(999, 20_000));
    now.insert("films/large".into(), random_bytes(999, 240_000));
    match &made {
        Ok(made) => drop(reads(&history, made.as_ref().unwrap(), &now)),
        Err(error) => assert!(error.code() != Code::Internal, "{what}: {error}"),
    }
    // Neither may any other work take away what could still be mended.
    let compacted = history.maintenance().compact(scene.project, &Job::new());
    if !touched.is_empty() {
        assert!(compacted.is_err(), "{what}: compacted in spite of damage");
    }
    drop(history);

    let is_index = file.starts_with("cache/");
    if !is_index && victim.exists() && how != Harm::Gone && !touched.is_empty() {
        assert_eq!(fs::read(&victim).ok(), damaged, "{what}: it was overwritten");
    }
    let _ = fs::remove_file(&victim);
    write_file(&victim, &sound);
    let history = open(&library);
    for (version, truth) in &scene.truth {
        assert!(reads(&history, version, truth), "{what}: {} is lost", version.id);
    }
    if let Ok(Some(made)) = &made {
        assert!(reads(&history, made, &now), "{what}: what was saved since is lost");
    }
    let report = history.maintenance().check(scene.project, &Job::new()).unwrap();
    assert!(report.is_sound(), "{what}: {report:#?}");
    git_in(&scene.git_folder(&library), &["fsck", "--strict", "--full", "--no-dangling"]);
    touched
}

fn relative(files: &[PathBuf], library: &Path) -> Vec<String> {
    files.iter().map(|it| it.strip_prefix(library).unwrap().to_str().unwrap().to_owned()).collect()
}

fn packs_of_git(scene: &Scene, extension: &str) -> Vec<String> {
    let mut packs = files_in(&scene.git_folder(&scene.shelf).join("objects/pack"));
    packs.retain(|path| path.extension().is_some_and(|it| it == extension));
    relative(&packs, &scene.shelf)
}

/// The versions that need an object of a pack, as stock git sees it.
fn needing(scene: &Scene, pack: &str) -> BTreeSet<VersionId> {
    let git = scene.git_folder(&scene.shelf);
    let index = scene.shelf.join(pack).with_extension("idx");
    let listed = git_in(&git, &["verify-pack", "-v", index.to_str().unwrap()]);
    let objects: BTreeSet<&str> = listed.lines().filter_map(|line| line.get(..40)).collect();
    let needs = |version: &&(Version, Content)| {
        let commit = version.0.commit.to_string();
        let tree = git_in(&git, &["rev-list", "--objects", "--no-walk", &commit]);
        tree.lines().any(|line| line.get(..40).is_some_and(|id| objects.contains(id)))
    };
    scene.truth.iter().filter(needs).map(|it| it.0.id).collect()
}

#[test]
fn a_pack_that_is_not_there_touches_those_who_need_it() {
    let scene = Scene::new();
    for pack in packs_of_git(&scene, "pack") {
        let expected = needing(&scene, &pack);
        for how in [Harm::Gone, Harm::Cut(0), Harm::Rot] {
            assert_eq!(suffer(&scene, &pack, how), expected, "{how:?} of {pack}");
        }
    }
}

#[test]
fn a_damaged_pack() {
    let scene = Scene::new();
    for pack in packs_of_git(&scene, "pack") {
        for how in
            [Harm::Flip(2), Harm::Flip(300), Harm::Flip(700), Harm::Flip(995), Harm::Cut(700)]
        {
            let touched = suffer(&scene, &pack, how);
            assert!(touched.is_subset(&needing(&scene, &pack)), "{how:?} of {pack}");
        }
    }
}

#[test]
fn a_damaged_index_of_a_pack() {
    let scene = Scene::new();
    let index = &packs_of_git(&scene, "idx")[0];
    let length = fs::metadata(scene.shelf.join(index)).unwrap().len();
    let objects = (length - 1072) / 28;
    // The first byte of an offset: it points far outside of the pack.
    let outside = Harm::FlipAt(1032 + objects * 24);
    for how in [outside, Harm::Flip(2), Harm::Flip(500), Harm::Flip(950), Harm::Cut(0), Harm::Gone]
    {
        suffer(&scene, index, how);
    }
}

#[test]
fn a_damaged_object_store() {
    let scene = Scene::new();
    let objects = scene.shelf.join("objects");
    let mut kinds = BTreeSet::new();
    for folder in ["config", "data", "index", "keys", "snapshots"] {
        let below = objects.join(folder);
        let files = if below.is_dir() { files_in(&below) } else { vec![below] };
        // The first and the last stand for all of their kind.
        let mut chosen = relative(&files, &scene.shelf);
        chosen.dedup();
        let last = chosen.pop();
        for file in chosen.first().into_iter().chain(&last) {
            for how in [Harm::Flip(500), Harm::Cut(0), Harm::Rot, Harm::Gone] {
                suffer(&scene, file, how);
                kinds.insert(folder);
            }
        }
    }
    assert_eq!(kinds.len(), 5, "{kinds:?}");
    for how in [Harm::Rot, Harm::Gone, Harm::Cut(300)] {
        let touched = suffer(&scene, "keys/objects", how);
        assert_eq!(touched.len(), scene.truth.len(), "{how:?} of the password");
    }
}

#[test]
fn a_damaged_cache_is_made_again() {
    let scene = Scene::new();
    let workspace = main_of(&open(&scene.shelf), scene.project).id;
    for how in HARMS {
        assert!(suffer(&scene, &format!("cache/{workspace}/stat.db"), how).is_empty());
    }
}

#[test]
fn damaged_files_beside_the_history_are_named_and_stay() {
    let scene = Scene::new();
    let (git, project) = (scene.git_folder(Path::new("")), scene.project);
    let beside = PathBuf::from("projects").join(project.to_string());
    for (file, name) in [
        (git.join("undercroft/marks.json"), "marks.json"),
        (beside.join("workspaces.json"), "workspaces.json"),
        (beside.join("rules.json"), "rules.json"),
    ] {
        for text in ["", "{", "[null]", "{\"version\": 1, \"rules\":", "\0\0\0\0"] {
            let (_folder, library) = scene.copy();
            let victim = library.join(&file);
            write_file(&victim, text);
            let history = open(&library);
            assert_eq!(touched(&scene, &history), BTreeSet::new(), "{text:?} in {name}");
            let mark = VersionMark { note: Some("remark".into()), ..VersionMark::default() };
            let refused = match name {
                "marks.json" => history.mark(scene.truth[0].0.id, &mark).unwrap_err(),
                "workspaces.json" => history.maintenance().rebuild(&Job::new()).unwrap_err(),
                _ => {
                    write_file(scene.work().join("sub/text"), text_bytes(999, 20_000));
                    save(&history, project).unwrap_err()
                }
            };
            assert_eq!(refused.code(), Code::Damaged, "{text:?} in {name}: {refused}");
            assert!(refused.to_string().contains(name), "{refused}");
            assert_eq!(fs::read_to_string(&victim).unwrap(), text, "{name} was overwritten");
            let all = history.versions(main_of(&history, project).id, &filter()).unwrap();
            assert_eq!(all.len(), scene.truth.len());
            assert!(all.iter().any(|version| version.name.as_deref() == Some("kept")));
        }
    }
}

fn filter() -> VersionFilter {
    VersionFilter { limit: 1000, ..VersionFilter::default() }
}

#[test]
fn a_damaged_branch_begins_nothing_anew() {
    let scene = Scene::new();
    let branch = scene.git_folder(Path::new("")).join("refs/heads/main");
    for text in [Some(""), Some("ref: refs/heads/elsewhere\n"), Some("0000"), Some("x"), None] {
        let (_folder, library) = scene.copy();
        let victim = library.join(&branch);
        let sound = fs::read(&victim).unwrap();
        match text {
            Some(text) => write_file(&victim, text),
            None => fs::remove_file(&victim).unwrap(),
        }
        let history = open(&library);
        assert_eq!(touched(&scene, &history), BTreeSet::new(), "{text:?}");
        write_file(scene.work().join("sub/text"), text_bytes(998, 20_000));
        let refused = save(&history, scene.project).unwrap_err();
        assert_eq!(refused.code(), Code::Damaged, "{text:?}: {refused}");
        assert!(refused.to_string().contains("main"), "{refused}");
        assert!(history.maintenance().compact(scene.project, &Job::new()).is_err(), "{text:?}");
        assert_eq!(fs::read_to_string(&victim).ok().as_deref(), text);
        fs::write(&victim, sound).unwrap();
        assert!(save(&history, scene.project).unwrap().is_some());
    }
}

#[test]
fn a_restore_of_a_touched_version_tells_and_brings_back_the_rest() {
    let scene = Scene::new();
    let (folder, library) = scene.copy();
    for pack in files_in(&library.join("objects/data")) {
        fs::remove_file(pack).unwrap();
    }
    let history = open(&library);
    let (version, truth) = &scene.truth[2];
    let to = folder.path().join("to");
    let order = RestoreOrder {
        version: version.id,
        paths: Vec::new(),
        to: RestoreTo::Elsewhere(to.clone()),
        like: None,
    };
    let report = history.writer().restore(&order, &Job::new()).unwrap();
    let failed: Vec<_> = report.failed.iter().map(|(path, _)| path.clone()).collect();
    assert_eq!(failed, [path("films/large")]);
    assert!(!to.join("films/large").exists());
    for (path, bytes) in truth.iter().filter(|(path, _)| *path != "films/large") {
        assert_eq!(&fs::read(to.join(path)).unwrap(), bytes, "{path}");
    }
}
