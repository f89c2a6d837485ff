//! Repositories that are open. To open one takes a good part of a second (its key is derived from
//! the password so that guessing is slow), so each is opened once and kept for as long as the
//! same one is at its place.

use std::collections::HashMap;
use std::fmt;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::sync::{Arc, Mutex, PoisonError};

use undercroft_foundation::{Code, DestinationId, Error, Result, escape_path};
use undercroft_library::Library;
use undercroft_providers::DiskProvider;
use undercroft_repository::{Compression, Repository};

use crate::destinations::Destination;
use crate::password_file;

/// What tells the file that identifies a repository from another: device, inode, size, time.
type Stamp = (u64, u64, u64, i64, i64);

type Slot = Arc<Mutex<Option<(Stamp, Arc<Repository>)>>>;

/// The repositories of this process.
pub(crate) struct OpenRepositories {
    library: Library,
    slots: Mutex<HashMap<DestinationId, Slot>>,
}

impl OpenRepositories {
    pub(crate) fn new(library: &Library) -> Self {
        Self { library: library.clone(), slots: Mutex::default() }
    }

    /// The repository of a destination.
    ///
    /// # Errors
    /// [`Code::Unavailable`] when its drive is away, [`Code::Damaged`] when something else is at
    /// its place, [`Code::WrongPassword`] when the password that is kept opens it no more.
    pub(crate) fn open(
        &self,
        destination: &Destination,
        compression: Compression,
    ) -> Result<Arc<Repository>> {
        let stamp = stamp(destination)?;
        let slot = {
            let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(slots.entry(destination.id).or_default())
        };
        // One at a time opens it; the others then find it open.
        let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, repository)) = slot.as_ref().filter(|(opened, _)| *opened == stamp) {
            return Ok(Arc::clone(repository));
        }
        *slot = None;
        let repository = Arc::new(self.open_anew(destination, compression)?);
        *slot = Some((stamp, Arc::clone(&repository)));
        Ok(repository)
    }

    fn open_anew(&self, destination: &Destination, compression: Compression) -> Result<Repository> {
        let Destination { id, name, path, .. } = destination;
        let password = password_file::read(self.library.root(), *id, name)?;
        let provider = Arc::new(DiskProvider::open(path)?);
        let opened = Repository::open(provider, &password, self.library.world());
        let repository = opened.map_err(|error| match error.code() {
            Code::WrongPassword => Error::new(Code::WrongPassword, format!("Cannot open {name}"))
                .why(
                    "The password kept for it does not open what is at its place: the password \
                     was changed, or another drive is there",
                )
                .next("Connect the right drive; or remove the destination and add it again"),
            _ => error,
        })?;
        if repository.id() != destination.repository {
            return Err(Error::new(Code::Damaged, format!("Cannot use {name}"))
                .why(format!("Another drive is at its place, {}", escape_path(path)))
                .next("Connect the right drive, or add this one as a destination of its own"));
        }
        Ok(repository.with_compression(compression))
    }

    /// Lets go of a repository.
    pub(crate) fn forget(&self, id: DestinationId) {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }

    /// Takes in a repository that was opened while its destination was added.
    pub(crate) fn keep(&self, destination: &Destination, repository: Repository) {
        let Ok(stamp) = stamp(destination) else { return };
        let slot = Arc::new(Mutex::new(Some((stamp, Arc::new(repository)))));
        self.slots.lock().unwrap_or_else(PoisonError::into_inner).insert(destination.id, slot);
    }
}

impl fmt::Debug for OpenRepositories {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenRepositories").finish_non_exhaustive()
    }
}

/// Whether a repository is at a destination's place, without opening it.
pub(crate) fn is_present(destination: &Destination) -> bool {
    destination.path.join("config").is_file()
}

fn stamp(destination: &Destination) -> Result<Stamp> {
    let config = destination.path.join("config");
    match fs::metadata(&config) {
        Ok(found) => Ok((found.dev(), found.ino(), found.len(), found.mtime(), found.mtime_nsec())),
        Err(source) if source.kind() == io::ErrorKind::NotFound => Err(not_there(destination)),
        Err(source) => Err(Error::io("read", &config, source)),
    }
}

/// An absent folder, or an empty one where a drive would be mounted, is a drive that is away.
fn not_there(destination: &Destination) -> Error {
    let Destination { name, path, .. } = destination;
    let is_empty = fs::read_dir(path).map_or(true, |mut entries| entries.next().is_none());
    if is_empty {
        return Error::new(Code::Unavailable, format!("{name} is not there"))
            .why(format!("There is nothing at {}", escape_path(path)))
            .next("Connect its drive and try again");
    }
    Error::new(Code::Damaged, format!("Cannot use {name}"))
        .why(format!("{} holds something else and no repository", escape_path(path)))
        .next("Connect the right drive; if it is the right one, check what happened to it")
}
