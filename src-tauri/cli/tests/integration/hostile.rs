//! The whole command line, fed what nobody means: each argument of each command, found by walking
//! the grammar, so that a new one is covered by itself, meets a value of each bad kind. Whatever is
//! typed is answered, with an exit code of ours, and an error says what, why and what next.
//!
//! The commands are called in processes of this test's own, a share in each, and open a repository
//! whose password costs next to nothing to try.

use crate::program;
use crate::seal;

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use clap::builder::ValueParser;
use clap::{Arg, value_parser};
use program::{PASSWORD, Program, files_below};
use rustix::fs::{CWD, FileType, Mode, mknodat};
use seal::Sealer;
use undercroft_testkit::write_file;

/// Tells a process of this test which share of the lines it is to call.
const SHARE: &str = "UNDERCROFT_TEST_HOSTILE";
const SHARES: usize = 2;
/// The time that one line may take, which is far more than any takes.
const PATIENCE: Duration = Duration::from_secs(30);
const BEGINS: &str = "\n@@ begins: ";
const ENDS: &str = "\n@@ ends: ";
/// The folder in which the commands are called, below the home's.
const HERE: &str = "here/in/the/deep";

type Line = Vec<OsString>;
/// Bad values of one kind; an argument meets one of each kind.
type Kind = Vec<OsString>;

/// A home with a project, versions, a destination and a backup.
fn prepared() -> Program {
    let program = Program::new();
    write_file(program.path("work/a"), "a");
    write_file(program.path(HERE).join("file"), "a file");
    symlink("nowhere", program.path("link")).unwrap();
    symlink("loop", program.path("loop")).unwrap();
    mknodat(CWD, program.path("pipe"), FileType::Fifo, Mode::RWXU, 0).unwrap();
    program.must(&["repo", "init"]);
    make_cheap(&program);
    program.must(&["project", "add", "work"]);
    program.must(&["destination", "add", "repository", "--name", "vault"]);
    program.must(&["history", "start", "work"]);
    program.must(&["backup", "run", "work", "--to", "vault"]);
    program
}

/// Lets the repository's password cost next to nothing to try.
fn make_cheap(program: &Program) {
    let master = program.restic().run(&["cat", "masterkey"]);
    let [path] = &files_below(&program.repository().join("keys"))[..] else { panic!("one key") };
    let mut key: serde_json::Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let salt = BASE64.decode(key["salt"].as_str().unwrap()).unwrap();
    let mut derived = [0; 64];
    let cost = scrypt::Params::new(4, 8, 1).unwrap();
    scrypt::scrypt(PASSWORD.as_bytes(), &salt, &cost, &mut derived).unwrap();
    (key["N"], key["r"], key["p"]) = (16.into(), 8.into(), 1.into());
    key["data"] = BASE64.encode(Sealer::of_bytes(&derived).seal(master.as_bytes())).into();
    let text = key.to_string();
    let name = undercroft_repository::PackId::of(text.as_bytes()).to_string();
    fs::remove_file(path).unwrap();
    fs::write(path.with_file_name(name), text).unwrap();
}

/// The lines, and what they are made of.
struct Lines {
    spare: PathBuf,
    paths: Vec<Kind>,
    texts: Vec<Kind>,
    all: Vec<Line>,
}

impl Lines {
    fn of(home: &Path, grammar: &clap::Command) -> Self {
        let spare = home.join("spare");
        let mut lines = Self { spare, paths: paths(home), texts: texts(), all: Vec::new() };
        lines.visit(grammar, &mut Vec::new());
        for path in lines.paths.concat() {
            let of_library = ["--library".into(), path.clone(), "status".into()];
            let of_repository = ["repo".into(), "-r".into(), path, "snapshots".into()];
            lines.all.extend([of_library.to_vec(), of_repository.to_vec()]);
        }
        lines
    }

    fn visit<'a>(&mut self, command: &'a clap::Command, path: &mut Vec<&'a str>) {
        if command.has_subcommands() {
            for below in command.get_subcommands().filter(|it| it.get_name() != "help") {
                path.push(below.get_name());
                self.visit(below, path);
                path.pop();
            }
        // The server goes on until it is stopped.
        } else if path[..] != ["serve"] {
            self.feed(path, command);
        }
    }

    /// A line for each kind of value of each argument of a command.
    fn feed(&mut self, path: &[&str], command: &clap::Command) {
        let own = command.get_arguments().filter(|it| !it.is_global_set());
        let own: Vec<_> = own.filter(|it| it.get_action().takes_values()).collect();
        // A mount that succeeds stays.
        let is_fed = |it: &&&Arg| path.last() != Some(&"mount") || is_path(it);
        for argument in own.iter().filter(is_fed) {
            let kinds = if is_path(argument) { &self.paths } else { &self.texts };
            let turn = self.all.len();
            let values = kinds.iter().map(|kind| &kind[turn % kind.len()]);
            let fed: Vec<_> = values.map(|value| self.line(path, &own, argument, value)).collect();
            self.all.extend(fed);
        }
    }

    fn line(&self, path: &[&str], own: &[&Arg], fed: &Arg, value: &OsStr) -> Line {
        let mut line: Line = path.iter().map(OsString::from).collect();
        let reach = fed.get_index();
        let is_needed = |it: &Arg| {
            let is_before = it.is_positional() && it.get_index() < reach;
            it.get_id() == fed.get_id() || it.is_required_set() || is_before
        };
        let (mut positional, options): (Vec<&&Arg>, Vec<&&Arg>) = own
            .iter()
            .filter(|it| is_needed(it) && !(it.is_hide_set() && it.get_id() != fed.get_id()))
            .partition(|it| it.is_positional());
        let value_of = |it: &Arg| match it.get_id() == fed.get_id() {
            true => value.to_owned(),
            false => self.sane(it),
        };
        for option in options.into_iter().filter(|it| it.get_long().is_some()) {
            let mut word = OsString::from(format!("--{}=", option.get_long().unwrap()));
            word.push(value_of(option));
            line.push(word);
        }
        positional.sort_by_key(|it| it.get_index());
        line.push("--".into());
        line.extend(positional.into_iter().map(|it| value_of(it)));
        line
    }

    /// A value of this argument that means something.
    fn sane(&self, argument: &Arg) -> OsString {
        if let Some(value) = argument.get_possible_values().first() {
            return value.get_name().into();
        }
        let name = argument.get_value_names().and_then(|names| names.first());
        match name.map_or("", |name| name.as_str()) {
            "PROJECT" | "WORKSPACE" => "work".into(),
            "DESTINATION" | "TO" => "vault".into(),
            "BACKUP" | "SNAPSHOT" => "latest".into(),
            "VERSION" => "latest:work".into(),
            _ if is_path(argument) => self.spare.clone().into(),
            _ => "1".into(),
        }
    }
}

fn is_path(argument: &Arg) -> bool {
    let is = |parser: ValueParser| argument.get_value_parser().type_id() == parser.type_id();
    is(value_parser!(PathBuf)) || is(value_parser!(OsString))
}

fn paths(home: &Path) -> Vec<Kind> {
    let made = |names: &[&str]| names.iter().map(|name| home.join(name).into()).collect();
    let fixed = |names: &[&str]| names.iter().map(OsString::from).collect();
    vec![
        made(&["link/backups", "link"]),
        made(&["loop/backups", "loop"]),
        made(&["pipe", "pipe/below", "work/a/below"]),
        fixed(&["/proc/self/fd/0", "/proc/self/fd/77/x", "/proc/none/x", "/sys/x"]),
        fixed(&["/dev/null", "/dev/null/x", "/dev/full"]),
        fixed(&["", "-", "~nobody/x"]),
        fixed(&[".", "..", "../../../.."]),
        fixed(&[&"x".repeat(300), &"a/".repeat(5000), &"a/".repeat(60_000)]),
        vec![OsStr::from_bytes(b"\xff\xfe/\x1b[31m").to_owned()],
    ]
}

fn texts() -> Vec<Kind> {
    let fixed = |texts: &[&str]| texts.iter().map(OsString::from).collect();
    vec![
        fixed(&["", " ", ".", "..", "-", "--", "*"]),
        fixed(&["-1", "0", "-0.0", "NaN", "1e400"]),
        fixed(&["4294967295", "18446744073709551615", "99999999999999999999999", "99999999999G"]),
        fixed(&["2026-02-30", "9999-12-31T23:59:59Z", "-009999-01-01T00:00:00Z"]),
        fixed(&["1y99999999999d", "25:61-99:99", "monthly 32", "cron 60 24 32 13 8"]),
        fixed(&["[", "[!", "{a,b}", "**/**/**", "\\"]),
        fixed(&[":", "latest:", "@", "x@99999999", "latest:@1", "refs/heads/.."]),
        fixed(&["../../etc/passwd", "-oProxyCommand=x", "'; DROP TABLE versions; --", "%s%n"]),
        fixed(&["\u{202e}gpj", "\u{1b}[31m", "a\nb"]),
        fixed(&[&"x".repeat(300), &"[".repeat(10_000)]),
        vec![OsStr::from_bytes(b"\xff\xfe").to_owned()],
    ]
}

/// Calls a share of the lines, and says on the standard error where each begins and how it ends.
fn call(share: usize) {
    let home = env::current_dir().unwrap().ancestors().nth(4).unwrap().to_owned();
    let mut grammar = undercroft_cli::command();
    grammar.build();
    let lines = Lines::of(&home, &grammar).all;
    assert!(lines.len() > 1000, "{} lines only", lines.len());
    let (begin, begun) = mpsc::channel();
    thread::spawn(move || end_what_hangs(&begun));
    for line in lines.iter().skip(share).step_by(SHARES) {
        let words = || std::iter::once("undercroft".into()).chain(line.iter().cloned());
        // What the grammar refuses by itself is clap's, and tested there.
        if grammar.try_get_matches_from_mut(words()).is_err() {
            continue;
        }
        begin.send(()).unwrap();
        let shown: Vec<_> = line.iter().map(|it| it.to_string_lossy()).collect();
        let shown: String = shown.join(" ").chars().take(300).collect();
        eprintln!("{BEGINS}{}", shown.escape_debug());
        let ended = undercroft_cli::run(words());
        let code = (0..=255).find(|code| ExitCode::from(*code) == ended).unwrap();
        eprintln!("{ENDS}{code}");
    }
}

fn end_what_hangs(begun: &mpsc::Receiver<()>) {
    loop {
        match begun.recv_timeout(PATIENCE) {
            Ok(()) => {}
            Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) => std::process::exit(1),
        }
    }
}

/// How many lines were answered.
fn judge(said: &str) -> usize {
    let mut lines = said.split(BEGINS);
    lines.next();
    let each = lines.map(|told| {
        let (line, told) = told.split_once('\n').unwrap();
        let Some((told, code)) = told.split_once(ENDS) else {
            panic!("{line} was not answered: {told}");
        };
        let code: u8 = code.lines().next().unwrap().parse().unwrap();
        assert!(matches!(code, 0..=3 | 10..=12 | 130), "{line} ended with {code}: {told}");
        assert!(!told.contains("panicked"), "{line}: {told}");
        let is_told = ["error: ", "  why: ", " next: "]
            .iter()
            .all(|label| told.lines().any(|line| line.starts_with(label)));
        let is_failure = !matches!(code, 0 | 2 | 3) && !told.is_empty();
        assert!(is_told || !is_failure, "{line} is not told why: {told}");
    });
    each.count()
}

#[test]
fn whatever_is_typed_is_answered() {
    if let Ok(share) = env::var(SHARE) {
        return call(share.parse().unwrap());
    }
    let run = |share: usize| {
        let program = prepared();
        let mut command = Command::new(env::current_exe().unwrap());
        program.in_its_home(&mut command).env(SHARE, share.to_string()).stdin(Stdio::null());
        command.args([
            "--exact",
            &undercroft_testkit::test_name(module_path!(), "whatever_is_typed_is_answered"),
            "--nocapture",
        ]);
        let ended = command.current_dir(program.path(HERE)).output().unwrap();
        let said = String::from_utf8_lossy(&ended.stderr);
        let answered = judge(&said);
        assert!(ended.status.success(), "{:?} after {answered} lines: {said}", ended.status);
        answered
    };
    let answered: usize = thread::scope(|scope| {
        let shares: Vec<_> = (0..SHARES).map(|share| scope.spawn(move || run(share))).collect();
        shares.into_iter().map(|share| share.join().unwrap()).sum()
    });
    assert!(answered > 500, "{answered} lines only");
}
