//! The trash for folders of projects: a folder is renamed beside its place, so that it costs nothing,
//! whatever its size, and stays on its drive.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};
use undercroft_foundation::{
    Code, Error, Job, Result, escape_path, prepare_removal, reach_write_point, sync_folder, text,
};
use walkdir::WalkDir;

use super::{Project, ProjectStatus};

/// The place of a project's folder while it is in the trash: hidden beside where it was.
pub(super) fn place_of(project: &Project) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(project.root.file_name().unwrap_or_default());
    name.push(format!(".undercroft-trash-{}", project.id));
    project.root.with_file_name(name)
}

/// Goes on for a project whose folder can be moved to the trash.
pub(super) fn check(project: &Project) -> Result<()> {
    let what = text!("Cannot move {project} to the trash", project = project.name);
    match project.status {
        ProjectStatus::Active if project.root.is_symlink() => Err(Error::new(Code::Invalid, what)
            .why("In its place is a link to another folder now")
            .next("Tell where the project is now, or remove it from the list")),
        ProjectStatus::Active => Ok(()),
        ProjectStatus::Archived => Err(Error::new(Code::Invalid, what)
            .why("It is archived")
            .next("Move its archive to the trash")),
        ProjectStatus::Trashed => {
            Err(Error::new(Code::Invalid, what).why("It was removed from the list already"))
        }
    }
}

/// Moves the folder out of sight.
pub(super) fn move_aside(project: &Project) -> Result<()> {
    rename(&project.root, &place_of(project)).map_err(|errno| {
        let error = Error::io("move to the trash", &project.root, errno.into());
        match errno {
            rustix::io::Errno::BUSY | rustix::io::Errno::XDEV => {
                error.next("It is a drive of its own: remove the project from the list instead")
            }
            _ => error,
        }
    })?;
    sync_folder(parent_of(project))
}

/// Moves the folder back, if it is in the trash; whether it was.
pub(super) fn move_back(project: &Project) -> Result<bool> {
    let place = place_of(project);
    if project.trashed.is_none() || place.symlink_metadata().is_err() {
        return Ok(false);
    }
    rename(&place, &project.root).map_err(|errno| {
        if errno == rustix::io::Errno::EXIST {
            let what = text!("Cannot take {project} out of the trash", project = project.name);
            return Error::new(Code::AlreadyExists, what)
                .why(text!("Something else is at {root} now", root = escape_path(&project.root)))
                .next("Move that elsewhere, and try again");
        }
        Error::io("move back", &project.root, errno.into())
    })?;
    reach_write_point("project.untrashed");
    sync_folder(parent_of(project)).map(|()| true)
}

/// Deletes the folder that is in the trash. A folder that was only removed from the list stays.
pub(super) fn delete(project: &Project, job: &Job) -> Result<()> {
    let place = place_of(project);
    if project.trashed.is_none() || place.symlink_metadata().is_err() {
        return Ok(());
    }
    prepare_removal(&place)?;
    for entry in WalkDir::new(&place).follow_root_links(false).contents_first(true) {
        job.check_cancelled()?;
        let entry = entry.map_err(|error| {
            let path = error.path().unwrap_or(&place).to_owned();
            Error::io("delete", &path, error.into())
        })?;
        let removed = if entry.file_type().is_dir() {
            fs::remove_dir(entry.path())
        } else {
            job.add_files_done(1);
            fs::remove_file(entry.path())
        };
        match removed {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                return Err(Error::io("delete", entry.path(), source));
            }
            _ => {}
        }
    }
    sync_folder(parent_of(project))
}

fn rename(from: &Path, to: &Path) -> rustix::io::Result<()> {
    renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE)
}

fn parent_of(project: &Project) -> &Path {
    project.root.parent().unwrap_or(Path::new("/"))
}
