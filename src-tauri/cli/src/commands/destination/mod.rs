//! `undercroft destination`: the places that hold backups.

mod copying;
mod drives;
mod keys;
mod maintenance;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use undercroft_api::Api;
use undercroft_api::wire::{
    Destination, DestinationAdd, DestinationDetail, DestinationMove, DestinationRename, Nothing,
    PasswordKeeper, Place, PlaceState,
};
use undercroft_foundation::Result;

use crate::exit_status::ExitStatus;
use crate::options::{NamedDestination, PasswordFile};
use crate::output::format::{grouped, local_time, size};
use crate::output::{Align, Output, Table};
use crate::resolve;
use crate::session::Session;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a folder a destination: open the repository there, or make one
    Add(Add),
    /// List the drives that backups could go to
    Drives,
    /// List destinations
    List,
    /// Show a destination with its keys and what its backups take
    Show(NamedDestination),
    /// Give a destination another name
    Rename(Rename),
    /// Say where a destination is now that was moved
    Move(Move),
    /// Move a destination to an empty folder on another drive: copy it, compare it, use it there
    Transfer(copying::Transfer),
    /// Remove locks that programs left which are gone
    Unlock(NamedDestination),
    /// Copy backups to another destination
    Copy(copying::CopyBackups),
    /// List, add, remove and try keys
    #[command(subcommand)]
    Key(keys::KeyCommand),
    /// Change the password that is kept for a destination
    Password(keys::NewKey),
    /// Make the page to print and put away: what is where, its password, how to get it back; as
    /// text here, or to print in a folder
    Kit(keys::Kit),
    /// Say how far the destinations are proven
    Proof,
    /// Restore random files on trial, and compare
    Drill(NamedDestination),
    /// Read a destination back, whole or a share
    Check(maintenance::Check),
    /// Mend a destination
    Repair(maintenance::Repair),
    /// Protect a destination against damage of its drive
    Parity(maintenance::Parity),
    /// Free what no backup needs any more
    Cleanup(maintenance::CleanUp),
    /// Show a destination as a folder, until Ctrl-C
    Mount(maintenance::Mount),
    /// Remove a destination from the library; the backups in it stay
    #[command(alias = "forget")]
    Remove(NamedDestination),
}

#[derive(Debug, Args)]
pub(crate) struct Add {
    /// The folder
    path: PathBuf,
    /// The name to give it
    #[arg(long, short_alias = 'n')]
    name: Option<String>,
    #[command(flatten)]
    password: PasswordFile,
    #[command(flatten)]
    new: keys::NewPasswordFrom,
}

#[derive(Debug, Args)]
pub(crate) struct Rename {
    /// The destination: its name, its id or the beginning of it
    destination: String,
    /// Its new name
    name: String,
}

#[derive(Debug, Args)]
pub(crate) struct Move {
    /// The destination: its name, its id or the beginning of it
    destination: String,
    /// The folder where it is now
    path: PathBuf,
}

impl Command {
    pub(crate) fn run(self, session: &Session) -> Result<ExitStatus> {
        let api = session.api()?;
        let out = &session.out;
        match self {
            Self::Add(add) => {
                let place = resolve::place(&api, &add.path)?;
                let same_disk = place.same_disk;
                let added = match add.new.is_given() {
                    true => add_new(&api, place, add.name, add.new)?,
                    false => resolve::add_destination(&api, place, add.name, add.password.path())?,
                };
                out.show(&added, |destination| print_added(destination, out));
                if same_disk {
                    out.note("It is on the disk of your projects: if that fails, both are lost.");
                }
            }
            Self::Drives => {
                out.show(&api.drive_list(Nothing {})?, |found| drives::print(found, out));
            }
            Self::List => {
                let destinations = api.destination_list(Nothing {})?;
                out.show(&destinations, |destinations| print_list(destinations, out));
            }
            Self::Show(named) => {
                let request = named.request();
                let detail = api.destination_show(request)?;
                out.show(&detail, |detail| print_detail(detail, out));
            }
            Self::Rename(Rename { destination, name }) => {
                let renamed = api.destination_rename(DestinationRename { destination, name })?;
                out.show(&renamed, |it| out.line(format!("It is called {} now", it.name)));
            }
            Self::Move(Move { destination, path }) => {
                let place = resolve::place(&api, &path)?.id;
                let moved = api.destination_move(DestinationMove { destination, place })?;
                out.show(&moved, |it| out.line(format!("{} is at {}", it.name, it.display)));
            }
            Self::Transfer(transfer) => return transfer.run(session, &api),
            Self::Unlock(named) => {
                let request = named.request();
                out.show(&api.destination_unlock(request)?, |destination| {
                    out.line(format!("{} holds no lock that nobody needs", destination.name));
                });
            }
            Self::Copy(copy) => return copy.run(session, &api),
            Self::Key(command) => return command.run(session, &api),
            Self::Password(change) => return change.change(session, &api),
            Self::Kit(kit) => return kit.run(session, &api),
            Self::Proof => {
                let proofs = api.proof_list(Nothing {})?;
                out.show(&proofs, |proofs| maintenance::print_proofs(proofs, out));
            }
            Self::Drill(named) => return maintenance::drill(session, &api, named.destination),
            Self::Check(check) => return check.run(session, &api),
            Self::Repair(repair) => return repair.run(session, &api),
            Self::Parity(parity) => return parity.run(session, &api),
            Self::Cleanup(cleanup) => return cleanup.run(session, &api),
            Self::Mount(mount) => return mount.run(session, &api),
            Self::Remove(named) => {
                let request = named.request();
                out.show(&api.destination_forget(request)?, |destination| {
                    out.line(format!("Removed {}; the backups in it stay", destination.name));
                });
            }
        }
        Ok(ExitStatus::Done)
    }
}

/// The same, with the password that the options say.
fn add_new(
    api: &Api,
    place: Place,
    name: Option<String>,
    new: keys::NewPasswordFrom,
) -> Result<Destination> {
    let create = place.state != PlaceState::Repository;
    let password = new.password(api, || Ok(String::new()))?;
    api.destination_add(DestinationAdd { place: place.id, name, password, create })
}

fn print_added(destination: &Destination, out: &Output) {
    out.line(format!("{} ({})", destination.name, destination.id));
    out.line(format!("  Folder      {}", destination.display));
    out.line(format!("  Repository  {}", destination.repository_id));
    out.note(format!(
        "The password is kept {}. Keep it elsewhere too: without it, nobody can open the backups. \
         `undercroft destination kit` makes a page to print.",
        keys::keeper(destination.keeper)
    ));
}

fn print_detail(detail: &DestinationDetail, out: &Output) {
    let DestinationDetail { destination, keys, .. } = detail;
    out.line(format!("{} ({})", destination.name, destination.id));
    out.line(format!("  Folder      {}", destination.display));
    out.line(format!("  Repository  {}", destination.repository_id));
    out.line(format!("  Backups     {}", grouped(destination.snapshots)));
    out.line(format!("  Stored      {}", size(detail.stored_bytes)));
    out.line(format!("  Restored    {}", size(detail.restore_bytes)));
    out.line(format!("  Unused      {}", size(detail.unused_bytes)));
    keys::print_keys(keys, out);
}

fn print_list(destinations: &[Destination], out: &Output) {
    let mut table = Table::new(&[
        ("NAME", Align::Left),
        ("BACKUPS", Align::Right),
        ("LAST BACKUP", Align::Left),
        ("FREE", Align::Right),
        ("FOLDER", Align::Left),
    ]);
    for destination in destinations {
        let free = match destination.present {
            true => destination.free_bytes.map(size).unwrap_or_default(),
            false => "away".to_owned(),
        };
        let free = match destination.keeper {
            PasswordKeeper::Missing => format!("{free}, no password"),
            _ => free,
        };
        table.row([
            destination.name.clone(),
            grouped(destination.snapshots),
            destination.last_backup.map_or_else(|| "never".to_owned(), local_time),
            free,
            destination.display.clone(),
        ]);
    }
    table.print(out, "No destinations yet: undercroft destination add PATH");
}
