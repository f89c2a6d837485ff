//! The changes in a folder between two scans.

use std::collections::BTreeMap;

use undercroft_foundation::TreePath;

use crate::tree::{Spot, Tree};

use super::thin::SMALLEST_KEPT;

/// The kind of what changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GrowthKind {
    /// A folder: one can look into it.
    Folder,
    /// A file.
    File,
    /// Small files of the folder together, where one of the scans no longer tells them apart.
    SmallFiles,
}

/// A part that grew or shrank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrowthRow {
    /// Its name; empty for small files.
    pub name: Vec<u8>,
    /// The kind that it is now, or was where it is gone.
    pub kind: GrowthKind,
    /// The space that it took; nothing where it was not there.
    pub bytes_before: u64,
    /// The space that it takes; nothing where it is gone.
    pub bytes_after: u64,
}

impl GrowthRow {
    /// How much it grew; less than nothing where it shrank.
    pub fn change(&self) -> i64 {
        let change = i128::from(self.bytes_after) - i128::from(self.bytes_before);
        i64::try_from(change).unwrap_or(if change < 0 { i64::MIN } else { i64::MAX })
    }
}

/// The parts of the folder at `path` that changed, the most first; nothing where neither scan knows
/// it.
pub fn growth(before: &Tree, after: &Tree, path: &TreePath) -> Vec<GrowthRow> {
    let is_lumped = before.is_thinned() || after.is_thinned();
    let mut rows: BTreeMap<(bool, &[u8]), GrowthRow> = BTreeMap::new();
    for (tree, is_after) in [(before, false), (after, true)] {
        for_each_part(tree, path, is_lumped, &mut |name, kind, bytes| {
            let key = (kind == GrowthKind::SmallFiles, name);
            let row = rows.entry(key).or_insert_with(|| GrowthRow {
                name: name.to_vec(),
                kind,
                bytes_before: 0,
                bytes_after: 0,
            });
            row.kind = kind;
            let sum = if is_after { &mut row.bytes_after } else { &mut row.bytes_before };
            *sum = sum.saturating_add(bytes);
        });
    }
    let changed = rows.into_values().filter(|row| row.change() != 0);
    let mut changed: Vec<_> = changed.collect();
    changed.sort_by_key(|row| std::cmp::Reverse(row.change().unsigned_abs()));
    changed
}

fn for_each_part<'t>(
    tree: &'t Tree,
    path: &TreePath,
    is_lumped: bool,
    part: &mut dyn FnMut(&'t [u8], GrowthKind, u64),
) {
    let Some(Spot::Folder(folder)) = tree.find(path) else { return };
    for child in tree.folders_in(folder) {
        part(tree.folder_name(child), GrowthKind::Folder, tree.sums[child as usize].bytes);
    }
    for file in tree.files_in(folder) {
        let bytes = tree.files.file(file).counted().0;
        if is_lumped && bytes < SMALLEST_KEPT {
            part(b"", GrowthKind::SmallFiles, bytes);
        } else {
            part(tree.files.name(file), GrowthKind::File, bytes);
        }
    }
    if let Some(rest) = tree.thinned.get(folder as usize) {
        part(b"", GrowthKind::SmallFiles, rest.bytes);
    }
}
