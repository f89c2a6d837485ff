//! A stage for the tests of git: a project, a home of its own, the real git, and canaries that
//! show when a program was run that should not have been.

pub(crate) mod http;

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;
use undercroft_foundation::{Job, TreePath, World};
use undercroft_git::{
    CommitOrder, Committed, GitPerson, GitProgram, Network, ProjectGit, Selection,
};

pub(crate) struct Stage {
    folder: TempDir,
}

impl Stage {
    /// A project without a repository.
    pub(crate) fn new() -> Self {
        let stage = Self { folder: tempfile::tempdir().unwrap() };
        for folder in ["project", "home", "remotes"] {
            fs::create_dir(stage.path(folder)).unwrap();
        }
        stage
    }

    /// A project with a repository that git made, and one commit.
    pub(crate) fn with_commit() -> Self {
        let stage = Self::new();
        stage.git(&["init", "-q", "-b", "main"]);
        stage.write("a.txt", "one\n");
        stage.write("sub/b.txt", "two\n");
        stage.git(&["add", "-A"]);
        stage.git(&["commit", "-q", "-m", "First"]);
        stage
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn project(&self) -> PathBuf {
        self.path("project")
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.project().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        undercroft_testkit::write_file(self.file(name), bytes);
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.file(name)).unwrap()
    }

    pub(crate) fn opened(&self) -> ProjectGit {
        ProjectGit::new(&self.project(), &World::real())
    }

    /// The environment of the user.
    pub(crate) fn environment(&self) -> Vec<(OsString, OsString)> {
        let pairs = [
            ("PATH", std::env::var_os("PATH").unwrap()),
            ("HOME", self.path("home").into()),
            ("GIT_CONFIG_NOSYSTEM", "1".into()),
            ("UNDERCROFT_PASSWORD", "of no concern to git".into()),
        ];
        pairs.into_iter().map(|(name, value)| (name.into(), value)).collect()
    }

    pub(crate) fn network(&self) -> Network {
        Network {
            program: GitProgram::find(self.environment()),
            scratch: self.path("scratch"),
            silence: Duration::from_secs(60),
        }
    }

    /// The output of git in the project.
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        self.git_in(&self.project(), arguments)
    }

    pub(crate) fn git_in(&self, folder: &Path, arguments: &[&str]) -> String {
        let output = self.try_git(folder, arguments);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git {arguments:?} in {}: {errors}", folder.display());
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    pub(crate) fn try_git(&self, folder: &Path, arguments: &[&str]) -> std::process::Output {
        let who = [("GIT_AUTHOR_NAME", "Ann"), ("GIT_AUTHOR_EMAIL", "ann@x")];
        let too = [("GIT_COMMITTER_NAME", "Ann"), ("GIT_COMMITTER_EMAIL", "ann@x")];
        let mut command = Command::new("git");
        command.args(["-c", "protocol.file.allow=always"]).args(arguments).current_dir(folder);
        command.env_clear().envs(self.environment()).envs(who).envs(too);
        command.output().unwrap()
    }

    /// A bare repository to push to.
    pub(crate) fn remote(&self, name: &str) -> PathBuf {
        let folder = self.path("remotes").join(name);
        self.git_in(&self.path("remotes"), &["init", "-q", "--bare", "-b", "main", name]);
        folder
    }

    /// Somebody else's clone, with a commit more, pushed.
    pub(crate) fn someone_pushes(&self, remote: &Path, branch: &str, file: &str) {
        let clone = self.path("someone");
        if !clone.exists() {
            self.git_in(self.folder.path(), &["clone", "-q", remote.to_str().unwrap(), "someone"]);
        }
        fs::write(clone.join(file), file).unwrap();
        self.git_in(&clone, &["add", "-A"]);
        self.git_in(&clone, &["commit", "-q", "-m", &format!("Someone's {file}")]);
        self.git_in(&clone, &["push", "-q", "origin", &format!("HEAD:{branch}")]);
    }

    /// A program of one shell line.
    pub(crate) fn script(&self, path: &Path, line: &str) {
        undercroft_testkit::write_file(path, format!("#!/bin/sh\n{line}\n"));
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    pub(crate) fn canary(&self) -> PathBuf {
        self.path("canary")
    }

    /// A shell line that shows that it was run.
    pub(crate) fn sing(&self, song: &str) -> String {
        format!("echo {song} >> {}; cat", self.canary().display())
    }

    pub(crate) fn assert_no_canary(&self) {
        let song = fs::read_to_string(self.canary());
        assert!(song.is_err(), "these were run:\n{}", song.unwrap());
    }

    /// Commits with a known author.
    pub(crate) fn commit(&self, message: &str, selection: Selection) -> Committed {
        let order = CommitOrder { author: Some(bea()), message: message.to_owned(), selection };
        self.opened().commit(&order, &Job::new()).unwrap()
    }

    /// Nothing in the repository is damaged.
    pub(crate) fn fsck(&self) {
        self.git(&["fsck", "--strict", "--no-dangling"]);
    }

    pub(crate) fn rev(&self, name: &str) -> String {
        self.git(&["rev-parse", name]).trim().to_owned()
    }
}

pub(crate) fn bea() -> GitPerson {
    GitPerson::parse("Bea <bea@x>").unwrap()
}

pub(crate) fn path(name: &str) -> TreePath {
    TreePath::new(name.as_bytes()).unwrap()
}

pub(crate) fn bytes_name(bytes: &[u8]) -> &OsStr {
    use std::os::unix::ffi::OsStrExt;
    OsStr::from_bytes(bytes)
}
