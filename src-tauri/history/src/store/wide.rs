//! Trees of folders of very many entries. Written whole, each takes as much as all of its entries
//! together, of which one changed; so it is written as what differs from one that is whole.
//!
//! git asks that both be in one pack. So such trees have a pack of their own, which grows: it is
//! written anew with one more tree in it, and then takes the place of the one before. When the
//! differences become many, a new tree is written whole, into a pack of its own again, and the old
//! pack becomes one like all others.

use std::path::PathBuf;

use undercroft_foundation::{Result, reach_write_point};

use super::object_writer::{ObjectWriter, locked, prove, remove_pack, write_pack};
use super::pack::{Deflater, PackBuilder, WIDE_BYTES};
use super::packed::{Base, PackBytes};
use super::{HistoryStore, ObjectKind, delta};
use crate::version::GitId;

/// The differences are at most this part of the whole tree, as it is stored, and at most so many.
const DELTA_SHARE: usize = 64;
const DELTA_MOST: usize = 16 << 10;
const DELTA_LEAST: usize = 512;

/// A pack of wide trees in the making.
pub(super) struct WidePack {
    builder: PackBuilder,
    /// The packs of which it holds everything.
    replaced: Vec<PathBuf>,
    /// Packs that no longer grow, to become part of the one that holds all else.
    pub(super) closed: Vec<PackBytes>,
}

impl Default for WidePack {
    fn default() -> Self {
        let (replaced, closed) = (Vec::new(), Vec::new());
        Self { builder: PackBuilder::new(), replaced, closed }
    }
}

impl ObjectWriter<'_> {
    /// Stores a tree unless it is there; `previous` is the one that it comes after.
    pub(crate) fn put_tree(
        &self,
        deflater: &mut Deflater,
        content: &[u8],
        previous: Option<GitId>,
    ) -> Result<GitId> {
        let base = || previous.map(|tree| self.store.base_of(tree)).transpose();
        self.put_tree_on(deflater, content, || base().map(Option::flatten))
    }

    /// The same, where the whole tree is known that the one before it is a delta of.
    pub(crate) fn put_tree_on(
        &self,
        deflater: &mut Deflater,
        content: &[u8],
        base: impl FnOnce() -> Result<Option<Base>>,
    ) -> Result<GitId> {
        if content.len() < WIDE_BYTES {
            return self.put(deflater, ObjectKind::Tree, content);
        }
        let id = GitId::of(ObjectKind::Tree, content);
        if !self.is_new(id)? {
            return Ok(id);
        }
        let base = base()?;
        let delta = base.as_ref().and_then(|base| difference(base, content));
        let mut wide = locked(&self.wide);
        match (base, delta) {
            (Some(base), Some(delta)) => {
                let entry = deflater.delta_entry(base.id, &delta)?;
                wide.make_room(entry.len() + base.pack.bytes.len(), self.store)?;
                self.count(wide.take_over(&base) + entry.len());
                wide.builder.add(id, entry);
            }
            (base, _) => {
                let entry = deflater.entry(ObjectKind::Tree, content)?;
                wide.make_room(entry.len(), self.store)?;
                self.count(entry.len());
                wide.builder.add(id, entry);
                wide.closed.extend(base.map(|base| base.pack).filter(PackBytes::is_wide));
            }
        }
        Ok(id)
    }
}

impl WidePack {
    /// Writes what is in it when `more` bytes do not fit any more.
    fn make_room(&mut self, more: usize, store: &HistoryStore) -> Result<()> {
        if self.builder.is_full_with(more) { self.write(store) } else { Ok(()) }
    }

    /// Takes in the whole tree, and all else in its pack when that still grows. Gives how many
    /// bytes are there twice now.
    fn take_over(&mut self, base: &Base) -> usize {
        let Base { id, pack, .. } = base;
        if pack.is_wide() {
            for (id, from, to) in &pack.entries {
                if !self.builder.contains(*id) {
                    self.builder.add(*id, &pack.bytes[*from..*to]);
                }
            }
            self.replaced.push(pack.path.clone());
            return 0;
        }
        let entry = pack.entry(*id).filter(|_| !self.builder.contains(*id));
        let Some(entry) = entry else { return 0 };
        self.builder.add(*id, entry);
        entry.len()
    }

    /// Writes it, and removes those packs of which it holds everything.
    pub(super) fn write(&mut self, store: &HistoryStore) -> Result<()> {
        if self.builder.is_empty() {
            return Ok(());
        }
        let Self { builder, replaced, closed } = std::mem::take(self);
        self.closed = closed;
        let objects = builder.len();
        let finished = builder.finish();
        write_pack(store.root(), &finished)?;
        if !replaced.is_empty() {
            prove(store.root(), finished.name, objects)?;
            reach_write_point("history.wide-pack-grown");
            replaced.iter().try_for_each(|path| remove_pack(path))?;
        }
        store.refresh();
        Ok(())
    }
}

/// The delta from the base, unless it is so much that the tree is better written whole.
fn difference(base: &Base, content: &[u8]) -> Option<Vec<u8>> {
    let stored = base.pack.entry(base.id)?.len();
    let most = (stored / DELTA_SHARE).clamp(DELTA_LEAST, DELTA_MOST);
    let delta = delta::between(&base.content, content, most)?;
    let made = delta::apply(&base.content, &delta)?;
    (made == content).then_some(delta)
}
