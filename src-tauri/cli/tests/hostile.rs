//! The whole command line, fed what nobody means: each argument of each command, found by walking
//! the grammar, so that a new one is covered by itself. Whatever is typed is answered, with an
//! exit code of ours, and an error says what, why and what next.

mod program;

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use clap::builder::ValueParser;
use clap::{Arg, value_parser};
use program::{Program, ended};
use rustix::fs::{CWD, FileType, Mode, mknodat};
use undercroft_testkit::write_file;

/// What one command line may take, which is far more than any takes.
const SECONDS: &str = "120";
/// On an ordinary day each argument gets a share of the values, in turn.
const SHARE: usize = 12;

type Line = Vec<OsString>;

/// A library with a project and a destination, and the values.
struct Hostile {
    program: Program,
    project: String,
    destination: String,
    paths: Vec<OsString>,
    texts: Vec<OsString>,
}

impl Hostile {
    fn new() -> Self {
        let program = Program::new();
        write_file(program.path("work/a"), "a");
        write_file(program.path("here/in/the/deep/file"), "a file");
        symlink("nowhere", program.path("link")).unwrap();
        symlink("loop", program.path("loop")).unwrap();
        mknodat(CWD, program.path("pipe"), FileType::Fifo, Mode::RWXU, 0).unwrap();
        let id = |arguments: &[&str]| {
            let text = program.must(arguments);
            let value: serde_json::Value =
                serde_json::from_str(text.lines().last().unwrap()).unwrap();
            value["id"].as_str().unwrap().to_owned()
        };
        let project = id(&["project", "add", "work", "--json"]);
        let destination = id(&["destination", "add", "repository", "--json"]);
        program.must(&["history", "start", "work", "--quiet"]);
        program.must(&["backup", "run", "work", "--to", &destination, "--quiet"]);
        let paths = paths(&program);
        Self { project, destination, paths, texts: texts(), program }
    }

    /// A value of this argument that means something.
    fn sane(&self, argument: &Arg) -> OsString {
        if let Some(value) = argument.get_possible_values().first() {
            return value.get_name().into();
        }
        let name = argument.get_value_names().and_then(|names| names.first());
        match name.map_or("", |name| name.as_str()) {
            "PROJECT" | "WORKSPACE" => self.project.clone().into(),
            "DESTINATION" | "TO" => self.destination.clone().into(),
            "BACKUP" | "SNAPSHOT" => "latest".into(),
            "VERSION" => format!("latest:{}", self.project).into(),
            _ if is_path(argument) => self.program.path("spare").into(),
            _ => "1".into(),
        }
    }

    /// A line for each value of each argument of a command.
    fn lines(&self, path: &[&str], command: &clap::Command, turn: &mut usize) -> Vec<Line> {
        let own = command.get_arguments().filter(|it| !it.is_global_set());
        let own: Vec<_> = own.filter(|it| it.get_action().takes_values()).collect();
        // A mount that succeeds stays.
        let is_fed = |it: &&&Arg| path.last() != Some(&"mount") || is_path(it);
        let mut lines = Vec::new();
        for argument in own.iter().filter(is_fed) {
            let values = if is_path(argument) { &self.paths } else { &self.texts };
            let share = if is_path(argument) { SHARE / 3 } else { SHARE };
            let is_all = std::env::var_os("UNDERCROFT_HOSTILE").is_some();
            *turn += 1;
            let chosen = values.iter().enumerate();
            for (_, value) in chosen.filter(|(n, _)| is_all || (n + *turn).is_multiple_of(share)) {
                lines.push(self.line(path, &own, argument, value));
            }
        }
        lines
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

    fn check(&self, line: &Line) {
        let mut command = Command::new("timeout");
        command.arg(SECONDS).arg(env!("CARGO_BIN_EXE_undercroft"));
        self.program.in_its_home(&mut command).args(line).stdin(Stdio::null());
        let output = command.current_dir(self.program.path("here/in/the/deep")).output().unwrap();
        let said = ended(&output);
        assert!(
            matches!(said.code, Some(0..=3 | 10..=12 | 130)),
            "{line:?} ended with {:?} {:?}: {}",
            said.code,
            said.signal,
            said.stderr
        );
        let is_told = ["error: ", "  why: ", " next: "]
            .iter()
            .all(|label| said.stderr.lines().any(|line| line.starts_with(label)));
        let is_failure = !matches!(said.code, Some(0 | 2 | 3)) && !said.stderr.is_empty();
        assert!(is_told || !is_failure, "{line:?} is not told why: {said:#?}");
    }
}

fn is_path(argument: &Arg) -> bool {
    let is = |parser: ValueParser| argument.get_value_parser().type_id() == parser.type_id();
    is(value_parser!(PathBuf)) || is(value_parser!(OsString))
}

fn paths(program: &Program) -> Vec<OsString> {
    let made = ["link/backups", "link", "loop/backups", "pipe", "pipe/below", "work/a/below"];
    let mut paths: Vec<OsString> = made.iter().map(|name| program.path(name).into()).collect();
    let fixed = [
        "/proc/self/fd/0",
        "/proc/self/fd/77/x",
        "/proc/none/x",
        "/sys/x",
        "/dev/null",
        "/dev/null/x",
        "/dev/full",
        "",
        ".",
        "..",
        "../../../..",
        "-",
        "~nobody/x",
    ];
    paths.extend(fixed.map(OsString::from));
    paths.extend(["x".repeat(300), "a/".repeat(5000), "a/".repeat(60_000)].map(OsString::from));
    paths.push(OsStr::from_bytes(b"\xff\xfe/\x1b[31m").to_owned());
    paths
}

fn texts() -> Vec<OsString> {
    let mut texts: Vec<OsString> = [
        "",
        " ",
        ".",
        "..",
        "-",
        "--",
        "-1",
        "0",
        "4294967295",
        "18446744073709551615",
        "99999999999999999999999",
        "1e400",
        "NaN",
        "-0.0",
        "2026-02-30",
        "9999-12-31T23:59:59Z",
        "-009999-01-01T00:00:00Z",
        "1y99999999999d",
        "99999999999G",
        "25:61-99:99",
        "monthly 32",
        "cron 60 24 32 13 8",
        "*",
        "[",
        "[!",
        "{a,b}",
        "**/**/**",
        "\\",
        ":",
        "latest:",
        "@",
        "x@99999999",
        "latest:@1",
        "../../etc/passwd",
        "\u{202e}gpj",
        "\u{1b}[31m",
        "a\nb",
        "%s%n",
        "'; DROP TABLE versions; --",
        "refs/heads/..",
        "-oProxyCommand=x",
    ]
    .map(OsString::from)
    .into();
    texts.push("x".repeat(300).into());
    texts.push("[".repeat(10_000).into());
    texts.push(OsStr::from_bytes(b"\xff\xfe").to_owned());
    texts
}

fn visit<'a>(
    command: &'a clap::Command,
    path: &mut Vec<&'a str>,
    leaf: &mut dyn FnMut(&[&str], &clap::Command),
) {
    if command.has_subcommands() {
        for below in command.get_subcommands().filter(|it| it.get_name() != "help") {
            path.push(below.get_name());
            visit(below, path, leaf);
            path.pop();
        }
    // The server goes on until it is stopped.
    } else if path[..] != ["serve"] {
        leaf(path, command);
    }
}

#[test]
fn whatever_is_typed_is_answered() {
    let hostile = Hostile::new();
    let mut grammar = undercroft_cli::command();
    grammar.build();
    let (mut lines, mut turn) = (Vec::new(), 0);
    visit(&grammar, &mut Vec::new(), &mut |path, command| {
        lines.extend(hostile.lines(path, command, &mut turn));
    });
    for path in &hostile.paths {
        for before in [["--library"], ["repo"]] {
            let rest: &[&str] = if before == ["repo"] { &["-r"] } else { &[] };
            let mut line: Line = before.iter().chain(rest).map(OsString::from).collect();
            line.push(path.clone());
            line.push(if before == ["repo"] { "init" } else { "status" }.into());
            lines.push(line);
        }
    }
    // What the grammar refuses by itself needs no process.
    lines.retain(|line| {
        let words = std::iter::once("undercroft".into()).chain(line.iter().cloned());
        grammar.try_get_matches_from_mut(words).is_ok()
    });
    assert!(lines.len() > 200, "{} lines only", lines.len());
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(line) = lines.get(next.fetch_add(1, Ordering::Relaxed)) {
                    hostile.check(line);
                }
            });
        }
    });
}
