//! Bringing the projects' folders back to where they were, where nothing is.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use undercroft_foundation::{Job, Result, escape_path};
use undercroft_repository::{Overwrite, Repository, RestoreRequest, Snapshot};

use super::RecoverableProject;
use super::order::Recovering;
use crate::seen::project_of;

/// Brings back what can be, and says how many folders that are. What cannot becomes a warning: the
/// library is more than its projects' folders.
pub(super) fn bring_back(
    repository: &Repository,
    all: &[Snapshot],
    projects: &[RecoverableProject],
    recovering: &Recovering,
    job: &Job,
) -> Result<u64> {
    let mut brought = 0;
    for project in projects {
        job.check_cancelled()?;
        let item = escape_path(&project.root);
        let name = project.id.to_string();
        let newest = all.iter().rfind(|it| project_of(&it.tags) == Some(project.id));
        let Some(newest) = newest else {
            job.warn(item, "The destination holds no backup of it");
            continue;
        };
        if project.is_occupied && !recovering.is_begun(&name) {
            job.warn(item, "Something is there already, and was left as it is");
            continue;
        }
        recovering.note_begun(&name)?;
        job.set_current(item.clone());
        match restore(repository, newest, &project.root, job) {
            Ok(()) => brought += 1,
            Err(error) => {
                job.check_cancelled()?;
                job.warn(item, error.to_string());
            }
        }
    }
    Ok(brought)
}

fn restore(repository: &Repository, snapshot: &Snapshot, root: &Path, job: &Job) -> Result<()> {
    let names = |path: &Path| -> Vec<Vec<u8>> {
        path.components().skip(1).map(|name| name.as_os_str().as_bytes().to_vec()).collect()
    };
    let mut subpath = names(root);
    if repository.find_node(snapshot, &subpath).is_err()
        && let [path] = &snapshot.paths[..]
    {
        // The project was elsewhere when it was backed up.
        let known = names(Path::new(path));
        if known.last() == subpath.last() {
            subpath = known;
        }
    }
    let request = RestoreRequest {
        target: root.parent().unwrap_or(Path::new("/")).to_owned(),
        subpath,
        verify: true,
        overwrite: Overwrite::IfChanged,
        ..RestoreRequest::default()
    };
    repository.restore(snapshot, &request, job).map(drop)
}
