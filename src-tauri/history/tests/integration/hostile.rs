//! Projects that somebody prepared: repositories full of programs, links that lead out, names that
//! no tool expects. Their versions are kept and brought back like those of any other; no program of
//! theirs runs, their git repository is not touched, and nothing outside is opened.

use crate::support;

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::fs::inotify;
use rustix::fs::{CWD, FileType, Mode, mknodat};
use support::Bench;
use tempfile::TempDir;
use undercroft_foundation::{Job, VersionId};
use undercroft_history::{
    Entry, EntryKind, History, RestoreOrder, RestoreReport, RestoreTo, TreePath,
};
use undercroft_testkit::{Compare, awkward_names, random_bytes, tree_differences, write_file};

/// Beyond the reach of the hostile project: a victim's folder, and where canaries would sing.
struct Outside {
    folder: TempDir,
    watch: rustix::fd::OwnedFd,
}

const SECRET: &[u8] = b"the secret of somebody else, which no version may hold";

impl Outside {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["canaries", "victim/sub", "repository"] {
            fs::create_dir_all(folder.path().join(name)).unwrap();
        }
        write_file(folder.path().join("victim/secret"), SECRET);
        write_file(folder.path().join("victim/sub/secret"), SECRET);
        let repository = folder.path().join("repository");
        git(&repository, &["init", "-q", "-b", "main"]);
        write_file(repository.join("theirs"), "what a submodule checks out");
        git(&repository, &["add", "-A"]);
        git(&repository, &["commit", "-q", "-m", "Theirs"]);
        let watch = inotify::init(inotify::CreateFlags::NONBLOCK).unwrap();
        Self { folder, watch }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A program that shows that it was run.
    fn canary(&self, name: &str) -> String {
        format!("touch {}", self.path("canaries").join(name).display())
    }

    /// From now on, nobody may open, read or write anything here.
    fn guard(&self) {
        use inotify::WatchFlags as On;
        let all = On::OPEN | On::ACCESS | On::MODIFY | On::ATTRIB | On::CREATE | On::DELETE;
        for folder in folders_below(self.folder.path()) {
            inotify::add_watch(&self.watch, &folder, all | On::MOVE).unwrap();
        }
    }

    fn assert_untouched(&self) {
        let mut buffer = [std::mem::MaybeUninit::uninit(); 4096];
        let mut events = inotify::Reader::new(&self.watch, &mut buffer);
        if let Ok(event) = events.next() {
            panic!("{:?} {:?} outside", event.events(), event.file_name());
        }
        let canaries: Vec<_> = fs::read_dir(self.path("canaries")).unwrap().collect();
        assert!(canaries.is_empty(), "{canaries:?}");
    }
}

fn git(folder: &Path, arguments: &[&str]) {
    let who = ["-c", "user.name=Ann", "-c", "user.email=ann@x", "-c", "protocol.file.allow=always"];
    let mut command = Command::new("git");
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("HOME", "/nonexistent");
    let output = command.args(who).args(arguments).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
}

fn folders_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = vec![folder.to_owned()];
    let mut at = 0;
    while let Some(folder) = found.get(at).cloned() {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() {
                found.push(entry.path());
            }
        }
        at += 1;
    }
    found
}

/// Path, inode, mode, times and content.
type Looks = (PathBuf, u64, u32, i64, i64, i64, Vec<u8>);

/// All that `lstat` and reading say of a path and what is below it, but for when it was read.
fn looks(path: &Path) -> Vec<Looks> {
    let meta = fs::symlink_metadata(path).unwrap();
    let content = match meta.file_type() {
        kind if kind.is_file() => fs::read(path).unwrap(),
        kind if kind.is_symlink() => fs::read_link(path).unwrap().as_os_str().as_bytes().to_vec(),
        _ => Vec::new(),
    };
    let times = (meta.mtime(), meta.mtime_nsec(), meta.ctime_nsec());
    let mut all =
        vec![(path.to_owned(), meta.ino(), meta.mode(), times.0, times.1, times.2, content)];
    if meta.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            all.extend(looks(&entry.unwrap().path()));
        }
    }
    all.sort();
    all
}

fn poison(git_dir: &Path, outside: &Outside) {
    for hook in ["pre-commit", "post-checkout", "post-index-change", "reference-transaction"] {
        for folder in ["hooks", "other-hooks"] {
            let path = git_dir.join(folder).join(hook);
            write_file(&path, format!("#!/bin/sh\n{}\n", outside.canary(hook)));
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }
    }
    let mut config = fs::read_to_string(git_dir.join("config")).unwrap_or_default();
    for (section, key) in [
        ("core", "fsmonitor"),
        ("core", "sshCommand"),
        ("core", "alternateRefsCommand"),
        ("diff", "external"),
        ("diff \"evil\"", "textconv"),
        ("filter \"evil\"", "clean"),
        ("filter \"evil\"", "smudge"),
        ("filter \"evil\"", "process"),
        ("filter \"lfs\"", "clean"),
        ("filter \"lfs\"", "smudge"),
        ("merge \"evil\"", "driver"),
    ] {
        let canary = outside.canary(key);
        config.push_str(&format!("[{section}]\n\t{key} = \"{canary}\"\n"));
    }
    let hooks = git_dir.join("other-hooks");
    config.push_str(&format!("[core]\n\thooksPath = \"{}\"\n", hooks.display()));
    let include = outside.path("victim/secret");
    config.push_str(&format!("[include]\n\tpath = \"{}\"\n", include.display()));
    fs::write(git_dir.join("config"), config).unwrap();
    write_file(git_dir.join("info/attributes"), "* filter=evil diff=evil merge=evil\n");
    let alternates = format!("{}\n", outside.path("repository/.git/objects").display());
    write_file(git_dir.join("objects/info/alternates"), alternates);
}

/// A repository with everything that git might run or follow.
fn hostile_repository(work: &Path, outside: &Outside) {
    git(work, &["init", "-q", "-b", "main"]);
    write_file(work.join("committed"), "committed\n");
    git(work, &["add", "-A"]);
    git(work, &["commit", "-q", "-m", "First"]);
    write_file(work.join("staged"), "staged\n");
    git(work, &["add", "-A"]);
    git(
        work,
        &[
            "submodule",
            "--quiet",
            "add",
            &outside.path("repository").display().to_string(),
            "module",
        ],
    );
    poison(&work.join(".git"), outside);
    poison(&work.join(".git/modules/module"), outside);
    write_file(
        work.join(".gitattributes"),
        "* filter=evil diff=evil merge=evil text eol=crlf ident\n",
    );
    write_file(work.join(".gitignore"), "*\n");
    write_file(
        work.join(".gitmodules"),
        "[submodule \"-x\"]\n\tpath = -x\n\turl = -u./payload\n\tupdate = !touch /x\n",
    );
    write_file(work.join(".lfsconfig"), "[lfs]\n\turl = file:///nowhere\n");
    nested_repositories(work, outside);
    links_out(work, outside);
    strange_names(&work.join("names"));
    fs::create_dir(work.join("specials")).unwrap();
    mknodat(CWD, work.join("specials/pipe"), FileType::Fifo, Mode::RWXU, 0).unwrap();
    drop(UnixListener::bind(work.join("specials/socket")).unwrap());
    write_file(work.join("large.bin"), random_bytes(1, 1_500_000));
    write_file(
        work.join("pointer"),
        "version https://git-lfs.github.com/spec/v1\noid sha256:\
         0000000000000000000000000000000000000000000000000000000000000000\nsize 12\n",
    );
    write_file(work.join("line ends"), "$Id$ one\r\ntwo\n");
}

fn nested_repositories(work: &Path, outside: &Outside) {
    for folder in ["bare", "deep/bare.git"] {
        fs::create_dir_all(work.join(folder)).unwrap();
        git(&work.join(folder), &["init", "-q", "--bare"]);
        poison(&work.join(folder), outside);
    }
    fs::create_dir(work.join("nested")).unwrap();
    git(&work.join("nested"), &["init", "-q"]);
    write_file(work.join("nested/inside"), "inside");
    git(&work.join("nested"), &["add", "-A"]);
    git(&work.join("nested"), &["commit", "-q", "-m", "Inside"]);
    poison(&work.join("nested/.git"), outside);
    let there = format!("gitdir: {}\n", outside.path("repository/.git").display());
    write_file(work.join("worktree/.git"), there);
    fs::create_dir(work.join("linked")).unwrap();
    symlink(outside.path("repository/.git"), work.join("linked/.git")).unwrap();
}

fn links_out(work: &Path, outside: &Outside) {
    fs::create_dir(work.join("links")).unwrap();
    for (target, name) in [
        (outside.path("victim"), "folder"),
        (outside.path("victim/secret"), "file"),
        (PathBuf::from("../../../../../../../../etc/passwd"), "passwd"),
        (PathBuf::from("."), "loop"),
        (PathBuf::from("/dev/zero"), "zero"),
        (PathBuf::from("/proc/self/fd/0"), "standard input"),
        (outside.path("victim/secret"), ".gitignore"),
    ] {
        symlink(target, work.join("links").join(name)).unwrap();
    }
}

fn strange_names(folder: &Path) {
    for name in awkward_names() {
        write_file(folder.join(OsStr::from_bytes(&name)), &name);
    }
    // A restore never changes it, so that it must not be in the way of one.
    write_file(folder.with_file_name("kept").join(".GIT/x"), ".GIT");
    for name in [
        ".git ",
        ".git.",
        "git~1",
        ".g\u{200c}it",
        ".git::$INDEX_ALLOCATION",
        ".gitmodules",
        "GITMOD~1",
        ".gitattributes",
        ".gitignore",
        ".undercroft",
        "%.git",
        "%%.git",
        "entries",
        "entries.d",
        "%",
        "a\\..\\b",
        "HEAD",
        "objects.d",
    ] {
        write_file(folder.join(name).join("x"), name);
    }
    write_file(folder.join("Only case differs"), "one");
    write_file(folder.join("only CASE differs"), "two");
}

/// Everything of a version, by a walk through its folders.
fn everything(bench: &Bench, version: VersionId) -> Vec<(TreePath, Entry)> {
    let mut open = vec![TreePath::root()];
    let mut found = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in bench.history.reader().list(version, &folder).unwrap() {
            let path = folder.join(&entry.name);
            if entry.kind == EntryKind::Folder {
                open.push(path.clone());
            }
            found.push((path, entry));
        }
    }
    found
}

fn assert_reads_as_on_disk(bench: &Bench, version: VersionId) {
    for (path, entry) in everything(bench, version) {
        let at = path.below(&bench.work());
        match entry.kind {
            EntryKind::File => {
                let read = bench.history.reader().read(version, &path, None).unwrap();
                assert_eq!(read, fs::read(&at).unwrap(), "{path}");
            }
            EntryKind::Symlink => {
                let target = fs::read_link(&at).unwrap().as_os_str().as_bytes().to_vec();
                assert_eq!(entry.target, Some(target), "{path}");
            }
            _ => {}
        }
    }
}

/// How a restored tree differs from what was there, but for what is never restored.
fn differences(expected: &Path, actual: &Path) -> Vec<String> {
    let compare = Compare { times: true, modes: true, owners: true, ..Compare::CONTENT };
    let mut differences = tree_differences(expected, actual, compare);
    let unkept = ["./.git ", "./.git:", "specials/pipe", "specials/socket", ". ", "./specials "];
    differences.retain(|line| !unkept.iter().any(|unkept| line.contains(unkept)));
    differences
}

fn restore(bench: &Bench, version: VersionId, to: RestoreTo) -> RestoreReport {
    let order = RestoreOrder { version, paths: Vec::new(), to, like: None };
    let report = bench.history.writer().restore(&order, &Job::new()).unwrap();
    assert!(report.failed.is_empty(), "{:?}", report.failed);
    report
}

fn in_place(bench: &Bench) -> RestoreTo {
    RestoreTo::InPlace { workspace: bench.main().id, remove_extra: true }
}

/// A copy of the workspace as it is now, to be compared with later.
fn copy_of_work(bench: &Bench, name: &str) -> PathBuf {
    let copy = bench.folder.path().join(name);
    let status = Command::new("cp").arg("-a").arg(bench.work()).arg(&copy).status().unwrap();
    assert!(status.success());
    copy
}

/// Changes a project in ways that lead a careless restore astray.
fn change_for_the_worse(work: &Path, outside: &Outside) {
    fs::remove_dir_all(work.join("names")).unwrap();
    symlink(outside.path("victim"), work.join("names")).unwrap();
    fs::remove_file(work.join("committed")).unwrap();
    symlink(outside.path("victim/secret"), work.join("committed")).unwrap();
    fs::remove_file(work.join("large.bin")).unwrap();
    fs::create_dir(work.join("large.bin")).unwrap();
    symlink(outside.path("victim"), work.join("large.bin/way out")).unwrap();
    fs::remove_dir_all(work.join("deep")).unwrap();
    fs::hard_link(work.join("pointer"), work.join("deep")).unwrap();
    fs::rename(work.join("line ends"), work.join("LINE ENDS")).unwrap();
    fs::remove_file(work.join("links/folder")).unwrap();
    write_file(work.join("links/folder/secret"), "not theirs");
}

/// Keeps versions of a hostile project, and uses them in every way.
fn live_with(fill: impl FnOnce(&Path, &Outside), worsen: bool) {
    let outside = Outside::new();
    let bench = Bench::new(|work| fill(work, &outside));
    let own = bench.work().join(".git");
    let own_looks = || own.symlink_metadata().is_ok().then(|| looks(&own));
    let before = own_looks();
    outside.guard();

    let first = bench.history.writer().begin(bench.project, &Job::new()).unwrap();
    assert_reads_as_on_disk(&bench, first.id);
    let of_first = copy_of_work(&bench, "of first");
    let elsewhere = bench.folder.path().join("elsewhere");
    restore(&bench, first.id, RestoreTo::Elsewhere(elsewhere.clone()));
    assert_eq!(differences(&of_first, &elsewhere), [""; 0]);

    if worsen {
        change_for_the_worse(&bench.work(), &outside);
    } else {
        bench.write("HEAD", "ref: refs/heads/elsewhere\n");
    }
    let second = bench.save().unwrap();
    assert_reads_as_on_disk(&bench, second.id);
    let of_second = copy_of_work(&bench, "of second");
    restore(&bench, first.id, in_place(&bench));
    assert_eq!(differences(&of_first, &bench.work()), [""; 0]);
    let undone = bench.history.writer().undo(bench.main().id, &Job::new()).unwrap();
    assert!(undone.failed.is_empty(), "{undone:?}");
    assert_eq!(differences(&of_second, &bench.work()), [""; 0]);

    let job = Job::new();
    let opened = bench.history.writer().open_workspace(first.id, "beside", None, &job).unwrap();
    assert_eq!(differences(&of_first, &opened.root), [""; 0]);
    // Pipes and sockets are noted in versions, but not brought back.
    let noticed = bench.history.writer().refresh_workspace(opened.id, &job).unwrap();
    assert!(noticed.is_none() || worsen, "{noticed:?}");
    let closed = bench.history.writer().close_workspace(opened.id, &Job::new()).unwrap();
    assert!(bench.history.writer().remove_closed_folder(&closed, &Job::new()).unwrap());

    bench.history.maintenance().compact(bench.project, &job).unwrap();
    let report = bench.history.maintenance().check(bench.project, &job).unwrap();
    assert!(report.is_sound(), "{report:#?}");
    bench.fsck();
    let blobs = bench.git(&["cat-file", "--batch", "--batch-all-objects"]);
    assert!(!blobs.contains(std::str::from_utf8(SECRET).unwrap()));
    outside.assert_untouched();
    assert_eq!(before, own_looks());
}

#[test]
fn a_repository_that_runs_programs() {
    live_with(hostile_repository, true);
}

#[test]
fn a_project_that_is_a_bare_repository() {
    live_with(
        |work, outside| {
            git(work, &["init", "-q", "--bare"]);
            poison(work, outside);
        },
        false,
    );
}

#[test]
fn a_repository_that_is_elsewhere() {
    for is_link in [false, true] {
        live_with(
            |work, outside| {
                let there = outside.path("repository/.git");
                if is_link {
                    symlink(&there, work.join(".git")).unwrap();
                } else {
                    write_file(work.join(".git"), format!("gitdir: {}\n", there.display()));
                }
                write_file(work.join("HEAD"), "a file");
            },
            false,
        );
    }
}

#[test]
fn renames_that_change_only_case() {
    let (bench, first) = Bench::begun(|work| write_file(work.join("Sub/File"), "content\n"));
    fs::rename(bench.work().join("Sub/File"), bench.work().join("Sub/file")).unwrap();
    let second = bench.save().unwrap();
    assert_eq!((second.renamed, second.added, second.removed), (1, 0, 0));
    fs::rename(bench.work().join("Sub"), bench.work().join("sub")).unwrap();
    let third = bench.save().unwrap();
    let paths = |version| -> Vec<String> {
        everything(&bench, version).into_iter().map(|(path, _)| path.to_string()).collect()
    };
    assert_eq!(paths(third.id), ["sub", "sub/file"]);
    restore(&bench, first.id, in_place(&bench));
    assert_eq!(
        paths(bench.history.newest_version(bench.main().id).unwrap().unwrap().id),
        ["Sub", "Sub/File"]
    );
    assert!(bench.work().join("Sub/File").is_file() && !bench.work().join("sub").exists());
    bench.fsck();
}

/// A folder in a folder, so often.
const LEVELS: usize = 1500;

fn deep_file() -> PathBuf {
    let mut path = PathBuf::new();
    path.extend(std::iter::repeat_n("d", LEVELS));
    path.join("file")
}

#[test]
fn folders_that_lie_very_deep() {
    let (bench, first) = Bench::begun(|work| write_file(work.join(deep_file()), "at the bottom"));
    let path = TreePath::new(deep_file().as_os_str().as_bytes()).unwrap();
    assert_eq!(bench.history.reader().read(first.id, &path, None).unwrap(), b"at the bottom");
    assert_eq!(everything(&bench, first.id).len(), LEVELS + 1);
    bench.write(deep_file().to_str().unwrap(), "changed");
    let second = bench.save().unwrap();
    assert_eq!((second.modified, second.added, second.files), (1, 0, 1));
    let elsewhere = bench.folder.path().join("elsewhere");
    restore(&bench, first.id, RestoreTo::Elsewhere(elsewhere.clone()));
    assert_eq!(fs::read(elsewhere.join(deep_file())).unwrap(), b"at the bottom");

    let status = Command::new("rm").arg("-r").arg(bench.work().join("d")).status().unwrap();
    assert!(status.success());
    bench.write("d", "a file where all the folders were");
    let third = bench.save().unwrap();
    restore(&bench, first.id, in_place(&bench));
    assert_eq!(fs::read(bench.work().join(deep_file())).unwrap(), b"at the bottom");
    restore(&bench, third.id, in_place(&bench));
    assert!(bench.work().join("d").is_file());
    bench.history.writer().undo(bench.main().id, &Job::new()).unwrap();
    assert_eq!(fs::read(bench.work().join(deep_file())).unwrap(), b"at the bottom");

    let opened =
        bench.history.writer().open_workspace(second.id, "deep", None, &Job::new()).unwrap();
    assert_eq!(fs::read(opened.root.join(deep_file())).unwrap(), b"changed");
    let closed = bench.history.writer().close_workspace(opened.id, &Job::new()).unwrap();
    assert!(bench.history.writer().remove_closed_folder(&closed, &Job::new()).unwrap());
    assert!(!opened.root.exists());
    bench.history.maintenance().compact(bench.project, &Job::new()).unwrap();
    assert!(bench.history.maintenance().check(bench.project, &Job::new()).unwrap().is_sound());
    assert!(History::new(&bench.library).maintenance().rebuild(&Job::new()).unwrap().versions >= 3);
    bench.fsck();
    // The folder's own end would hold a descriptor a level.
    let status = Command::new("rm").arg("-rf").arg(bench.folder.path()).status().unwrap();
    assert!(status.success());
}
