//! The sizes of folders as a restore writes them. Each tree is read once, by whoever walks them; what
//! is known of it is kept by its position in the index, and the rest is counted in memory.

use std::collections::{HashMap, HashSet};

use undercroft_foundation::{Code, Error, Result};

use crate::format::blob::BlobKind;
use crate::format::id::BlobId;
use crate::format::tree::{Node, NodeKind};
use crate::store::index::Index;
use crate::store::read::{FolderWalk, Step, walk_folders};

/// The entries and bytes below a folder.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Weight {
    pub(crate) entries: u64,
    pub(crate) bytes: u64,
}

/// The size of one folder without those in it.
#[derive(Debug, Default)]
pub(crate) struct FolderSize {
    entries: u64,
    /// The bytes of files of one name.
    bytes: u64,
    /// Files of several names: inode, device and bytes.
    linked: Vec<(u64, u64, u64)>,
    /// The trees of the folders in it.
    below: Vec<u32>,
}

/// The sizes of the folders that were looked at.
#[derive(Debug, Default)]
pub(crate) struct FolderSizes(HashMap<u32, FolderSize>);

impl FolderSize {
    /// Adds an entry.
    ///
    /// # Errors
    /// [`Code::Damaged`] when it is a folder whose tree is not there.
    pub(crate) fn add(&mut self, node: &Node, index: &Index) -> Result<()> {
        self.entries += 1;
        if node.kind == NodeKind::Dir {
            let subtree = node.subtree.ok_or_else(|| cannot_weigh("It names no tree"))?;
            self.below.push(position_of(&subtree, index)?);
        } else if node.links > 1 && node.inode != 0 {
            self.linked.push((node.inode, node.device_id, node.size));
        } else {
            self.bytes += node.size;
        }
        Ok(())
    }
}

impl FolderSizes {
    /// Keeps the size of the folder of a tree.
    ///
    /// # Errors
    /// [`Code::Damaged`] when the index has no such tree.
    pub(crate) fn insert(&mut self, tree: &BlobId, size: FolderSize, index: &Index) -> Result<()> {
        self.0.insert(position_of(tree, index)?, size);
        Ok(())
    }

    /// Weighs what a restore of each of these trees, one by one, would write. A folder without files
    /// of several names weighs the same wherever it is.
    ///
    /// # Errors
    /// [`Code::Damaged`] when a tree was not looked at.
    pub(crate) fn weigh<'t>(
        &self,
        tops: impl IntoIterator<Item = &'t BlobId>,
        index: &Index,
    ) -> Result<Weight> {
        let mut weighing = Weighing {
            sizes: self,
            known: HashMap::new(),
            links: HashSet::new(),
            whole: Weight::default(),
        };
        let mut all = Weight::default();
        for top in tops {
            weighing.links.clear();
            let top = weighing.enter(position_of(top, index)?)?;
            walk_folders(&mut weighing, top)?;
            all.entries += weighing.whole.entries;
            all.bytes += weighing.whole.bytes;
        }
        Ok(all)
    }
}

/// A folder that is being weighed.
struct Level<'a> {
    tree: u32,
    /// The folders in it that are not weighed yet.
    rest: std::slice::Iter<'a, u32>,
    weight: Weight,
    /// Whether a file below has several names: it weighs less where another name came before.
    is_linked: bool,
}

/// The walk that weighs one tree after the other.
struct Weighing<'a> {
    sizes: &'a FolderSizes,
    known: HashMap<u32, Weight>,
    /// Files of several names that came below this top.
    links: HashSet<(u64, u64)>,
    /// The weight of this top.
    whole: Weight,
}

impl<'a> Weighing<'a> {
    fn enter(&mut self, tree: u32) -> Result<Level<'a>> {
        if let Some(weight) = self.known.get(&tree).copied() {
            return Ok(Level { tree, rest: [].iter(), weight, is_linked: false });
        }
        let size = self.sizes.0.get(&tree).ok_or_else(|| cannot_weigh("It was not looked at"))?;
        let mut weight = Weight { entries: size.entries, bytes: size.bytes };
        for (inode, device, bytes) in size.linked.iter().copied() {
            if self.links.insert((inode, device)) {
                weight.bytes += bytes;
            }
        }
        let is_linked = !size.linked.is_empty();
        Ok(Level { tree, rest: size.below.iter(), weight, is_linked })
    }
}

impl<'a> FolderWalk for Weighing<'a> {
    type Folder = Level<'a>;

    fn step(&mut self, level: &mut Level<'a>) -> Result<Step<Level<'a>>> {
        level.rest.next().map_or(Ok(Step::Out), |below| self.enter(*below).map(Step::Into))
    }

    fn leave(&mut self, done: Level<'a>, above: Option<&mut Level<'a>>) -> Result<()> {
        if !done.is_linked {
            self.known.insert(done.tree, done.weight);
        }
        match above {
            Some(above) => {
                above.weight.entries += done.weight.entries;
                above.weight.bytes += done.weight.bytes;
                above.is_linked |= done.is_linked;
            }
            None => self.whole = done.weight,
        }
        Ok(())
    }
}

fn position_of(tree: &BlobId, index: &Index) -> Result<u32> {
    let position = index.position(BlobKind::Tree, tree);
    let position = position.ok_or_else(|| cannot_weigh("No index lists its tree"))?;
    Ok(u32::try_from(position).expect("fewer than four billion blobs"))
}

fn cannot_weigh(why: &str) -> Error {
    Error::new(Code::Damaged, "Cannot weigh a folder").why(why)
}
