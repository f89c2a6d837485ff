//! Counting what is in a folder: no link is followed, and what cannot be read counts nothing.

use std::fs;
use std::path::Path;

use undercroft_foundation::{Job, Result};

/// The content of a folder.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Measured {
    /// Files and folders.
    pub(crate) entries: u64,
    /// Files and links.
    pub(crate) files: u64,
    /// The size of the files.
    pub(crate) bytes: u64,
}

/// Counts what is in a folder.
///
/// # Errors
/// [`undercroft_foundation::Code::Cancelled`].
pub(crate) fn measure(folder: &Path, job: &Job) -> Result<Measured> {
    let mut measured = Measured::default();
    let mut waiting = vec![folder.to_owned()];
    while let Some(folder) = waiting.pop() {
        job.check_cancelled()?;
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let Ok(found) = entry.metadata() else { continue };
            measured.entries += 1;
            if found.is_dir() {
                waiting.push(entry.path());
            } else {
                measured.files += 1;
                measured.bytes += if found.is_file() { found.len() } else { 0 };
            }
        }
    }
    Ok(measured)
}
