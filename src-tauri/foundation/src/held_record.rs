//! Records of what is under way, each a file whose lock says that its process lives: one that is
//! found without is of a process that was killed, and says what that may have left.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{IoContext, Result};
use crate::folders::make_folders;

/// The record of something that is under way in this process, until it is dropped.
#[derive(Debug)]
pub struct HeldRecord {
    path: PathBuf,
    /// Its lock says that the process lives.
    file: File,
}

/// The record of something whose process ended before it did.
#[derive(Debug)]
pub struct EndedRecord {
    path: PathBuf,
    text: String,
    /// Locked, so that nobody else acts upon it.
    _locked: File,
}

impl HeldRecord {
    /// Writes a record, durably. Its path is `prefix` with an ending of its own.
    ///
    /// # Errors
    /// The system's.
    pub fn begin(prefix: &Path, text: &str) -> Result<Self> {
        static COUNTER: AtomicU64 = AtomicU64::new(0);
        let (process, count) = (std::process::id(), COUNTER.fetch_add(1, Ordering::Relaxed));
        let path = prefix.with_extension(format!("{process}-{count}"));
        make_folders(path.parent().unwrap_or(Path::new("")))?;
        let mut file = create_locked(&path)?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).at("write", &path)?;
        Ok(Self { path, file })
    }

    /// Adds to the record what is about to be done. The end of the process leaves it there; a loss
    /// of power may not.
    ///
    /// # Errors
    /// The system's.
    pub fn append(&self, text: &str) -> Result<()> {
        (&self.file).write_all(text.as_bytes()).at("write", &self.path)
    }
}

impl Drop for HeldRecord {
    fn drop(&mut self) {
        // What stays is only looked at once more.
        let _ = fs::remove_file(&self.path);
    }
}

impl EndedRecord {
    /// All records of this prefix whose process ended. One that cannot be read is left for the
    /// next time.
    ///
    /// # Errors
    /// When they cannot be listed.
    pub fn all(prefix: &Path) -> Result<Vec<Self>> {
        let (Some(folder), Some(name)) = (prefix.parent(), prefix.file_name()) else {
            return Ok(Vec::new());
        };
        let entries = match fs::read_dir(folder) {
            Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.at("read", folder)?,
        };
        let mut found = Vec::new();
        for entry in entries {
            let path = entry.at("read", folder)?.path();
            if path.file_stem() != Some(name) {
                continue;
            }
            match Self::take(path) {
                Ok(record) => found.extend(record),
                Err(error) => tracing::warn!(%error, "a record cannot be read yet"),
            }
        }
        Ok(found)
    }

    fn take(path: PathBuf) -> Result<Option<Self>> {
        let file = match File::open(&path) {
            // It ended by itself meanwhile.
            Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(None),
            file => file.at("open", &path)?,
        };
        if matches!(file.try_lock(), Err(TryLockError::WouldBlock)) || !has_name(&file, &path) {
            return Ok(None);
        }
        // The last line may be cut within a letter.
        let text = String::from_utf8_lossy(&fs::read(&path).at("read", &path)?).into_owned();
        Ok(Some(Self { path, text, _locked: file }))
    }

    /// The text of the record; its last line may be cut.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Removes the record of what was acted upon.
    ///
    /// # Errors
    /// The system's.
    pub fn remove(self) -> Result<()> {
        fs::remove_file(&self.path).at("remove", &self.path)
    }
}

/// Creates a file that nobody took for left over before it was locked. One of its name is of a
/// process of the same number that is no more.
fn create_locked(path: &Path) -> Result<File> {
    let mut options = File::options();
    options.write(true).create(true).truncate(true).mode(0o600);
    loop {
        let file = options.open(path).at("create", path)?;
        // A file system without locks counts as one without other processes.
        if file.lock().is_err() || has_name(&file, path) {
            return Ok(file);
        }
    }
}

/// Whether an open file is what has this name.
fn has_name(file: &File, path: &Path) -> bool {
    let (Ok(open), Ok(named)) = (file.metadata(), fs::metadata(path)) else { return false };
    (open.dev(), open.ino()) == (named.dev(), named.ino())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_record_of_a_process_that_ended_is_found() {
        let home = tempfile::tempdir().unwrap();
        let prefix = home.path().join("restoring");
        let held = HeldRecord::begin(&prefix, "first\n").unwrap();
        held.append("second\n").unwrap();
        assert!(EndedRecord::all(&prefix).unwrap().is_empty(), "it is at work");
        fs::write(home.path().join("restoring.1-0"), b"of another\ncut in \xc3").unwrap();
        let ended = EndedRecord::all(&prefix).unwrap();
        let texts: Vec<_> = ended.iter().map(EndedRecord::text).collect();
        assert_eq!(texts, ["of another\ncut in \u{fffd}"]);
        ended.into_iter().for_each(|record| record.remove().unwrap());
        assert_eq!(fs::read_to_string(&held.path).unwrap(), "first\nsecond\n");
        drop(held);
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
    }

    #[test]
    fn without_a_folder_there_are_no_records() {
        let home = tempfile::tempdir().unwrap();
        assert!(EndedRecord::all(&home.path().join("none/restoring")).unwrap().is_empty());
    }
}
