//! Making the catalog again from what is on disk, for a library that does not open.

use std::path::Path;

use serde::Serialize;
use undercroft_backup::Backups;
use undercroft_foundation::{Job, Result, World, escape_path};
use undercroft_history::History;
use undercroft_library::{Library, ProjectFilter};

/// The parts of a library that were made again.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Rebuilt {
    /// The number of projects that are known.
    pub projects: u64,
    /// The number of workspaces.
    pub workspaces: u64,
    /// The number of plans of backups that were lost and are there again.
    pub plans: u64,
    /// The number of versions.
    pub versions: u64,
    /// The place where the lost catalog is kept, to show; nothing when there was none, or it was
    /// sound.
    pub lost_catalog: Option<String>,
    /// Facts that could not be found out, to show.
    pub unknown: Vec<String>,
}

/// Makes the catalog of the library at `root` again from what is on disk. A sound one keeps what
/// only it knows; a damaged one is kept beside the new one.
///
/// # Errors
/// [`undercroft_foundation::Code::Locked`] while another Undercroft uses the library, and whatever
/// keeps it from being read or written.
pub fn rebuild_library(root: &Path, world: &World, job: &Job) -> Result<Rebuilt> {
    undercroft_backup::adopt_recovered(root)?;
    let (library, lost) = Library::open_without_catalog(root, world, &crate::tables())?;
    let history = History::new(&library);
    history.finish_transfers()?;
    let rebuilt = history.maintenance().rebuild(job)?;
    Ok(Rebuilt {
        projects: library.projects().list(&ProjectFilter::default())?.len() as u64,
        workspaces: rebuilt.workspaces,
        plans: Backups::new(&library).plans().rebuild()?,
        versions: rebuilt.versions,
        lost_catalog: lost.map(|path| escape_path(&path)),
        unknown: rebuilt.unknown,
    })
}
