//! Taking over a library that was fetched completely: by renames, each of which leaves a state that
//! the next opening goes on from.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use undercroft_foundation::{Code, Error, IoContext, Result, reach_write_point, sync_folder};

use super::order::{folder_of, is_complete, make};

/// The parts of a fetched library that are of the moment.
const PASSING: &[&str] = &["running", "cache", "objects.json"];

/// Takes over the library that was fetched into the one at `root`, if one was; to be called before
/// that is opened. Says whether there was one.
///
/// # Errors
/// [`Code::Locked`] while another process works in the library, [`Code::Invalid`] when projects
/// were added to it meanwhile. Both libraries stay as they are then.
pub fn adopt_recovered(root: &Path) -> Result<bool> {
    if !is_complete(root) {
        return Ok(false);
    }
    let taking = File::open(root).at("open", root)?;
    taking.lock().at("lock", root)?;
    if !is_complete(root) {
        return Ok(false);
    }
    let folder = folder_of(root);
    let (from, replaced) = (folder.join("library"), folder.join("replaced"));
    if !replaced.exists() {
        undercroft_library::refuse_in_use(root)?;
        refuse_projects(root)?;
        make(&replaced)?;
        sync_folder(&folder)?;
    }
    // The log of the old catalog would do harm to the new one.
    if root.join("catalog.db").exists() && !replaced.join("catalog.db").exists() {
        for name in ["catalog.db-wal", "catalog.db-shm", "catalog.db"] {
            set_aside(root, name.as_ref(), &replaced)?;
        }
        sync_folder(root)?;
    }
    for entry in fs::read_dir(&from).at("read", &from)? {
        let name = entry.at("read", &from)?.file_name();
        if PASSING.iter().any(|passing| name == *passing) {
            continue;
        }
        set_aside(root, &name, &replaced)?;
        let target = root.join(&name);
        fs::rename(from.join(&name), &target).at("take over", &target)?;
        sync_folder(root)?;
        reach_write_point("recovery.adopting");
    }
    // Only a name goes away in one step; what is behind it is of no use any more.
    let cache = root.join("cache");
    make(&cache)?;
    let done = cache.join("recovered");
    if done.exists() {
        fs::remove_dir_all(&done).at("remove", &done)?;
    }
    fs::rename(&folder, &done).at("set aside", &folder)?;
    sync_folder(root)?;
    reach_write_point("recovery.adopted");
    if let Err(error) = fs::remove_dir_all(&done) {
        tracing::info!(%error, "what is left of a recovery stays in the cache");
    }
    Ok(true)
}

/// Moves what is in the way beside.
fn set_aside(root: &Path, name: &std::ffi::OsStr, replaced: &Path) -> Result<()> {
    let path = root.join(name);
    if path.symlink_metadata().is_err() {
        return Ok(());
    }
    fs::rename(&path, replaced.join(name)).at("set aside", &path)
}

fn refuse_projects(root: &Path) -> Result<()> {
    let projects = root.join("projects");
    let is_empty = match fs::read_dir(&projects) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => true,
        Err(error) => return Err(Error::io("read", &projects, error)),
    };
    if is_empty {
        return Ok(());
    }
    Err(Error::new(Code::Invalid, "Cannot take over the library that was recovered")
        .why("Projects were added to this one meanwhile")
        .next("Remove the folder recovering from the library's folder, and recover into a new one"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_folder_without_projects_gives_way() {
        let home = tempfile::tempdir().unwrap();
        let projects = home.path().join("projects");
        refuse_projects(home.path()).unwrap();
        fs::create_dir(&projects).unwrap();
        refuse_projects(home.path()).unwrap();
        fs::write(projects.join("one"), "").unwrap();
        assert_eq!(refuse_projects(home.path()).unwrap_err().code(), Code::Invalid);
        // One that cannot be read may hold some.
        fs::remove_dir_all(&projects).unwrap();
        fs::write(&projects, "").unwrap();
        refuse_projects(home.path()).unwrap_err();
    }
}
