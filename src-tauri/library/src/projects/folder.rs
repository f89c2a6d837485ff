//! The folders that can be projects.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use undercroft_foundation::{
    Code, Error, IoContext, Result, answer_within, canonicalize_missing, configuration_folder,
    escape_path, text,
};

use super::Project;
use crate::overlap::{Overlap, overlap};

/// A folder that the user points out gets this time to answer: a disk may have to wake up.
const LIMIT: Duration = Duration::from_secs(20);

/// A folder that is in use for something else, and what for: "the destination Disk".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OccupiedFolder {
    /// The folder.
    pub path: PathBuf,
    /// Its description, for people.
    pub what: String,
}

/// The canonical path of a folder that can be a project.
pub(super) fn check(path: &Path, library: &Path, apart_from: &[OccupiedFolder]) -> Result<PathBuf> {
    let what = text!("Cannot add {path}", path = escape_path(path));
    let look = |path: &Path| -> io::Result<_> {
        let root = fs::canonicalize(path)?;
        let is_folder = fs::metadata(&root)?.is_dir();
        Ok((root, is_folder))
    };
    let found = answer_within(LIMIT, path, look).ok_or_else(|| silent(&what))?;
    let (root, is_folder) = found.map_err(|source| cannot_reach(&what, source))?;
    if !is_folder {
        return Err(Error::new(Code::Invalid, what)
            .why("It is a file, not a folder")
            .next("Add the folder that holds it"));
    }
    refuse_library(&what, &root, library)?;
    refuse_configuration(&what, &root)?;
    for occupied in apart_from {
        refuse_occupied(&what, &root, occupied)?;
    }
    // Being there is not enough: a backup must be able to look inside.
    let open = |root: &Path| fs::read_dir(root).map(drop);
    let opened = answer_within(LIMIT, &root, open).ok_or_else(|| silent(&what))?;
    opened.map_err(|source| cannot_reach(&what, source))?;
    Ok(root)
}

/// Goes on while the folder of a project is there.
pub(super) fn check_present(project: &Project) -> Result<()> {
    match fs::metadata(&project.root) {
        Ok(found) if found.is_dir() => Ok(()),
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(source).at("open", &project.root)
        }
        _ => Err(Error::new(
            Code::SourceMissing,
            text!(
                "The folder of {project} is not at {root}",
                project = project.name,
                root = escape_path(&project.root)
            ),
        )),
    }
}

/// The project of this folder, by whatever path it was added.
pub(super) fn find_same<'a>(projects: &'a [Project], root: &Path) -> Option<&'a Project> {
    projects
        .iter()
        .find(|project| project.root == root)
        .or_else(|| projects.iter().find(|project| overlap(&project.root, root) == Overlap::Same))
}

fn refuse_library(what: &str, root: &Path, library: &Path) -> Result<()> {
    let (why, next) = match overlap(root, library) {
        Overlap::Apart => return Ok(()),
        Overlap::Contains => (
            "Undercroft's own library lies inside it, and would be backed up while it changes",
            "Add the folders of your projects one by one, or move the library elsewhere",
        ),
        Overlap::Same | Overlap::Inside => {
            ("It belongs to Undercroft's own library", "Choose a folder of your own work")
        }
    };
    Err(Error::new(Code::Invalid, what).why(why).next(next))
}

fn refuse_configuration(what: &str, root: &Path) -> Result<()> {
    let own = configuration_folder().and_then(|own| canonicalize_missing(&own).ok());
    if own.is_some_and(|own| matches!(overlap(root, &own), Overlap::Same | Overlap::Inside)) {
        return Err(Error::new(Code::Invalid, what)
            .why("It is Undercroft's own configuration, which is in no version and no backup")
            .next("Choose a folder of your own work"));
    }
    Ok(())
}

fn refuse_occupied(what: &str, root: &Path, occupied: &OccupiedFolder) -> Result<()> {
    let OccupiedFolder { path, what: occupant } = occupied;
    let why = match overlap(root, path) {
        Overlap::Apart => return Ok(()),
        Overlap::Contains => {
            text!(
                "It holds {occupant}, and what is in both would be kept again and again",
                occupant
            )
        }
        Overlap::Same | Overlap::Inside => text!("It belongs to {occupant}", occupant),
    };
    Err(Error::new(Code::Invalid, what).why(why).next("Choose a folder apart from it"))
}

fn silent(what: &str) -> Error {
    Error::new(Code::Unavailable, what)
        .why("The drive or share that it lies on does not answer")
        .next("Look whether it is plugged in, or its server is there, and try again")
}

fn cannot_reach(what: &str, source: io::Error) -> Error {
    let error = match source.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
            Error::new(Code::NotFound, what).why("There is no such folder").next("Check the path")
        }
        io::ErrorKind::PermissionDenied => Error::new(Code::PermissionDenied, what)
            .why("You may not look inside it")
            .next("Give your user access to the folder and add it again"),
        _ => Error::new(Code::Unavailable, what).why(source.to_string()),
    };
    error.because(source)
}
