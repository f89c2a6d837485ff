//! The commands of `undercroft`: one file or folder each, called as the command is.

mod archive;
mod backup;
mod cleanup;
pub(crate) mod completions;
mod destination;
mod diagnostics;
mod doctor;
mod draft;
mod events;
mod file;
mod git;
mod history;
mod job;
mod library;
pub(crate) mod man;
mod memory;
mod plan;
mod project;
mod repo;
mod restore;
mod retention;
mod run;
mod say;
mod search;
mod serve;
mod settings;
mod status;
mod template;
mod undo;
mod usage;
mod version;
mod workspace;

use clap::Subcommand;
use undercroft_foundation::Result;

use crate::exit_status::ExitStatus;
use crate::session::Session;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Add, list and change projects
    #[command(subcommand)]
    Project(project::Command),
    /// Put projects away, each as one file, and get them back
    #[command(subcommand)]
    Archive(Box<archive::Command>),
    /// Free what the library no longer needs, step by step
    Cleanup(cleanup::Cleanup),
    /// List, make and remove what new projects begin from
    #[command(subcommand)]
    Template(template::Command),
    /// Begin, watch and keep the histories of projects
    #[command(subcommand)]
    History(history::Command),
    /// List, compare, mark, restore and make versions
    #[command(subcommand)]
    Version(Box<version::Command>),
    /// Find files, also ones that are gone, in all versions, backups and archives
    Search(search::Search),
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
    Say(say::Say),
    /// In words: create project NAME
    Create(say::Rest),
    /// In words: list projects, list files [FOLDER]
    List(say::Rest),
    /// In words: switch to PROJECT
    Switch(say::Rest),
    /// In words: current project
    Current(say::Rest),
    /// In words: storage status
    Storage(say::Rest),
    /// Show the whole at a glance
    Status(status::Status),
    Usage(usage::Usage),
    Doctor(doctor::Doctor),
    Diagnostics(diagnostics::Diagnostics),
    /// Show what happened
    Events(events::Events),
    /// Show what was done
    #[command(subcommand)]
    Run(run::Command),
    /// Show what is being done
    #[command(subcommand)]
    Job(job::Command),
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

impl Command {
    /// Does what the command says; `grammar` is that of the whole command line.
    pub(crate) fn run(
        self,
        session: &Session,
        grammar: impl FnOnce() -> clap::Command,
    ) -> Result<ExitStatus> {
        match self {
            Self::Project(command) => command.run(session),
            Self::Template(command) => command.run(session),
            Self::History(command) => command.run(session),
            Self::Version(command) => command.run(session),
            Self::Search(search) => search.run(session),
            Self::File(command) => command.run(session),
            Self::Workspace(command) => command.run(session),
            Self::Archive(command) => command.run(session),
            Self::Cleanup(command) => command.run(session),
            Self::Git(command) => command.run(session),
            Self::Undo(command) => command.run(session),
            Self::Draft(command) => command.run(session),
            Self::Memory(command) => command.run(session),
            Self::Destination(command) => command.run(session),
            Self::Plan(command) => command.run(session),
            Self::Backup(command) => command.run(session),
            Self::Restore(command) => command.run(session),
            Self::Retention(command) => command.run(session),
            Self::Say(say) => say.run(session),
            Self::Create(rest) => rest.run(session, "create"),
            Self::List(rest) => rest.run(session, "list"),
            Self::Switch(rest) => rest.run(session, "switch"),
            Self::Current(rest) => rest.run(session, "current"),
            Self::Storage(rest) => rest.run(session, "storage"),
            Self::Status(status) => status.run(session),
            Self::Usage(usage) => usage.run(session),
            Self::Diagnostics(diagnostics) => diagnostics.run(session),
            Self::Doctor(doctor) => doctor.run(session),
            Self::Events(command) => command.run(session),
            Self::Run(command) => command.run(session),
            Self::Job(command) => command.run(session),
            Self::Settings(command) => command.run(session),
            Self::Library(command) => command.run(session),
            Self::Serve(command) => command.run(session),
            Self::Repo(command) => command.run(session),
            Self::Completions(command) => command.run(session, grammar()),
            Self::Man(command) => command.run(session, grammar()),
        }
    }
}
