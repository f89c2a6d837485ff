//! `undercroft repo`: any repository in restic's format, without a library. Options that mean the
//! same are called as restic calls them.

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
mod prune;
mod repair;
mod restore;
mod snapshots;
mod stats;
mod tag;
mod trash;
mod unlock;
mod versions;

use clap::{Args, Subcommand};
use undercroft_foundation::Result;

use crate::exit_status::ExitStatus;
use crate::repository::Access;
use crate::session::Session;

/// Work on any repository in restic's format, without a library
#[derive(Debug, Args)]
pub(crate) struct Repo {
    #[command(flatten)]
    access: Access,
    #[command(subcommand)]
    command: Command,
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
