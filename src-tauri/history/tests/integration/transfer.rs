//! A project's history leaves the library for an archive and comes back as it was.

use crate::support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};

use support::{Bench, git_in, path};
use undercroft_foundation::{Code, Job, ProjectId};
use undercroft_history::{
    DRAFTS_PART, Entry, EntryKind, GIT_PART, History, KEY_PART, OBJECTS_PART, TreePath, Version,
    VersionFilter, VersionMark, WatchOptions, WatchStatus, Workspace,
};
use undercroft_library::AddProject;
use undercroft_testkit::{Restic, random_bytes, write_file};

/// All that can be seen of a project's history.
#[derive(Debug, PartialEq)]
pub struct Seen {
    pub workspaces: Vec<Workspace>,
    pub versions: Vec<Version>,
    pub files: BTreeMap<(String, String), Vec<u8>>,
}

pub fn see(history: &History, project: ProjectId) -> Seen {
    let workspaces = history.workspaces(Some(project)).unwrap();
    let filter = VersionFilter { limit: 1000, ..VersionFilter::default() };
    let listed = workspaces.iter().flat_map(|it| history.versions(it.id, &filter).unwrap());
    let versions: Vec<Version> = listed.collect();
    let mut files = BTreeMap::new();
    for version in &versions {
        let mut open = vec![TreePath::root()];
        while let Some(folder) = open.pop() {
            for Entry { name, kind, .. } in history.reader().list(version.id, &folder).unwrap() {
                let path = folder.join(&name);
                match kind {
                    EntryKind::Folder => open.push(path),
                    EntryKind::File => {
                        let content = history.reader().read(version.id, &path, None).unwrap();
                        files.insert((version.id.to_string(), path.to_string()), content);
                    }
                    _ => {}
                }
            }
        }
    }
    Seen { workspaces, versions, files }
}

/// A project with code, large files, marks, rules and a second workspace.
pub fn rich() -> Bench {
    let (bench, first) = Bench::begun(|work| {
        write_file(work.join("src/main.rs"), "fn main() {}\n");
        write_file(work.join("large"), random_bytes(1, 1 << 20));
    });
    bench.write("src/main.rs", "fn main() { println!(); }\n");
    bench.write("other", random_bytes(2, 300_000));
    let second = bench.save().unwrap();
    let mark =
        VersionMark { name: Some("good".to_owned()), pinned: Some(true), ..VersionMark::default() };
    bench.history.mark(second.id, &mark).unwrap();
    let writer = bench.history.writer();
    let beside = writer.open_workspace(first.id, "beside", None, &Job::new()).unwrap();
    write_file(beside.root.join("src/lib.rs"), "// beside\n");
    write_file(beside.root.join("larger"), random_bytes(3, 400_000));
    writer.refresh_workspace(beside.id, &Job::new()).unwrap().unwrap();
    bench
}

/// Takes the parts out, as an archive would.
pub fn take_out(parts: &[(&'static str, PathBuf)], to: &Path) {
    fs::create_dir_all(to).unwrap();
    for (name, from) in parts {
        let status = Command::new("cp").arg("-r").arg(from).arg(to.join(name)).status().unwrap();
        assert!(status.success());
    }
}

fn names_in(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let names = entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

fn restic_of(folder: &Path) -> Restic {
    let password = fs::read_to_string(folder.join(KEY_PART)).unwrap();
    Restic::new(folder.join(OBJECTS_PART), password.trim())
}

#[test]
fn a_history_leaves_and_comes_back_as_it_was() {
    let bench = rich();
    let (history, project) = (&bench.history, bench.project);
    let before = see(history, project);
    assert!(before.workspaces.len() == 2 && before.versions.len() == 3, "{before:#?}");
    let sizes = history.sizes(project).unwrap();
    assert_eq!(sizes.versions, 3);
    assert!(sizes.git_bytes > 1000 && sizes.objects_bytes > 1_700_000, "{sizes:?}");

    let (staging, archive) = (bench.folder.path().join("stage"), bench.folder.path().join("out"));
    let staged = history.stage_for_archive(project, &staging, &Job::new()).unwrap();
    write_file(staged.drafts(), "unsaved");
    let parts = staged.parts();
    let names: Vec<_> = parts.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, [GIT_PART, OBJECTS_PART, KEY_PART, DRAFTS_PART]);
    take_out(&parts, &archive);
    history.detach_staged(&staged).unwrap();
    drop(staged);
    assert_eq!(names_in(&staging), [""; 0]);

    // Stock tools open what the archive holds.
    git_in(&archive.join(GIT_PART), &["fsck", "--strict", "--full", "--no-dangling"]);
    let log = git_in(&archive.join(GIT_PART), &["log", "--all", "--oneline"]);
    assert_eq!(log.lines().count(), 3);
    restic_of(&archive).check();
    assert_eq!(
        restic_of(&archive).run(&["ls", "latest", "--long"]).matches(" /lfs/objects/").count() / 3,
        3
    );

    // The library knows nothing of it any more, and finds nothing wrong.
    assert!(!history.is_begun(project));
    assert_eq!(
        see(history, project),
        Seen { workspaces: vec![], versions: vec![], files: BTreeMap::new() }
    );
    assert!(!bench.library.projects().folder_of(project).join("workspaces.json").exists());
    let rebuilt = history.maintenance().rebuild(&Job::new()).unwrap();
    assert_eq!((rebuilt.projects, rebuilt.versions), (0, 0));
    assert!(history.reclaim(&Job::new()).unwrap() > 1_700_000);
    assert_eq!(history.sizes(project).unwrap(), Default::default());
    history.detach(project).unwrap();
    let refused = history.stage_for_archive(project, &staging, &Job::new()).unwrap_err();
    assert_eq!(refused.code(), Code::NotFound);

    history.attach(project, &archive, &Job::new()).unwrap();
    assert_eq!(see(history, project), before);
    assert!(history.maintenance().check(project, &Job::new()).unwrap().is_sound());
    bench.fsck();
    // Another process, and a catalog that is made again, see the same.
    assert_eq!(see(&History::new(&bench.library), project), before);
    history.maintenance().rebuild(&Job::new()).unwrap();
    assert_eq!(see(history, project), before);
    // Once more changes nothing; and it goes on.
    history.attach(project, &archive, &Job::new()).unwrap();
    assert_eq!(see(history, project), before);
    bench.write("src/main.rs", "fn main() { panic!() }\n");
    let new = bench.save().unwrap();
    assert_eq!(bench.read(new.id, "large"), random_bytes(1, 1 << 20));
    bench.fsck();
    // Now it is another one.
    let refused = history.attach(project, &archive, &Job::new()).unwrap_err();
    assert_eq!(refused.code(), Code::AlreadyExists, "{refused}");
    assert_eq!(bench.read(new.id, "src/main.rs"), b"fn main() { panic!() }\n");
}

#[test]
fn what_another_project_shares_stays() {
    let bench = rich();
    let work = bench.folder.path().join("another");
    write_file(work.join("large"), random_bytes(1, 1 << 20));
    let request = AddProject { path: work, ..AddProject::default() };
    let another = bench.library.projects().add_linked(&request).unwrap().id;
    let version = bench.history.writer().begin(another, &Job::new()).unwrap();
    let before = see(&bench.history, another);
    assert_eq!(bench.history.sizes(another).unwrap().objects_bytes / 1000, 0);

    bench.history.remove(bench.project).unwrap();
    let freed = bench.history.reclaim(&Job::new()).unwrap();
    assert!((600_000..1_000_000).contains(&freed), "{freed}");
    assert_eq!(see(&bench.history, another), before);
    let read = bench.history.reader().read(version.id, &path("large"), None).unwrap();
    assert_eq!(read, random_bytes(1, 1 << 20));
    assert!(bench.history.maintenance().check(another, &Job::new()).unwrap().is_sound());
    let password = fs::read_to_string(bench.library.root().join("keys/objects")).unwrap();
    Restic::new(bench.library.root().join("objects"), password.trim()).check();

    // A history can be begun anew.
    let first = bench.history.writer().begin(bench.project, &Job::new()).unwrap();
    assert_eq!(bench.read(first.id, "large"), random_bytes(1, 1 << 20));
    bench.fsck();
}

#[test]
fn a_project_without_large_files_has_no_objects() {
    let (bench, version) = Bench::begun(|work| write_file(work.join("a"), "a"));
    let (staging, archive) = (bench.folder.path().join("stage"), bench.folder.path().join("out"));
    let staged = bench.history.stage_for_archive(bench.project, &staging, &Job::new()).unwrap();
    assert_eq!((&staged.objects, &staged.objects_key), (&None, &None));
    take_out(&staged.parts(), &archive);
    bench.history.detach_staged(&staged).unwrap();
    drop(staged);
    bench.history.attach(bench.project, &archive, &Job::new()).unwrap();
    assert_eq!(bench.read(version.id, "a"), b"a");
}

#[test]
fn no_version_is_made_while_a_history_is_staged() {
    let (bench, _) = Bench::begun(|work| write_file(work.join("a"), "a"));
    let staging = bench.folder.path().join("stage");
    let staged = bench.history.stage_for_archive(bench.project, &staging, &Job::new()).unwrap();
    bench.write("a", "changed");
    let (history, main) = (bench.history.clone(), bench.main());
    let saving =
        std::thread::spawn(move || history.writer().refresh_workspace(main.id, &Job::new()));
    bench.history.detach_staged(&staged).unwrap();
    drop(staged);
    // Whoever waited finds that there is no history any more, and makes none.
    let refused = saving.join().unwrap().unwrap_err();
    assert_eq!(refused.code(), Code::NotFound, "{refused}");
    assert!(!bench.history.is_begun(bench.project));
    assert!(!bench.git_folder().exists());
}

#[test]
fn what_is_cancelled_leaves_nothing() {
    if !undercroft_testkit::is_alone(module_path!(), "what_is_cancelled_leaves_nothing") {
        return;
    }
    let armed = Arc::new(Mutex::new(None::<(&str, Arc<Job>)>));
    let at = Arc::clone(&armed);
    undercroft_foundation::on_write_point(move |point| {
        if let Some((_, job)) = at.lock().unwrap().as_ref().filter(|armed| armed.0 == point) {
            job.cancel();
        }
    });
    let cancelled_at = |point| {
        let job = Arc::new(Job::new());
        *armed.lock().unwrap() = Some((point, Arc::clone(&job)));
        job
    };
    let bench = rich();
    let (history, project) = (&bench.history, bench.project);
    let before = see(history, project);
    let (staging, archive) = (bench.folder.path().join("stage"), bench.folder.path().join("out"));
    for point in ["history.created", "repository.config-written"] {
        let refused = history.stage_for_archive(project, &staging, &cancelled_at(point));
        assert_eq!(refused.unwrap_err().code(), Code::Cancelled, "{point}");
        assert_eq!(names_in(&staging), [""; 0], "{point}");
        assert_eq!(see(history, project), before, "{point}");
    }
    let staged = history.stage_for_archive(project, &staging, &Job::new()).unwrap();
    take_out(&staged.parts(), &archive);
    history.detach_staged(&staged).unwrap();
    drop(staged);
    for point in ["history.created", "history.transfer-recorded"] {
        let refused = history.attach(project, &archive, &cancelled_at(point)).unwrap_err();
        assert_eq!(refused.code(), Code::Cancelled, "{point}");
        assert_eq!(names_in(&bench.library.root().join("history")), ["transfers"], "{point}");
        assert_eq!(see(history, project).versions, [], "{point}");
    }
    history.attach(project, &archive, &Job::new()).unwrap();
    assert_eq!(see(history, project), before);
}

#[test]
fn an_archived_history_is_watched_no_more_and_again_when_it_is_back() {
    let bench = rich();
    let (staging, archive) = (bench.folder.path().join("stage"), bench.folder.path().join("out"));
    bench.watcher.start(WatchOptions::default()).unwrap();
    let watched = || bench.watcher.states().unwrap().len();
    assert_eq!(watched(), 2);
    let staged = bench.history.stage_for_archive(bench.project, &staging, &Job::new()).unwrap();
    take_out(&staged.parts(), &archive);
    bench.history.detach_staged(&staged).unwrap();
    drop(staged);
    bench.watcher.sync().unwrap();
    assert_eq!(watched(), 0);
    bench.history.attach(bench.project, &archive, &Job::new()).unwrap();
    bench.watcher.sync().unwrap();
    let states = bench.watcher.states().unwrap();
    let off = states.iter().filter(|state| state.status == WatchStatus::Off);
    assert_eq!((states.len(), off.count()), (2, 0), "{states:?}");
    bench.watcher.stop();
}

#[test]
fn what_is_damaged_or_hostile_is_not_taken_in() {
    let bench = rich();
    let (history, project) = (&bench.history, bench.project);
    let before = see(history, project);
    let (staging, archive) = (bench.folder.path().join("stage"), bench.folder.path().join("out"));
    let staged = history.stage_for_archive(project, &staging, &Job::new()).unwrap();
    take_out(&staged.parts(), &archive);
    history.detach_staged(&staged).unwrap();
    drop(staged);
    let refuse = |code: Code, harm: &dyn Fn(&Path)| {
        let harmed = tempfile::tempdir().unwrap();
        let from = harmed.path().join("out");
        take_out(&[("out", archive.clone())], harmed.path());
        harm(&from);
        let refused = history.attach(project, &from, &Job::new()).unwrap_err();
        assert_eq!(refused.code(), code, "{refused}");
        assert!(!history.is_begun(project));
        assert_eq!(names_in(&bench.library.root().join("history")), ["transfers"]);
        assert_eq!(names_in(&bench.library.root().join("history/transfers")), ["lock"]);
        assert_eq!(see(history, project).versions, []);
    };
    refuse(Code::Damaged, &|from| fs::remove_dir_all(from.join(GIT_PART)).unwrap());
    refuse(Code::Damaged, &|from| fs::remove_dir_all(from.join(OBJECTS_PART)).unwrap());
    refuse(Code::Damaged, &|from| fs::remove_file(from.join(KEY_PART)).unwrap());
    refuse(Code::Damaged, &|from| {
        let packs = from.join(GIT_PART).join("objects/pack");
        for name in names_in(&packs).iter().filter(|name| name.ends_with(".pack")) {
            let mut bytes = fs::read(packs.join(name)).unwrap();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            fs::remove_file(packs.join(name)).unwrap();
            fs::write(packs.join(name), bytes).unwrap();
        }
    });
    refuse(Code::Invalid, &|from| {
        let workspaces = from.join(GIT_PART).join("undercroft/workspaces.json");
        let text = fs::read_to_string(&workspaces).unwrap();
        fs::write(&workspaces, text.replace("\"beside\"", "\"../../beside\"")).unwrap();
    });

    // What stock git would run or follow does not come with it.
    let git = archive.join(GIT_PART);
    write_file(git.join("hooks/post-commit"), "#!/bin/sh\n");
    write_file(git.join("config"), "[core]\n\tfsmonitor = evil\n");
    write_file(git.join("objects/info/alternates"), "/elsewhere\n");
    std::os::unix::fs::symlink("/etc/passwd", git.join("refs/heads/link")).unwrap();
    history.attach(project, &archive, &Job::new()).unwrap();
    assert!(!bench.git_folder().join("hooks").exists());
    assert!(!bench.git_folder().join("objects/info/alternates").exists());
    assert!(!bench.git(&["config", "--list", "--local"]).contains("fsmonitor"));
    assert_eq!(see(history, project), before);
}
