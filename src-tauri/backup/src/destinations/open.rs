//! Repositories that are open. To open one takes a good part of a second (its key is derived from
//! the password so that guessing is slow), so each is opened once and kept for as long as the
//! same one is at its place.

use std::collections::HashMap;
use std::fmt;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use undercroft_foundation::{Code, DestinationId, Error, IoContext, Result, escape_path, text};
use undercroft_providers::AnchoredProvider;
use undercroft_repository::{Compression, Password, Repository};

use super::{Destination, Destinations, Presence};

/// The marks that tell the file that identifies a repository from another: device, inode, size,
/// time; and where it is, since a drive that is plugged in elsewhere bears the same numbers.
type Stamp = (PathBuf, [u64; 3], [i64; 2]);

type Slot = Arc<Mutex<Option<(Stamp, Arc<Repository>)>>>;

/// The repositories of this process.
#[derive(Default)]
pub(super) struct OpenRepositories {
    slots: Mutex<HashMap<DestinationId, Slot>>,
}

impl OpenRepositories {
    fn slot(&self, id: DestinationId) -> Slot {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(slots.entry(id).or_default())
    }

    /// Lets go of a repository.
    pub(super) fn forget(&self, id: DestinationId) {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }

    /// Takes in a repository that was opened otherwise.
    pub(super) fn keep(&self, destination: &Destination, repository: &Repository) {
        let Ok(stamp) = stamp(destination) else { return };
        let Ok(anchored) = AnchoredProvider::open(&destination.path, "config") else { return };
        let repository = repository.wrap_provider(|_| Arc::new(anchored));
        let slot = Arc::new(Mutex::new(Some((stamp, Arc::new(repository)))));
        self.slots.lock().unwrap_or_else(PoisonError::into_inner).insert(destination.id, slot);
    }
}

impl fmt::Debug for OpenRepositories {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenRepositories").finish_non_exhaustive()
    }
}

impl Destinations {
    /// The repository of a destination, open, wherever it is mounted now.
    ///
    /// # Errors
    /// [`Code::Unavailable`] when its drive is away, [`Code::Damaged`] when something else is at
    /// its place, [`Code::PermissionDenied`] when nobody has confirmed that since the library was
    /// recovered, [`Code::WrongPassword`] when the password that is kept opens it no more.
    pub(crate) fn repository_of(&self, destination: &Destination) -> Result<Arc<Repository>> {
        let destination = self.require_there(destination)?;
        let stamp = stamp(&destination)?;
        let slot = self.open.slot(destination.id);
        // One at a time opens it; the others then find it open.
        let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, repository)) = slot.as_ref().filter(|(opened, _)| *opened == stamp) {
            return Ok(Arc::clone(repository));
        }
        *slot = None;
        let password = self.secrets.read(destination.id, &destination.name)?;
        let repository = self.open_with(&destination, &Password::new(password.as_str()))?;
        let repository = Arc::new(repository);
        self.note_digest(&destination)?;
        *slot = Some((stamp, Arc::clone(&repository)));
        Ok(repository)
    }

    /// Goes on while a repository that was opened is still there: what could not be read of a drive
    /// that was taken away says nothing of what is on it.
    ///
    /// # Errors
    /// [`Code::Unavailable`] when it is not, and the errors of [`Destinations::repository_of`].
    pub(crate) fn require_still_there(
        &self,
        destination: &Destination,
        opened: &Arc<Repository>,
    ) -> Result<()> {
        if Arc::ptr_eq(&self.repository_of(destination)?, opened) {
            return Ok(());
        }
        Err(Error::new(
            Code::Unavailable,
            text!("{destination} went away", destination = destination.name),
        )
        .why("Its drive was taken away in the middle, and is there again")
        .next("Try again"))
    }

    /// The repository of a destination that is there, opened anew with this password.
    pub(crate) fn open_with(
        &self,
        destination: &Destination,
        password: &Password,
    ) -> Result<Repository> {
        let Destination { name, path, .. } = destination;
        let provider = Arc::new(AnchoredProvider::open(path, "config")?);
        let opened = Repository::open(provider, password, self.library.world());
        let repository = opened.map_err(|error| match error.code() {
            Code::WrongPassword => {
                Error::new(Code::WrongPassword, text!("Cannot open {name}", name))
                    .why(
                        "The password does not open what is at its place: it was changed elsewhere",
                    )
                    .next("Remove the destination and add it again with its password")
            }
            _ => error,
        })?;
        if repository.id() != destination.repository {
            return Err(another(destination));
        }
        Ok(repository.with_compression(self.compression()))
    }

    /// The destination where it is now.
    pub(crate) fn require_there(&self, destination: &Destination) -> Result<Destination> {
        match self.located(destination) {
            (located, Presence::There) => {
                self.library.require_confirmed(&located.path)?;
                Ok(located)
            }
            (located, Presence::Another) => Err(another(&located)),
            (located, Presence::Away) => Err(away(&located)),
        }
    }

    fn compression(&self) -> Compression {
        self.library.settings(&self.overrides).map_or(Compression::Auto, |settings| match settings
            .compression()
        {
            "off" => Compression::Off,
            "max" => Compression::Max,
            _ => Compression::Auto,
        })
    }
}

fn stamp(destination: &Destination) -> Result<Stamp> {
    let config = destination.path.join("config");
    let found = fs::metadata(&config).at("read", &config)?;
    let numbers = [found.dev(), found.ino(), found.len()];
    Ok((config, numbers, [found.mtime(), found.mtime_nsec()]))
}

fn another(destination: &Destination) -> Error {
    let Destination { name, path, .. } = destination;
    Error::new(Code::Damaged, text!("Cannot use {name}", name))
        .why(text!("Another drive is at its place, {path}", path = escape_path(path)))
        .next("Connect the right drive, or add this one as a destination of its own")
}

/// An absent folder, or an empty one where a drive would be mounted, is a drive that is away.
fn away(destination: &Destination) -> Error {
    let Destination { name, path, .. } = destination;
    let is_empty = fs::read_dir(path).map_or(true, |mut entries| entries.next().is_none());
    if is_empty {
        return Error::new(Code::Unavailable, text!("{name} is not there", name))
            .why(text!("There is nothing at {path}", path = escape_path(path)))
            .next("Connect its drive and try again");
    }
    Error::new(Code::Damaged, text!("Cannot use {name}", name))
        .why(text!("{path} holds something else and no repository", path = escape_path(path)))
        .next("Connect the right drive; if it is the right one, check what happened to it")
}
