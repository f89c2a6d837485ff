//! The repository that git is run in: a bare one of our own, made for one exchange and gone
//! after it. It borrows the objects of the project's repository, which are nothing but data, and
//! copies what its refs point to. So the project's configuration, which could name programs under
//! dozens of keys, is not read at all; the user's own is, with its credential helper and ssh.

use std::ffi::{OsStr, OsString};
use std::fs::{self, DirBuilder};
use std::os::fd::OwnedFd;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use git2::{Oid, Repository};
use undercroft_foundation::{Code, Error, IoContext, Job, Result, lock_folder, text};

use super::program::{GitCommand, GitOutput, GitProgram, Network, RunLimits};
use super::refusal::refusal;
use super::url::RemoteUrl;
use crate::ProjectGit;
use crate::repository::errors::GitContext;
use crate::repository::opening::open_any;

/// Beside what is not configured at all, what the user's own configuration shall not add: hooks,
/// monitors, upkeep, submodules, signatures. The last asks another repository nothing.
const SETTINGS: [&str; 12] = [
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "submodule.recurse=false",
    "fetch.recurseSubmodules=false",
    "push.recurseSubmodules=no",
    "push.gpgSign=false",
    "push.followTags=false",
    "protocol.ext.allow=never",
    "http.lowSpeedLimit=1",
    "core.alternateRefsCommand=true",
];
/// Asks nothing, gives up in time, and notices when the other side is gone.
const SSH_OPTIONS: &str = " -o BatchMode=yes -o ConnectTimeout=30 -o ServerAliveInterval=20";
const NAME_START: &str = "git-";

pub(super) struct ScratchRepository<'a> {
    git: &'a ProjectGit,
    network: &'a Network,
    program: &'a GitProgram,
    url: &'a RemoteUrl,
    objects: PathBuf,
    folder: PathBuf,
    /// Tells others that somebody works here.
    _lock: OwnedFd,
}

impl<'a> ScratchRepository<'a> {
    pub(super) fn new(
        git: &'a ProjectGit,
        network: &'a Network,
        repository: &Repository,
        url: &'a RemoteUrl,
    ) -> Result<Self> {
        let program = network.program.as_ref().ok_or_else(|| {
            Error::new(Code::Unsupported, text!("Cannot reach {url}", url))
                .why("No git is installed")
                .next("Install git, or use a remote in a folder")
        })?;
        let (folder, lock) = make_folder(git, &network.scratch)?;
        let objects = repository.commondir().join("objects");
        let scratch = Self { git, network, program, url, objects, folder, _lock: lock };
        scratch.set_up(repository)?;
        Ok(scratch)
    }

    fn set_up(&self, repository: &Repository) -> Result<()> {
        let url = self.url.text().replace('\\', "\\\\").replace('"', "\\\"");
        let config = format!(
            "[core]\n\trepositoryformatversion = 0\n\tbare = true\n[remote \"r\"]\n\turl = \"{url}\"\n"
        );
        for folder in ["objects", "refs"] {
            let path = self.folder.join(folder);
            fs::create_dir(&path).at("make", &path)?;
        }
        self.write("HEAD", b"ref: refs/heads/none\n")?;
        self.write("config", config.as_bytes())?;
        let shallow = repository.commondir().join("shallow");
        if repository.is_shallow() {
            self.write("shallow", &fs::read(&shallow).at("read", &shallow)?)?;
        }
        self.write("packed-refs", known_commits(repository)?.as_bytes())
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let path = self.folder.join(name);
        fs::write(&path, bytes).at("write", &path)
    }

    /// Fetches all branches: what they are called at the remote, and where they are.
    pub(super) fn fetch(&self, job: &Job) -> Result<Vec<(String, Oid)>> {
        let options = ["--progress", "--no-tags", "--no-recurse-submodules"];
        let branches = "+refs/heads/*:refs/fetched/*";
        let arguments = ["fetch"].into_iter().chain(options).chain(["r", branches]);
        self.run(arguments, job)?;
        let (scratch, what) = (open_any(&self.folder)?, "read what was fetched");
        let mut fetched = Vec::new();
        for reference in scratch.references_glob("refs/fetched/*").when(what)? {
            let reference = reference.when(what)?;
            let name = reference.name().when(what)?.trim_start_matches("refs/fetched/");
            fetched.extend(reference.target().map(|target| (name.to_owned(), target)));
        }
        Ok(fetched)
    }

    /// Pushes a commit to a branch of the remote; returns whether that moved it.
    pub(super) fn push(&self, commit: Oid, branch: &str, job: &Job) -> Result<bool> {
        let options = ["--progress", "--porcelain", "--no-verify", "--no-recurse-submodules"];
        let moved = format!("{commit}:refs/heads/{branch}");
        let arguments = ["push"].into_iter().chain(options).chain(["r", &moved]);
        let output = self.run(arguments, job)?;
        Ok(!output.stdout.iter().any(|line| line.starts_with("=\t")))
    }

    fn run<'s>(
        &self,
        arguments: impl IntoIterator<Item = &'s str>,
        job: &Job,
    ) -> Result<GitOutput> {
        let (clock, silence) = (&*self.git.world().clock, self.network.silence);
        let limits = RunLimits { job, clock, silence };
        let mut environment = vec![
            ("GIT_OBJECT_DIRECTORY".into(), self.objects.clone().into_os_string()),
            ("GIT_ALLOW_PROTOCOL".into(), self.url.protocols().into()),
        ];
        if self.url.is_ssh()
            && let Some(command) = self.ssh_command(&limits)?
        {
            environment.push(("GIT_SSH_COMMAND".into(), command));
        }
        let call = self.call(arguments, environment);
        let output = self.program.run(&call, &limits)?;
        match output.succeeded {
            true => Ok(output),
            false => Err(refusal(self.url, &output)),
        }
    }

    fn call<'s>(
        &self,
        arguments: impl IntoIterator<Item = &'s str>,
        environment: Vec<(OsString, OsString)>,
    ) -> GitCommand<'_> {
        let mut all: Vec<OsString> = vec!["--git-dir".into(), self.folder.clone().into()];
        let seconds = format!("http.lowSpeedTime={}", self.network.silence.as_secs().max(1));
        for setting in SETTINGS.into_iter().chain([&*seconds]) {
            all.extend(["-c".into(), setting.into()]);
        }
        all.extend(arguments.into_iter().map(OsString::from));
        GitCommand { folder: &self.folder, arguments: all, environment }
    }

    /// The user's own ssh, told to ask nothing. Another program than ssh is left as it is.
    fn ssh_command(&self, limits: &RunLimits<'_>) -> Result<Option<OsString>> {
        let own = match self.program.variable("GIT_SSH_COMMAND") {
            Some(own) => own.to_string_lossy().into_owned(),
            None => {
                let call = self.call(["config", "--get", "core.sshCommand"], Vec::new());
                self.program.run(&call, limits)?.stdout.pop().unwrap_or_default()
            }
        };
        if own.is_empty() && self.program.variable("GIT_SSH").is_some() {
            return Ok(None);
        }
        let own = if own.is_empty() { "ssh".to_owned() } else { own };
        let program = own.split_whitespace().next().map(Path::new).and_then(Path::file_name);
        let is_ssh = program == Some(OsStr::new("ssh"));
        Ok(Some(if is_ssh { own + SSH_OPTIONS } else { own }.into()))
    }
}

impl Drop for ScratchRepository<'_> {
    fn drop(&mut self) {
        // Best effort: what stays is swept by the next exchange.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// The commits that the project's refs point to, so that only what is missing is asked for.
fn known_commits(repository: &Repository) -> Result<String> {
    let what = "list the refs";
    let mut text = "# pack-refs with: \n".to_owned();
    for (n, reference) in repository.references().when(what)?.enumerate() {
        if let Ok(commit) = reference.when(what)?.peel_to_commit() {
            text.push_str(&format!("{} refs/known/{n:08}\n", commit.id()));
        }
    }
    Ok(text)
}

fn make_folder(git: &ProjectGit, scratch: &Path) -> Result<(PathBuf, OwnedFd)> {
    fs::create_dir_all(scratch).at("make", scratch)?;
    sweep(scratch);
    loop {
        let folder = scratch.join(format!("{NAME_START}{}", git.random_text()));
        DirBuilder::new().mode(0o700).create(&folder).at("make", &folder)?;
        // Between making and locking it, somebody may have taken it for one that was left.
        if let Some(lock) = lock_folder(&folder).at("lock", &folder)? {
            return Ok((folder, lock));
        }
    }
}

/// Removes what crashed processes left: nobody holds its lock any more.
fn sweep(scratch: &Path) {
    for entry in fs::read_dir(scratch).into_iter().flatten().flatten() {
        let is_scratch = entry.file_name().to_string_lossy().starts_with(NAME_START);
        if is_scratch && let Ok(Some(_lock)) = lock_folder(&entry.path()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}
