//! The targets that a restore may write to.

use std::fs;
use std::path::{Path, PathBuf};

use undercroft_foundation::{Code, Error, Result, Text, canonicalize_missing, escape_path, text};
use undercroft_library::{Overlap, ProjectStatus, overlap};
use undercroft_repository::Snapshot;

use super::spared::Spared;
use super::{RestoreTo, Restores};
use crate::snapshots::project_of;

/// The folders in which the system mounts drives.
const MOUNT_POINTS: [&str; 3] = ["/media", "/mnt", "/run/media"];

impl Restores {
    /// The folder that files of a snapshot go into, once it is one that may be written to.
    pub(super) fn target_of(
        &self,
        to: &RestoreTo,
        snapshot: &Snapshot,
        spared: &[Spared],
    ) -> Result<PathBuf> {
        let target = match to {
            RestoreTo::Elsewhere(folder) => folder.clone(),
            RestoreTo::InPlace => self.folder_of_project(snapshot)?,
        };
        refuse_target(&target, spared)?;
        Ok(target)
    }

    /// The folder of the project that a snapshot is of.
    fn folder_of_project(&self, snapshot: &Snapshot) -> Result<PathBuf> {
        let refuse = |why: Text| {
            Error::new(Code::Invalid, "Cannot restore where it was")
                .why(why)
                .next("Choose a folder to restore into")
        };
        let id = project_of(&snapshot.tags)
            .filter(|_| snapshot.paths.len() == 1)
            .ok_or_else(|| refuse(text!("The backup is not one of a project's folder")))?;
        let project = match self.library.projects().get(id) {
            Err(error) if error.code() == Code::NotFound => {
                return Err(refuse(text!("Its project is no longer in the library")));
            }
            project => project?,
        };
        match project.status {
            ProjectStatus::Active => {}
            ProjectStatus::Archived => {
                return Err(refuse(text!(
                    "The project {project} is archived",
                    project = project.name
                )));
            }
            ProjectStatus::Trashed => {
                return Err(refuse(text!(
                    "The project {project} is in the trash",
                    project = project.name
                )));
            }
        }
        // A recovered library may name any place.
        self.library.require_confirmed(&project.root)?;
        // Where the folder around it is gone, too, its drive may be.
        let root = escape_path(&project.root);
        let Some(above) = project.root.parent().filter(|above| above.is_dir()) else {
            return Err(refuse(text!("The folder around {root} is not there", root)));
        };
        if !project.root.exists() && is_empty_mount_point(above) {
            return Err(refuse(text!("The drive of {root} is not connected", root)));
        }
        Ok(project.root)
    }
}

/// Refuses a target where a restore would overwrite what everything hangs on.
pub(super) fn refuse_target(target: &Path, spared: &[Spared]) -> Result<()> {
    if !nearest(target).is_dir() {
        return Err(Error::new(Code::Invalid, cannot_restore_into(target))
            .why("It is a file, not a folder")
            .next("Choose a folder"));
    }
    refuse_spared(target, spared)
}

/// Refuses a place in a folder that no restore writes.
pub(super) fn refuse_spared(target: &Path, spared: &[Spared]) -> Result<()> {
    let place = canonicalize_missing(target).unwrap_or_else(|_| nearest(target));
    for spared in spared {
        if matches!(overlap(&place, spared.place()), Overlap::Same | Overlap::Inside) {
            return Err(Error::new(Code::Invalid, cannot_restore_into(target))
                .why(text!("It belongs to {what}", what = spared.what()))
                .next("Choose a folder elsewhere"));
        }
    }
    Ok(())
}

/// Whether a folder is where drives come to lie, and nothing is in it.
fn is_empty_mount_point(folder: &Path) -> bool {
    MOUNT_POINTS.iter().any(|above| folder.starts_with(above))
        && fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none())
}

pub(super) fn cannot_restore_into(target: &Path) -> Text {
    text!("Cannot restore into {target}", target = escape_path(target))
}

/// The folder itself, or the nearest above it that is there.
fn nearest(target: &Path) -> PathBuf {
    let target = std::path::absolute(target).unwrap_or_else(|_| target.to_owned());
    let found = target.ancestors().find_map(|folder| fs::canonicalize(folder).ok());
    found.unwrap_or(target)
}
