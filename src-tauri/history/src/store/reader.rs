//! A handle to read a history through libgit2, which believes an index whatever it says: where a
//! damaged one points outside of its pack, the program ends. Such an index is kept from it.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::Path;

use tempfile::TempDir;
use undercroft_foundation::{IoContext, Result};

use super::checksum::is_whole_file;

/// A repository that no other thread reads at the same time.
pub(super) struct Reader {
    pub(super) repository: git2::Repository,
    _objects: Option<TempDir>,
}

/// The indexes that were found whole, with how they looked.
pub(super) type Whole = HashMap<OsString, (u64, u64, i64, i64)>;

impl Reader {
    /// Opens the bare repository at `root`, without the packs whose index is damaged.
    pub(super) fn open(
        root: &Path,
        whole: &mut Whole,
        explain: impl Fn(git2::Error) -> undercroft_foundation::Error,
    ) -> Result<Self> {
        let repository = git2::Repository::open_bare(root).map_err(&explain)?;
        let damaged = damaged_indexes(&root.join("objects/pack"), whole)?;
        if damaged.is_empty() {
            return Ok(Self { repository, _objects: None });
        }
        let objects = tempfile::tempdir().at("make a folder in", &std::env::temp_dir())?;
        show_without(&damaged, &root.join("objects"), objects.path())
            .at("show the objects in", objects.path())?;
        let database = git2::Odb::new().map_err(&explain)?;
        database.add_disk_alternate(&objects.path().to_string_lossy()).map_err(&explain)?;
        repository.set_odb(&database).map_err(&explain)?;
        Ok(Self { repository, _objects: Some(objects) })
    }
}

/// The names of the indexes that are not what their checksum says. Each is read once for as long
/// as it looks the same.
fn damaged_indexes(packs: &Path, whole: &mut Whole) -> Result<Vec<OsString>> {
    let mut damaged = Vec::new();
    for entry in fs::read_dir(packs).at("read", packs)? {
        let entry = entry.at("read", packs)?;
        let name = entry.file_name();
        if !name.as_encoded_bytes().ends_with(b".idx") {
            continue;
        }
        match entry.metadata().and_then(|found| {
            Ok(whole.get(&name) == Some(&look(&found)) || is_whole_file(&entry.path())?)
                .map(|is_whole| (is_whole, look(&found)))
        }) {
            Ok((true, look)) => drop(whole.insert(name, look)),
            // Put together with others meanwhile.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Ok((false, _)) | Err(_) => damaged.push(name),
        }
    }
    Ok(damaged)
}

fn look(found: &Metadata) -> (u64, u64, i64, i64) {
    (found.ino(), found.len(), found.mtime(), found.mtime_nsec())
}

/// Shows below `to` all that is below `objects`, but these indexes.
fn show_without(damaged: &[OsString], objects: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir(to.join("pack"))?;
    for folder in ["", "pack"] {
        for entry in fs::read_dir(objects.join(folder))? {
            let name = entry?.file_name();
            let path = Path::new(folder).join(&name);
            if path != Path::new("pack") && !damaged.contains(&name) {
                symlink(objects.join(&path), to.join(path))?;
            }
        }
    }
    Ok(())
}
