//! Index files: the packs and the blobs in each, as text.

use serde::{Deserialize, Serialize};
use undercroft_foundation::{Code, Error, Result};

use crate::format::blob::BlobKind;
use crate::format::file_kind::{FileKind, damaged};
use crate::format::id::{BlobId, IndexId, PackId};
use crate::format::pack::PackedBlob;

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

/// The text of an index file that lists these packs. All blobs of a pack stand in one file.
pub(crate) fn encode_index(packs: &[(PackId, Vec<PackedBlob>)]) -> Result<Vec<u8>> {
    let packs = packs
        .iter()
        .map(|(id, blobs)| PackEntry { id: id.0, blobs: blobs.iter().map(encode_blob).collect() })
        .collect();
    serde_json::to_vec(&IndexFile { packs })
        .map_err(|source| Error::new(Code::Internal, "Cannot write JSON").because(source))
}

/// The packs that the text of an index file lists, and the blobs in each.
pub(crate) fn decode_index(
    text: &[u8],
    kind: FileKind,
    id: IndexId,
) -> Result<Vec<(PackId, Vec<PackedBlob>)>> {
    let file: IndexFile<'_> = serde_json::from_slice(text)
        .map_err(|source| damaged(kind, id, "It is not the JSON it should be").because(source))?;
    let unknown = || damaged(kind, id, "It lists a kind of blob that is not known");
    let decode = |pack: PackEntry<'_>| {
        let blobs: Option<Vec<_>> = pack.blobs.iter().map(decode_blob).collect();
        Ok((PackId(pack.id), blobs.ok_or_else(unknown)?))
    };
    file.packs.into_iter().map(decode).collect()
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
