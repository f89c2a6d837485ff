//! Index files that take the place of others.

use undercroft_foundation::{Code, Error, Result};

use super::{read_index_file, write_index_file};
use crate::format::id::{IndexId, PackId};
use crate::format::pack::PackedBlob;
use crate::store::lock::Lock;
use crate::store::repository::Repository;
use crate::store::write::INDEX_BLOBS_MAX;

/// Packs and what is in each.
type Packs = Vec<(PackId, Vec<PackedBlob>)>;

/// Bytes that a blob takes in an index file at most, on average: an id is digits of chance, and
/// these do not compress below a half.
const BLOB_BYTES: u64 = 80;
const PLAIN_BLOB_BYTES: u64 = 180;

/// The room that index files of so many blobs take at most.
pub(crate) fn index_bytes(version: u32, blobs: u64) -> u64 {
    let files = blobs.div_ceil(INDEX_BLOBS_MAX as u64);
    files * 8192 + blobs * if version < 2 { PLAIN_BLOB_BYTES } else { BLOB_BYTES }
}

/// Writes index files that list these packs, and reads them back.
pub(crate) fn write_indexes(
    repository: &Repository,
    lock: Option<&Lock>,
    packs: impl Iterator<Item = (PackId, Vec<PackedBlob>)>,
    written: &mut Vec<IndexId>,
) -> Result<()> {
    let mut open = Packs::new();
    let mut open_blobs = 0;
    for (pack, blobs) in packs {
        if !open.is_empty() && open_blobs + blobs.len() > INDEX_BLOBS_MAX {
            written.push(write(repository, lock, &std::mem::take(&mut open))?);
            open_blobs = 0;
        }
        open_blobs += blobs.len();
        open.push((pack, blobs));
    }
    if !open.is_empty() {
        written.push(write(repository, lock, &open)?);
    }
    Ok(())
}

fn write(repository: &Repository, lock: Option<&Lock>, packs: &Packs) -> Result<IndexId> {
    let id = write_index_file(repository, lock, packs)?;
    if read_index_file(&repository.storage, &repository.key, id)? != *packs {
        return Err(Error::new(Code::Damaged, format!("Cannot rely on index {id}"))
            .why("It does not read as it was written"));
    }
    Ok(id)
}
