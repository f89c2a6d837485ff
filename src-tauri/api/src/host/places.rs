//! The board of places. A face never hands over a path to act on: the user points a folder out,
//! which is noted here, and the face passes the note's id.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use undercroft_foundation::{
    Code, Error, PlaceId, Result, World, canonicalize_or_keep, escape_path, text,
};
use undercroft_providers::{DiskProvider, Provider};
use undercroft_repository::Repository;

use super::wire::{Place, PlacePick, PlacePurpose, PlaceState, PlaceType};
use crate::Api;

/// The number of places that are remembered; the oldest go first.
const KEPT: usize = 4096;

/// The places that the user pointed out, for as long as the program runs.
#[derive(Debug)]
pub struct Places {
    known: Mutex<HashMap<PlaceId, KnownPlace>>,
    world: World,
}

#[derive(Debug, Clone)]
struct KnownPlace {
    path: PathBuf,
    /// The purpose that it was asked for, if it was asked for: it is good for nothing else.
    purpose: Option<PlacePurpose>,
}

impl Places {
    pub(crate) fn new(world: &World) -> Self {
        Self { known: Mutex::default(), world: world.clone() }
    }

    /// Notes a place that the user pointed out by hand: dropped, or named on a command line.
    pub fn register(&self, path: &Path) -> Place {
        self.note(path, None)
    }

    /// Notes a place that is good for one purpose: picked for it, or found to fit.
    pub(crate) fn note(&self, path: &Path, purpose: Option<PlacePurpose>) -> Place {
        // Where it leads nowhere, whoever uses it says so.
        let path = canonicalize_or_keep(path);
        let id = PlaceId::new(&*self.world.clock, &*self.world.random);
        let place = Place {
            id: id.to_string(),
            display: escape_path(&path),
            name: path
                .file_name()
                .map_or_else(|| escape_path(&path), |it| escape_path(it.as_ref())),
            state: state_of(&path),
            same_disk: false,
        };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KEPT {
            let oldest = known.keys().min().copied();
            oldest.and_then(|id| known.remove(&id));
        }
        known.insert(id, KnownPlace { path, purpose });
        place
    }

    /// The path of a place, to be used for `purpose`.
    pub(crate) fn resolve(&self, id: &str, purpose: PlacePurpose) -> Result<PathBuf> {
        let refusal = || {
            Error::new(Code::NotFound, "The place is not known")
                .why("It was pointed out for something else, or before the program was started")
                .next("Choose the folder again")
        };
        let id: PlaceId = id.parse().map_err(|_| refusal())?;
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let place = known.get(&id).ok_or_else(refusal)?;
        match place.purpose {
            Some(asked_for) if asked_for != purpose => Err(refusal()),
            _ => Ok(place.path.clone()),
        }
    }
}

impl Api {
    /// Opens a dialog to point out a folder; nothing when the user cancels it.
    ///
    /// # Errors
    /// [`Code::Unsupported`] where there is no dialog.
    pub fn place_pick(&self, request: PlacePick) -> Result<Option<Place>> {
        let picked = self.0.host.pick_folder(request.purpose)?;
        picked
            .map(|path| self.on_its_disk(self.0.places.note(&path, Some(request.purpose)), &path))
            .transpose()
    }

    /// Points out a folder by its path.
    ///
    /// # Errors
    /// [`Code::Invalid`] for a path that is not absolute, and the errors of
    /// [`DiskProvider::check_place`].
    pub fn place_type(&self, request: PlaceType) -> Result<Place> {
        let path = typed(&request.path)?;
        DiskProvider::check_place(&path)?;
        self.place_at(&path)
    }

    /// Points out a folder, and says what else is on its disk.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn place_at(&self, path: &Path) -> Result<Place> {
        self.on_its_disk(self.0.places.register(path), path)
    }

    /// The place with what else is on its disk.
    fn on_its_disk(&self, place: Place, path: &Path) -> Result<Place> {
        let path = canonicalize_or_keep(path);
        let around = self.0.host.surroundings();
        let same_disk = self.0.backups.destinations().is_on_disk_of_work(&around, &path)?;
        Ok(Place { same_disk, ..place })
    }
}

fn typed(text: &str) -> Result<PathBuf> {
    let text = text.trim();
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let path = match (text.strip_prefix('~'), home) {
        (Some(rest), Some(home)) if rest.is_empty() || rest.starts_with('/') => {
            home.join(rest.trim_start_matches('/'))
        }
        _ => PathBuf::from(text),
    };
    if path.is_absolute() {
        return Ok(path);
    }
    Err(Error::new(Code::Invalid, text!("{text} is not a whole path", text = format!("{text:?}")))
        .why("It does not say where it begins")
        .next("Type a path that begins with / or ~/"))
}

fn state_of(path: &Path) -> PlaceState {
    match fs::metadata(path) {
        Ok(found) if !found.is_dir() => PlaceState::File,
        Ok(_) if holds_repository(path) => PlaceState::Repository,
        Ok(_) => PlaceState::Folder,
        Err(_) => PlaceState::Missing,
    }
}

fn holds_repository(path: &Path) -> bool {
    let Ok(provider) = DiskProvider::open(path) else { return false };
    let provider: Arc<dyn Provider> = Arc::new(provider);
    Repository::exists(&provider).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_good_only_for_what_it_was_asked_for() {
        let places = Places::new(&World::real());
        let picked = places.note(Path::new("/"), Some(PlacePurpose::Restore));
        assert!(places.resolve(&picked.id, PlacePurpose::Restore).is_ok());
        assert!(places.resolve(&picked.id, PlacePurpose::Project).is_err());
        let dropped = places.register(Path::new("/"));
        assert!(places.resolve(&dropped.id, PlacePurpose::Project).is_ok());
        assert!(places.resolve("/etc", PlacePurpose::Project).is_err());
    }

    #[test]
    fn a_typed_path_is_whole() {
        assert!(typed("relative/path").is_err());
        assert!(typed("").is_err());
        assert_eq!(typed(" /a b ").unwrap(), Path::new("/a b"));
    }

    #[test]
    fn what_does_not_exist_can_be_pointed_out() {
        let place = Places::new(&World::real()).register(Path::new("/no/such/fol\nder"));
        assert_eq!(place.state, PlaceState::Missing);
        assert_eq!((&*place.name, &*place.display), ("fol\\nder", "/no/such/fol\\nder"));
    }
}
