//! Room that is kept back, so that the library can be cleaned up also when its disk is full:
//! removing something needs a little room, too.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt as _;

use rustix::fs::{FallocateFlags, fallocate, statvfs};
use undercroft_foundation::{Error, IoContext as _, Result};

use crate::library::Library;

/// The room that is kept back.
const RESERVE_BYTES: u64 = 32 << 20;
/// It is kept back only where there is this many times as much.
const PLENTY: u64 = 16;

impl Library {
    /// Keeps room back, unless it is or the disk has little.
    ///
    /// # Errors
    /// Whatever the system says.
    pub fn ensure_reserve(&self) -> Result<()> {
        let path = self.root().join("reserve");
        let disk = statvfs(self.root())
            .map_err(|errno| Error::io("look at", self.root(), errno.into()))?;
        if path.exists() || disk.f_bavail * disk.f_frsize < RESERVE_BYTES * PLENTY {
            return Ok(());
        }
        let mut options = OpenOptions::new();
        let file =
            options.write(true).create_new(true).mode(0o600).open(&path).at("create", &path)?;
        let allocated = fallocate(&file, FallocateFlags::empty(), 0, RESERVE_BYTES);
        if let Err(errno) = allocated {
            // Some file systems cannot: then there is none.
            tracing::info!(%errno, "no room is kept back");
            self.release_reserve()?;
        }
        Ok(())
    }

    /// Gives the room that was kept back.
    ///
    /// # Errors
    /// Whatever the system says.
    pub fn release_reserve(&self) -> Result<()> {
        let path = self.root().join("reserve");
        match std::fs::remove_file(&path) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                Err(Error::io("remove", &path, source))
            }
            _ => Ok(()),
        }
    }
}
