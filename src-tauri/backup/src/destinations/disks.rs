//! The disks that a folder lies on, told from the table of mounts and from sysfs alone: a drive
//! that does not answer keeps nobody waiting.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use undercroft_foundation::Result;
use undercroft_library::{Project, ProjectFilter, ProjectStatus};

use super::{Destinations, mounts};

/// The mounts as they are now.
#[derive(Debug)]
pub(crate) struct Disks(Vec<mounts::Mount>);

impl Disks {
    pub(crate) fn now() -> Self {
        Self::of_table(&mounts::table())
    }

    /// The mounts in a table of them.
    pub(super) fn of_table(table: &[u8]) -> Self {
        Self(mounts::all(table))
    }

    pub(super) fn mounts(&self) -> &[mounts::Mount] {
        &self.0
    }

    /// Whether a destination at `path` is there, and a failing disk of `folder` takes it, too.
    pub(crate) fn are_shared(&self, path: &Path, folder: &Path) -> bool {
        let shared = !self.of(path).is_disjoint(&self.of(folder));
        // Where its drive is away, the mount point is on another disk than it was.
        shared && path.join("config").exists()
    }

    /// The mount that a folder lies on.
    pub(super) fn mount_of(&self, folder: &Path) -> Option<&mounts::Mount> {
        let above = self.0.iter().filter(|mount| folder.starts_with(&mount.point));
        // Of two at one place, the later one is seen.
        above.max_by_key(|mount| mount.point.components().count())
    }

    /// The whole disks below a folder: one, or several that are joined.
    pub(crate) fn of(&self, folder: &Path) -> BTreeSet<String> {
        let Some(mount) = self.mount_of(folder) else { return BTreeSet::new() };
        let source = Path::new(OsStr::from_bytes(&mount.source));
        // Some file systems have numbers of their own, and a device below.
        let device = match mount.device.starts_with("0:") && source.starts_with("/dev") {
            true => fs::metadata(source).ok().map(|found| {
                let number = found.rdev();
                format!("{}:{}", rustix::fs::major(number), rustix::fs::minor(number))
            }),
            false => None,
        };
        whole_disks(device.as_ref().unwrap_or(&mount.device))
    }
}

/// The disks that a block device is a part of, or is made of; itself, where sysfs knows none.
fn whole_disks(device: &str) -> BTreeSet<String> {
    let mut open = vec![Path::new("/sys/dev/block").join(device)];
    let (mut seen, mut disks) = (BTreeSet::new(), BTreeSet::new());
    while let Some(path) = open.pop() {
        let Ok(path) = fs::canonicalize(path) else { continue };
        if !seen.insert(path.clone()) {
            continue;
        }
        let slaves: Vec<PathBuf> = fs::read_dir(path.join("slaves"))
            .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
            .unwrap_or_default();
        if path.join("partition").exists() {
            open.extend(path.parent().map(Path::to_owned));
        } else if slaves.is_empty() {
            disks.extend(path.file_name().map(|name| name.to_string_lossy().into_owned()));
        } else {
            open.extend(slaves);
        }
    }
    if disks.is_empty() {
        disks.insert(device.to_owned());
    }
    disks
}

impl Destinations {
    /// The projects on the disk of a folder, by name: if it fails, they and what is in the folder
    /// are lost together.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn projects_on_disk_of(&self, folder: &Path) -> Result<Vec<Project>> {
        let active = Some(ProjectStatus::Active);
        let filter = ProjectFilter { status: active, ..ProjectFilter::default() };
        let disks = Disks::now();
        let own = disks.of(folder);
        let mut projects = self.library.projects().list(&filter)?;
        projects.retain(|project| !disks.of(&project.root).is_disjoint(&own));
        Ok(projects)
    }
}
