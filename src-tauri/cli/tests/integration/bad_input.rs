//! Faults from outside: each ends with its own exit code, says what, why and what to do next, and
//! loses nothing.

use crate::program;
use crate::seal;

use std::ffi::OsStr;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use program::{PASSWORD, Program, ended, files_below};
use rustix::process::{Pid, Signal, kill_process};
use undercroft_testkit::{
    Compare, ProjectKind, SmallDisk, flip_bit, project_tree, random_bytes, tree_differences,
    truncate_file, write_file,
};

/// A program with a project folder `work` and a repository that holds a backup of it.
fn backed_up() -> Program {
    let program = Program::new();
    project_tree(program.path("work"), ProjectKind::Rust, 1, 10);
    program.must(&["repo", "init"]);
    program.must(&["repo", "backup", "work"]);
    program
}

/// The same, as the project `work` of a library with the destination `vault`.
fn protected() -> Program {
    let program = Program::new();
    project_tree(program.path("work"), ProjectKind::Rust, 1, 10);
    program.must(&["project", "add", "work"]);
    program.must(&["destination", "add", "repository", "--name", "vault"]);
    program.must(&["backup", "run", "work", "--to", "vault"]);
    program
}

fn snapshots(program: &Program) -> usize {
    fs::read_dir(program.repository().join("snapshots")).unwrap().count()
}

fn packs(program: &Program) -> Vec<PathBuf> {
    files_below(&program.repository().join("data"))
}

#[test]
fn a_command_line_that_makes_no_sense() {
    let program = Program::new();
    for arguments in [&["frobnicate"][..], &["repo", "backup"], &["project", "add"], &["--no-such"]]
    {
        let said = program.run(arguments);
        assert_eq!(said.code, Some(2), "{said:#?}");
        said.assert_says(&["Usage"]);
    }
}

#[test]
fn no_repository_and_a_wrong_password() {
    let program = Program::new();
    let nowhere = program.run(&["repo", "snapshots"]);
    nowhere.assert_refused(10, &["no repository", &program.text("repository")]);
    fs::create_dir(program.repository()).unwrap();
    program.run(&["repo", "snapshots"]).assert_refused(10, &["no repository"]);
    assert_eq!(fs::read_dir(program.repository()).unwrap().count(), 0, "nothing is made");
    program.must(&["repo", "init"]);
    program.run(&["repo", "init"]).assert_refused(1, &["already"]);
    let wrong = program.run_with(&[("UNDERCROFT_PASSWORD", "Keystone")], &["repo", "snapshots"]);
    wrong.assert_refused(12, &["password", "again"]);
    assert!(!wrong.stderr.contains("Keystone"), "{wrong:#?}");
    let json = program.run_with(&[("UNDERCROFT_PASSWORD", "x")], &["repo", "snapshots", "--json"]);
    assert_eq!(json.code, Some(12));
    for field in
        ["\"exit_error\"", "\"wrong_password\"", "\"code\":12", "\"what\"", "\"why\"", "\"next\""]
    {
        assert!(json.stderr.contains(field), "{json:#?}");
    }
}

#[test]
fn a_destination_with_another_password() {
    let program = backed_up();
    let wrong = program
        .run_with(&[("UNDERCROFT_PASSWORD", "wrong")], &["destination", "add", "repository"]);
    wrong.assert_refused(12, &["password"]);
    assert!(!program.must(&["destination", "list"]).contains("repository"));
    program.must(&["destination", "add", "repository"]);
}

#[test]
fn a_repository_of_a_newer_format() {
    let program = backed_up();
    let id = "ab".repeat(32);
    let newer =
        format!("{{\"version\":3,\"id\":\"{id}\",\"chunker_polynomial\":\"3abc9bff07d9e5\"}}");
    let sealed = seal::Sealer::of(&program.restic()).seal(newer.as_bytes());
    fs::write(program.repository().join("config"), sealed).unwrap();
    let before = files_below(&program.repository());
    for arguments in [&["repo", "snapshots"][..], &["repo", "backup", "work"], &["repo", "check"]] {
        program.run(arguments).assert_refused(1, &["version 3", "Update"]);
    }
    assert_eq!(files_below(&program.repository()), before);
}

#[test]
fn a_locked_repository() {
    let program = backed_up();
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let (now, pid) = (jiff::Timestamp::now(), std::process::id());
    let lock = format!(
        "{{\"time\":\"{now}\",\"exclusive\":true,\"hostname\":\"{host}\",\"username\":\"ann\",\"pid\":{pid}}}"
    );
    let sealer = seal::Sealer::of(&program.restic());
    sealer.plant(&program.repository(), "locks", lock.as_bytes());
    for arguments in
        [&["repo", "backup", "work"][..], &["repo", "restore", "latest", "--target", "t"]]
    {
        let locked = program.run(arguments);
        locked.assert_refused(11, &["locked", "ann", &pid.to_string(), "unlock"]);
    }
    assert_eq!(snapshots(&program), 1);
    program.must(&["repo", "snapshots", "--no-lock"]);
    program.must(&["repo", "unlock"]);
    assert_eq!(program.run(&["repo", "backup", "work"]).code, Some(11), "its owner lives");
    program.must(&["repo", "unlock", "--remove-all"]);
    program.must(&["repo", "backup", "work"]);
}

#[test]
fn a_folder_that_vanished() {
    let program = protected();
    let gone = program.run(&["repo", "backup", "nowhere"]);
    gone.assert_refused(1, &["nothing to back up", "nowhere"]);
    let half = program.run(&["repo", "backup", "work", "nowhere"]);
    assert_eq!(half.code, Some(3), "{half:#?}");
    half.assert_says(&["Warning: nowhere: "]);

    fs::rename(program.path("work"), program.path("moved")).unwrap();
    let before = snapshots(&program);
    program.run(&["backup", "run", "work", "--to", "vault"]).assert_refused(1, &["work"]);
    assert_eq!(snapshots(&program), before);
    program.must(&["project", "show", "work"]);
    program.must(&[
        "restore",
        "latest",
        "--from",
        "vault",
        "--target",
        "back",
        "--project",
        "work",
    ]);
    let restored = files_below(&program.path("back"));
    assert!(restored.iter().any(|path| path.ends_with("Cargo.toml")), "{restored:?}");
    program.run(&["project", "add", "nowhere"]).assert_refused(1, &["nowhere"]);
}

#[test]
fn a_file_that_changes_while_it_is_read() {
    let program = protected();
    let large = program.path("work/a log");
    write_file(&large, random_bytes(1, 40 << 20));
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut log = OpenOptions::new().append(true).open(&large).unwrap();
            while !stop.load(Ordering::Relaxed) {
                log.write_all(b"one more line\n").unwrap();
                std::thread::sleep(Duration::from_millis(2));
            }
        });
        for arguments in
            [&["repo", "backup", "work"][..], &["backup", "run", "work", "--to", "vault"]]
        {
            let said = program.run(arguments);
            stop.store(arguments[0] == "backup" || said.code != Some(3), Ordering::Relaxed);
            assert_eq!(said.code, Some(3), "{said:#?}");
            said.assert_says(&["a log", "changed while it was read"]);
        }
    });
    program.must(&["repo", "check", "--read-data"]);
    program.must(&["backup", "run", "work", "--to", "vault"]);
}

#[test]
fn a_full_disk() {
    let Some(disk) = SmallDisk::mount(24 << 20) else { return };
    let program = Program::new();
    write_file(program.path("work/first"), random_bytes(1, 4 << 20));
    let repository = disk.path().join("repository");
    let on = |arguments: &[&str]| {
        let mut all = vec!["repo", "-r", repository.to_str().unwrap()];
        all.extend(arguments);
        program.run(&all)
    };
    assert_eq!(on(&["init"]).code, Some(0));
    assert_eq!(on(&["backup", "work"]).code, Some(0));
    write_file(program.path("work/second"), random_bytes(2, 40 << 20));
    on(&["backup", "work"]).assert_refused(1, &["No space left", "room"]);
    assert_eq!(fs::read_dir(repository.join("snapshots")).unwrap().count(), 1);
    assert_eq!(fs::read_dir(repository.join("locks")).unwrap().count(), 0);
    assert_eq!(on(&["check", "--read-data"]).code, Some(0));
    // And when what is restored does not fit.
    let target = disk.path().join("target");
    disk.fill();
    let restored = on(&["restore", "latest", "--no-lock", "--target", target.to_str().unwrap()]);
    restored.assert_refused(1, &["No space left"]);
}

#[test]
fn a_pack_that_is_cut_or_flipped() {
    let program = backed_up();
    let whole: Vec<_> =
        packs(&program).iter().map(|pack| (pack.clone(), fs::read(pack).unwrap())).collect();
    for (number, (pack, bytes)) in whole.iter().enumerate() {
        for cut in [true, false] {
            if cut {
                truncate_file(pack, bytes.len() as u64 / 2);
            } else {
                flip_bit(pack, 40);
            }
            let check = program.run(&["repo", "check", "--read-data"]);
            assert_eq!(check.code, Some(1), "{check:#?}");
            let name = pack.file_name().unwrap().to_str().unwrap();
            let said = check.stdout.clone() + &check.stderr;
            assert!(said.contains(&name[..8]), "{check:#?}");
            let target = format!("target {number} {cut}");
            let restored = program.run(&["repo", "restore", "latest", "--target", &target]);
            assert!(matches!(restored.code, Some(1 | 3)), "{restored:#?}");
            assert!(!restored.stderr.is_empty());
            let (work, landed) = (program.path("work"), program.path(&target).join("work"));
            if landed.exists() {
                let differences = tree_differences(&work, &landed, Compare::CONTENT);
                assert!(
                    differences.iter().all(|line| line.ends_with("is missing")),
                    "{differences:?}"
                );
            }
            fs::write(pack, bytes).unwrap();
        }
    }
    program.must(&["repo", "check", "--read-data"]);
}

#[test]
fn names_of_any_bytes() {
    let program = protected();
    let names: [&[u8]; 4] = [b"two\nlines", b"not utf-8 \xff", b"\x1b[31mred\x07", &[b'n'; 255]];
    for name in names {
        write_file(program.path("work").join(OsStr::from_bytes(name)), name);
    }
    program.must(&["backup", "run", "work", "--to", "vault"]);
    let listed = program.must(&["repo", "ls", "latest"]);
    assert!(listed.contains("two\\nlines") && listed.contains("not utf-8 \\xff"), "{listed}");
    assert!(!listed.contains('\u{1b}'), "control characters are shown, not sent");
    program.must(&["repo", "restore", "latest", "--target", "target"]);
    let work = program.path("work");
    let landed = program.path("target").join(work.strip_prefix("/").unwrap());
    assert_eq!(tree_differences(&work, &landed, Compare::METADATA), Vec::<String>::new());
    // One such name by itself, as a path inside the backup.
    fs::create_dir(program.path("one")).unwrap();
    program.must(&["restore", "latest:two\\nlines", "--from", "vault", "--target", "one"]);
    assert_eq!(fs::read(program.path("one/two\nlines")).unwrap(), names[0]);
}

#[test]
fn folders_that_lie_in_each_other() {
    let program = protected();
    let library = program.library();
    let inside = library.join("projects/mine");
    fs::create_dir_all(&inside).unwrap();
    let inside = inside.to_str().unwrap();
    program.run(&["project", "add", inside]).assert_refused(1, &["library"]);
    program.run(&["project", "add", library.to_str().unwrap()]).assert_refused(1, &["library"]);
    program.run(&["project", "add", "."]).assert_refused(1, &["library"]);
    program.run(&["project", "add", "work"]).assert_refused(1, &["already"]);
    program.run(&["project", "add", "work/../work/."]).assert_refused(1, &["already"]);
    symlink("work", program.path("alias")).unwrap();
    program.run(&["project", "add", "alias"]).assert_refused(1, &["already"]);
    program.run(&["destination", "add", "work/backups"]).assert_refused(1, &["inside"]);
    program.run(&["destination", "add", inside]).assert_refused(1, &["library"]);
    let projects = program.must(&["project", "list", "--json"]);
    assert_eq!(projects.matches("\"id\"").count(), 1, "{projects}");
    program.must(&["backup", "run", "work", "--to", "vault"]);
}

#[test]
fn links_that_go_round() {
    let program = protected();
    symlink(".", program.path("work/loop")).unwrap();
    symlink("b", program.path("work/a")).unwrap();
    symlink("a", program.path("work/b")).unwrap();
    symlink(program.path("work"), program.path("work/src/up")).unwrap();
    program.must(&["backup", "run", "work", "--to", "vault"]);
    program.must(&["project", "refresh", "work"]);
    program.must(&["repo", "restore", "latest", "--target", "target"]);
    let work = program.path("work");
    let landed = program.path("target").join(work.strip_prefix("/").unwrap());
    assert_eq!(tree_differences(&work, &landed, Compare::METADATA), Vec::<String>::new());
    symlink("round", program.path("round")).unwrap();
    program.run(&["project", "add", "round"]).assert_refused(1, &["round"]);
}

#[test]
fn ctrl_c_stops_at_a_safe_moment() {
    let program = backed_up();
    for n in 0..40 {
        write_file(program.path(&format!("work/large {n}")), random_bytes(n, 8 << 20));
    }
    let mut command = program.command(&["repo", "backup", "work"]);
    let output = std::thread::scope(|scope| {
        let child = command
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let pid = Pid::from_child(&child);
        let (packs_before, started) = (packs(&program).len(), Instant::now());
        let program = &program;
        scope.spawn(move || {
            while packs(program).len() == packs_before && started.elapsed().as_secs() < 60 {
                std::thread::sleep(Duration::from_millis(3));
            }
            let _ = kill_process(pid, Signal::INT);
        });
        child.wait_with_output().unwrap()
    });
    ended(&output).assert_refused(130, &[]);
    assert_eq!(snapshots(&program), 1);
    assert_eq!(fs::read_dir(program.repository().join("locks")).unwrap().count(), 0);
    program.must(&["repo", "check", "--read-data"]);
    program.must(&["repo", "backup", "work"]);
    program.restic().check();
}

#[test]
fn passwords_that_are_no_passwords() {
    let program = Program::new();
    write_file(program.path("empty"), "\n");
    program.run(&["repo", "init", "--password-file", "empty"]).assert_refused(1, &["password"]);
    program.run(&["repo", "init", "--password-file", "gone"]).assert_refused(1, &["gone"]);
    assert!(!program.repository().join("config").exists());
    write_file(program.path("password"), format!("{PASSWORD}\n"));
    let unset = [("UNDERCROFT_PASSWORD", "")];
    let made = program.run_with(&unset, &["repo", "init", "--password-file", "password"]);
    assert_eq!(made.code, Some(0), "{made:#?}");
    program.must(&["repo", "snapshots"]);
}
