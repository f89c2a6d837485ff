//! Bringing the projects' folders back to where they were, where nothing is.

use std::env;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use undercroft_foundation::{Job, Result, escape_path};
use undercroft_repository::{Overwrite, Repository, RestoreRequest, Snapshot};

use super::RecoverableProject;
use super::order::Recovering;
use crate::seen::project_of;

/// The system's own folders.
const SYSTEM: [&str; 13] = [
    "/bin",
    "/boot",
    "/dev",
    "/etc",
    "/lib",
    "/lib32",
    "/lib64",
    "/proc",
    "/run/systemd",
    "/sbin",
    "/sys",
    "/usr",
    "/var/spool",
];

/// Brings back what can be, and says how many folders that are. What cannot becomes a warning: the
/// library is more than its projects' folders.
pub(super) fn bring_back(
    repository: &Repository,
    all: &[Snapshot],
    projects: &[RecoverableProject],
    recovering: &Recovering,
    is_confirmed: &dyn Fn(&Path) -> bool,
    job: &Job,
) -> Result<u64> {
    let home = env::var_os("HOME").map(|home| real_path(Path::new(&home)));
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
        if !is_confirmed(&project.root) {
            job.warn(item, "Not brought back: you did not confirm this place");
            continue;
        }
        if !belongs(&real_path(&project.root), home.as_deref()) {
            job.warn(item, "Not brought back: programs are started from there, or configured");
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

/// Whether a project may be brought back to this place, which a library names that somebody else may
/// have written: nowhere among the system's folders, and nowhere in a hidden folder of the user's,
/// where a file is enough to have a program started or a key let in.
fn belongs(root: &Path, home: Option<&Path>) -> bool {
    let is_hidden = |name: Component<'_>| name.as_os_str().as_encoded_bytes().starts_with(b".");
    let in_home = home.and_then(|home| root.strip_prefix(home).ok());
    !SYSTEM.iter().any(|folder| root.starts_with(folder))
        && !in_home.is_some_and(|below| below.components().next().is_none_or(is_hidden))
}

/// Where a path leads, links followed, as far as it is there.
fn real_path(path: &Path) -> PathBuf {
    let found = path.ancestors().find_map(|folder| Some((folder, folder.canonicalize().ok()?)));
    let Some((folder, real)) = found else { return path.to_owned() };
    path.strip_prefix(folder).map_or_else(|_| path.to_owned(), |rest| real.join(rest))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_project_is_brought_back_to_where_it_would_be_started() {
        let home = Some(Path::new("/home/ann"));
        for good in ["/home/ann/work/.dot/p", "/srv/p", "/home/bob/p", "/var/www/p", "/tmp/.x/p"] {
            assert!(belongs(Path::new(good), home), "{good}");
        }
        for bad in ["/home/ann", "/home/ann/.ssh/p", "/home/ann/.config", "/etc/cron.d/p", "/usr"] {
            assert!(!belongs(Path::new(bad), home), "{bad}");
        }
    }

    #[test]
    fn no_link_leads_around_that() {
        let folder = tempfile::tempdir().unwrap();
        let real = folder.path().canonicalize().unwrap();
        std::os::unix::fs::symlink("/etc", real.join("work")).unwrap();
        assert_eq!(real_path(&real.join("work/cron.new/p")), Path::new("/etc/cron.new/p"));
        assert_eq!(real_path(&real.join("new/p")), real.join("new/p"));
    }
}
