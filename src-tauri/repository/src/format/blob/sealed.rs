//! Sealed blobs, and the proof that one opens to what was sealed.

use std::io;

use undercroft_foundation::{Code, Error, Random, Result};

use crate::format::crypto::Key;

/// A sealed blob and the length of its content where that was compressed.
pub(crate) struct SealedBlob<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) raw_length: Option<u32>,
}

/// Puts the sealed form of `stored` into `sealed`, and sees to it that it opens to the same.
///
/// # Errors
/// [`Code::Internal`] when it would not: the memory is faulty.
pub(crate) fn seal_verified(
    key: &Key,
    random: &dyn Random,
    stored: &[u8],
    sealed: &mut Vec<u8>,
) -> Result<()> {
    sealed.clear();
    key.seal(random, stored, sealed);
    if key.opens_to(sealed, stored) { Ok(()) } else { Err(faulty()) }
}

pub(super) fn refused(source: io::Error) -> Error {
    Error::new(Code::Internal, "Cannot compress").because(source)
}

pub(super) fn faulty() -> Error {
    Error::new(Code::Internal, "A blob did not come back as it went in")
        .why("The machine's memory or processor made a mistake")
        .next("Nothing was stored; test the machine's memory")
}
