//! Puts healed bytes in the place of damaged ones.

use undercroft_foundation::{Code, Error, Result, reach_write_point, text};

use super::super::copies::digest_of;
use super::Healed;
use crate::store::storage::Storage;

/// Bytes that are copied at once.
const STEP: u64 = 4 << 20;

/// Keeps what is at a path, then puts bytes of a known digest there, and reads them back.
pub(super) fn place(storage: &Storage, path: &str, bytes: &[u8], digest: &str) -> Result<Healed> {
    if digest_of(bytes) != digest {
        return Err(Error::new(Code::Internal, text!("Cannot heal {path}", path))
            .why("What was computed does not have its digest"));
    }
    let kept = keep(storage, path)?;
    storage.provider.write(path, &[bytes])?;
    if digest_of(&storage.provider.read(path)?) != digest {
        return Err(Error::new(Code::Damaged, text!("Cannot rely on {path}", path))
            .why("It does not read as it was written")
            .next("Its disk may be about to fail: copy the repository to another"));
    }
    reach_write_point("parity.healed");
    Ok(Healed { item: path.to_owned(), kept })
}

/// Copies a damaged file to `damaged`, under its path and the beginning of the digest that it has.
fn keep(storage: &Storage, path: &str) -> Result<Option<String>> {
    let Some(size) = storage.provider.size(path)? else { return Ok(None) };
    let mut hash = sha2::Sha256::default();
    read_in_steps(storage, path, size, &mut |bytes| {
        sha2::Digest::update(&mut hash, bytes);
    })?;
    let digest = hex::encode(sha2::Digest::finalize(hash));
    let kept = format!("damaged/{path}-{}", &digest[..8]);
    if storage.provider.size(&kept)? != Some(size) {
        let mut offset = 0;
        storage.provider.write_stream(&kept, &mut || {
            if offset == size {
                return Ok(None);
            }
            let length = STEP.min(size - offset) as usize;
            let bytes = storage.provider.read_range(path, offset, length)?;
            offset += length as u64;
            Ok(Some(bytes))
        })?;
    }
    reach_write_point("parity.damaged-kept");
    Ok(Some(kept))
}

/// Reads a file of a known size in steps that are whole numbers of blocks.
pub(super) fn read_in_steps(
    storage: &Storage,
    path: &str,
    size: u64,
    take: &mut dyn FnMut(&[u8]),
) -> Result<()> {
    let mut offset = 0;
    while offset < size {
        let length = STEP.min(size - offset) as usize;
        take(&storage.provider.read_range(path, offset, length)?);
        offset += length as u64;
    }
    Ok(())
}
