//! `undercroft repo`: any repository in restic's format, without a library. Options that mean the
//! same are called as restic calls them.

mod amount;
mod backup;
mod cat;
mod check;
mod copy;
mod diff;
mod dump;
mod find;
mod forget;
mod init;
mod key;
mod ls;
mod mount;
mod parity;
mod permissions;
mod prune;
mod repair;
mod restore;
mod snapshots;
mod spec;
mod stats;
mod tag;
mod trash;
mod unlock;
mod versions;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, Subcommand, ValueEnum};
use undercroft_foundation::{Code, Error, Result, escape_path};
use undercroft_providers::{DiskProvider, Provider};
use undercroft_repository::{Compression, HealReport, Password, Repository};

use crate::exit_status::ExitStatus;
use crate::password::{self, Purpose};
use crate::session::Session;

pub(crate) use amount::parse_bytes;

/// The heading under which the help texts list what every command on a repository takes.
const HEADING: &str = "Options of every repo command";

/// Work on any repository in restic's format, without a library
#[derive(Debug, Args)]
pub(crate) struct Repo {
    #[command(flatten)]
    access: Access,
    #[command(subcommand)]
    command: Command,
}

/// Where the repository is, and what opens it.
#[derive(Debug, Args)]
pub(crate) struct Access {
    /// The repository's folder
    #[arg(
        long = "repo",
        short = 'r',
        global = true,
        value_name = "REPOSITORY",
        env = "UNDERCROFT_REPOSITORY",
        hide_env_values = true,
        help_heading = HEADING
    )]
    repository: Option<PathBuf>,
    /// Read the password from this file, instead of UNDERCROFT_PASSWORD_FILE,
    /// UNDERCROFT_PASSWORD or the terminal
    #[arg(long, short = 'p', global = true, value_name = "FILE", help_heading = HEADING)]
    password_file: Option<PathBuf>,
    /// Take no lock and heed none: for a repository that cannot be written
    #[arg(long, global = true, help_heading = HEADING)]
    no_lock: bool,
    /// How hard new data is compressed
    #[arg(long, global = true, value_enum, default_value = "auto", help_heading = HEADING)]
    #[arg(env = "UNDERCROFT_COMPRESSION", hide_env_values = true)]
    compression: CompressionMode,
}

/// How hard new data is compressed.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum CompressionMode {
    /// Fast, and nothing that does not pay
    Auto,
    /// Not at all
    Off,
    /// As hard as possible
    Max,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a new repository
    Init,
    /// Back folders and files up
    Backup(backup::Backup),
    /// List snapshots
    Snapshots(snapshots::Snapshots),
    /// List what is in a snapshot
    Ls(ls::Ls),
    /// Print an object of the repository
    Cat(cat::Cat),
    /// Print a file of a snapshot
    Dump(dump::Dump),
    /// Find files and folders in all snapshots
    Find(find::Find),
    /// Show what a file was in each snapshot
    Versions(versions::Versions),
    /// Show how much the snapshots hold
    Stats(stats::Stats),
    /// Show all snapshots as a folder, to be read with any program
    Mount(mount::Mount),
    /// Show what differs between two snapshots, or since one
    Diff(diff::Diff),
    /// Get a snapshot, or a part of it, back
    Restore(restore::Restore),
    /// Check that the repository is whole
    Check(check::Check),
    /// Free what no snapshot needs any more
    Prune(prune::Prune),
    /// Make the best of what is left of a damaged repository
    #[command(subcommand)]
    Repair(repair::Command),
    /// Copy snapshots from another repository into this one
    Copy(copy::Copy),
    /// Forget snapshots: those named, or those that a policy does not keep
    Forget(Box<forget::Forget>),
    /// List, restore and remove forgotten snapshots
    #[command(subcommand)]
    Trash(trash::Command),
    /// Change the tags of snapshots; the tag `pinned` keeps one from every policy
    Tag(tag::Tag),
    /// List, add, remove and change the keys that open the repository
    #[command(subcommand)]
    Key(key::Command),
    /// Keep recovery data beside the repository, and heal damage with it
    #[command(subcommand)]
    Parity(parity::Command),
    /// Remove locks that nobody holds any more
    Unlock(unlock::Unlock),
}

impl Repo {
    pub(crate) fn run(self, session: &Session) -> Result<ExitStatus> {
        let access = &self.access;
        match self.command {
            Command::Init => init::run(session, access),
            Command::Backup(command) => command.run(session, &access.open(session)?),
            Command::Snapshots(command) => command.run(session, &access.open(session)?),
            Command::Ls(command) => command.run(session, &access.open(session)?),
            Command::Cat(command) => command.run(session, &access.open(session)?),
            Command::Dump(command) => command.run(session, &access.open(session)?),
            Command::Find(command) => command.run(session, &access.open(session)?),
            Command::Versions(command) => command.run(session, &access.open(session)?),
            Command::Mount(command) => command.run(session, access.open(session)?),
            Command::Stats(command) => command.run(session, &access.open(session)?),
            Command::Diff(command) => command.run(session, &access.open(session)?),
            Command::Restore(command) => command.run(session, &access.open(session)?),
            Command::Check(command) => command.run(session, &access.open(session)?),
            Command::Prune(command) => command.run(session, access.open(session)?),
            Command::Repair(command) => command.run(session, &access.open(session)?),
            Command::Copy(command) => command.run(session, &access.open(session)?),
            Command::Forget(command) => command.run(session, &access.open(session)?),
            Command::Trash(command) => command.run(session, &access.open(session)?),
            Command::Tag(command) => command.run(session, &access.open(session)?),
            Command::Key(command) => command.run(session, access.open(session)?),
            Command::Parity(command) => command.run(session, access),
            Command::Unlock(command) => command.run(session, &access.open(session)?),
        }
    }
}

impl Access {
    fn path(&self) -> Result<&PathBuf> {
        self.repository.as_ref().ok_or_else(|| {
            Error::new(Code::Invalid, "No repository is named")
                .why("Neither -r nor UNDERCROFT_REPOSITORY says where it is")
                .next("Name it: undercroft repo -r FOLDER …")
        })
    }

    /// Opens the repository that is there.
    fn open(&self, session: &Session) -> Result<Repository> {
        let (path, provider) = self.provider()?;
        if !Repository::exists(&provider)? {
            let what = format!("There is no repository at {}", escape_path(path));
            return Err(Error::new(Code::RepositoryMissing, what));
        }
        let opened = Repository::open(provider, &self.password()?, &session.world)?;
        Ok(self.adjust(opened))
    }

    /// Opens the repository that is there, or was, and heals what keeps it from being opened.
    fn open_healing(&self, session: &Session) -> Result<(Repository, HealReport)> {
        let (_, provider) = self.provider()?;
        let opened = Repository::open_healing(provider, &self.password()?, &session.world);
        opened.map(|(repository, report)| (self.adjust(repository), report))
    }

    fn provider(&self) -> Result<(&Path, Arc<dyn Provider>)> {
        let path = self.path()?;
        let provider = DiskProvider::open(path).map_err(|error| missing(error, path))?;
        Ok((path, Arc::new(provider)))
    }

    fn password(&self) -> Result<Password> {
        let whose = format!("the repository {}", escape_path(self.path()?));
        let secret = password::ask(self.password_file.as_deref(), Purpose::Open, &whose)?;
        Ok(secret.into_password())
    }

    fn adjust(&self, opened: Repository) -> Repository {
        let opened = opened.with_compression(self.compression.into());
        if self.no_lock { opened.without_locks() } else { opened }
    }

    /// Makes a repository where there is none.
    fn create(&self, session: &Session) -> Result<Repository> {
        let path = self.path()?;
        let provider: Arc<dyn Provider> = Arc::new(DiskProvider::create(path)?);
        let whose = format!("the new repository {}", escape_path(path));
        let secret = password::ask(self.password_file.as_deref(), Purpose::Create, &whose)?;
        Repository::init(provider, &secret.into_password(), &session.world)
    }
}

fn missing(error: Error, path: &Path) -> Error {
    match error.code() {
        Code::NotFound => {
            let what = format!("There is no repository at {}", escape_path(path));
            Error::new(Code::RepositoryMissing, what)
                .why("The folder does not exist")
                .because(error)
        }
        _ => error,
    }
}

impl From<CompressionMode> for Compression {
    fn from(effort: CompressionMode) -> Self {
        match effort {
            CompressionMode::Auto => Self::Auto,
            CompressionMode::Off => Self::Off,
            CompressionMode::Max => Self::Max,
        }
    }
}
