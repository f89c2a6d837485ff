//! Writing index files: new ones, and those that take the place of others.

use undercroft_foundation::{Code, Error, Result, reach_write_point, text};

use crate::format::file_kind::FileKind;
use crate::format::id::{IndexId, PackId};
use crate::format::index_file::encode_index;
use crate::format::pack::{INDEX_BLOBS_MAX, PackedBlob};
use crate::store::index::read_index_file;
use crate::store::lock::{Lock, publish};
use crate::store::repository::Repository;

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

/// Writes an index file. All blobs of a pack stand in one file.
pub(super) fn write_index_file(
    repository: &Repository,
    lock: Option<&Lock>,
    packs: &[(PackId, Vec<PackedBlob>)],
) -> Result<IndexId> {
    let Repository { storage, key, config, .. } = repository;
    let id = publish(storage, lock, FileKind::Index, || {
        storage.write_text(FileKind::Index, encode_index(packs)?, key, config.version)
    })?;
    reach_write_point("repository.index-written");
    Ok(id)
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
        return Err(Error::new(Code::Damaged, text!("Cannot rely on index {id}", id))
            .why("It does not read as it was written"));
    }
    Ok(id)
}
