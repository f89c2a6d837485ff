//! Content that no version holds is never lost: not by a restore, a deletion, a save or an upload, and not
//! when it is written at the worst moment.

use crate::support;

use std::fs::{self, FileTimes};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use support::{Bench, path, without_power};
use undercroft_foundation::{Code, Error, Job, VersionId};
use undercroft_history::{
    ChangeKind, Conflict, History, RestoreOrder, RestoreReport, RestoreTo, SaveOrder, Trigger,
    UnsavedPolicy, VersionFilter, WriteOutcome,
};
use undercroft_testkit::write_file;

fn restore(bench: &Bench, version: VersionId) -> RestoreReport {
    let to = RestoreTo::InPlace { workspace: bench.main().id, remove_extra: true };
    let order = RestoreOrder { version, paths: Vec::new(), to, like: None };
    bench.history.writer().restore(&order, &Job::new()).unwrap()
}

fn failed(report: &RestoreReport) -> Vec<String> {
    report.failed.iter().map(|(path, _)| path.to_string()).collect()
}

fn order() -> SaveOrder {
    SaveOrder::new(Trigger::Manual, "")
}

fn delete(bench: &Bench, at: &str, unsaved: UnsavedPolicy) -> Result<WriteOutcome, Error> {
    bench.history.writer().delete_file(bench.main().id, &path(at), order(), unsaved, &Job::new())
}

fn put(bench: &Bench, at: &str, unsaved: UnsavedPolicy) -> Result<WriteOutcome, Error> {
    bench.history.writer().put_file(
        bench.main().id,
        &path(at),
        b"put",
        order(),
        unsaved,
        &Job::new(),
    )
}

/// Writes what looks the same from outside whatever it holds: of one size, from one moment.
fn write_alike(at: &Path, content: &str) {
    fs::write(at, content).unwrap();
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1);
    let file = fs::File::options().write(true).open(at).unwrap();
    file.set_times(FileTimes::new().set_modified(long_ago)).unwrap();
}

#[test]
fn neither_size_nor_time_tells_content() {
    let (bench, first) = Bench::begun(|work| write_alike(&work.join("f"), "aa"));
    let file = bench.work().join("f");
    write_alike(&file, "bb");
    let second = bench.save().unwrap();
    let (main, job) = (bench.main().id, Job::new());
    let changed =
        bench.history.reader().compare_with_disk(first.id, main, &path(""), &job).unwrap();
    assert_eq!(changed.iter().map(|it| it.kind).collect::<Vec<_>>(), [ChangeKind::Modified]);
    let to = RestoreTo::InPlace { workspace: main, remove_extra: true };
    let plan = RestoreOrder { version: first.id, paths: Vec::new(), to, like: None };
    let plan = bench.history.writer().plan_restore(&plan, &job).unwrap();
    assert_eq!((plan.overwrite, plan.identical), (1, 0));
    let report = restore(&bench, first.id);
    assert_eq!((report.restored, report.identical, failed(&report)), (1, 0, vec![]));
    assert_eq!(fs::read(&file).unwrap(), b"aa");

    // Elsewhere, too, what is there is read.
    let to = bench.folder.path().join("to");
    write_file(to.join("f"), "");
    write_alike(&to.join("f"), "xx");
    let to = RestoreTo::Elsewhere(to);
    let order = RestoreOrder { version: second.id, paths: Vec::new(), to, like: None };
    assert_eq!(failed(&bench.history.writer().restore(&order, &job).unwrap()), ["f"]);
}

#[test]
fn git_is_never_written_to() {
    let (bench, first) = Bench::begun(|work| {
        write_file(work.join(".git/config"), "[core]");
        write_file(work.join("vendor/lib/.git/config"), "nested");
        write_file(work.join("vendor/lib/a"), "a");
        write_file(work.join("linked/.git"), "gitdir: ../elsewhere");
    });
    for at in [".git", ".git/config", ".git/hooks/new", ".GIT", "vendor/lib/.git", "linked/.git"] {
        for unsaved in [UnsavedPolicy::Ask, UnsavedPolicy::ToTrash] {
            assert_eq!(delete(&bench, at, unsaved).unwrap_err().code(), Code::Invalid, "{at}");
            assert_eq!(put(&bench, at, unsaved).unwrap_err().code(), Code::Invalid, "{at}");
        }
    }
    let drop = bench.folder.path().join("drop");
    write_file(drop.join(".git/hooks/pre-commit"), "planted");
    let sources = [drop.join(".git")];
    let (main, job) = (bench.main().id, Job::new());
    bench.history.writer().upload(main, &path(""), &sources, Conflict::Replace, &job).unwrap();
    assert_eq!((bench.work().join(".git/hooks").exists(), job.warnings().len()), (false, 3));

    // A restore leaves alone one that is there, and brings back whole one that is not.
    let nested = bench.work().join("vendor/lib/.git/config");
    bench.write("vendor/lib/.git/config", "newer");
    bench.write("linked/.git", "gitdir: ../another");
    let report = restore(&bench, first.id);
    assert_eq!(failed(&report), ["linked/.git", "vendor/lib/.git"]);
    assert_eq!(fs::read(&nested).unwrap(), b"newer");
    fs::remove_dir_all(bench.work().join("vendor")).unwrap();
    restore(&bench, first.id);
    assert_eq!(fs::read(&nested).unwrap(), b"nested");
}

#[test]
fn what_no_version_holds_is_asked_for_and_comes_back_with_undo() {
    let (bench, _) = Bench::begun(|work| {
        write_file(work.join("src/package.json"), "{}");
        write_file(work.join("src/main.js"), "main");
        write_file(work.join("src/lib/.git/config"), "nested");
    });
    let at = |name: &str| bench.work().join(name);
    bench.write("src/node_modules/x/index.js", "made again");
    symlink("x", at("src/node_modules/link")).unwrap();
    let refused = delete(&bench, "src", UnsavedPolicy::Ask).unwrap_err();
    assert_eq!(refused.code(), Code::NotKept);
    assert!(refused.why_text().contains("src/node_modules"), "{refused:?}");
    assert!(refused.why_text().contains("src/lib/.git"), "{refused:?}");
    assert!(at("src/main.js").exists() && at("src/node_modules/x/index.js").exists());
    let undo = || bench.history.writer().undo(bench.main().id, &Job::new());
    assert_eq!(undo().unwrap_err().code(), Code::NotFound, "nothing was deleted");

    delete(&bench, "src", UnsavedPolicy::ToTrash).unwrap().version.unwrap();
    assert!(!at("src").exists());
    assert_eq!(failed(&undo().unwrap()), [""; 0]);
    assert_eq!(fs::read(at("src/main.js")).unwrap(), b"main");
    assert_eq!(fs::read(at("src/node_modules/x/index.js")).unwrap(), b"made again");
    assert_eq!(fs::read_link(at("src/node_modules/link")).unwrap(), Path::new("x"));
    assert_eq!(fs::read(at("src/lib/.git/config")).unwrap(), b"nested");

    // What lies in a folder that is left out would be in no version, either.
    let refused = put(&bench, "src/node_modules/new", UnsavedPolicy::Ask).unwrap_err();
    assert_eq!(refused.code(), Code::NotKept);
    let written = put(&bench, "src/node_modules/new", UnsavedPolicy::ToTrash).unwrap();
    assert_eq!((written.changed, written.trashed), (true, false));
    assert_eq!(fs::read(at("src/node_modules/new")).unwrap(), b"put");
}

#[test]
fn what_no_version_holds_comes_back_from_the_trash_when_it_is_undone() {
    let (bench, _) = Bench::begun(|work| write_file(work.join("package.json"), "{}"));
    let at = |name: &str| bench.work().join("node_modules").join(name);
    bench.write("node_modules/x.js", "made");
    let undo = || failed(&bench.history.writer().undo(bench.main().id, &Job::new()).unwrap());

    let written = delete(&bench, "node_modules", UnsavedPolicy::ToTrash).unwrap();
    assert!(written.version.is_none() && written.changed && written.trashed);
    assert!(!at("").exists());
    assert_eq!(undo(), [""; 0]);
    assert_eq!(fs::read(at("x.js")).unwrap(), b"made");

    // A file changes places with what took its place, there and back.
    assert!(put(&bench, "node_modules/x.js", UnsavedPolicy::ToTrash).unwrap().trashed);
    for content in ["made", "put"] {
        assert_eq!(undo(), [""; 0]);
        assert_eq!(fs::read_to_string(at("x.js")).unwrap(), content);
    }
    assert!(!delete(&bench, "nothing", UnsavedPolicy::Ask).unwrap().changed);
}

#[test]
fn undoing_goes_where_it_went_when_nothing_came_of_a_restore_or_a_deletion() {
    let (bench, first) = Bench::begun(|work| {
        write_file(work.join("a"), "first");
        write_file(work.join("sub/b"), "b");
    });
    symlink("sub", bench.work().join("link")).unwrap();
    bench.write("a", "second");
    restore(&bench, first.id);
    // Each changes nothing: the same once more, what is not there, what lies behind a link.
    restore(&bench, first.id);
    for at in ["nothing", "link/b"] {
        let _ = delete(&bench, at, UnsavedPolicy::Ask);
    }
    bench.history.writer().undo(bench.main().id, &Job::new()).unwrap();
    assert_eq!(fs::read(bench.work().join("a")).unwrap(), b"second");
}

#[test]
fn a_folder_that_may_not_be_written_is_so_again_after_one_file_of_it_came_back() {
    let (bench, first) = Bench::begun(|work| write_file(work.join("closed/a"), "first"));
    bench.write("closed/a", "second");
    let closed = bench.work().join("closed");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o555)).unwrap();
    let to = RestoreTo::InPlace { workspace: bench.main().id, remove_extra: true };
    let order = RestoreOrder { version: first.id, paths: vec![path("closed/a")], to, like: None };
    bench.history.writer().restore(&order, &Job::new()).unwrap();
    assert_eq!(fs::read(closed.join("a")).unwrap(), b"first");
    assert_eq!(fs::metadata(&closed).unwrap().permissions().mode() & 0o777, 0o555);
}

#[test]
fn what_is_written_through_a_mapping_after_a_version_is_seen_by_the_next() {
    let (bench, _) = Bench::begun(|work| write_file(work.join("mapped"), "first!"));
    let versions = || bench.history.versions(bench.main().id, &VersionFilter::default()).unwrap();
    write_mapped(&bench.work().join("mapped"), &["second", "third!"], || {
        bench.save();
    });
    let before = versions().len();
    bench.save();
    assert_eq!(versions().len(), before + 1);
    assert_eq!(bench.read(versions()[0].id, "mapped"), b"third!");
}

/// Writes each content through one mapping of a file, and does something after each but the last.
fn write_mapped(file: &Path, contents: &[&str], mut between: impl FnMut()) {
    let script = "import mmap,sys\n\
        file=open(sys.argv[1],'r+b')\n\
        at=mmap.mmap(file.fileno(),0)\n\
        for content in sys.argv[2:]:\n \
        at[:]=content.encode(); print(content,flush=True); sys.stdin.readline()\n";
    let mut python = Command::new("/usr/bin/python3")
        .args(["-c", script, file.to_str().unwrap()])
        .args(contents)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(python.stdout.take().unwrap()).lines();
    let mut go_on = python.stdin.take().unwrap();
    for (at, content) in contents.iter().enumerate() {
        assert_eq!(said.next().unwrap().unwrap(), *content);
        if at + 1 < contents.len() {
            between();
            writeln!(go_on).unwrap();
        }
    }
    drop(go_on);
    python.wait().unwrap();
}

fn close(at: &Path) {
    fs::set_permissions(at, fs::Permissions::from_mode(0o000)).unwrap();
}

#[test]
fn what_cannot_be_read_is_not_lost() {
    let (bench, first) = Bench::begun(|work| {
        write_file(work.join("a"), "1");
        write_file(work.join("secret"), "1");
        write_file(work.join("closed/known"), "1");
        write_file(work.join("partly/known"), "1");
        write_file(work.join("partly/secret"), "1");
    });
    let at = |name: &str| bench.work().join(name);
    bench.write("a", "2");
    bench.save().unwrap();
    for name in ["secret", "closed/known", "closed/new", "partly/new", "partly/secret"] {
        bench.write(name, "edited");
    }
    for name in ["secret", "closed", "partly/secret"] {
        close(&at(name));
    }
    let power = "-dac_override,-dac_read_search";
    let test = undercroft_testkit::test_name(module_path!(), "the_one_without_power");
    without_power(&test, power, &bench, first.id);
    assert_eq!(fs::read(at("a")).unwrap(), b"1");
    let mode = fs::metadata(at("closed")).unwrap().permissions().mode() & 0o7777;
    assert_eq!(mode, 0, "it was never opened");
    assert_eq!(fs::read(at("closed/known")).unwrap(), b"edited");
    assert_eq!(fs::read(at("closed/new")).unwrap(), b"edited");
    assert_eq!(fs::read(at("partly/secret")).unwrap(), b"edited");
    let newest = bench.history.versions(bench.main().id, &VersionFilter::default()).unwrap();
    let kept = newest.iter().any(|version| {
        bench
            .history
            .reader()
            .read(version.id, &path("partly/new"), None)
            .is_ok_and(|it| it == b"edited")
    });
    assert!(kept, "one unreadable file costs the others nothing");
    // What was replaced on demand is in the trash as it was.
    let trash = bench.library.root().join("trash").join(bench.main().id.to_string());
    let batches: Vec<_> = fs::read_dir(trash).unwrap().map(|it| it.unwrap().path()).collect();
    assert_eq!(batches.len(), 1);
    assert_eq!(fs::read(batches[0].join("secret")).unwrap(), b"edited");
}

/// Acts only as the other process of the test above.
#[test]
fn the_one_without_power() {
    let (Some(folder), Ok(version)) =
        (std::env::var_os("BENCH_OF_THE_TEST"), std::env::var("VERSION_OF_THE_TEST"))
    else {
        return;
    };
    let root = Path::new(&folder).join("library");
    let world = undercroft_foundation::World::real();
    let library =
        undercroft_library::Library::open_or_create(&root, &world, undercroft_history::TABLES)
            .unwrap();
    let history = History::new(&library);
    let version = history.version(version.parse().unwrap()).unwrap();
    let (main, job) = (version.workspace, Job::new());
    for at in ["secret", "closed", "closed/known", "partly"] {
        let deleted =
            history.writer().delete_file(main, &path(at), order(), UnsavedPolicy::Ask, &job);
        let code = deleted.unwrap_err().code();
        assert!(matches!(code, Code::NotKept | Code::PermissionDenied), "{at}: {code:?}");
    }
    let put =
        |unsaved| history.writer().put_file(main, &path("secret"), b"put", order(), unsaved, &job);
    assert_eq!(put(UnsavedPolicy::Ask).unwrap_err().code(), Code::NotKept);
    let to = RestoreTo::InPlace { workspace: main, remove_extra: true };
    let order = RestoreOrder { version: version.id, paths: Vec::new(), to, like: None };
    let report = history.writer().restore(&order, &job).unwrap();
    let failed = failed(&report);
    assert_eq!(failed, ["closed", "partly/secret", "secret"], "{report:?}");
    assert!(put(UnsavedPolicy::ToTrash).unwrap().version.is_some());
}

#[test]
fn what_is_saved_keeps_the_owner_the_rights_and_the_attributes_that_a_file_had() {
    let (bench, _) = Bench::begun(|work| write_file(work.join("f"), "before"));
    let file = bench.work().join("f");
    // Others are given away by root alone, and attributes are not kept by every file system.
    let _ = chown(&file, Some(4321), Some(1234));
    let has_attributes = xattr::set(&file, "user.note", b"mine").is_ok();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    let before = fs::metadata(&file).unwrap();
    assert!(put(&bench, "f", UnsavedPolicy::Ask).unwrap().changed);
    let after = fs::metadata(&file).unwrap();
    assert_eq!(fs::read(&file).unwrap(), b"put");
    let looks = |it: &fs::Metadata| (it.mode(), it.uid(), it.gid());
    assert_eq!(looks(&after), looks(&before));
    let note = xattr::get(&file, "user.note").unwrap_or_default();
    assert_eq!(note, has_attributes.then(|| b"mine".to_vec()));

    // Also where the one before goes to the trash, because no version holds it.
    let secret = bench.work().join("node_modules/.env");
    bench.write("package.json", "{}");
    bench.write("node_modules/.env", "SECRET=1");
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).unwrap();
    assert!(put(&bench, "node_modules/.env", UnsavedPolicy::ToTrash).unwrap().trashed);
    assert_eq!(fs::metadata(&secret).unwrap().mode() & 0o7777, 0o600);
}

#[test]
fn what_a_folder_hands_on_opens_no_file_that_was_closed() {
    let (bench, _) = Bench::begun(|work| write_file(work.join("f"), "before"));
    let file = bench.work().join("f");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    // rwx for the owner, the group and user 1005 (see `acl(5)`); not every file system has lists.
    let entry = |tag: u16, rights: u16, id: u32| {
        [&tag.to_le_bytes()[..], &rights.to_le_bytes(), &id.to_le_bytes()].concat()
    };
    let nobody = u32::MAX;
    let list = [
        2_u32.to_le_bytes().to_vec(),
        entry(1, 7, nobody),
        entry(2, 7, 1005),
        entry(4, 7, nobody),
        entry(16, 7, nobody),
        entry(32, 0, nobody),
    ];
    if xattr::set(bench.work(), "system.posix_acl_default", &list.concat()).is_err() {
        return;
    }
    assert!(put(&bench, "f", UnsavedPolicy::Ask).unwrap().changed);
    assert_eq!(xattr::get(&file, "system.posix_acl_access").unwrap(), None);
    assert_eq!(fs::metadata(&file).unwrap().mode() & 0o7777, 0o640);
}

#[cfg(debug_assertions)]
#[test]
fn what_is_written_while_a_restore_runs_is_kept() {
    if !undercroft_testkit::is_alone(module_path!(), "what_is_written_while_a_restore_runs_is_kept")
    {
        return;
    }
    let (bench, first) = Bench::begun(|work| {
        for n in 0..40 {
            write_file(work.join(format!("d{}/f{n}", n % 4)), "1");
        }
    });
    for n in 0..40 {
        bench.write(&format!("d{}/f{n}", n % 4), "2");
        bench.write(&format!("d{}/extra{n}", n % 4), "2");
    }
    bench.save().unwrap();
    let work = bench.work();
    let once = std::sync::Once::new();
    // The first file is written and no file has its place: the worst moment for all of them.
    undercroft_foundation::on_write_point(move |point| {
        if point == "restore.file-written" {
            once.call_once(|| {
                for n in 0..40 {
                    let folder = work.join(format!("d{}", n % 4));
                    if n % 2 == 0 {
                        fs::write(folder.join(format!("f{n}")), "3").unwrap();
                        if folder.join(format!("extra{n}")).exists() {
                            fs::write(folder.join(format!("extra{n}")), "3").unwrap();
                        }
                    }
                    fs::write(folder.join(format!("new{n}")), "3").unwrap();
                }
            });
        }
    });
    let report = restore(&bench, first.id);
    let newest = bench.history.newest_version(bench.main().id).unwrap().unwrap().id;
    for n in 0..40 {
        let name = |kind: &str| format!("d{}/{kind}{n}", n % 4);
        let expected = if n % 2 == 0 { "3" } else { "1" };
        assert_eq!(fs::read(bench.work().join(name("f"))).unwrap(), expected.as_bytes());
        assert_eq!(bench.read(newest, &name("f")), expected.as_bytes());
        assert_eq!(bench.read(newest, &name("new")), b"3");
        assert_eq!(failed(&report).contains(&name("f")), n % 2 == 0, "{report:?}");
        if n % 2 == 1 {
            assert!(!bench.work().join(name("extra")).exists());
        }
    }
    // What was there before comes back, too.
    let before = report.before.unwrap();
    assert_eq!(bench.read(before, "d1/f1"), b"2");
}

#[test]
fn what_a_killed_restore_left_in_a_workspace_goes_to_the_trash() {
    let (bench, first) = Bench::begun(|work| write_file(work.join("a"), "1"));
    bench.write(".undercroft-restore-7-0", "came out of its place");
    restore(&bench, first.id);
    assert!(!bench.work().join(".undercroft-restore-7-0").exists());
    let trash = bench.library.root().join("trash").join(bench.main().id.to_string());
    let kept = trash.join("0-").join(".undercroft-restore-7-0");
    assert_eq!(fs::read(kept).unwrap(), b"came out of its place");
}

/// Runs in a process of its own, whose configuration lies in the workspace, behind a link.
#[test]
fn undercrofts_own_configuration_comes_back_from_no_version() {
    let Some(configuration) = std::env::var_os("CONFIGURATION_OF_THE_TEST").map(PathBuf::from)
    else {
        let folder = tempfile::tempdir().unwrap();
        let configuration = folder.path().join("config");
        let status = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                &undercroft_testkit::test_name(
                    module_path!(),
                    "undercrofts_own_configuration_comes_back_from_no_version",
                ),
            ])
            .env("XDG_CONFIG_HOME", &configuration)
            .env("CONFIGURATION_OF_THE_TEST", &configuration)
            .status();
        assert!(status.unwrap().success());
        return;
    };
    // An earlier program kept it, which knew nothing of that.
    let (bench, older) = Bench::begun(|work| {
        write_file(work.join("undercroft/hooks.json"), "confirmed");
        write_file(work.join("other"), "1");
    });
    assert_eq!(bench.read(older.id, "undercroft/hooks.json"), b"confirmed");
    symlink(bench.work(), configuration).unwrap();
    bench.write("undercroft/hooks.json", "withdrawn");
    bench.write("other", "2");
    let newer = bench.save().unwrap();
    let own = path("undercroft/hooks.json");
    assert_eq!(bench.history.reader().entry(newer.id, &own).unwrap_err().code(), Code::NotFound);

    assert_eq!(failed(&restore(&bench, older.id)), ["undercroft"]);
    assert_eq!(fs::read(bench.work().join("other")).unwrap(), b"1");
    assert_eq!(fs::read(bench.work().join("undercroft/hooks.json")).unwrap(), b"withdrawn");
    let put = put(&bench, "undercroft/hooks.json", UnsavedPolicy::ToTrash);
    assert_eq!(put.unwrap_err().code(), Code::Invalid);
    fs::remove_dir_all(bench.work().join("undercroft")).unwrap();
    let to = RestoreTo::Elsewhere(bench.work());
    let order = RestoreOrder { version: older.id, paths: Vec::new(), to, like: None };
    let report = bench.history.writer().restore(&order, &Job::new()).unwrap();
    assert_eq!(failed(&report), ["undercroft"]);
    assert!(!bench.work().join("undercroft").exists());
}
