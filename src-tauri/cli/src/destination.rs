//! `undercroft destination`: add, list and forget places that hold backups.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use undercroft_api::Api;
use undercroft_api::wire::{
    Destination, DestinationAdd, DestinationRef, NewPassword, Nothing, Place, PlaceState,
};
use undercroft_foundation::Result;

use crate::ending::Ending;
use crate::output::Output;
use crate::password::{self, Purpose};
use crate::session::{self, Session};
use crate::table::{Align, Table};
use crate::words::{grouped, moment, size};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a folder a destination: open the repository there, or make one
    Add(Add),
    /// List destinations
    List,
    /// Forget a destination; the backups in it stay
    Remove(Named),
}

#[derive(Debug, Args)]
pub(crate) struct Add {
    /// The folder
    path: PathBuf,
    /// The destination's name, instead of the folder's
    #[arg(long, short)]
    name: Option<String>,
    #[command(flatten)]
    password: PasswordFile,
}

/// The file that a password is read from.
#[derive(Debug, Args)]
pub(crate) struct PasswordFile {
    /// Read the password from this file, instead of UNDERCROFT_PASSWORD_FILE,
    /// UNDERCROFT_PASSWORD or the terminal
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Named {
    /// The destination: its name, its id or the beginning of it
    destination: String,
}

impl Command {
    pub(crate) fn run(self, session: &Session) -> Result<Ending> {
        let api = session.api()?;
        let out = &session.out;
        match self {
            Self::Add(add) => {
                let place = session::place(&api, &add.path)?;
                let added = add_place(&api, place, add.name, &add.password)?;
                out.show(&added, |destination| print_added(destination, out));
            }
            Self::List => {
                let destinations = api.destination_list(Nothing {})?;
                out.show(&destinations, |destinations| print_list(destinations, out));
            }
            Self::Remove(named) => {
                let request = DestinationRef { destination: named.destination };
                out.show(&api.destination_forget(request)?, |destination| {
                    out.line(format!("Forgot {}; the backups in it stay", destination.name));
                });
            }
        }
        Ok(Ending::Done)
    }
}

/// Makes a place a destination, and a repository in it when there is none.
pub(crate) fn add_place(
    api: &Api,
    place: Place,
    name: Option<String>,
    password: &PasswordFile,
) -> Result<Destination> {
    let create = place.state != PlaceState::Repository;
    let (purpose, whose) = match create {
        true => (Purpose::Create, format!("the new repository {}", place.display)),
        false => (Purpose::Open, format!("the repository {}", place.display)),
    };
    let secret = password::ask(password.password_file.as_deref(), purpose, &whose)?;
    let password = NewPassword::Typed { password: secret.into_text() };
    api.destination_add(DestinationAdd { place: place.id, name, password, create })
}

fn print_added(destination: &Destination, out: &Output) {
    out.line(format!("{} ({})", destination.name, destination.id));
    out.line(format!("  Folder      {}", destination.display));
    out.line(format!("  Repository  {}", destination.repository_id));
    out.note(
        "Undercroft keeps the password in its library, readable by you alone. \
         Keep it elsewhere too: without it, nobody can open the backups.",
    );
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
        table.row([
            destination.name.clone(),
            grouped(destination.snapshots),
            destination.last_backup.map_or_else(|| "never".to_owned(), moment),
            free,
            destination.display.clone(),
        ]);
    }
    table.print(out, "No destinations yet: undercroft destination add PATH");
}
