//! A drive that can be pulled out and plugged in.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use rustix::process::geteuid;
use tempfile::TempDir;

use super::skip;

/// An ext4 file system in a file. It is mounted where the test says, and pulled out from under
/// whoever works with it; what is still mounted goes when it is dropped.
#[derive(Debug)]
pub struct LoopDrive {
    folder: TempDir,
    mounted: Mutex<Vec<PathBuf>>,
}

impl LoopDrive {
    /// Makes an empty one of this size; `None` where mounting is not allowed: the test is
    /// skipped.
    pub fn new(bytes: u64) -> Option<Self> {
        Self::make(bytes, &[])
    }

    /// The same, with inodes that have no room for parts of a second.
    pub fn with_whole_seconds(bytes: u64) -> Option<Self> {
        Self::make(bytes, &["-I", "128"])
    }

    fn make(bytes: u64, options: &[&str]) -> Option<Self> {
        if !geteuid().is_root() {
            skip("only root may mount");
            return None;
        }
        let folder = TempDir::new().unwrap_or_else(|error| panic!("no temporary folder: {error}"));
        let drive = Self { folder, mounted: Mutex::default() };
        let made = std::fs::File::create(drive.image()).and_then(|file| file.set_len(bytes));
        made.unwrap_or_else(|error| panic!("no image of a drive: {error}"));
        let mut mkfs = Command::new("mkfs.ext4");
        // No room is kept for root alone: a full drive is full for all.
        let status = mkfs.args(["-q", "-F", "-m", "0"]).args(options).arg(drive.image()).status();
        let trial = drive.folder.path().join("trial");
        std::fs::create_dir(&trial).unwrap_or_else(|error| panic!("no mount point: {error}"));
        let is_made = status.is_ok_and(|status| status.success());
        if !is_made || !drive.try_plug(&trial) {
            skip("no loop device can be made and mounted");
            return None;
        }
        drive.unplug(&trial);
        Some(drive)
    }

    fn image(&self) -> PathBuf {
        self.folder.path().join("image")
    }

    fn try_plug(&self, at: &Path) -> bool {
        let mut mount = Command::new("mount");
        let status = mount.args(["-t", "ext4", "-o", "loop"]).arg(self.image()).arg(at).status();
        let is_mounted = status.is_ok_and(|status| status.success());
        if is_mounted {
            self.mounted.lock().unwrap_or_else(PoisonError::into_inner).push(at.to_owned());
        }
        is_mounted
    }

    /// Mounts it at this folder, which is made where there is none.
    #[track_caller]
    pub fn plug(&self, at: &Path) {
        std::fs::create_dir_all(at).unwrap_or_else(|error| panic!("no mount point: {error}"));
        assert!(self.try_plug(at), "cannot mount a drive at {}", at.display());
    }

    /// Takes it away from there at once, whoever works with it.
    #[track_caller]
    pub fn unplug(&self, at: &Path) {
        let status = Command::new("umount").arg("--lazy").arg(at).status();
        assert!(status.is_ok_and(|status| status.success()), "cannot unmount {}", at.display());
        self.mounted.lock().unwrap_or_else(PoisonError::into_inner).retain(|path| path != at);
    }

    /// Makes it read-only where it is mounted, or writable again.
    #[track_caller]
    pub fn set_read_only(&self, at: &Path, read_only: bool) {
        let options = if read_only { "remount,ro" } else { "remount,rw" };
        let status = Command::new("mount").args(["-o", options]).arg(at).status();
        assert!(status.is_ok_and(|status| status.success()), "cannot remount {}", at.display());
    }
}

impl Drop for LoopDrive {
    fn drop(&mut self) {
        for at in self.mounted.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            let _ = Command::new("umount").arg("--lazy").arg(at).status();
        }
    }
}
