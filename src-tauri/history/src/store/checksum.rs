//! The checksum that packs and their indexes end with: the SHA-1 of all before it
//! (gitformat-pack).

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use sha1::{Digest, Sha1};

const LENGTH: usize = 20;

/// So much of a file is read at a time.
const BUFFER_BYTES: usize = 1 << 18;

/// Whether these bytes end with their checksum.
pub(crate) fn is_whole(bytes: &[u8]) -> bool {
    let parts = bytes.len().checked_sub(LENGTH).map(|body| bytes.split_at(body));
    parts.is_some_and(|(body, told)| Sha1::digest(body)[..] == *told)
}

/// Whether a file, which may be larger than the memory, ends with its checksum.
///
/// # Errors
/// The system's.
pub(crate) fn is_whole_file(path: &Path) -> io::Result<bool> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut body = (&mut file).take(length.saturating_sub(LENGTH as u64));
    let (mut digest, mut buffer) = (Sha1::new(), vec![0; BUFFER_BYTES]);
    loop {
        match body.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => digest.update(&buffer[..read]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let mut told = Vec::with_capacity(LENGTH);
    file.read_to_end(&mut told)?;
    Ok(digest.finalize()[..] == told[..])
}
