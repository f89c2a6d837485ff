//! Options that several commands take: each is declared once, so that its name means one thing.
//! Words that it was called by before are hidden, and mean the same.

mod amount;
mod input;
mod retention;
mod setting;

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use undercroft_api::Api;
use undercroft_api::wire::{self, DestinationRef, ProjectRef};
use undercroft_foundation::Result;
use undercroft_repository as repository;

pub(crate) use amount::{Amount, parse_bytes, parse_span, size_with_unit};
pub(crate) use input::Input;
pub(crate) use retention::RetentionOptions;
pub(crate) use setting::Setting;

use crate::resolve;

/// Whether anything is done at all.
#[derive(Debug, Args)]
pub(crate) struct DryRun {
    /// Only say what would be done
    #[arg(long, short = 'n')]
    pub(crate) dry_run: bool,
}

/// The destination that backups are taken from.
#[derive(Debug, Args)]
pub(crate) struct FromDestination {
    /// The destination that holds the backups
    #[arg(long, value_name = "DESTINATION")]
    pub(crate) from: String,
}

/// The same, where all are looked at without it.
#[derive(Debug, Args)]
pub(crate) struct OptionalFrom {
    /// The destination that holds the backups
    #[arg(long, value_name = "DESTINATION")]
    pub(crate) from: Option<String>,
}

/// The project whose backups are meant.
#[derive(Debug, Args)]
pub(crate) struct OfProject {
    /// The project: its name, its id or the beginning of it
    #[arg(long, value_name = "PROJECT")]
    pub(crate) project: Option<String>,
}

/// The destination that a command is about.
#[derive(Debug, Args)]
pub(crate) struct NamedDestination {
    /// The destination: its name, its id or the beginning of it
    pub(crate) destination: String,
}

impl NamedDestination {
    pub(crate) fn request(self) -> DestinationRef {
        DestinationRef { destination: self.destination }
    }
}

/// The project that a command is about.
#[derive(Debug, Args)]
pub(crate) struct NamedProject {
    /// The project: its name, its id or the beginning of it
    project: String,
}

impl NamedProject {
    pub(crate) fn request(self) -> ProjectRef {
        ProjectRef { project: self.project }
    }
}

/// The file that a password is read from.
#[derive(Debug, Args)]
pub(crate) struct PasswordFile {
    /// Read the password from this file, instead of UNDERCROFT_PASSWORD_FILE,
    /// UNDERCROFT_PASSWORD or the terminal
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

impl PasswordFile {
    /// The file, if one is named.
    pub(crate) fn path(&self) -> Option<&Path> {
        self.password_file.as_deref()
    }
}

/// The folder that a command writes to.
#[derive(Debug, Args)]
pub(crate) struct Target {
    /// The folder that receives it
    #[arg(long, short, value_name = "DIR")]
    pub(crate) target: PathBuf,
}

/// The same, where there is a place for it without it.
#[derive(Debug, Args)]
pub(crate) struct OptionalTarget {
    /// The folder that receives it
    #[arg(long, short, value_name = "DIR", aliases = ["to", "into", "dir"])]
    pub(crate) target: Option<PathBuf>,
}

/// The message of a version or commit.
#[derive(Debug, Args)]
pub(crate) struct Message {
    /// The message
    #[arg(long, short)]
    pub(crate) message: Option<String>,
}

/// The workspace that a command works in.
#[derive(Debug, Args)]
pub(crate) struct InWorkspace {
    /// The workspace: PROJECT, PROJECT/NAME or its id, instead of the current one
    #[arg(long, short)]
    workspace: Option<String>,
}

impl InWorkspace {
    pub(crate) fn or_current(self, api: &Api) -> Result<String> {
        resolve::workspace(api, self.workspace)
    }
}

/// The same for commands that took it without the option once.
#[derive(Debug, Args)]
pub(crate) struct Workspace {
    #[command(flatten)]
    named: InWorkspace,
    /// The workspace
    #[arg(hide = true, conflicts_with = "workspace", value_name = "WORKSPACE")]
    bare_workspace: Option<String>,
}

impl Workspace {
    pub(crate) fn or_current(self, api: &Api) -> Result<String> {
        resolve::workspace(api, self.named.workspace.or(self.bare_workspace))
    }
}

/// The words of commands that took the workspace before them once, without the option.
pub(crate) fn legacy_positionals<const N: usize>(
    workspace: InWorkspace,
    mut words: Vec<String>,
    api: &Api,
) -> Result<(String, [String; N])> {
    let bare = if words.len() > N { Some(words.remove(0)) } else { None };
    let workspace = resolve::workspace(api, workspace.workspace.or(bare))?;
    // The grammar takes no fewer.
    Ok((workspace, std::array::from_fn(|_| words.remove(0))))
}

/// Confirms what waits for the user.
#[derive(Debug, Args)]
pub(crate) struct Confirm {
    /// Allow on this machine what waits to be confirmed
    #[arg(long)]
    pub(crate) confirm: bool,
}

/// How a restore treats files that are there already.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Overwrite {
    /// Leave them: only what is missing is restored
    #[value(alias = "if-missing")]
    Never,
    /// Replace them where the restored one is newer
    IfNewer,
    /// Replace them where their content differs; the same size and time count as the same
    #[value(alias = "changed")]
    IfChanged,
    /// Replace them where their content differs, whatever their size and time
    Always,
}

impl From<Overwrite> for repository::Overwrite {
    fn from(overwrite: Overwrite) -> Self {
        match overwrite {
            Overwrite::Never => Self::Never,
            Overwrite::IfNewer => Self::IfNewer,
            Overwrite::IfChanged => Self::IfChanged,
            Overwrite::Always => Self::Always,
        }
    }
}

impl From<Overwrite> for wire::Overwrite {
    fn from(overwrite: Overwrite) -> Self {
        match overwrite {
            Overwrite::Never => Self::Never,
            Overwrite::IfNewer => Self::Newer,
            Overwrite::IfChanged => Self::Changed,
            Overwrite::Always => Self::Always,
        }
    }
}

/// `yes` or `no`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum YesNo {
    #[value(alias = "true")]
    Yes,
    #[value(alias = "false")]
    No,
}

impl YesNo {
    pub(crate) fn is_yes(self) -> bool {
        self == Self::Yes
    }
}
