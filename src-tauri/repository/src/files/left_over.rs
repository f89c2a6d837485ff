//! The record of temporary names that are about to be given, and the removal of what a process that
//! was killed left under them.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, Dir, unlinkat};
use rustix::io::Errno;
use undercroft_foundation::{
    EndedRecord, Error, HeldRecord, IoContext, Result, escape_path, unescape_path,
};

use super::new_file::{TEMPORARY, TemporaryOwner, remove_left_over};
use super::open::descend;

/// The record of the temporary names that this process gives, until it is dropped.
#[derive(Debug)]
pub struct TemporaryRecord(HeldRecord);

impl TemporaryRecord {
    /// Begins a record whose path is `prefix` with an ending of its own; `None` where none can be
    /// written, as on a full disk: what is wanted is the files, not their record.
    pub fn begin(prefix: &Path) -> Option<Self> {
        let begun = HeldRecord::begin(prefix, &format!("{}\n", std::process::id()));
        let warn = |error: &Error| tracing::warn!(%error, "temporary files are not recorded");
        begun.inspect_err(warn).ok().map(Self)
    }

    /// Notes that what is to be at a path gets a temporary name beside it first.
    pub fn note(&self, path: &Path) {
        // Without the note, what a kill leaves is met by the next restore of the same file.
        let _ = self.0.append(&(escape_path(path) + "\n"));
    }
}

/// Removes what killed processes left under the temporary names that their records of this prefix
/// tell. Nothing that another bears is touched, and no link is followed.
///
/// # Errors
/// When the records cannot be listed.
pub fn sweep_left_over(prefix: &Path) -> Result<()> {
    for record in EndedRecord::all(prefix)? {
        if let Err(error) = sweep(record) {
            tracing::warn!(%error, "what an interrupted restore left is not swept yet");
        }
    }
    Ok(())
}

fn sweep(record: EndedRecord) -> Result<()> {
    // A line that was cut was never acted upon.
    let whole = record.text().rsplit_once('\n').map_or("", |(lines, _)| lines);
    let mut lines = whole.lines();
    if let Some(process) = lines.next().and_then(|line| line.parse().ok()) {
        let mut folders: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
        for path in lines.filter_map(unescape_path) {
            if let Some(folder) = path.parent() {
                folders.entry(folder.to_owned()).or_default().push(path);
            }
        }
        folders.iter().try_for_each(|(folder, paths)| sweep_folder(folder, paths, process))?;
    }
    record.remove()
}

fn sweep_folder(path: &Path, beside: &[PathBuf], process: u32) -> Result<()> {
    let top = File::open("/").at("open", Path::new("/"))?;
    let names: Vec<&[u8]> = path.iter().skip(1).map(OsStrExt::as_bytes).collect();
    let folder = match descend(top.as_fd(), &names) {
        // It is gone, or something else is in its place.
        Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => return Ok(()),
        folder => folder.map_err(io::Error::from).at("open", path)?,
    };
    let files: Vec<_> = beside.iter().filter_map(|path| path.file_name()).collect();
    let is_of_file =
        |name: &[u8]| files.iter().any(|file| TemporaryOwner::File(file.as_bytes()).gave(name));
    for entry in Dir::read_from(&folder).map_err(io::Error::from).at("read", path)? {
        let entry = entry.map_err(io::Error::from).at("read", path)?;
        let name = entry.file_name().to_bytes();
        if !name.starts_with(TEMPORARY.as_bytes()) {
            continue;
        }
        if TemporaryOwner::Process(process).gave(name) {
            // A link, or another name of a file: it was made in one call, and holds nothing.
            let _ = unlinkat(&folder, name, AtFlags::empty());
        } else if is_of_file(name) {
            remove_left_over(folder.as_fd(), &String::from_utf8_lossy(name));
        }
    }
    Ok(())
}
