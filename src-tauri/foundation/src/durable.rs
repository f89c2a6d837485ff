//! Small files that are there whole or not at all, also after a power cut.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::{IoContext, Result};

/// In the name of a file that is still being written.
const TEMPORARY: &str = ".tmp-";
/// A temporary file that is older than a newer one by this much was left by a crash.
const ABANDONED: Duration = Duration::from_secs(60 * 60);

/// Replaces the file at `path` by `bytes` with this mode: when it returns, the new content is
/// durable; when it fails, the old content (or absence) stays.
///
/// It goes to a temporary file beside it, is synced, renamed, and the folder synced. After a
/// failed sync the temporary file is thrown away and never synced again.
///
/// # Errors
/// Whatever the system says, with the path.
pub fn replace_file(path: &Path, bytes: &[u8], mode: u32) -> Result<()> {
    let folder = path.parent().unwrap_or(Path::new("/"));
    let (temporary, file) = create_beside(path, mode)?;
    sweep_abandoned(folder, &file);
    let written = write_synced(file, &temporary, bytes)
        .and_then(|()| fs::rename(&temporary, path).at("replace", path));
    if written.is_err() {
        // Best effort: what stays is swept by a later write.
        let _ = fs::remove_file(&temporary);
    }
    written?;
    sync_folder(folder)
}

/// Makes durable which names a folder holds.
///
/// # Errors
/// Whatever the system says, with the path.
pub fn sync_folder(folder: &Path) -> Result<()> {
    File::open(folder).and_then(|folder| folder.sync_all()).at("sync", folder)
}

fn write_synced(mut file: File, path: &Path, bytes: &[u8]) -> Result<()> {
    file.write_all(bytes).at("write", path)?;
    file.sync_all().at("sync", path)
}

/// A new file beside `path`. A name may be taken, by a crashed process of the same number.
fn create_beside(path: &Path, mode: u32) -> Result<(PathBuf, File)> {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    loop {
        let count = COUNTER.fetch_add(1, Ordering::Relaxed);
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!("{TEMPORARY}{}-{count}", std::process::id()));
        let temporary = path.with_file_name(name);
        let mut options = OpenOptions::new();
        match options.write(true).create_new(true).mode(mode).open(&temporary) {
            Ok(file) => return Ok((temporary, file)),
            Err(source) if source.kind() == io::ErrorKind::AlreadyExists => {}
            Err(source) => return Err(crate::Error::io("create", &temporary, source)),
        }
    }
}

/// Removes what crashed processes left half written. Best effort: it is in nobody's way.
fn sweep_abandoned(folder: &Path, newest: &File) {
    let modified = |metadata: io::Result<fs::Metadata>| metadata.and_then(|found| found.modified());
    let (Ok(now), Ok(entries)) = (modified(newest.metadata()), fs::read_dir(folder)) else {
        return;
    };
    for entry in entries.flatten() {
        let is_temporary = entry.file_name().to_string_lossy().contains(TEMPORARY);
        let age = modified(entry.metadata()).ok().and_then(|then| now.duration_since(then).ok());
        if is_temporary && age.is_some_and(|age| age > ABANDONED) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::Code;

    #[test]
    fn a_file_is_replaced_with_its_mode_and_leaves_nothing_beside_it() {
        let folder = std::env::temp_dir().join(format!("durable-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("secret");
        replace_file(&path, b"one", 0o600).unwrap();
        replace_file(&path, b"two", 0o600).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(replace_file(&path, b"x", 0o600).unwrap_err().code(), Code::NotFound);
    }

    #[test]
    fn what_a_crash_left_is_in_nobodys_way_and_goes_in_time() {
        let folder = std::env::temp_dir().join(format!("durable-crash-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("file");
        for count in 0..50 {
            let name = format!("file{TEMPORARY}{}-{count}", std::process::id());
            fs::write(folder.join(name), "half").unwrap();
        }
        replace_file(&path, b"whole", 0o600).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"whole");
        let (old, young) = (folder.join("a.tmp-1-1"), folder.join("b.tmp-1-1"));
        fs::write(&young, "half").unwrap();
        let file = File::create(&old).unwrap();
        let hours = file.metadata().unwrap().modified().unwrap() - ABANDONED * 2;
        file.set_modified(hours).unwrap();
        replace_file(&path, b"again", 0o600).unwrap();
        assert!(!old.exists() && young.exists());
        fs::remove_dir_all(&folder).unwrap();
    }
}
