//! Destinations: places that hold a repository of backups.

mod adding;
mod disks;
mod drives;
mod keys;
mod locating;
mod mounts;
mod object_store;
mod open;
mod table;
mod vacant;

use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::Transaction;
use undercroft_foundation::{
    Candidate, DestinationId, Result, SettingsOverrides, escape_path, find_by_name, text,
};
use undercroft_library::{Library, NewEvent, OccupiedFolder};

use crate::secrets::{NewPassword, PasswordKeeper, Secrets};
use crate::snapshots::SnapshotCache;

pub(crate) use disks::Disks;
pub use drives::{Drive, Surroundings};
pub use keys::Keys;
pub(crate) use locating::Presence;
use locating::Searches;
use mounts::digest_at;
pub use mounts::table as mount_table;
pub(crate) use object_store::{objects_password, open_objects};
use open::OpenRepositories;
pub(crate) use table::{MIGRATIONS, all, insert};

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
    /// The SHA-256 of its repository's config file, by which it is known without its password.
    pub config_digest: Option<String>,
}

/// A place that is to become a destination.
#[derive(Clone, Default)]
pub struct AddDestination {
    /// The folder.
    pub path: PathBuf,
    /// Its name; the folder's, if none is given.
    pub name: Option<String>,
    /// The password of its repository.
    pub password: NewPassword,
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
    /// Whether its repository is there.
    pub is_present: bool,
    /// The place where its password is kept, as far as is known without asking the keyring.
    pub keeper: PasswordKeeper,
    /// Bytes that are free there.
    pub free_bytes: Option<u64>,
    /// Bytes that the place has in all.
    pub total_bytes: Option<u64>,
    /// The number of snapshots that it holds, as far as is known.
    pub snapshots: u64,
    /// When its newest snapshot was made, as far as is known.
    pub last_backup: Option<Timestamp>,
}

/// The destinations of a library. Clones share the repositories that are open.
#[derive(Debug, Clone)]
pub struct Destinations {
    library: Library,
    overrides: SettingsOverrides,
    secrets: Arc<Secrets>,
    snapshots: SnapshotCache,
    open: Arc<OpenRepositories>,
    searches: Arc<Searches>,
}

impl Destinations {
    pub(crate) fn new(
        library: &Library,
        overrides: &SettingsOverrides,
        secrets: &Arc<Secrets>,
    ) -> Self {
        Self {
            library: library.clone(),
            overrides: overrides.clone(),
            secrets: Arc::clone(secrets),
            snapshots: SnapshotCache::new(library),
            open: Arc::default(),
            searches: Arc::default(),
        }
    }

    /// The destinations, by name.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn list(&self) -> Result<Vec<Destination>> {
        let mut destinations = self.library.catalog().read(table::all)?;
        destinations.sort_by_cached_key(|destination| destination.name.to_lowercase());
        Ok(destinations)
    }

    /// One destination.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`].
    pub fn get(&self, id: DestinationId) -> Result<Destination> {
        self.library.catalog().read(|connection| table::get(connection, id))
    }

    /// The destination that `text` means: by id, by the beginning of one, or by name.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`], or [`undercroft_foundation::Code::Invalid`] with
    /// the candidates when several fit.
    pub fn find(&self, text: &str) -> Result<Destination> {
        let destinations = self.list()?;
        let candidate = |it: &Destination| Candidate {
            id: it.id.to_string(),
            name: Some(it.name.clone()),
            about: escape_path(&it.path),
        };
        find_by_name("destination", text, &destinations, candidate).cloned()
    }

    /// The state of a destination: looked up, not opened. One that moved is found where it is now.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn state_of(&self, destination: &Destination) -> Result<DestinationState> {
        let (snapshots, last_backup) = self.snapshots.summary_of(destination.id)?;
        let (destination, presence) = self.located(destination);
        let is_present = presence == Presence::There;
        let room = is_present.then(|| rustix::fs::statvfs(&destination.path).ok()).flatten();
        Ok(DestinationState {
            keeper: self.secrets.keeper(destination.id),
            is_present,
            free_bytes: room.as_ref().map(|room| room.f_bavail.saturating_mul(room.f_frsize)),
            total_bytes: room.map(|room| room.f_blocks.saturating_mul(room.f_frsize)),
            snapshots,
            last_backup,
            destination,
        })
    }

    /// The places at which file systems are mounted now, destinations or not. No drive is touched: one that
    /// does not answer keeps nobody waiting.
    pub fn mounted_drives(&self) -> BTreeSet<PathBuf> {
        mounts::mount_points(&mounts::table())
    }

    /// Gives a destination another name.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`], [`undercroft_foundation::Code::Invalid`],
    /// [`undercroft_foundation::Code::AlreadyExists`].
    pub fn rename(&self, id: DestinationId, name: &str) -> Result<Destination> {
        let name = adding::check_name(name)?;
        self.library.catalog().write(|transaction| {
            let destination = table::get(transaction, id)?;
            let others = table::all(transaction)?;
            adding::refuse_taken(&name, others.iter().filter(|other| other.id != id))?;
            table::rename(transaction, id, &name)?;
            let text =
                text!("{destination} is now called {name}", destination = destination.name, name);
            let event = NewEvent::new("destination.renamed", text).of_destination(Some(id));
            self.library.events().append(transaction, &event)?;
            Ok(Destination { name: name.clone(), ..destination })
        })
    }

    /// Forgets a destination and the password that was kept for it, once `release` has let go of
    /// it in the same transaction.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`], and the errors of `release`.
    pub(crate) fn forget(
        &self,
        id: DestinationId,
        release: impl FnOnce(&Transaction<'_>) -> Result<()>,
    ) -> Result<Destination> {
        let destination = self.library.catalog().write(|transaction| {
            let destination = table::get(transaction, id)?;
            release(transaction)?;
            table::remove(transaction, id)?;
            let text = text!(
                "{destination} was forgotten; what it holds stays there",
                destination = destination.name
            );
            let event = NewEvent::new("destination.forgotten", text).of_destination(Some(id));
            self.library.events().append(transaction, &event)?;
            Ok(destination)
        })?;
        self.open.forget(id);
        self.secrets.remove(id)?;
        Ok(destination)
    }

    /// Notes how a destination is known without its password, where that was not done yet.
    pub(crate) fn note_digest(&self, destination: &Destination) -> Result<()> {
        let Ok(Some(digest)) = digest_at(&destination.path) else { return Ok(()) };
        if destination.config_digest.as_ref() == Some(&digest) {
            return Ok(());
        }
        let catalog = self.library.catalog();
        catalog.write(|transaction| table::set_digest(transaction, destination.id, &digest))
    }

    /// The folders of all destinations: no project may hold one or lie in one.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn occupied(&self) -> Result<Vec<OccupiedFolder>> {
        let occupied = |destination: Destination| OccupiedFolder {
            what: format!("the destination {}", destination.name),
            path: destination.path,
        };
        Ok(self.list()?.into_iter().map(occupied).collect())
    }
}
