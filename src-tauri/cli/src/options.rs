//! Options that several commands take: each is declared once, so that its name means one thing.
//! Words that it was called by before are hidden, and mean the same.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use undercroft_api::Api;
use undercroft_api::wire;
use undercroft_foundation::{Result, size_text};
use undercroft_repository as repository;

use crate::workspace;

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

/// Where something is written to.
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

/// Content that is read from elsewhere than standard input.
#[derive(Debug, Args)]
pub(crate) struct Input {
    /// Read the content from this file, instead of from standard input
    #[arg(long, short, value_name = "FILE", alias = "from")]
    pub(crate) input: Option<PathBuf>,
}

/// The message of a version or commit.
#[derive(Debug, Args)]
pub(crate) struct Message {
    /// What it is about
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
        workspace::or_current(api, self.workspace)
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
        workspace::or_current(api, self.named.workspace.or(self.bare_workspace))
    }
}

/// The words of commands that took the workspace before them once, without the option.
pub(crate) fn legacy_positionals<const N: usize>(
    workspace: InWorkspace,
    mut words: Vec<String>,
    api: &Api,
) -> Result<(String, [String; N])> {
    let bare = if words.len() > N { Some(words.remove(0)) } else { None };
    let workspace = workspace::or_current(api, workspace.workspace.or(bare))?;
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

/// `200M`, `5G`: a size with its unit, so that no number is taken for another.
pub(crate) fn size_with_unit(text: &str) -> Result<u64, String> {
    let bytes = crate::repo::parse_bytes(text)?;
    if text.ends_with(|last: char| last.is_ascii_digit()) && bytes > 0 {
        return Err(format!("{text:?} has no unit; {} would be {bytes}B", size_text(bytes)));
    }
    Ok(bytes)
}
