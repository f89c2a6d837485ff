//! The place of a destination now. It is known by its repository: by the digest of the config file,
//! which never changes and is read without a password. So a drive is found wherever it is mounted,
//! and another one at its place is not taken for it.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use undercroft_foundation::{
    Code, DestinationId, Error, Result, canonicalize_missing, escape_path, text,
};

use super::{Destination, Destinations, mounts, table};

/// The time for which a drive that was not found is not looked for again while the mounts are the
/// same.
const PAUSE: Duration = Duration::from_secs(20);

/// The finding at a place where a destination should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    /// Its repository.
    There,
    /// Nothing, or what is no repository.
    Away,
    /// Another repository.
    Another,
}

/// The searches that found nothing.
#[derive(Debug, Default)]
pub(super) struct Searches(Mutex<Vec<Search>>);

#[derive(Debug)]
struct Search {
    digest: String,
    table: Vec<u8>,
    at: Duration,
}

/// The finding at the place where a destination was last.
pub(crate) fn look(destination: &Destination) -> Presence {
    let Destination { path, config_digest, .. } = destination;
    match (mounts::digest_at(path), config_digest) {
        (Ok(Some(found)), Some(known)) if found == *known => Presence::There,
        (Ok(Some(_)), Some(_)) => Presence::Another,
        // Added before digests were kept: it is told by its id when it is opened.
        (Ok(Some(_)), None) => Presence::There,
        _ => Presence::Away,
    }
}

impl Destinations {
    /// The destination with the path where it is now; where it is not, as it was. One that moved is
    /// noted with its new path.
    pub(crate) fn located(&self, destination: &Destination) -> (Destination, Presence) {
        let mut destination = destination.clone();
        let mut presence = look(&destination);
        if presence != Presence::There
            && let Some(path) = self.search(&destination)
        {
            match self.follow(&destination, &path) {
                Ok(moved) => (destination, presence) = (moved, Presence::There),
                Err(error) => {
                    tracing::warn!(%error, destination.id = %destination.id, "its move was not noted");
                }
            }
        }
        (destination, presence)
    }

    /// Whether the repository of a destination is there, wherever it is mounted now.
    pub(crate) fn is_there(&self, destination: &Destination) -> bool {
        self.located(destination).1 == Presence::There
    }

    fn search(&self, destination: &Destination) -> Option<PathBuf> {
        let digest = destination.config_digest.as_ref()?;
        let table = mounts::table();
        let now = self.library.world().clock.steady();
        let mut searches = self.searches.0.lock().unwrap_or_else(PoisonError::into_inner);
        let was_in_vain = searches.iter().any(|past| {
            past.digest == *digest && past.table == table && now.saturating_sub(past.at) < PAUSE
        });
        if was_in_vain {
            return None;
        }
        searches.retain(|past| past.digest != *digest);
        let found = mounts::find(&table, &destination.path, digest);
        if found.is_none() {
            searches.push(Search { digest: digest.clone(), table, at: now });
        }
        found
    }

    /// Notes that a destination was found elsewhere, which is as good as where it was before.
    fn follow(&self, destination: &Destination, path: &Path) -> Result<Destination> {
        if self.library.is_confirmed(&destination.path)? {
            self.library.confirm_place(path)?;
        }
        self.moved(destination.id, path)
    }

    fn moved(&self, id: DestinationId, path: &Path) -> Result<Destination> {
        self.library.catalog().write(|transaction| {
            let known = table::get(transaction, id)?;
            if known.path == path {
                return Ok(known);
            }
            table::move_to(transaction, id, path)?;
            let moved = Destination { path: path.to_owned(), ..known };
            self.tell(
                transaction,
                &moved,
                "moved",
                &text!("is now at {path}", path = escape_path(path)),
            )?;
            Ok(moved)
        })
    }

    /// Records the new place of a destination that was moved.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::RepositoryMissing`], [`Code::Invalid`] when another repository
    /// is there, and for a place that cannot be a destination.
    pub fn move_to(&self, id: DestinationId, path: &Path) -> Result<Destination> {
        let destination = self.get(id)?;
        let what = text!(
            "Cannot find {destination} at {path}",
            destination = destination.name,
            path = escape_path(path)
        );
        let path = canonicalize_missing(path)?;
        let moved = Destination { path: path.clone(), ..destination };
        match look(&moved) {
            Presence::There => {}
            Presence::Away => {
                return Err(Error::new(Code::RepositoryMissing, what)
                    .why("There is no repository")
                    .next("Choose the folder that holds the file config"));
            }
            Presence::Another => {
                return Err(Error::new(Code::Invalid, what)
                    .why("Another repository is there")
                    .next("Choose the right folder, or add this one as a destination of its own"));
            }
        }
        self.refuse_overlaps(&what, &path)?;
        self.library.confirm_place(&path)?;
        if moved.config_digest.is_none() {
            // Nothing but opening it tells whether it is the one.
            self.repository_of(&moved)?;
        }
        self.moved(id, &path)
    }
}
