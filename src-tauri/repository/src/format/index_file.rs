//! Index files: which blobs lie in which packs, on disk.

use serde::{Deserialize, Serialize};
use undercroft_foundation::Result;

use crate::format::blob::BlobKind;
use crate::format::crypto::Key;
use crate::format::id::{BlobId, IndexId, PackId};
use crate::format::pack::PackedBlob;
use crate::store::lock::{Lock, publish};
use crate::store::repository::Repository;
use crate::store::storage::{FileKind, Storage, damaged};

#[derive(Serialize, Deserialize)]
struct IndexFile<'a> {
    #[serde(borrow)]
    packs: Vec<PackEntry<'a>>,
}

#[derive(Serialize, Deserialize)]
struct PackEntry<'a> {
    #[serde(with = "hex_id")]
    id: [u8; 32],
    #[serde(borrow)]
    blobs: Vec<BlobEntry<'a>>,
}

#[derive(Serialize, Deserialize)]
struct BlobEntry<'a> {
    #[serde(with = "hex_id")]
    id: [u8; 32],
    #[serde(rename = "type")]
    kind: &'a str,
    offset: u32,
    length: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    uncompressed_length: Option<u32>,
}

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
    let text = storage.read_text(kind, id, key)?;
    let file: IndexFile<'_> = serde_json::from_slice(&text)
        .map_err(|source| damaged(kind, id, "It is not the JSON it should be").because(source))?;
    let unknown = || damaged(kind, id, "It lists a kind of blob that is not known");
    let decode = |pack: PackEntry<'_>| {
        let blobs: Option<Vec<_>> = pack.blobs.iter().map(decode_blob).collect();
        Ok((PackId(pack.id), blobs.ok_or_else(unknown)?))
    };
    file.packs.into_iter().map(decode).collect()
}

/// Writes an index file. All blobs of a pack stand in one file.
pub(crate) fn write_index_file(
    repository: &Repository,
    lock: Option<&Lock>,
    packs: &[(PackId, Vec<PackedBlob>)],
) -> Result<IndexId> {
    let Repository { storage, key, config, .. } = repository;
    let packs = packs
        .iter()
        .map(|(id, blobs)| PackEntry { id: id.0, blobs: blobs.iter().map(encode_blob).collect() })
        .collect();
    let file = IndexFile { packs };
    let id = publish(storage, lock, FileKind::Index, || {
        storage.write_json(FileKind::Index, &file, key, config.version)
    })?;
    undercroft_foundation::reach_write_point("repository.index-written");
    Ok(id)
}

fn encode_blob(blob: &PackedBlob) -> BlobEntry<'static> {
    BlobEntry {
        id: blob.id.0,
        kind: blob.kind.name(),
        offset: blob.offset,
        length: blob.length,
        uncompressed_length: blob.raw_length,
    }
}

fn decode_blob(entry: &BlobEntry<'_>) -> Option<PackedBlob> {
    let kind = match entry.kind {
        "data" => BlobKind::Data,
        "tree" => BlobKind::Tree,
        _ => return None,
    };
    Some(PackedBlob {
        kind,
        id: BlobId(entry.id),
        offset: entry.offset,
        length: entry.length,
        raw_length: entry.uncompressed_length.filter(|&length| length != 0),
    })
}

mod hex_id {
    use std::fmt;

    use serde::de::{Error, Visitor};
    use serde::{Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(id: &[u8; 32], to: S) -> Result<S::Ok, S::Error> {
        let mut digits = [0; 64];
        hex::encode_to_slice(id, &mut digits).map_err(serde::ser::Error::custom)?;
        to.serialize_str(std::str::from_utf8(&digits).map_err(serde::ser::Error::custom)?)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<[u8; 32], D::Error> {
        from.deserialize_str(Digits)
    }

    struct Digits;

    impl Visitor<'_> for Digits {
        type Value = [u8; 32];

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("64 hex digits")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
            let mut id = [0; 32];
            hex::decode_to_slice(text, &mut id).map_err(E::custom)?;
            Ok(id)
        }
    }
}
