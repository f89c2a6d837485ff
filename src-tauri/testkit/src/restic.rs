//! The real restic, as Debian ships it, as the judge of what Undercroft writes.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The real restic on one repository.
#[derive(Debug)]
pub struct Restic {
    repository: PathBuf,
    password: String,
}

impl Restic {
    /// For the repository in this folder (which may not be there yet) with this password.
    pub fn new(repository: impl AsRef<Path>, password: &str) -> Self {
        Self { repository: repository.as_ref().to_owned(), password: password.to_owned() }
    }

    /// Runs restic and gives back what it printed and how it ended, whatever that was.
    pub fn output<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Output {
        Command::new("restic")
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", "/nonexistent")
            .env("RESTIC_PASSWORD", &self.password)
            .arg("--no-cache")
            .arg("--repo")
            .arg(&self.repository)
            .args(arguments)
            .output()
            .unwrap_or_else(|error| {
                panic!("cannot start restic (Debian's package restic): {error}")
            })
    }

    /// Runs restic and gives back what it printed; fails the test when restic fails.
    #[track_caller]
    pub fn run<S: AsRef<OsStr>>(&self, arguments: &[S]) -> String {
        let output = self.output(arguments);
        let words: Vec<_> = arguments.iter().map(|word| word.as_ref().to_string_lossy()).collect();
        assert!(
            output.status.success(),
            "restic {} ended with {}:\n{}{}",
            words.join(" "),
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Makes a new repository.
    #[track_caller]
    pub fn init(&self) {
        self.run(&["init", "--repository-version", "2"]);
    }

    /// Backs a folder up with its absolute path, as one snapshot.
    #[track_caller]
    pub fn backup(&self, folder: impl AsRef<Path>) {
        self.run(&[OsStr::new("backup"), folder.as_ref().as_os_str()]);
    }

    /// Restores a snapshot (`latest`, an id) into a folder.
    #[track_caller]
    pub fn restore(&self, snapshot: &str, target: impl AsRef<Path>) {
        let target = target.as_ref().as_os_str();
        self.run(&[OsStr::new("restore"), snapshot.as_ref(), "--target".as_ref(), target]);
    }

    /// Reads and checks every byte of the repository.
    #[track_caller]
    pub fn check(&self) {
        self.run(&["check", "--read-data"]);
    }
}
