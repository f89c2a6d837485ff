//! Reading wide trees straight out of packs: quicker than through the library, and with the pack
//! that holds them, which the next delta needs.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use libdeflater::Decompressor;
use undercroft_foundation::{IoContext, Result};

use super::checksum::is_whole;
use super::pack::{EntryHead, Packed, WIDE_BYTES, entries_of};
use super::{HistoryStore, ObjectKind, delta};
use crate::version::GitId;

/// A pack beyond this size is not read as a whole for one tree, and no longer grows.
const PACK_MOST: u64 = 8 << 20;

/// The whole tree that others are deltas of, and its pack.
pub(crate) struct Base {
    pub(super) id: GitId,
    pub(super) content: Vec<u8>,
    pub(super) pack: PackBytes,
}

/// A pack in memory, with the entries that its index says.
pub(super) struct PackBytes {
    pub(super) path: PathBuf,
    pub(super) bytes: Vec<u8>,
    /// Each object with its first byte and its end, by place.
    pub(super) entries: Vec<(GitId, usize, usize)>,
}

impl HistoryStore {
    /// The whole tree that `tree` is a delta of, or `tree` itself; nothing where it is kept in
    /// another way than ours.
    pub(super) fn base_of(&self, tree: GitId) -> Result<Option<Base>> {
        let Some(pack) = self.pack_of(tree)? else { return Ok(None) };
        let base = pack.entry(tree).and_then(|entry| match EntryHead::of(entry)?.packed {
            Packed::Whole(ObjectKind::Tree) => Some(tree),
            Packed::RefDelta(base) => Some(base),
            _ => None,
        });
        let found = base.and_then(|id| Some((id, pack.whole_tree(id)?)));
        Ok(found.map(|(id, content)| Base { id, content, pack }))
    }

    /// The bytes of a tree, and the whole tree that it is a delta of; without that, where it is kept
    /// in another way than ours.
    pub(crate) fn tree_and_base(&self, tree: GitId) -> Result<(Vec<u8>, Option<Base>)> {
        let is_wide = self.size_of(tree).is_ok_and(|size| size >= WIDE_BYTES);
        if is_wide
            && let Some(base) = self.base_of(tree)?
            && let Some(content) = base.tree(tree)
        {
            return Ok((content, Some(base)));
        }
        Ok((self.read(ObjectKind::Tree, tree)?, None))
    }

    /// The pack that has an object, when it is of a size to be read.
    fn pack_of(&self, id: GitId) -> Result<Option<PackBytes>> {
        let folder = self.root().join("objects/pack");
        for entry in fs::read_dir(&folder).at("read", &folder)? {
            let index = entry.at("read", &folder)?.path();
            if index.extension().is_none_or(|it| it != "idx") || !is_indexed(&index, id) {
                continue;
            }
            let path = index.with_extension("pack");
            if fs::metadata(&path).at("look at", &path)?.len() > PACK_MOST {
                continue;
            }
            if let Some(pack) = PackBytes::read(&path)? {
                return Ok(Some(pack));
            }
        }
        Ok(None)
    }
}

impl Base {
    /// A tree that is this one, or a delta of it.
    fn tree(&self, id: GitId) -> Option<Vec<u8>> {
        if id == self.id {
            return Some(self.content.clone());
        }
        let delta = self.pack.inflated(self.pack.entry(id)?)?;
        delta::apply(&self.content, &delta).filter(|tree| GitId::of(ObjectKind::Tree, tree) == id)
    }
}

impl PackBytes {
    /// Reads a pack; nothing when it is not what its trailer and its index say.
    pub(super) fn read(path: &Path) -> Result<Option<Self>> {
        let bytes = fs::read(path).at("read", path)?;
        let index_path = path.with_extension("idx");
        let index = fs::read(&index_path).at("read", &index_path)?;
        let entries = entries_of(&index, bytes.len()).filter(|_| is_whole(&bytes));
        Ok(entries.map(|entries| Self { path: path.to_owned(), bytes, entries }))
    }

    /// Whether there is nothing in it but wide trees, and all of it can be copied.
    pub(super) fn is_wide(&self) -> bool {
        let wide = |entry: &[u8]| EntryHead::of(entry).is_some_and(|head| head.is_wide());
        self.entries.iter().all(|(_, from, to)| wide(&self.bytes[*from..*to]))
    }

    pub(super) fn entry(&self, id: GitId) -> Option<&[u8]> {
        let (_, from, to) = self.entries.iter().find(|entry| entry.0 == id)?;
        self.bytes.get(*from..*to)
    }

    /// A tree that lies whole in the pack, and is what its id says.
    fn whole_tree(&self, id: GitId) -> Option<Vec<u8>> {
        let entry = self.entry(id)?;
        EntryHead::of(entry).filter(|head| head.packed == Packed::Whole(ObjectKind::Tree))?;
        self.inflated(entry).filter(|tree| GitId::of(ObjectKind::Tree, tree) == id)
    }

    /// The content of an entry: of a delta, the instructions.
    fn inflated(&self, entry: &[u8]) -> Option<Vec<u8>> {
        let head = EntryHead::of(entry)?;
        // No pack that is read here holds what deflates better than this.
        let mut content = vec![0; Some(head.size).filter(|size| size / 1100 <= entry.len())?];
        let inflated = Decompressor::new().zlib_decompress(&entry[head.length..], &mut content);
        (inflated == Ok(content.len())).then_some(content)
    }
}

/// Whether an index names an object. One that cannot be read names none.
fn is_indexed(index: &Path, id: GitId) -> bool {
    let Ok(file) = File::open(index) else { return false };
    let number = |at: usize| -> Option<usize> {
        let mut bytes = [0; 4];
        file.read_exact_at(&mut bytes, at as u64).ok()?;
        Some(u32::from_be_bytes(bytes) as usize)
    };
    let first = usize::from(id.0[0]);
    let below = if first == 0 { Some(0) } else { number(8 + (first - 1) * 4) };
    let Some((mut low, mut high)) = below.zip(number(8 + first * 4)) else { return false };
    while low < high {
        let middle = low.midpoint(high);
        let mut found = [0; 20];
        if file.read_exact_at(&mut found, (8 + 1024 + middle * 20) as u64).is_err() {
            return false;
        }
        match found.cmp(&id.0) {
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Less => low = middle + 1,
            std::cmp::Ordering::Greater => high = middle,
        }
    }
    false
}
