//! Small files that are there whole or not at all, also after a power cut.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::{IoContext, Result};

/// Replaces the file at `path` by `bytes` with this mode: when it returns, the new content is
/// durable; when it fails, the old content (or absence) stays.
///
/// It goes to a temporary file beside it, is synced, renamed, and the folder synced. After a
/// failed sync the temporary file is thrown away and never synced again.
///
/// # Errors
/// Whatever the system says, with the path.
pub fn replace_file(path: &Path, bytes: &[u8], mode: u32) -> Result<()> {
    let temporary = temporary_beside(path);
    let written = write_synced(&temporary, bytes, mode)
        .and_then(|()| fs::rename(&temporary, path).at("replace", path));
    if written.is_err() {
        // Best effort: the name is unique, so that a leftover is in nobody's way.
        let _ = fs::remove_file(&temporary);
    }
    written?;
    sync_folder(path.parent().unwrap_or(Path::new("/")))
}

/// Makes durable which names a folder holds.
///
/// # Errors
/// Whatever the system says, with the path.
pub fn sync_folder(folder: &Path) -> Result<()> {
    File::open(folder).and_then(|folder| folder.sync_all()).at("sync", folder)
}

fn write_synced(path: &Path, bytes: &[u8], mode: u32) -> Result<()> {
    let mut options = OpenOptions::new();
    let mut file = options.write(true).create_new(true).mode(mode).open(path).at("create", path)?;
    file.write_all(bytes).at("write", path)?;
    file.sync_all().at("sync", path)
}

fn temporary_beside(path: &Path) -> PathBuf {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let count = COUNTER.fetch_add(1, Ordering::Relaxed);
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".tmp-{}-{count}", std::process::id()));
    path.with_file_name(name)
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
}
