//! Bringing the projects' folders back to where they were, where nothing is.

use std::env;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use undercroft_foundation::{Job, Result, canonicalize_missing, escape_path};
use undercroft_repository::{Overwrite, Repository, RestoreRequest, Snapshot};

use super::RecoverableProject;
use super::order::RecoveryFolder;
use crate::restore::spared::Spared;
use crate::snapshots::project_of;

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

/// The folders in which homes lie, whoever's.
const HOMES: &str = "/home";
/// Folders that let a key in or have a program started, in whoever's home they are.
const GUARDED: [&str; 4] = [".ssh", ".gnupg", ".config", ".local"];

/// Brings back what can be, and says how many folders that are. What cannot becomes a warning: the
/// library is more than its projects' folders.
pub(super) fn bring_back(
    repository: &Repository,
    all: &[Snapshot],
    projects: &[RecoverableProject],
    recovering: &RecoveryFolder,
    is_confirmed: &dyn Fn(&Path) -> bool,
    own_configuration: Option<&Spared>,
    job: &Job,
) -> Result<u64> {
    let home = env::var_os("HOME").and_then(|home| canonicalize_missing(Path::new(&home)).ok());
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
        let real = real_root(&project.root).filter(|root| belongs(root, home.as_deref()));
        let Some(real) = real else {
            job.warn(item, "Not brought back: programs are started from there, or configured");
            continue;
        };
        let goes_on = recovering.is_begun(&name);
        recovering.note_begun(&name)?;
        job.set_current(item.clone());
        let mut request = request(repository, newest, &project.was_at, &real);
        let left_out = own_configuration
            .map_or(Ok(()), |own| own.leave_out(repository, newest, &mut request, job));
        match left_out.and_then(|()| restore(repository, newest, &request, goes_on, job)) {
            Ok(()) => brought += 1,
            Err(error) => {
                job.check_cancelled()?;
                job.warn(item, error.sentence());
            }
        }
    }
    Ok(brought)
}

/// Whether a project may be brought back to this place, which a library names that somebody else
/// may have written: nowhere among the system's folders, and nowhere in a hidden folder of a home,
/// where a file is enough to have a program started or a key let in.
fn belongs(root: &Path, home: Option<&Path>) -> bool {
    let is_hidden = |name: Component<'_>| name.as_os_str().as_encoded_bytes().starts_with(b".");
    let beside = home.and_then(Path::parent).filter(|homes| homes.parent().is_some());
    let is_home = |folder: &Path| {
        let above = folder.parent();
        Some(folder) == home
            || above.is_some() && (above == beside || above == Some(Path::new(HOMES)))
    };
    let is_entry = |folder: &Path| {
        let below = root.strip_prefix(folder).ok().and_then(|below| below.components().next());
        below.map_or(Some(folder) == home, is_hidden)
    };
    let is_guarded =
        |name: Component<'_>| GUARDED.iter().any(|guarded| name.as_os_str() == *guarded);
    !SYSTEM.iter().any(|folder| root.starts_with(folder))
        && !root.ancestors().any(|above| is_home(above) && is_entry(above))
        && !root.components().any(is_guarded)
}

/// The place that a project is brought back to: the folder above it, links followed, and its name
/// there.
fn real_root(root: &Path) -> Option<PathBuf> {
    Some(canonicalize_missing(root.parent()?).ok()?.join(root.file_name()?))
}

/// The order that brings a project back to its real place.
fn request(
    repository: &Repository,
    snapshot: &Snapshot,
    root: &Path,
    real: &Path,
) -> RestoreRequest {
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
    RestoreRequest {
        target: real.parent().unwrap_or(Path::new("/")).to_owned(),
        subpath,
        verify: true,
        // A file has its name only once it is whole: what is there is done, or newer.
        overwrite: Overwrite::Never,
        ..RestoreRequest::default()
    }
}

/// Restores what is missing, and tells what is there and is not as in the backup.
fn restore(
    repository: &Repository,
    snapshot: &Snapshot,
    request: &RestoreRequest,
    goes_on: bool,
    job: &Job,
) -> Result<()> {
    if goes_on {
        let request = RestoreRequest { overwrite: Overwrite::IfChanged, ..request.clone() };
        for path in repository.plan_restore(snapshot, &request, job)?.replaced {
            job.warn(escape_path(&path), "Left as it is, which is not as in the backup");
        }
    }
    repository.restore(snapshot, request, job).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_project_is_brought_back_to_where_it_would_be_started() {
        let home = Some(Path::new("/home/ann"));
        for good in ["/home/ann/work/.dot/p", "/srv/p", "/home/bob/p", "/home/p", "/tmp/.x/p"] {
            assert!(belongs(Path::new(good), home), "{good}");
        }
        for bad in ["/home/ann", "/home/ann/.ssh/p", "/home/ann/.x", "/etc/cron.d/p", "/usr"] {
            assert!(!belongs(Path::new(bad), home), "{bad}");
        }
        for bad in ["/home/bob/.x/p", "/srv/app/.ssh"] {
            assert!(!belongs(Path::new(bad), home), "{bad}");
            assert!(!belongs(Path::new(bad), Some(Path::new("/root"))), "{bad}");
        }
    }

    #[test]
    fn no_link_leads_around_that() {
        let folder = tempfile::tempdir().unwrap();
        let real = folder.path().canonicalize().unwrap();
        std::os::unix::fs::symlink("/etc", real.join("work")).unwrap();
        let root = real_root(&real.join("work/cron.new/p"));
        assert_eq!(root.as_deref(), Some(Path::new("/etc/cron.new/p")));
        assert_eq!(real_root(&real.join("new/p")), Some(real.join("new/p")));
        assert_eq!(real_root(&real.join("none/../work/p")), None);
    }
}
