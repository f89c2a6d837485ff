//! The program `undercroft`, run in a home of its own.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use undercroft_testkit::Restic;

pub const PASSWORD: &str = "keystone";

/// How a command ended.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub signal: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Ended {
    fn of(output: &Output) -> Self {
        Self {
            code: output.status.code(),
            signal: output.status.signal(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// It ended with this code, and said what, why and what next, with these words somewhere.
    #[track_caller]
    pub fn assert_refused(&self, code: i32, words: &[&str]) {
        assert_eq!(self.code, Some(code), "{self:#?}");
        for label in ["error: ", "  why: ", " next: "] {
            let line = self.stderr.lines().find_map(|line| line.strip_prefix(label));
            let line = line.unwrap_or_else(|| panic!("no {label:?} in {self:#?}"));
            assert!(line.len() > 3 && !line.ends_with('.'), "{line}");
        }
        self.assert_says(words);
    }

    #[track_caller]
    pub fn assert_says(&self, words: &[&str]) {
        for word in words {
            assert!(self.stderr.contains(word), "no {word:?} in {self:#?}");
        }
        assert!(!self.stderr.contains("panicked"), "{self:#?}");
    }
}

pub struct Program {
    folder: tempfile::TempDir,
}

impl Program {
    pub fn new() -> Self {
        let program = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(program.path("home")).unwrap();
        program
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    pub fn library(&self) -> PathBuf {
        self.path("library")
    }

    pub fn repository(&self) -> PathBuf {
        self.path("repository")
    }

    pub fn restic(&self) -> Restic {
        Restic::new(self.repository(), PASSWORD)
    }

    pub fn command<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_undercroft"));
        self.in_its_home(&mut command).args(arguments);
        command
    }

    /// Gives a command the environment of this home and nothing else.
    pub fn in_its_home<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.path("home"))
            .env("UNDERCROFT_HOME", self.library())
            .env("UNDERCROFT_REPOSITORY", self.repository())
            .env("UNDERCROFT_PASSWORD", PASSWORD)
            .env("UNDERCROFT_CHEAP_KEYS", "1")
            .current_dir(self.folder.path())
    }

    pub fn run<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Ended {
        Ended::of(&self.command(arguments).output().unwrap())
    }

    /// Runs a command with other variables.
    pub fn run_with(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Ended {
        let mut command = self.command(arguments);
        Ended::of(&command.envs(variables.iter().copied()).output().unwrap())
    }

    /// Runs a command that kills itself at a write point: `point`, or `point:nth`.
    pub fn crash_at<S: AsRef<OsStr>>(&self, point: &str, arguments: &[S]) -> Ended {
        let mut command = self.command(arguments);
        Ended::of(&command.env("UNDERCROFT_CRASH_AT", point).output().unwrap())
    }

    /// Runs the program so that permissions hold for it, also when the tests run as root.
    pub fn run_bound(&self, arguments: &[&str]) -> Ended {
        let mut command = if rustix::process::geteuid().is_root() {
            let mut setpriv = Command::new("setpriv");
            let capabilities = "-dac_override,-dac_read_search";
            setpriv.args(["--inh-caps", capabilities, "--bounding-set", capabilities]);
            setpriv.arg(env!("CARGO_BIN_EXE_undercroft"));
            setpriv
        } else {
            Command::new(env!("CARGO_BIN_EXE_undercroft"))
        };
        Ended::of(&self.in_its_home(&mut command).args(arguments).output().unwrap())
    }

    /// Runs a command that must go well; what it printed.
    #[track_caller]
    pub fn must(&self, arguments: &[&str]) -> String {
        let ended = self.run(arguments);
        assert_eq!(ended.code, Some(0), "{arguments:?}: {ended:#?}");
        ended.stdout
    }
}

pub fn ended(output: &Output) -> Ended {
    Ended::of(output)
}

/// All files below a folder.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.symlink_metadata().unwrap().file_type() {
            kind if kind.is_dir() => files.extend(files_below(&path)),
            kind if kind.is_file() => files.push(path),
            _ => {}
        }
    }
    files.sort();
    files
}
