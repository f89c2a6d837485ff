//! The drives that backups could go to. Told from the table of mounts, and only of file systems on
//! devices of this machine: a share that does not answer keeps nobody waiting.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rustix::fs::{Access, access, statvfs};
use undercroft_foundation::{Result, answer_within, escape_name, mount_points};
use undercroft_library::{ProjectFilter, ProjectStatus};

use super::{Destinations, Disks, digest_at, mounts::Mount};

/// File systems that drives have.
const KINDS: &[&str] = &[
    "apfs", "bcachefs", "btrfs", "exfat", "ext2", "ext3", "ext4", "f2fs", "fuseblk", "hfsplus",
    "jfs", "ntfs", "ntfs3", "reiserfs", "udf", "vfat", "xfs", "zfs",
];
/// Folders of the system, with what is mounted in them.
const SYSTEM: &[&str] = &[
    "/boot",
    "/dev",
    "/efi",
    "/etc",
    "/nix",
    "/proc",
    "/recovery",
    "/run",
    "/snap",
    "/sys",
    "/usr",
    "/var",
];
/// Folders of the system that may hold places of drives.
const SHARED_TOPS: &[&str] = &["/", "/home", "/mnt", "/tmp"];
/// Where the desktop mounts drives, within the folders of the system.
const MEDIA: &str = "/run/media";
/// The folder that backups get on a drive.
const FOLDER: &str = "Undercroft";
/// The folder that they get in the home folder.
const HOME_FOLDER: &str = "Undercroft backups";
/// This many folders at the top of a drive are looked into for a repository.
const LOOKED_INTO: usize = 200;
/// A drive with less room is not proposed.
const LEAST_FREE: u64 = 1 << 30;
/// A drive gets this time to wake up and tell what is on it.
const LIMIT: Duration = Duration::from_secs(10);
const LABELS: &str = "/dev/disk/by-label";

/// The machine around a library.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// The table of mounts, as the kernel writes it.
    pub mounts: Vec<u8>,
    /// The user's home folder.
    pub home: Option<PathBuf>,
}

/// A drive that backups could go to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drive {
    /// Its label, or the name of the folder that it is mounted at.
    pub name: String,
    /// Where it is mounted.
    pub mount: PathBuf,
    /// The folder for backups on it: of those that are there already, or one to be made.
    pub folder: PathBuf,
    /// Whether that folder holds a repository.
    pub has_repository: bool,
    /// Bytes that are free there.
    pub free_bytes: u64,
    /// Bytes that it has in all.
    pub total_bytes: u64,
    /// Whether it is the disk of the projects, or, while there are none, of the home folder.
    pub is_shared: bool,
    /// Whether it is the best of them: never one that is shared.
    pub is_proposed: bool,
}

impl Destinations {
    /// The drives that can be written and are in no project, the best ones first; last the home
    /// folder, which lies on no drive of its own.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn drives(&self, around: &Surroundings) -> Result<Vec<Drive>> {
        let disks = Disks::of_table(&around.mounts);
        let work = self.disks_of_work(&disks, around.home.as_deref())?;
        let home = around.home.as_deref().and_then(|home| fs::canonicalize(home).ok());
        let home_device = home.as_deref().and_then(|home| Some(&*disks.mount_of(home)?.device));
        let others = drive_mounts(&disks).filter(|mount| Some(&*mount.device) != home_device);
        let mut tops: Vec<_> =
            others.map(|mount| (mount.point.clone(), FOLDER, name_of(mount))).collect();
        tops.extend(home.clone().map(|home| (home, HOME_FOLDER, "Home folder".to_owned())));
        let is_shared = |top: &Path| !disks.of(top).is_disjoint(&work);
        let tops = tops.into_iter().map(|(top, folder, name)| (is_shared(&top), top, folder, name));
        let mut apart = Vec::new();
        for drive in look_at_all(tops.collect()) {
            if self.library.projects().overlapping(&drive.folder)?.is_empty() {
                apart.push(drive);
            }
        }
        apart.sort_by_key(|it| {
            let is_home = home.as_ref() == Some(&it.mount);
            (it.is_shared, is_home, it.has_repository, u64::MAX - it.free_bytes, it.mount.clone())
        });
        if let Some(best) = apart.first_mut() {
            best.is_proposed = !best.is_shared && best.free_bytes >= LEAST_FREE;
        }
        Ok(apart)
    }

    /// Whether a folder is on the disk of the projects, or, while there are none, on that of the
    /// home folder: if it fails, they and what is in the folder are lost together.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn is_on_disk_of_work(&self, around: &Surroundings, folder: &Path) -> Result<bool> {
        let disks = Disks::of_table(&around.mounts);
        let work = self.disks_of_work(&disks, around.home.as_deref())?;
        Ok(!disks.of(folder).is_disjoint(&work))
    }

    fn disks_of_work(&self, disks: &Disks, home: Option<&Path>) -> Result<BTreeSet<String>> {
        let active = Some(ProjectStatus::Active);
        let filter = ProjectFilter { status: active, ..ProjectFilter::default() };
        let projects = self.library.projects().list(&filter)?;
        let roots = projects.into_iter().map(|project| project.root);
        let mut folders: Vec<_> = roots.collect();
        if folders.is_empty() {
            folders.extend(home.and_then(|home| fs::canonicalize(home).ok()));
        }
        Ok(folders.iter().flat_map(|folder| disks.of(folder)).collect())
    }
}

/// One mount of each drive that can be written: of several the topmost.
fn drive_mounts(disks: &Disks) -> impl Iterator<Item = &Mount> {
    let is_drive = |mount: &&Mount| {
        let is_top = SHARED_TOPS.iter().any(|folder| mount.point == Path::new(folder));
        let is_system = is_top || SYSTEM.iter().any(|folder| mount.point.starts_with(folder));
        KINDS.contains(&&*mount.kind)
            && !mount.is_read_only
            && (!is_system || mount.point.starts_with(MEDIA))
    };
    let mut of_devices: BTreeMap<&str, &Mount> = BTreeMap::new();
    let order = |it: &Mount| (!it.is_whole, it.point.components().count(), it.point.clone());
    for mount in disks.mounts().iter().filter(is_drive) {
        let known = of_devices.entry(&mount.device).or_insert(mount);
        if order(mount) < order(known) {
            *known = mount;
        }
    }
    of_devices.into_values()
}

/// The drives at these folders, all asked at once: those that answer.
fn look_at_all(tops: Vec<(bool, PathBuf, &'static str, String)>) -> Vec<Drive> {
    let points = Arc::new(mount_points());
    thread::scope(|scope| {
        let asked = tops.into_iter().map(|(is_shared, top, folder, name)| {
            let points = points.clone();
            let ask = move |top: &Path| look(top, folder, name, is_shared, &points);
            scope.spawn(move || answer_within(LIMIT, &top, ask).flatten())
        });
        let asked: Vec<_> = asked.collect();
        asked.into_iter().filter_map(|asked| asked.join().ok().flatten()).collect()
    })
}

/// The drive at a folder, if something can be written there.
fn look(
    top: &Path,
    name_of_folder: &str,
    name: String,
    is_shared: bool,
    mounted: &HashSet<PathBuf>,
) -> Option<Drive> {
    let room = statvfs(top).ok()?;
    let held = repository_at(top, mounted);
    let folder = match &held {
        Some(folder) => folder.clone(),
        None => free_folder(top, name_of_folder)?,
    };
    let written = if folder.is_dir() { &folder } else { top };
    access(written, Access::WRITE_OK | Access::EXEC_OK).ok()?;
    Some(Drive {
        name,
        mount: top.to_owned(),
        folder,
        has_repository: held.is_some(),
        free_bytes: room.f_bavail.saturating_mul(room.f_frsize),
        total_bytes: room.f_blocks.saturating_mul(room.f_frsize),
        is_shared,
        is_proposed: false,
    })
}

/// The repository at the top of a drive, or in one of the folders there. What is mounted in it is no
/// part of it.
fn repository_at(top: &Path, mounted: &HashSet<PathBuf>) -> Option<PathBuf> {
    let holds = |folder: &PathBuf| {
        ["data", "keys"].iter().all(|name| folder.join(name).is_dir())
            && matches!(digest_at(folder), Ok(Some(_)))
    };
    let entries = fs::read_dir(top).ok()?.flatten().take(LOOKED_INTO);
    let folders = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    let mut folders: Vec<_> =
        folders.map(|entry| entry.path()).filter(|path| !mounted.contains(path)).collect();
    folders.sort_by_key(|path| (!path.ends_with(FOLDER), path.clone()));
    folders.insert(0, top.to_owned());
    folders.into_iter().find(holds)
}

/// The first name of a folder that is not there, or is empty.
fn free_folder(top: &Path, name: &str) -> Option<PathBuf> {
    let names = (1..10).map(|n| if n == 1 { name.to_owned() } else { format!("{name} {n}") });
    names.map(|name| top.join(name)).find(|path| match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => {
            fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_none())
        }
        Ok(_) => false,
        Err(_) => true,
    })
}

fn name_of(mount: &Mount) -> String {
    let label = label_of(Path::new(std::ffi::OsStr::from_bytes(&mount.source)));
    let name = || mount.point.file_name().map(|name| escape_name(name.as_bytes()));
    label.or_else(name).unwrap_or_else(|| "Drive".to_owned())
}

/// The label that a device's file system was given.
fn label_of(device: &Path) -> Option<String> {
    let device = fs::canonicalize(device).ok().filter(|it| it.starts_with("/dev"))?;
    let mut labels = fs::read_dir(LABELS).ok()?.flatten();
    let label = labels.find(|link| fs::canonicalize(link.path()).is_ok_and(|it| it == device))?;
    Some(escape_name(&unescape(label.file_name().as_bytes())))
}

/// The links to devices have spaces and the like as `\x20`.
fn unescape(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&first, after)) = rest.split_first() {
        let digits = rest.strip_prefix(b"\\x").and_then(|digits| digits.get(..2));
        match digits.and_then(|digits| hex::decode(digits).ok()) {
            Some(code) => {
                bytes.extend(code);
                rest = &rest[4..];
            }
            None => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_as_it_was_given() {
        assert_eq!(unescape(b"Blue\\x20disk\\x2fA\\x"), b"Blue disk/A\\x");
    }
}
