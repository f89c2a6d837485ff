//! The top of the grammar: the options that every command takes, and the commands.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{ArgAction, Args, Parser, Subcommand};
use undercroft_foundation::Result;

use crate::exit_status::{self, ExitStatus};
use crate::session::Session;
use crate::{
    backup, completions, destination, doctor, draft, events, file, git, history, jobs, library,
    man, memory, plan, project, repo, restore, retention, runs, serve, settings, status, undo,
    version, workspace,
};

/// The heading under which the help texts list what every command takes.
const HEADING: &str = "Options of every command";

/// Keeps every version of every project you work on, and gives it all back.
#[derive(Debug, Parser)]
#[command(name = "undercroft", version, propagate_version = true, max_term_width = 100)]
#[command(after_help = exit_status::HELP)]
pub(crate) struct Arguments {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// What every command takes.
#[derive(Debug, Clone, Args)]
pub(crate) struct Global {
    /// The library's folder, instead of the one below your data folder
    #[arg(long, value_name = "DIR", env = "UNDERCROFT_HOME", hide_env_values = true)]
    #[arg(global = true, help_heading = HEADING)]
    pub(crate) library: Option<PathBuf>,
    /// Print JSON, for programs
    #[arg(long, global = true, help_heading = HEADING)]
    pub(crate) json: bool,
    /// Print nothing but results and errors
    #[arg(long, short, global = true, help_heading = HEADING)]
    pub(crate) quiet: bool,
    /// Say more on standard error about what is being done (twice for everything)
    #[arg(long, short, global = true, help_heading = HEADING, action = ArgAction::Count)]
    pub(crate) verbose: u8,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Add, list and change projects
    #[command(subcommand)]
    Project(project::Command),
    /// Begin, watch and keep the histories of projects
    #[command(subcommand)]
    History(history::Command),
    /// List, compare, mark, restore and make versions
    #[command(subcommand)]
    Version(Box<version::Command>),
    /// Look at the files of any version, and save files
    #[command(subcommand)]
    File(Box<file::Command>),
    /// List, open and switch the folders that a project is worked on in
    #[command(subcommand)]
    Workspace(workspace::Command),
    /// Use git in a workspace: commit, branch, push, pull, and export versions
    #[command(subcommand)]
    Git(Box<git::Command>),
    /// Go back behind the last restore or deletion in a workspace
    Undo(undo::Undo),
    /// Keep and find session work that is in no version yet
    #[command(subcommand)]
    Draft(draft::Command),
    /// Show how the memory is used, and copy session work out and in
    #[command(subcommand)]
    Memory(memory::Command),
    /// Add, list and remove places that hold backups
    #[command(subcommand)]
    Destination(destination::Command),
    /// Say what is backed up by itself, where, when, and how long it is kept
    #[command(subcommand)]
    Plan(Box<plan::Command>),
    /// Make, list and browse backups
    #[command(subcommand)]
    Backup(backup::Command),
    /// Get a backup, or a part of it, back
    Restore(restore::Restore),
    /// Say how long backups are kept, and see to the trash
    #[command(subcommand)]
    Retention(retention::Command),
    /// Show the whole at a glance
    Status,
    Doctor(doctor::Doctor),
    /// Show what happened
    Events(events::Events),
    /// Show what was done
    #[command(subcommand)]
    Run(runs::Command),
    /// Show what is being done
    #[command(subcommand)]
    Job(jobs::Command),
    /// Show and change settings
    #[command(subcommand)]
    Settings(settings::Command),
    /// Mend the library itself
    #[command(subcommand)]
    Library(library::Command),
    /// Serve the window's pages and the API to a browser on this machine
    Serve(serve::Serve),
    /// Work on any repository in restic's format, without a library
    Repo(Box<repo::Repo>),
    /// Print the completions of a shell
    Completions(completions::Completions),
    /// Print the manual page, or write all of them to a folder
    Man(man::Man),
}

impl Arguments {
    /// Does what the command says, and reports how it ended.
    pub(crate) fn run(self) -> ExitCode {
        let session = Session::new(&self.global);
        match self.command.run(&session) {
            Ok(status) => status.into(),
            Err(error) => {
                session.out.failure(&error);
                exit_status::exit_code(error.code()).into()
            }
        }
    }
}

impl Command {
    fn run(self, session: &Session) -> Result<ExitStatus> {
        match self {
            Self::Project(command) => command.run(session),
            Self::History(command) => command.run(session),
            Self::Version(command) => command.run(session),
            Self::File(command) => command.run(session),
            Self::Workspace(command) => command.run(session),
            Self::Git(command) => command.run(session),
            Self::Undo(command) => command.run(session),
            Self::Draft(command) => command.run(session),
            Self::Memory(command) => command.run(session),
            Self::Destination(command) => command.run(session),
            Self::Plan(command) => command.run(session),
            Self::Backup(command) => command.run(session),
            Self::Restore(command) => command.run(session),
            Self::Retention(command) => command.run(session),
            Self::Status => status::run(session),
            Self::Doctor(doctor) => doctor.run(session),
            Self::Events(command) => command.run(session),
            Self::Run(command) => command.run(session),
            Self::Job(command) => command.run(session),
            Self::Settings(command) => command.run(session),
            Self::Library(command) => command.run(session),
            Self::Serve(command) => command.run(session),
            Self::Repo(command) => command.run(session),
            Self::Completions(command) => command.run(session),
            Self::Man(command) => command.run(session),
        }
    }
}
