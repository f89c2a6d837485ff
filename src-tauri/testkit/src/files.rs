//! Small moves on files that panic with the path.

use std::fmt::Debug;
use std::fs;
use std::path::Path;

use rustix::fs::{AtFlags, CWD, Timespec, Timestamps, utimensat};

/// Unwraps what a step on `path` returned.
pub(crate) fn must<T, E: Debug>(result: Result<T, E>, what: &str, path: &Path) -> T {
    match result {
        Ok(value) => value,
        Err(error) => panic!("cannot {what} {}: {error:?}", path.display()),
    }
}

/// Writes a file, and the folders above it that are missing.
pub fn write_file(path: impl AsRef<Path>, bytes: impl AsRef<[u8]>) {
    let path = path.as_ref();
    if let Some(folder) = path.parent() {
        must(fs::create_dir_all(folder), "make the folder", folder);
    }
    must(fs::write(path, bytes), "write", path);
}

/// Sets when `path` (a symlink itself, not what it points to) was modified.
pub fn set_modified(path: impl AsRef<Path>, seconds: i64, nanoseconds: u32) {
    let path = path.as_ref();
    let time = Timespec { tv_sec: seconds, tv_nsec: nanoseconds.into() };
    let times = Timestamps { last_access: time, last_modification: time };
    must(utimensat(CWD, path, &times, AtFlags::SYMLINK_NOFOLLOW), "set the times of", path);
}
