//! Reading index files.

use undercroft_foundation::Result;

use crate::format::crypto::Key;
use crate::format::file_kind::FileKind;
use crate::format::id::{IndexId, PackId};
use crate::format::index_file::decode_index;
use crate::format::pack::PackedBlob;
use crate::store::storage::Storage;

/// The packs of an index file and the blobs in each.
pub(crate) fn read_index_file(
    storage: &Storage,
    key: &Key,
    id: IndexId,
) -> Result<Vec<(PackId, Vec<PackedBlob>)>> {
    read(storage, key, FileKind::Index, id)
}

/// The same, of the copy that parity has of an index file.
pub(crate) fn read_index_copy(
    storage: &Storage,
    key: &Key,
    id: IndexId,
) -> Result<Vec<(PackId, Vec<PackedBlob>)>> {
    read(storage, key, FileKind::IndexCopy, id)
}

fn read(
    storage: &Storage,
    key: &Key,
    kind: FileKind,
    id: IndexId,
) -> Result<Vec<(PackId, Vec<PackedBlob>)>> {
    decode_index(&storage.read_text(kind, id, key)?, kind, id)
}
