//! The index: the pack that holds each blob, in memory.
//!
//! 48 bytes an entry and a four-byte slot in a table: 5 million blobs take some 280 MB.

mod entry_set;
mod file;

pub(crate) use entry_set::{EntrySet, SharedEntrySet};
pub(crate) use file::{read_index_copy, read_index_file};

use hashbrown::HashTable;
use undercroft_foundation::{Code, Error, Result, text};

use crate::format::blob::BlobKind;
use crate::format::crypto::OVERHEAD;
use crate::format::id::{BlobId, PackId};
use crate::format::pack::PackedBlob;

/// Set in an entry's `pack` for a tree.
const TREE: u32 = 1 << 31;

#[derive(Debug, Clone, Copy)]
struct Entry {
    id: BlobId,
    /// The position of the pack's id in `packs`, and [`TREE`].
    pack: u32,
    offset: u32,
    length: u32,
    /// 0 for content that is not compressed: what is compressed is never empty.
    raw_length: u32,
}

impl Entry {
    fn kind(&self) -> BlobKind {
        if self.pack & TREE == 0 { BlobKind::Data } else { BlobKind::Tree }
    }
}

/// The location of a blob.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Location {
    pub(crate) pack: PackId,
    pub(crate) blob: PackedBlob,
}

impl Location {
    /// The length of the blob's content.
    pub(crate) fn plain_length(&self) -> u64 {
        let stored = u64::from(self.blob.length).saturating_sub(OVERHEAD as u64);
        self.blob.raw_length.map_or(stored, u64::from)
    }
}

/// All blobs of a repository and where they lie.
#[derive(Debug, Default)]
pub(crate) struct Index {
    packs: Vec<PackId>,
    entries: Vec<Entry>,
    table: HashTable<u32>,
}

impl Index {
    /// Takes in a pack and its blobs. A blob that is known already keeps its position.
    pub(crate) fn add_pack(&mut self, pack: PackId, blobs: &[PackedBlob]) {
        let number = u32::try_from(self.packs.len()).expect("fewer than two billion packs");
        self.packs.push(pack);
        self.entries.reserve(blobs.len());
        let entries = &mut self.entries;
        self.table.reserve(blobs.len(), |&at| hash(&entries[at as usize].id));
        for blob in blobs {
            let tree = if blob.kind == BlobKind::Tree { TREE } else { 0 };
            let entry = Entry {
                id: blob.id,
                pack: number | tree,
                offset: blob.offset,
                length: blob.length,
                raw_length: blob.raw_length.unwrap_or(0),
            };
            let at = u32::try_from(self.entries.len()).expect("fewer than four billion blobs");
            self.entries.push(entry);
            let entries = &self.entries;
            let known = self.table.find(hash(&blob.id), |&other| {
                let other = &entries[other as usize];
                other.id == blob.id && other.kind() == blob.kind
            });
            if known.is_none() {
                self.table.insert_unique(hash(&blob.id), at, |&at| hash(&entries[at as usize].id));
            }
        }
    }

    /// The location of a blob.
    pub(crate) fn find(&self, kind: BlobKind, id: &BlobId) -> Option<Location> {
        self.position(kind, id).map(|position| self.at(position))
    }

    /// The location of a blob that has to be there.
    ///
    /// # Errors
    /// [`Code::Damaged`] when it is not.
    pub(crate) fn locate(&self, kind: BlobKind, id: &BlobId) -> Result<Location> {
        self.find(kind, id).ok_or_else(|| {
            Error::new(Code::Damaged, text!("There is no {kind} {id}", kind = kind.name(), id))
                .why("No index of the repository lists it")
        })
    }

    /// The position of a blob in the order of [`Index::iter`].
    pub(crate) fn position(&self, kind: BlobKind, id: &BlobId) -> Option<usize> {
        let found = self.table.find(hash(id), |&at| {
            let entry = &self.entries[at as usize];
            entry.id == *id && entry.kind() == kind
        });
        found.map(|&at| at as usize)
    }

    /// The blob at a position.
    pub(crate) fn at(&self, position: usize) -> Location {
        self.location(&self.entries[position])
    }

    /// The number of entries.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether a blob is there.
    pub(crate) fn contains(&self, kind: BlobKind, id: &BlobId) -> bool {
        self.find(kind, id).is_some()
    }

    /// All blobs, by pack as they were added; a blob that lies in two packs comes twice.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Location> + '_ {
        self.entries.iter().map(|entry| self.location(entry))
    }

    /// The packs with their blobs, one after the other.
    pub(crate) fn blobs_by_pack(&self) -> impl Iterator<Item = (PackId, Vec<PackedBlob>)> + '_ {
        let mut locations = self.iter().peekable();
        std::iter::from_fn(move || {
            let first = locations.next()?;
            let mut blobs = vec![first.blob];
            while let Some(next) = locations.next_if(|next| next.pack == first.pack) {
                blobs.push(next.blob);
            }
            Some((first.pack, blobs))
        })
    }

    /// The packs with their blobs, each with its position, in the order of the positions.
    pub(crate) fn packs(&self) -> impl Iterator<Item = (PackId, Vec<(usize, PackedBlob)>)> + '_ {
        let mut locations = self.iter().enumerate().peekable();
        std::iter::from_fn(move || {
            let (position, Location { pack, blob }) = locations.next()?;
            let mut blobs = vec![(position, blob)];
            while let Some((position, next)) = locations.next_if(|(_, next)| next.pack == pack) {
                blobs.push((position, next.blob));
            }
            Some((pack, blobs))
        })
    }

    fn location(&self, entry: &Entry) -> Location {
        Location {
            pack: self.packs[(entry.pack & !TREE) as usize],
            blob: PackedBlob {
                kind: entry.kind(),
                id: entry.id,
                offset: entry.offset,
                length: entry.length,
                raw_length: (entry.raw_length != 0).then_some(entry.raw_length),
            },
        }
    }
}

/// An id is a digest, evenly spread: its first eight bytes are hash enough.
fn hash(id: &BlobId) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = id.0;
    u64::from_le_bytes([a, b, c, d, e, f, g, h])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blob_is_found_by_id_and_kind_where_it_lay_first() {
        let blob = |n: u32, kind, offset| PackedBlob {
            kind,
            id: BlobId::of(&n.to_le_bytes()),
            offset,
            length: 40,
            raw_length: (n % 2 == 1).then_some(100),
        };
        let mut index = Index::default();
        let (first, second) = (PackId::of(b"1"), PackId::of(b"2"));
        let many: Vec<_> = (0..1000).map(|n| blob(n, BlobKind::Data, n * 40)).collect();
        index.add_pack(first, &many);
        index.add_pack(second, &[blob(7, BlobKind::Data, 0), blob(7, BlobKind::Tree, 40)]);
        for known in &many {
            let found = index.find(BlobKind::Data, &known.id).expect("found");
            assert_eq!(found, Location { pack: first, blob: *known });
        }
        let tree = index.find(BlobKind::Tree, &many[7].id).expect("found");
        assert_eq!((tree.pack, tree.blob.offset), (second, 40));
        assert!(!index.contains(BlobKind::Tree, &many[8].id));
        assert_eq!(index.iter().count(), 1002);
    }
}
