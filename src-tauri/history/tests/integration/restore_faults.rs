//! Restoring onto full disks, without permission, from damaged and hostile histories, and while
//! others write.

use crate::support;

use std::fs;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

use sha2::{Digest, Sha256};
use support::{Bench, path, without_power};
use undercroft_foundation::{Job, VersionId, World};
use undercroft_history::{History, RestoreOrder, RestoreReport, RestoreTo, TreePath, Version};
use undercroft_testkit::{SmallDisk, random_bytes, truncate_file, write_file};

/// The history and the version that the test which started this process names, if one did.
fn opened_by(folder: &str, version: &str) -> Option<(History, Version)> {
    let (folder, version) = (std::env::var_os(folder)?, std::env::var(version).ok()?);
    let (library, world) = (Path::new(&folder).join("library"), World::real());
    let tables = undercroft_history::TABLES;
    let library = undercroft_library::Library::open_or_create(&library, &world, tables).unwrap();
    let history = History::new(&library);
    let version = history.version(version.parse().unwrap()).unwrap();
    Some((history, version))
}

fn in_place(bench: &Bench, version: VersionId) -> RestoreOrder {
    let to = RestoreTo::InPlace { workspace: bench.main().id, remove_extra: true };
    RestoreOrder { version, paths: Vec::new(), to, like: None }
}

fn elsewhere(version: VersionId, to: &Path) -> RestoreOrder {
    let to = RestoreTo::Elsewhere(to.to_owned());
    RestoreOrder { version, paths: Vec::new(), to, like: None }
}

fn restore(bench: &Bench, order: &RestoreOrder) -> RestoreReport {
    bench.history.writer().restore(order, &Job::new()).unwrap()
}

fn failed(report: &RestoreReport) -> Vec<String> {
    report.failed.iter().map(|(path, _)| path.to_string()).collect()
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn on_a_full_disk_what_fits_is_restored_and_the_rest_told() {
    let Some(small) = SmallDisk::mount(1 << 20) else { return };
    let (bench, version) = Bench::begun(|work| {
        write_file(work.join("large"), random_bytes(1, 3 << 20));
        write_file(work.join("small"), "small");
    });
    let to = small.path().join("to");
    let report = restore(&bench, &elsewhere(version.id, &to));
    assert_eq!((failed(&report), report.restored), (vec!["large".to_owned()], 1));
    assert!(report.failed[0].1.contains("no room"), "{:?}", report.failed);
    assert_eq!(names_in(&to), ["small"]);
}

#[test]
fn on_a_full_disk_what_was_there_stays() {
    let Some(small) = SmallDisk::mount(4 << 20) else { return };
    let bind = |work: &Path| {
        let mount = Command::new("mount").arg("--bind").arg(small.path()).arg(work).status();
        assert!(mount.unwrap().success());
    };
    let (bench, version) = Bench::begun(|work| {
        bind(work);
        write_file(work.join("file"), random_bytes(1, 1 << 20));
    });
    bench.write("file", "what is there");
    bench.save().unwrap();
    small.fill();
    let order = RestoreOrder { paths: vec![path("file")], ..in_place(&bench, version.id) };
    let report = restore(&bench, &order);
    let there = fs::read(bench.work().join("file")).unwrap();
    fs::remove_file(small.path().join("ballast")).unwrap();
    assert_eq!((failed(&report), &there[..]), (vec!["file".to_owned()], &b"what is there"[..]));
    assert_eq!(failed(&restore(&bench, &order)), [""; 0]);
    assert_eq!(fs::read(bench.work().join("file")).unwrap(), random_bytes(1, 1 << 20));
    assert!(Command::new("umount").arg(bench.work()).status().unwrap().success());
}

#[test]
fn what_is_forbidden_is_told_and_the_rest_restored() {
    let (bench, version) = Bench::begun(|work| {
        write_file(work.join("closed/file"), "1");
        write_file(work.join("secret"), "1");
        write_file(work.join("open"), "1");
    });
    let at = |name: &str| bench.work().join(name);
    for name in ["closed/file", "secret", "open"] {
        fs::write(at(name), "22").unwrap();
    }
    // The folder is somebody else's; the file was never kept, and is nobody's to read.
    chown(at("closed"), Some(12345), None).unwrap();
    fs::set_permissions(at("closed"), fs::Permissions::from_mode(0o555)).unwrap();
    chown(at("secret"), Some(12345), None).unwrap();
    fs::set_permissions(at("secret"), fs::Permissions::from_mode(0o000)).unwrap();
    let power = "-dac_override,-dac_read_search,-fowner,-chown";
    let test = undercroft_testkit::test_name(module_path!(), "a_restore_where_much_is_forbidden");
    without_power(&test, power, &bench, version.id);
    assert_eq!(fs::read(at("open")).unwrap(), b"1");
    assert_eq!(fs::read(at("secret")).unwrap(), b"22", "it is in no version, and must stay");
    assert_eq!(fs::read(at("closed/file")).unwrap(), b"22");
    assert_eq!(names_in(&at("closed")), ["file"]);
}

/// Acts only as the other process of the test above.
#[test]
fn a_restore_where_much_is_forbidden() {
    let Some((history, version)) = opened_by("BENCH_OF_THE_TEST", "VERSION_OF_THE_TEST") else {
        return;
    };
    let to = RestoreTo::InPlace { workspace: version.workspace, remove_extra: true };
    let order = RestoreOrder { version: version.id, paths: Vec::new(), to, like: None };
    let report = history.writer().restore(&order, &Job::new()).unwrap();
    let names = failed(&report);
    assert!(names.contains(&"secret".to_owned()), "{report:?}");
    assert!(names.contains(&"closed/file".to_owned()), "{report:?}");
    assert_eq!(report.restored, 1);
}

#[test]
fn what_a_killed_restore_left_is_swept_and_what_a_living_one_writes_is_not() {
    let (bench, version) = Bench::begun(|work| write_file(work.join("sub/file"), "1"));
    let to = bench.folder.path().join("to");
    let names = [".undercroft-restore-00-0", ".undercroft-restore-00-1"];
    names.iter().for_each(|name| write_file(to.join("sub").join(name), "half"));
    let living = fs::File::open(to.join("sub").join(names[1])).unwrap();
    living.lock().unwrap();
    assert_eq!(failed(&restore(&bench, &elsewhere(version.id, &to))), [""; 0]);
    assert_eq!(names_in(&to.join("sub")), [names[1], "file"]);
}

#[test]
fn sweeping_what_a_killed_restore_left_takes_nothing_from_the_one_at_work() {
    let names: Vec<String> = (0..400).map(|at| format!("{at}")).collect();
    let (bench, first) = Bench::begun(|work| {
        names.iter().for_each(|name| write_file(work.join(name), "first"));
    });
    for name in &names {
        bench.write(name, "second");
        // Under the name that the next restore gives what takes the place of this file.
        let digest = hex::encode(&Sha256::digest(name)[..8]);
        bench.write(&format!(".undercroft-restore-{digest}-0"), "half a file");
    }
    assert_eq!(failed(&restore(&bench, &in_place(&bench, first.id))), [""; 0]);
    assert!(names.iter().all(|name| fs::read(bench.work().join(name)).unwrap() == b"first"));
}

/// Acts only as the process of the test below, which is killed.
#[test]
fn a_restore_that_is_killed() {
    let Some((history, version)) = opened_by("BENCH_TO_RESTORE", "VERSION_TO_RESTORE") else {
        return;
    };
    let to = RestoreTo::InPlace { workspace: version.workspace, remove_extra: false };
    let order = RestoreOrder { version: version.id, paths: Vec::new(), to, like: None };
    history.writer().restore(&order, &Job::new()).unwrap();
}

#[test]
fn what_a_killed_restore_left_is_swept_when_the_library_is_opened_next() {
    let (bench, version) = Bench::begun(|work| write_file(work.join("sub/file"), "1"));
    bench.write("sub/file", "22");
    let test = undercroft_testkit::test_name(module_path!(), "a_restore_that_is_killed");
    let killed = Command::new(std::env::current_exe().unwrap())
        .args([&test, "--exact", "--nocapture"])
        .env("BENCH_TO_RESTORE", bench.folder.path())
        .env("VERSION_TO_RESTORE", version.id.to_string())
        .env("UNDERCROFT_CRASH_AT", "restore.file-written")
        .output()
        .unwrap();
    assert!(!killed.status.success());
    let is_left = |name: &String| name.starts_with(".undercroft-restore-");
    assert!(names_in(&bench.work().join("sub")).iter().any(is_left));
    // They look like its own, and are not.
    let others = [
        ".undercroft-restore-7-0".to_owned(),
        ".undercroft-restore-notes".to_owned(),
        format!(".undercroft-restore-{}-0", hex::encode(&Sha256::digest(b"file")[..8])),
    ];
    bench.write(&others[0], "of the user");
    bench.write(&format!("sub/{}", others[1]), "of the user");
    bench.write(&others[2], "beside no file of this name");
    bench.save();
    bench.history.writer().sweep_interrupted_restores().unwrap();
    assert_eq!(names_in(&bench.work().join("sub")), [&*others[1], "file"]);
    assert_eq!(fs::read(bench.work().join("sub/file")).unwrap(), b"22");
    let kept: Vec<_> = names_in(&bench.work()).into_iter().filter(is_left).collect();
    assert_eq!(kept.len(), 2, "{kept:?}");
    let newest = bench.history.newest_version(bench.main().id).unwrap().unwrap().id;
    let listed = bench.history.reader().list(newest, &path("sub")).unwrap();
    assert!(
        listed.iter().all(|entry| !is_left(&String::from_utf8_lossy(&entry.name).into_owned())),
        "no version has it"
    );
    // Of a restore that ended there is nothing to sweep.
    restore(&bench, &in_place(&bench, version.id));
    let beside = names_in(&bench.git_folder().join("undercroft"));
    assert!(beside.iter().all(|name| !name.starts_with("restoring-")), "{beside:?}");
}

#[test]
fn a_restore_that_is_at_work_is_not_swept() {
    if !undercroft_testkit::is_alone(module_path!(), "a_restore_that_is_at_work_is_not_swept") {
        return;
    }
    let (bench, version) = Bench::begun(|work| write_file(work.join("file"), "1"));
    bench.write("file", "22");
    let history = bench.history.clone();
    undercroft_foundation::on_write_point(move |point| {
        if point == "restore.file-written" {
            history.writer().sweep_interrupted_restores().unwrap();
        }
    });
    assert_eq!(failed(&restore(&bench, &in_place(&bench, version.id))), [""; 0]);
    assert_eq!(fs::read(bench.work().join("file")).unwrap(), b"1");
}

#[test]
fn only_the_users_own_files_act_as_their_owner() {
    let (bench, version) = Bench::begun(|work| {
        for (name, owner) in [("own", 0), ("other", 12345)] {
            write_file(work.join(name), name);
            chown(work.join(name), Some(owner), None).unwrap();
            fs::set_permissions(work.join(name), fs::Permissions::from_mode(0o6755)).unwrap();
        }
    });
    let to = bench.folder.path().join("to");
    assert_eq!(failed(&restore(&bench, &elsewhere(version.id, &to))), [""; 0]);
    let of = |name: &str| {
        let found = fs::metadata(to.join(name)).unwrap();
        (found.uid(), found.mode() & 0o7777)
    };
    assert_eq!((of("own"), of("other")), ((0, 0o6755), (12345, 0o755)));
}

#[test]
fn damaged_content_is_told_and_the_rest_restored() {
    let (bench, version) = Bench::begun(|work| {
        write_file(work.join("in objects"), random_bytes(1, 2 << 20));
        write_file(work.join("in git"), "text");
    });
    let packs = walk(&bench.library.root().join("objects/data"));
    assert!(!packs.is_empty());
    for pack in packs {
        truncate_file(&pack, 1000);
    }
    let to = bench.folder.path().join("to");
    let report = restore(&bench, &elsewhere(version.id, &to));
    assert_eq!((failed(&report), report.restored), (vec!["in objects".to_owned()], 1));
    assert_eq!(names_in(&to), ["in git"]);
}

fn walk(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

/// Writes an object as stock git does, but without looking at what it says.
fn put_object(bench: &Bench, kind: &str, content: &[u8]) -> String {
    let mut git = Command::new("git")
        .arg("-C")
        .arg(bench.git_folder())
        .args(["hash-object", "--literally", "-w", "--stdin", "-t", kind])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    git.stdin.take().unwrap().write_all(content).unwrap();
    let output = git.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn tree_of(lines: &[(&str, &[u8], &str)]) -> Vec<u8> {
    let mut lines = lines.to_vec();
    lines.sort_by(|a, b| a.1.cmp(b.1));
    let line = |(mode, name, id): &(&str, &[u8], &str)| {
        [mode.as_bytes(), b" ", name, b"\0", &hex::decode(id).unwrap()].concat()
    };
    lines.iter().flat_map(line).collect()
}

#[test]
fn a_hostile_history_writes_nothing_outside_and_nothing_into_git() {
    let (bench, version) = Bench::begun(|work| write_file(work.join("a"), "planted"));
    let hostile: [&[u8]; 6] = [b"..", b".", b"../planted", b"/tmp/planted", b".git", b"good"];
    let blob = put_object(&bench, "blob", b"planted");
    let inner = put_object(&bench, "tree", &tree_of(&[("100644", b"planted", &blob)]));
    let line = |kind: char, name: &[u8]| {
        let (name, why) = (undercroft_foundation::escape_name(name), ["git text", "- 1"]);
        let why = why[usize::from(kind == 'd')];
        format!("{kind} 0755 7 1.000000000 0:0 {why} {name}\n")
    };
    let head = "undercroft-entries 1\n. 0755 0 1.000000000 0:0 - - 1 7\n".to_owned();
    let entries = put_object(&bench, "blob", (head.clone() + &line('f', b"planted")).as_bytes());
    let inner_sidecar = put_object(&bench, "tree", &tree_of(&[("100644", b"entries", &entries)]));
    let mut text = head;
    let (mut files, mut sidecars) = (Vec::new(), Vec::<(&str, Vec<u8>, &str)>::new());
    for name in hostile {
        text += &line('d', name);
        files.push(("40000", name, &*inner));
        sidecars.push(("40000", [name, b".d"].concat(), &inner_sidecar));
    }
    let entries = put_object(&bench, "blob", text.as_bytes());
    sidecars.push(("100644", b"entries".to_vec(), &entries));
    let sidecars: Vec<_> =
        sidecars.iter().map(|(mode, name, id)| (*mode, &name[..], *id)).collect();
    let sidecar = put_object(&bench, "tree", &tree_of(&sidecars));
    files.push(("40000", b".undercroft", &sidecar));
    let tree = put_object(&bench, "tree", &tree_of(&files));

    let commit = bench.git(&["cat-file", "commit", "main"]);
    let (_, rest) = commit.split_once('\n').unwrap();
    let commit = put_object(&bench, "commit", format!("tree {tree}\n{rest}").as_bytes());
    fs::write(bench.git_folder().join("refs/heads/main"), format!("{commit}\n")).unwrap();
    bench.history.maintenance().rebuild(&Job::new()).unwrap();

    write_file(bench.work().join(".git/config"), "[core]");
    let to = bench.folder.path().join("to");
    for order in [elsewhere(version.id, &to), in_place(&bench, version.id)] {
        let report = restore(&bench, &order);
        assert_eq!(report.failed.len(), 5, "{report:?}");
    }
    assert_eq!(names_in(&to), ["good"]);
    assert_eq!(names_in(&bench.work()), [".git", "good"]);
    assert_eq!(names_in(&bench.work().join(".git")), ["config"]);
    assert_eq!(names_in(bench.folder.path()), ["library", "to", "work"]);
}

#[test]
fn what_others_write_meanwhile_is_whole_and_the_rest_goes_on() {
    let contents = |seed| random_bytes(seed, 50_000);
    let (bench, version) = Bench::begun(|work| {
        for n in 0..20 {
            write_file(work.join(format!("f{n}")), random_bytes(1, 50_000));
        }
    });
    let (busy, gone) = (bench.work().join("f7"), bench.work().join("f8"));
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                fs::write(bench.work().join("temporary"), contents(2)).unwrap();
                fs::rename(bench.work().join("temporary"), &busy).unwrap();
                let _ = fs::remove_file(&gone);
            }
        });
        for round in 0..10 {
            write_file(bench.work().join("f1"), contents(3 + round));
            let to_restore: Vec<TreePath> = ["f1", "f7", "f8"].map(path).to_vec();
            let order = RestoreOrder { paths: to_restore, ..in_place(&bench, version.id) };
            let report = restore(&bench, &order);
            let others = failed(&report).into_iter().filter(|name| name == "f1").count();
            assert_eq!(others, 0, "{report:?}");
            assert_eq!(fs::read(bench.work().join("f1")).unwrap(), contents(1));
        }
        stop.store(true, Ordering::Relaxed);
    });
    let last = fs::read(&busy).unwrap();
    assert!(last == contents(1) || last == contents(2));
    let left: Vec<_> = names_in(&bench.work());
    assert!(left.iter().all(|name| !name.starts_with(".undercroft")), "{left:?}");
}
