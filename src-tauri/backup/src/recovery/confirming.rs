//! Confirming what a recovered library records: whoever wrote the backup chose those places, and
//! links may lead out of the library itself.

use std::fs;
use std::path::{Path, PathBuf};

use undercroft_foundation::{IoContext, Job, ProjectId, Result, canonicalize_missing, escape_path};
use undercroft_library::{Library, Migration, ProjectFilter};

use super::order::remove;
use crate::destinations::Destinations;

/// The places that the user confirms, of those that a recovered library records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfirmPlaces {
    /// All of them.
    All,
    /// Places that are one of these, or lie below one.
    Below(Vec<PathBuf>),
}

impl ConfirmPlaces {
    /// Whether a recorded place is confirmed.
    pub fn covers(&self, place: &Path) -> bool {
        let Ok(place) = canonicalize_missing(place) else { return false };
        let is_below =
            |above: &PathBuf| canonicalize_missing(above).is_ok_and(|it| place.starts_with(it));
        match self {
            Self::All => true,
            Self::Below(above) => above.iter().any(is_below),
        }
    }
}

/// The part of the other rooms in a library.
#[derive(Debug, Clone)]
pub struct OtherRooms {
    /// The tables of all rooms.
    pub tables: Vec<&'static [Migration]>,
    /// The places that the rooms beside this one record.
    pub places: fn(&Library) -> Result<Vec<PathBuf>>,
    /// Has them take up where the folder of a project is from now on.
    pub follow_project: fn(&Library, ProjectId) -> Result<()>,
}

/// Lets only those places of a library that was just fetched be used that the user confirms,
/// and the one that it came from. Gives how many wait to be confirmed.
pub(super) fn confirm_recorded(
    library: &Library,
    destinations: &Destinations,
    others: &OtherRooms,
    confirm: &ConfirmPlaces,
    from: &Path,
) -> Result<usize> {
    let projects = library.projects().list(&ProjectFilter::default())?;
    let mut recorded: Vec<_> = projects.into_iter().map(|project| project.root).collect();
    recorded.extend(destinations.list()?.into_iter().map(|destination| destination.path));
    recorded.extend((others.places)(library)?);
    recorded.sort_unstable();
    recorded.dedup();
    let came_from = ConfirmPlaces::Below(vec![from.to_owned()]);
    let is_confirmed = |place: &PathBuf| confirm.covers(place) || came_from.covers(place);
    let (mut confirmed, waiting): (Vec<_>, Vec<_>) = recorded.into_iter().partition(is_confirmed);
    confirmed.push(from.to_owned());
    library.require_confirmation(&confirmed)?;
    Ok(waiting.len())
}

/// Removes the links in a library that was fetched. None of ours holds any, and one would lead what
/// is written into the library elsewhere.
pub(super) fn remove_links(library: &Path, job: &Job) -> Result<()> {
    let mut folders = vec![library.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).at("read", &folder)? {
            let entry = entry.at("read", &folder)?;
            let kind = entry.file_type().at("look at", &entry.path())?;
            if kind.is_dir() {
                folders.push(entry.path());
            } else if !kind.is_file() {
                remove(&entry.path())?;
                job.warn(escape_path(&entry.path()), "Not recovered: it is no file of a library");
            }
        }
    }
    Ok(())
}
