//! Opening a library whose catalog is lost: gone, or damaged.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use undercroft_foundation::{Code, Error, IoContext, Result, World};

use crate::catalog::{Catalog, Migration};
use crate::layout::prepare_root;
use crate::library::Library;

impl Library {
    /// Opens the library at `root`. Where its catalog is gone or damaged, that is kept beside it,
    /// under the name that is returned, and a new one is begun with the projects that are on disk.
    ///
    /// # Errors
    /// [`Code::Locked`] while another process uses the library, and the errors of
    /// [`Library::open_or_create`] but for a lost catalog.
    pub fn open_without_catalog(
        root: &Path,
        world: &World,
        tables: &[&[Migration]],
    ) -> Result<(Self, Option<PathBuf>)> {
        let root = prepare_root(root)?;
        refuse_in_use(&root)?;
        let sound = Self::open_or_create(&root, world, tables)
            .and_then(|library| refuse_damaged(&library).map(|()| library));
        match sound {
            Err(error) if error.code() == Code::Damaged => {
                tracing::warn!(%error, "the catalog is lost, and begun anew");
                let lost = Catalog::replace(&root)?;
                Ok((Self::open_or_create(&root, world, tables)?, lost))
            }
            opened => Ok((opened?, None)),
        }
    }
}

fn refuse_damaged(library: &Library) -> Result<()> {
    match &library.catalog().check()?[..] {
        [] => Ok(()),
        [first, ..] => Err(Error::new(Code::Damaged, "The catalog is damaged").why(first)),
    }
}

/// Goes on unless a process works in the library at `root`: one that has a catalog open that is
/// about to be replaced would go on writing into it.
///
/// # Errors
/// [`Code::Locked`].
pub fn refuse_in_use(root: &Path) -> Result<()> {
    let folder = root.join("running");
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(source) if source.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(source) => return Err(Error::io("read", &folder, source)),
    };
    for entry in entries {
        let path = entry.at("read", &folder)?.path();
        let is_held = |file: File| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock));
        if File::open(path).is_ok_and(is_held) {
            return Err(Error::new(Code::Locked, "The library is in use")
                .why("Another Undercroft is running")
                .next("Quit the window, the server and whatever else runs, and try again"));
        }
    }
    Ok(())
}
