//! Destinations: places that hold a repository of backups.

mod adding;
mod table;

use std::fmt;
use std::path::PathBuf;

use jiff::Timestamp;
use undercroft_foundation::{Code, DestinationId, Error, Result, escape_path};
use undercroft_library::{NewEvent, Occupied};

use crate::backups::Backups;
use crate::{open, password_file, plans, seen};

pub(crate) use table::MIGRATIONS;

/// The shortest beginning of an id that is taken for one.
const SHORTEST_PREFIX: usize = 4;

/// A place that holds a repository of backups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// Its id.
    pub id: DestinationId,
    /// Its name.
    pub name: String,
    /// Its folder; any bytes.
    pub path: PathBuf,
    /// The id of its repository, by which it is known wherever it is mounted.
    pub repository: String,
    /// When it was added.
    pub added: Timestamp,
}

/// A place that is to become a destination.
#[derive(Clone, Default)]
pub struct AddDestination {
    /// The folder.
    pub path: PathBuf,
    /// Its name; the folder's, if none is given.
    pub name: Option<String>,
    /// The password of its repository.
    pub password: String,
    /// Whether to make a repository where there is none.
    pub create: bool,
}

impl fmt::Debug for AddDestination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AddDestination")
            .field("path", &self.path)
            .field("name", &self.name)
            .field("create", &self.create)
            .finish_non_exhaustive()
    }
}

/// A destination as it stands now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DestinationState {
    /// The destination.
    pub destination: Destination,
    /// Whether a repository is at its place.
    pub is_present: bool,
    /// Bytes that are free there.
    pub free_bytes: Option<u64>,
    /// Bytes that the place has in all.
    pub total_bytes: Option<u64>,
    /// How many snapshots it holds, as far as is known.
    pub snapshots: u64,
    /// When its newest snapshot was made, as far as is known.
    pub last_backup: Option<Timestamp>,
}

impl Backups {
    /// The destinations, by name.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn destinations(&self) -> Result<Vec<Destination>> {
        let mut destinations = self.library.catalog().read(table::all)?;
        destinations.sort_by_cached_key(|destination| destination.name.to_lowercase());
        Ok(destinations)
    }

    /// One destination.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn destination(&self, id: DestinationId) -> Result<Destination> {
        self.library.catalog().read(|connection| table::get(connection, id))
    }

    /// The destination that `text` means: by id, by the beginning of one, or by name.
    ///
    /// # Errors
    /// [`Code::NotFound`], or [`Code::Invalid`] with the candidates when several fit.
    pub fn find_destination(&self, text: &str) -> Result<Destination> {
        let destinations = self.destinations()?;
        let text = text.trim();
        let lower = text.to_lowercase();
        let prefix = lower.replace('-', "");
        let ways: [&dyn Fn(&Destination) -> bool; 3] =
            [&|each| each.name == text, &|each| each.name.to_lowercase() == lower, &|each| {
                prefix.len() >= SHORTEST_PREFIX && each.id.to_string().starts_with(&prefix)
            }];
        for way in ways {
            match destinations.iter().filter(|each| way(each)).collect::<Vec<_>>()[..] {
                [] => {}
                [destination] => return Ok(destination.clone()),
                ref several => return Err(ambiguous(text, several)),
            }
        }
        Err(Error::new(Code::NotFound, format!("There is no destination {text:?}"))
            .next("List the destinations to see what there is"))
    }

    /// How a destination stands: looked up, not opened.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn state_of(&self, destination: &Destination) -> Result<DestinationState> {
        let seen = self
            .library
            .catalog()
            .read(|connection| seen::summary_of(connection, destination.id))?;
        let is_present = open::is_present(destination);
        let room = is_present.then(|| rustix::fs::statvfs(&destination.path).ok()).flatten();
        Ok(DestinationState {
            destination: destination.clone(),
            is_present,
            free_bytes: room.as_ref().map(|room| room.f_bavail.saturating_mul(room.f_frsize)),
            total_bytes: room.map(|room| room.f_blocks.saturating_mul(room.f_frsize)),
            snapshots: seen.0,
            last_backup: seen.1,
        })
    }

    /// Gives a destination another name.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Invalid`], [`Code::AlreadyExists`].
    pub fn rename_destination(&self, id: DestinationId, name: &str) -> Result<Destination> {
        let name = adding::check_name(name)?;
        self.library.catalog().write(|transaction| {
            let destination = table::get(transaction, id)?;
            let others = table::all(transaction)?;
            adding::refuse_taken(&name, others.iter().filter(|other| other.id != id))?;
            table::rename(transaction, id, &name)?;
            let text = format!("{} is now called {name}", destination.name);
            let event = NewEvent::new("destination.renamed", text).of_destination(Some(id));
            self.library.events().append(transaction, &event)?;
            Ok(Destination { name: name.clone(), ..destination })
        })
    }

    /// Forgets a destination and the password that was kept for it. The repository stays as it
    /// is, and can be added again by whoever knows its password.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn forget_destination(&self, id: DestinationId) -> Result<Destination> {
        let destination = self.library.catalog().write(|transaction| {
            let destination = table::get(transaction, id)?;
            plans::let_go_of(self, transaction, id)?;
            table::remove(transaction, id)?;
            let text = format!("{} was forgotten; what it holds stays there", destination.name);
            let event = NewEvent::new("destination.forgotten", text).of_destination(Some(id));
            self.library.events().append(transaction, &event)?;
            Ok(destination)
        })?;
        self.open.forget(id);
        password_file::remove(self.library.root(), id)?;
        Ok(destination)
    }

    /// The folders of all destinations: no project may hold one or lie in one.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn occupied(&self) -> Result<Vec<Occupied>> {
        let occupied = |destination: Destination| Occupied {
            what: format!("the destination {}", destination.name),
            path: destination.path,
        };
        Ok(self.destinations()?.into_iter().map(occupied).collect())
    }
}

fn ambiguous(text: &str, several: &[&Destination]) -> Error {
    let one =
        |each: &&Destination| format!("{} ({}, {})", each.id, each.name, escape_path(&each.path));
    let list: Vec<_> = several.iter().take(10).map(one).collect();
    Error::new(Code::Invalid, format!("{text:?} means several destinations"))
        .why(format!("It could be {}", list.join(" or ")))
        .next("Use the id, or more of it")
}
