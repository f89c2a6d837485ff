//! One file of a project in every backup that holds it.

use std::collections::BTreeSet;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path};

use jiff::Timestamp;
use undercroft_foundation::{Code, ProjectId, Result};
use undercroft_repository::{NodeKind, Repository, SnapshotFilter, SnapshotId};

use super::FileSearch;
use crate::destinations::Destination;
use crate::snapshots::{CachedSnapshot, tag_of};

/// One content of a file, in one destination.
#[derive(Debug, Clone)]
pub struct BackedUpFile {
    /// The destination.
    pub destination: Destination,
    /// The size of the content.
    pub size_bytes: u64,
    /// When the content was last changed.
    pub modified: Timestamp,
    /// The backups that hold it, newest first.
    pub backups: Vec<FileIn>,
}

/// A backup that holds a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileIn {
    /// The backup.
    pub snapshot: SnapshotId,
    /// When it was made.
    pub time: Timestamp,
    /// The file, as [`crate::Listing`] names it: from the folder that was backed up.
    pub path: Vec<Vec<u8>>,
}

impl FileSearch {
    /// The contents that a file of a project had, as the destinations that are there hold them.
    ///
    /// # Errors
    /// [`Code::NotFound`] for a project that there is not; the errors of the destinations, but for
    /// ones that are away.
    pub fn find_file(&self, project: ProjectId, path: &[Vec<u8>]) -> Result<Vec<BackedUpFile>> {
        self.library.projects().get(project)?;
        let mut found = Vec::new();
        for destination in self.destinations.list()? {
            let repository = match self.destinations.repository_of(&destination) {
                Err(error) if error.code() == Code::Unavailable => continue,
                repository => repository?,
            };
            self.snapshots.refresh(destination.id, &repository)?;
            // A project may have been moved: each place that it was at is looked through.
            let cached = self.snapshots.list(Some(project), Some(destination.id))?;
            let roots: BTreeSet<_> = cached.into_iter().map(|snapshot| snapshot.paths).collect();
            for root in roots {
                let [root] = &root[..] else { continue };
                found.extend(look(&destination, &repository, project, root, path)?);
            }
        }
        Ok(found)
    }
}

fn look(
    destination: &Destination,
    repository: &Repository,
    project: ProjectId,
    root: &str,
    path: &[Vec<u8>],
) -> Result<Vec<BackedUpFile>> {
    let mut full: Vec<_> = Path::new(root).components().filter_map(name_of).collect();
    full.extend_from_slice(path);
    let filter = SnapshotFilter {
        paths: vec![root.to_owned()],
        tags: vec![tag_of(project)],
        ..SnapshotFilter::default()
    };
    let versions = repository.file_versions(&full, &filter)?;
    let times: std::collections::HashMap<_, _> = versions
        .by_snapshot
        .iter()
        .map(|sighting| {
            (sighting.snapshot.id, CachedSnapshot::of(destination.id, &sighting.snapshot))
        })
        .collect();
    let holding = |id: &SnapshotId| {
        times.get(id).map(|cached| FileIn { snapshot: *id, time: cached.time, path: path.to_vec() })
    };
    let files = versions.versions.into_iter().filter(|it| it.node.kind == NodeKind::File);
    let file = |version: undercroft_repository::find::FileVersion| BackedUpFile {
        destination: destination.clone(),
        size_bytes: version.node.size,
        modified: version.node.mtime.timestamp(),
        backups: version.snapshots.iter().filter_map(holding).collect(),
    };
    Ok(files.map(file).collect())
}

fn name_of(component: Component<'_>) -> Option<Vec<u8>> {
    match component {
        Component::Normal(name) => Some(name.as_bytes().to_vec()),
        _ => None,
    }
}
