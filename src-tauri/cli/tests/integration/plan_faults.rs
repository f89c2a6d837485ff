//! Plans that are killed, that may not read or write everything, and that work beside others.

use crate::program;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use program::{Program, ended, files_below};
use undercroft_testkit::{assert_same_tree, random_bytes, write_file};

/// A project, a destination, and a plan of both.
fn with_a_plan(options: &[&str]) -> Program {
    let program = Program::new();
    write_file(program.path("work/file"), "x");
    program.must(&["project", "add", "work", "--name", "kept"]);
    program.must(&["destination", "add", "repository", "--name", "vault"]);
    let add = ["plan", "add", "Daily", "--with-library", "false"];
    program.must(&[&add[..], options].concat());
    program
}

fn start(program: &Program, arguments: &[&str]) -> Child {
    let mut command = program.command(arguments);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// Bytes of all packs in a repository that have their final name.
fn packed(repository: &Path) -> u64 {
    let is_pack = |path: &Path| path.file_name().is_some_and(|name| name.len() == 64);
    let packs = files_below(&repository.join("data")).into_iter().filter(|path| is_pack(path));
    // One that is renamed at this moment counts the next time.
    packs.filter_map(|path| path.metadata().ok()).map(|found| found.len()).sum()
}

fn newest_is(program: &Program, work: &Path) {
    let target = tempfile::tempdir().unwrap();
    program.restic().restore("latest", target.path());
    assert_same_tree(work, target.path().join(work.strip_prefix("/").unwrap()));
}

#[test]
fn a_plan_that_is_killed_is_known_for_it_and_done_by_the_next_run() {
    // So slow that it is in the middle when it is killed. How much may be lost, the repository's
    // own tests say.
    let program = with_a_plan(&["--limit", "5000000", "--check-after", "false"]);
    for n in 0..30 {
        write_file(program.path(&format!("work/{n}")), random_bytes(n, 4 << 20));
    }
    let mut killed = start(&program, &["plan", "run", "Daily"]);
    let began = Instant::now();
    while packed(&program.repository()) == 0 {
        assert!(killed.try_wait().unwrap().is_none(), "it ended before it was killed");
        assert!(began.elapsed() < Duration::from_secs(120), "it stores nothing");
        thread::sleep(Duration::from_millis(50));
    }
    killed.kill().unwrap();
    killed.wait().unwrap();
    program.must(&["plan", "edit", "Daily", "--limit", "0"]);
    program.must(&["plan", "run", "Daily"]);
    // The run that was killed is known for what it is.
    let runs = program.must(&["run", "list", "--json"]);
    let runs: serde_json::Value = serde_json::from_str(&runs).unwrap();
    let of_plans = runs.as_array().unwrap().iter().filter(|run| run["kind"] == "plan");
    let states: Vec<_> = of_plans.map(|run| &run["state"]).collect();
    assert_eq!(states, ["succeeded", "failed"], "{runs:#}");
    // The lock of the killed one is gone with the next run.
    assert_eq!(fs::read_dir(program.repository().join("locks")).unwrap().count(), 0);
    program.restic().check();
    newest_is(&program, &program.path("work"));
}

#[test]
fn what_a_plan_may_not_read_is_named_and_the_rest_is_backed_up() {
    let program = with_a_plan(&[]);
    write_file(program.path("work/secret"), "x");
    set_mode(&program.path("work/secret"), 0);
    let said = program.run_bound(&["plan", "run", "Daily"]);
    assert_eq!(said.code, Some(3), "{said:#?}");
    said.assert_says(&["work/secret", "Permission denied"]);
    let runs = program.must(&["run", "list", "--json"]);
    assert!(runs.contains("\"warnings\"") && runs.contains("work/secret"), "{runs}");
    let listed = program.must(&["repo", "ls", "latest"]);
    assert!(listed.contains("work/file") && !listed.contains("secret"), "{listed}");
    set_mode(&program.path("work/secret"), 0o644);
    assert_eq!(program.run_bound(&["plan", "run", "Daily"]).code, Some(0));
    program.restic().check();
    newest_is(&program, &program.path("work"));
}

#[test]
fn a_destination_that_may_not_be_written_is_told() {
    let program = with_a_plan(&[]);
    program.must(&["plan", "run", "Daily"]);
    let folders = ["locks", "snapshots", "index", "data"].map(|it| program.repository().join(it));
    folders.iter().for_each(|folder| set_mode(folder, 0o500));
    write_file(program.path("work/file"), "changed");
    let said = program.run_bound(&["plan", "run", "Daily"]);
    said.assert_refused(1, &["Permission denied", "repository"]);
    folders.iter().for_each(|folder| set_mode(folder, 0o700));
    assert_eq!(program.run_bound(&["plan", "run", "Daily"]).code, Some(0));
    program.restic().check();
    newest_is(&program, &program.path("work"));
}

#[test]
fn plans_and_restic_work_in_one_destination_at_once() {
    let program = with_a_plan(&["--keep-last", "3"]);
    write_file(program.path("beside/large"), random_bytes(90, 8 << 20));
    let (beside, restic) = (program.path("beside"), program.restic());
    for round in 0..4 {
        for n in 0..4 {
            let content = random_bytes(round * 10 + n, 3 << 20);
            write_file(program.path(&format!("work/{n}")), content);
        }
        write_file(beside.join("small"), random_bytes(100 + round, 1 << 20));
        let running = [0, 1].map(|_| start(&program, &["plan", "run", "Daily"]));
        // Whoever comes second may find it locked, as restic would.
        let prune = ["forget", "--keep-last", "2", "--prune", "--max-unused", "0"];
        let theirs = thread::scope(|scope| {
            let backup = scope.spawn(|| restic.output(&["backup".as_ref(), beside.as_os_str()]));
            let forget = scope.spawn(|| restic.output(&prune));
            [backup.join().unwrap(), forget.join().unwrap()]
        });
        for done in theirs {
            let said = String::from_utf8_lossy(&done.stderr);
            // It also gives up when a snapshot goes while it looks for the newest: a plan's
            // retention keeps nobody out for that.
            let is_known = said.contains("locked") || said.contains("Error loading snapshot");
            assert!(done.status.success() || is_known, "{done:?}");
        }
        for child in running {
            let said = ended(&child.wait_with_output().unwrap());
            let is_locked = said.stderr.contains("lock") && matches!(said.code, Some(1 | 3 | 11));
            assert!(said.code == Some(0) || is_locked, "{said:#?}");
        }
    }
    program.must(&["plan", "run", "Daily"]);
    restic.check();
    newest_is(&program, &program.path("work"));
    let listed = restic.run(&["snapshots", "--json"]);
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    assert!(listed.as_array().unwrap().len() >= 2, "{listed:#}");
    for snapshot in listed.as_array().unwrap() {
        let target = tempfile::tempdir().unwrap();
        restic.restore(snapshot["id"].as_str().unwrap(), target.path());
    }
    program.must(&["repo", "check", "--read-data"]);
}
