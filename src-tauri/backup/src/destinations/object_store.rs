//! The object store of a library, opened: destinations are cut like it, and copies of the library
//! are made from it.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use undercroft_foundation::{IoContext, Result, World};
use undercroft_providers::DiskProvider;
use undercroft_repository::{Password, Repository};

/// The object store of a library; nothing while it has none.
pub(crate) fn open_objects(library: &Path, world: &World) -> Result<Option<Repository>> {
    let folder = library.join("objects");
    if !folder.join("config").is_file() {
        return Ok(None);
    }
    let provider = Arc::new(DiskProvider::open(&folder)?);
    let password = objects_password(library)?;
    Ok(Some(Repository::open(provider, &password, world)?.assume_strongly_consistent()))
}

/// The password that opens the object store.
pub(crate) fn objects_password(library: &Path) -> Result<Password> {
    let path = library.join("keys/objects");
    Ok(Password::new(fs::read_to_string(&path).at("read", &path)?.trim_end().to_owned()))
}
