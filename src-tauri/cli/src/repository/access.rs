//! The place of a repository and what opens it: the options, and the repository opened or made.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueEnum};
use undercroft_foundation::{Code, Error, Result, escape_path};
use undercroft_providers::{DiskProvider, Provider};
use undercroft_repository::parity::HealReport;
use undercroft_repository::{Compression, Password, Repository};

use crate::password::{self, Purpose};
use crate::session::Session;

/// The heading under which the help texts list what every command on a repository takes.
const HEADING: &str = "Options of every repo command";

/// The place of the repository, and what opens it.
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

impl Access {
    fn path(&self) -> Result<&PathBuf> {
        self.repository.as_ref().ok_or_else(|| {
            Error::new(Code::Invalid, "No repository is named")
                .why("Neither -r nor UNDERCROFT_REPOSITORY says where it is")
                .next("Name it: undercroft repo -r FOLDER …")
        })
    }

    /// Opens the repository that is there.
    pub(crate) fn open(&self, session: &Session) -> Result<Repository> {
        let (path, provider) = self.provider()?;
        if !Repository::exists(&provider)? {
            let what = format!("There is no repository at {}", escape_path(path));
            return Err(Error::new(Code::RepositoryMissing, what));
        }
        let opened = Repository::open(provider, &self.password()?, &session.world)?;
        Ok(self.adjust(opened))
    }

    /// Opens the repository that is there, or was, and heals what keeps it from being opened.
    pub(crate) fn open_healing(&self, session: &Session) -> Result<(Repository, HealReport)> {
        let (_, provider) = self.provider()?;
        let opened = Repository::open_healing(provider, &self.password()?, &session.world);
        opened.map(|(repository, report)| (self.adjust(repository), report))
    }

    fn provider(&self) -> Result<(&Path, Arc<dyn Provider>)> {
        let path = self.path()?;
        let provider = DiskProvider::open(path).map_err(|error| missing_repository(error, path))?;
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
    pub(crate) fn create(&self, session: &Session) -> Result<Repository> {
        let path = self.path()?;
        let provider: Arc<dyn Provider> = Arc::new(DiskProvider::create(path)?);
        let whose = format!("the new repository {}", escape_path(path));
        let secret = password::ask(self.password_file.as_deref(), Purpose::Create, &whose)?;
        Repository::init(provider, &secret.into_password(), &session.world)
    }
}

pub(crate) fn missing_repository(error: Error, path: &Path) -> Error {
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
