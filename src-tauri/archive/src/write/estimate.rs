//! The estimate of how much of a folder an archive stores as it is, before the archive is made.

use std::os::unix::fs::FileExt as _;
use std::path::Path;

use super::compressible::is_compressible;
use super::source::{FoundKind, SourceWalk, WalkPurpose};

/// Files of up to this size count as compressible: all of them together hardly ever matter.
const SMALL: u64 = 64 << 10;
/// The bytes at a file's beginning that are read.
const HEAD: usize = 16 << 10;

/// The bytes of the files in a folder that compression does not make smaller, as the beginning of
/// each tells. What cannot be read, or was not reached before `is_over`, is not counted.
pub fn incompressible_bytes(folder: &Path, is_over: impl Fn() -> bool) -> u64 {
    let Ok(mut walk) = SourceWalk::new(folder, WalkPurpose::Copy) else { return 0 };
    let mut head = vec![0; HEAD];
    let mut bytes = 0;
    while !is_over()
        && let Ok(Some(found)) = walk.next()
    {
        let size = found.stat.st_size.cast_unsigned();
        if let FoundKind::File(file) = found.kind
            && size > SMALL
            && let Ok(read) = file.read_at(&mut head, 0)
            && !is_compressible(&head[..read])
        {
            bytes += size;
        }
    }
    bytes
}
