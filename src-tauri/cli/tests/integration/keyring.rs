//! Passwords in a real keyring, and what becomes of them where there is none, or it is silent,
//! wiped, or not wanted.

use crate::program;

use std::fs;
use std::os::unix::net::UnixListener;
use std::process::{Command, Output};

use program::{PASSWORD, Program};
use serde_json::Value;

/// Runs a shell in a session of its own, with an unlocked keyring.
fn in_a_session(program: &Program, script: &str) -> Output {
    let binary = env!("CARGO_BIN_EXE_undercroft");
    let script = format!(
        "set -e\nprintf unlocked | gnome-keyring-daemon --unlock --components=secrets >/dev/null\n\
         u() {{ {binary} \"$@\"; }}\n{script}"
    );
    let runtime = program.path("runtime");
    fs::create_dir_all(&runtime).unwrap();
    fs::set_permissions(&runtime, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    let mut command = Command::new("dbus-run-session");
    let command = program.in_its_home(&mut command).env("XDG_RUNTIME_DIR", runtime);
    let done = command.args(["--", "bash", "-c", &script]).output().unwrap();
    assert!(done.status.success(), "{done:?}");
    done
}

fn keeper(json: &[u8]) -> String {
    let line = String::from_utf8_lossy(json);
    let list: Value = serde_json::from_str(line.lines().last().unwrap()).unwrap();
    list[0]["keeper"].as_str().unwrap().to_owned()
}

fn add(program: &Program) -> String {
    program.must(&["destination", "add", "repository", "--name", "vault"]);
    keeper(program.must(&["destination", "list", "--json"]).as_bytes())
}

#[test]
fn a_keyring_keeps_the_password_and_is_told_when_it_lost_it() {
    let program = Program::new();
    let kept = in_a_session(
        &program,
        "u destination add repository --name vault >/dev/null\nu destination key test vault\n\
         u destination list --json",
    );
    assert_eq!(keeper(&kept.stdout), "keyring", "{kept:?}");
    let records: Vec<_> = fs::read_dir(program.library().join("keys"))
        .unwrap()
        .map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect();
    assert!(records.iter().all(|text| !text.contains(PASSWORD) && !text.contains("sealed")));
    // Without the session nobody gives it out, and nobody hangs.
    program.run(&["destination", "key", "test", "vault"]).assert_refused(1, &["keyring"]);
    // It is changed where it is kept.
    fs::write(program.path("new"), "changed").unwrap();
    in_a_session(
        &program,
        "u destination password vault --new-password-file new >/dev/null\n\
         u destination key test vault",
    );
    // A wiped keyring is told, and the password given again.
    fs::remove_dir_all(program.path("home/.local/share/keyrings")).unwrap();
    let again = in_a_session(
        &program,
        "u destination key test vault && exit 1\n\
         UNDERCROFT_PASSWORD=changed u destination add repository >/dev/null\n\
         u destination key test vault",
    );
    assert!(String::from_utf8_lossy(&again.stdout).contains("opens vault"), "{again:?}");
}

#[test]
fn without_a_keyring_a_sealed_file_keeps_it_unless_it_must_be_the_keyring() {
    let program = Program::new();
    assert_eq!(add(&program), "sealedFile");
    program.must(&["destination", "key", "test", "vault"]);
    program.must(&["settings", "set", "password-keeper", "keyring"]);
    fs::write(program.path("new"), "changed").unwrap();
    let refused = program.run(&["destination", "password", "vault", "--new-password-file", "new"]);
    refused.assert_refused(1, &["Cannot keep the password"]);
    program.must(&["destination", "key", "test", "vault"]);
}

#[test]
fn a_keyring_that_never_answers_is_not_waited_for_long() {
    let program = Program::new();
    let socket = program.path("bus");
    let _silent = UnixListener::bind(&socket).unwrap();
    let address = format!("unix:path={}", socket.display());
    let bus = [("DBUS_SESSION_BUS_ADDRESS", address.as_str())];
    let added = program.run_with(&bus, &["destination", "add", "repository", "--name", "vault"]);
    assert_eq!(added.code, Some(0), "{added:#?}");
    let listed = program.must(&["destination", "list", "--json"]);
    assert_eq!(keeper(listed.as_bytes()), "sealedFile");
}
