//! A folder that must stay what it is: drives are pulled out, and others appear at their place.

use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use undercroft_foundation::{Code, Error, IoContext, Result, escape_path, text};

use crate::{DiskProvider, ObjectMeta, Provider};

/// The marks that tell a file from another of the same name: device, inode, size, time.
type Stamp = (u64, u64, u64, i64, i64);

/// A file that nobody ever changes, for as long as its folder is the same.
#[derive(Debug)]
pub(crate) struct Anchor {
    path: PathBuf,
    stamp: Stamp,
}

impl Anchor {
    /// Goes on where the file is still the one that it was.
    pub(crate) fn check(&self, root: &Path) -> Result<()> {
        if fs::metadata(&self.path).is_ok_and(|found| stamp(&found) == self.stamp) {
            return Ok(());
        }
        Err(Error::new(
            Code::Unavailable,
            text!("{root} is no longer what it was", root = escape_path(root)),
        )
        .why("Its drive was taken away or failed, or another is at its place")
        .next("Connect the drive again; nothing was written to another"))
    }
}

/// A folder as a provider, for as long as the file that was its anchor when it was opened is
/// still that file: nothing is written to whatever else appears at its place.
#[derive(Debug)]
pub struct AnchoredProvider {
    disk: DiskProvider,
}

impl AnchoredProvider {
    /// Opens a folder that holds a file of this name, which nobody ever changes.
    ///
    /// # Errors
    /// [`Code::NotFound`] when either is not there.
    pub fn open(root: &Path, anchor: &str) -> Result<Self> {
        let disk = DiskProvider::open(root)?;
        let path = root.join(anchor);
        let stamp = stamp(&fs::metadata(&path).at("read", &path)?);
        Ok(Self { disk: disk.anchored_at(Anchor { path, stamp }) })
    }

    fn check(&self) -> Result<()> {
        self.disk.check_anchor()
    }

    /// The result; an error is explained by a drive that is gone, where that is so.
    fn explained<T>(&self, result: Result<T>) -> Result<T> {
        if result.is_err() {
            self.check()?;
        }
        result
    }

    fn changed<T>(&self, change: impl FnOnce() -> Result<T>) -> Result<T> {
        self.check()?;
        self.explained(change())
    }
}

impl Provider for AnchoredProvider {
    fn location(&self) -> String {
        self.disk.location()
    }

    fn read(&self, key: &str) -> Result<Vec<u8>> {
        self.explained(self.disk.read(key))
    }

    fn read_range(&self, key: &str, offset: u64, length: usize) -> Result<Vec<u8>> {
        self.explained(self.disk.read_range(key, offset, length))
    }

    fn read_range_into(&self, key: &str, offset: u64, buffer: &mut [u8]) -> Result<()> {
        self.explained(self.disk.read_range_into(key, offset, buffer))
    }

    fn write(&self, key: &str, parts: &[&[u8]]) -> Result<()> {
        self.changed(|| self.disk.write(key, parts))
    }

    fn write_stream(
        &self,
        key: &str,
        next: &mut dyn FnMut() -> Result<Option<Vec<u8>>>,
    ) -> Result<()> {
        self.changed(|| self.disk.write_stream(key, next))
    }

    fn write_unsynced(&self, key: &str, bytes: &[u8]) -> Result<()> {
        self.changed(|| self.disk.write_unsynced(key, bytes))
    }

    fn list(&self, folder: &str) -> Result<Vec<ObjectMeta>> {
        let listed = self.disk.list(folder);
        // A place without the drive may have such a folder, too, and it may be empty.
        self.check()?;
        listed
    }

    fn size(&self, key: &str) -> Result<Option<u64>> {
        let size = self.disk.size(key)?;
        if size.is_none() {
            self.check()?;
        }
        Ok(size)
    }

    fn remove(&self, key: &str) -> Result<()> {
        self.changed(|| self.disk.remove(key))
    }

    fn remove_unsynced(&self, key: &str) -> Result<()> {
        self.changed(|| self.disk.remove_unsynced(key))
    }

    fn rename_all(&self, renames: &[(String, String)]) -> Result<()> {
        self.changed(|| self.disk.rename_all(renames))
    }

    fn remove_all(&self, keys: &[String]) -> Result<()> {
        self.changed(|| self.disk.remove_all(keys))
    }

    fn create_folder(&self, folder: &str) -> Result<()> {
        self.changed(|| self.disk.create_folder(folder))
    }

    fn free_bytes(&self) -> Result<Option<u64>> {
        self.explained(self.disk.free_bytes())
    }

    fn is_strongly_consistent(&self) -> bool {
        self.disk.is_strongly_consistent()
    }

    fn sweep_leftovers(&self) -> Result<u64> {
        self.changed(|| self.disk.sweep_leftovers())
    }
}

fn stamp(found: &Metadata) -> Stamp {
    (found.dev(), found.ino(), found.len(), found.mtime(), found.mtime_nsec())
}
