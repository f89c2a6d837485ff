//! Damage to files, as failing disks and careless hands do it.

use std::fs::{self, OpenOptions, Permissions};
use std::os::unix::fs::{FileExt as _, PermissionsExt as _};
use std::path::Path;

use crate::files::must;

/// Flips the lowest bit of the byte at `at`; from the end when negative.
pub fn flip_bit(path: impl AsRef<Path>, at: i64) {
    let path = path.as_ref();
    make_writable(path);
    let file = must(OpenOptions::new().read(true).write(true).open(path), "open", path);
    let length = must(file.metadata(), "look at", path).len();
    let at = length.min(match u64::try_from(at) {
        Ok(from_start) => from_start,
        Err(_) => length.saturating_sub(at.unsigned_abs()),
    });
    let mut byte = [0];
    must(file.read_exact_at(&mut byte, at), "read", path);
    must(file.write_all_at(&[byte[0] ^ 1], at), "write", path);
}

/// Cuts a file to its first `keep` bytes.
pub fn truncate_file(path: impl AsRef<Path>, keep: u64) {
    let path = path.as_ref();
    make_writable(path);
    let file = must(OpenOptions::new().write(true).open(path), "open", path);
    must(file.set_len(keep), "cut", path);
}

/// A repository's files are read-only, which stops careless hands but no failing disk.
fn make_writable(path: &Path) {
    must(fs::set_permissions(path, Permissions::from_mode(0o600)), "make writable", path);
}
