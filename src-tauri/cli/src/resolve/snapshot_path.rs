//! Naming what is inside a backup: `BACKUP:PATH`, where the path begins at the folder that was
//! backed up, or, with a leading `/`, is the whole path that a file had.

use undercroft_api::Api;
use undercroft_api::wire::{Snapshot, SnapshotFilter};
use undercroft_foundation::{Code, Error, Result, escape_name};

/// A backup, and the names that lead to a file or folder in it.
#[derive(Debug)]
pub(crate) struct SnapshotPath {
    pub(crate) snapshot: String,
    pub(crate) path: Vec<String>,
}

/// The backup and path that `spec` means in this destination.
pub(crate) fn snapshot_path(api: &Api, destination: &str, spec: &str) -> Result<SnapshotPath> {
    let (snapshot, inner) = spec.split_once(':').unwrap_or((spec, ""));
    let mut path = names(inner);
    if inner.starts_with('/') {
        let filter = SnapshotFilter { project: None, destination: Some(destination.to_owned()) };
        let newest_first = api.snapshot_list(filter)?;
        let is_meant = |it: &&Snapshot| snapshot == "latest" || it.id.starts_with(snapshot);
        // One that is not there is told by the use case itself.
        if let Some(found) = newest_first.iter().find(is_meant) {
            path = below(found, path)?;
        }
    }
    Ok(SnapshotPath { snapshot: snapshot.to_owned(), path })
}

/// The names of a path, escaped as listings show them.
pub(crate) fn names(path: &str) -> Vec<String> {
    path.split('/').filter(|name| !name.is_empty() && *name != ".").map(str::to_owned).collect()
}

/// The rest of a whole path below the folder that was backed up.
fn below(snapshot: &Snapshot, path: Vec<String>) -> Result<Vec<String>> {
    let [root] = &snapshot.paths[..] else { return Ok(path) };
    let root: Vec<_> = names(root).iter().map(|name| escape_name(name.as_bytes())).collect();
    match path.strip_prefix(&root[..]) {
        Some(rest) => Ok(rest.to_vec()),
        None => Err(Error::new(
            Code::NotFound,
            format!("There is no /{} in backup {}", path.join("/"), snapshot.short_id),
        )
        .why(format!("It is a backup of /{}", root.join("/")))
        .next("Leave out the leading / to begin at the folder that was backed up")),
    }
}
