//! A disk that is soon full.

use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::process::geteuid;
use tempfile::TempDir;

use super::skip;

/// A file system in memory with little room, there until it is dropped.
#[derive(Debug)]
pub struct SmallDisk {
    folder: TempDir,
}

impl SmallDisk {
    /// Mounts one with this many bytes of room; `None` where mounting is not allowed: the
    /// test is skipped.
    pub fn mount(bytes: u64) -> Option<Self> {
        Self::mount_with(&format!("size={bytes}"))
    }

    /// Mounts one that holds so many files and folders and no more.
    pub fn mount_with_inodes(bytes: u64, inodes: u64) -> Option<Self> {
        Self::mount_with(&format!("size={bytes},nr_inodes={inodes}"))
    }

    fn mount_with(options: &str) -> Option<Self> {
        if !geteuid().is_root() {
            skip("only root may mount");
            return None;
        }
        let folder = TempDir::new().unwrap_or_else(|error| panic!("no temporary folder: {error}"));
        let status = Command::new("mount")
            .args(["-t", "tmpfs", "-o", options, "undercroft-small-disk"])
            .arg(folder.path())
            .status();
        match status {
            Ok(status) if status.success() => Some(Self { folder }),
            other => {
                skip(&format!("no tmpfs can be mounted ({other:?})"));
                None
            }
        }
    }

    /// Its root folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Fills all the room that is left with one file, which grows when it is there already, and
    /// gives back its path: removing it makes room again.
    pub fn fill(&self) -> PathBuf {
        let path = self.path().join("ballast");
        let block = vec![0; 4096];
        let mut file = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&path)
            .unwrap_or_else(|error| panic!("cannot create {}: {error}", path.display()));
        while std::io::Write::write_all(&mut file, &block).is_ok() {}
        path
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.path()).status();
    }
}
