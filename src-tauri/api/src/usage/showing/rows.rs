//! The parts of something, of which the largest are shown one by one.

use std::cmp::Reverse;

use undercroft_foundation::TreePath;

use super::{Subject, plain_row};
use crate::usage::summary::{ProjectSums, Sums};
use crate::usage::wire::{UsageKind, UsageLayer, UsageRow};

/// The parts of something.
#[derive(Debug, Default)]
pub(super) struct Rows {
    rows: Vec<UsageRow>,
    /// The sums of what never was a row.
    rest: Sums,
    /// The lists of names of the folder itself: part of the sums, and a row for nobody.
    own_bytes: u64,
}

impl Rows {
    /// Adds a part. One that takes no space is counted, and is a row for nobody.
    pub(super) fn add(&mut self, row: UsageRow) {
        match row.bytes {
            0 => self.rest.add(sums_of(&row)),
            _ => self.rows.push(row),
        }
    }

    /// Adds what is too small to be a row.
    pub(super) fn add_rest(&mut self, sums: Sums) {
        self.rest.add(sums);
    }

    /// Adds what the folder itself takes.
    pub(super) fn add_own(&mut self, bytes: u64) {
        self.own_bytes += bytes;
    }

    /// All of it together, and the part that can be had back.
    pub(super) fn sums(&self) -> (Sums, u64) {
        let mut sums = self.rest;
        sums.bytes += self.own_bytes;
        let mut reclaimable = 0;
        for row in &self.rows {
            sums.add(sums_of(row));
            reclaimable += row.reclaimable_bytes;
        }
        (sums, reclaimable)
    }

    /// The largest, and the others as one.
    pub(super) fn largest(mut self, limit: usize) -> Vec<UsageRow> {
        self.rows.sort_by_key(|row| Reverse(row.bytes));
        let mut reclaimable = 0;
        for row in self.rows.drain(limit.min(self.rows.len())..) {
            self.rest.add(sums_of(&row));
            reclaimable += row.reclaimable_bytes;
        }
        if self.rest.bytes > 0 {
            self.rest.bytes += self.own_bytes;
            let mut row = plain_row(String::new(), "The rest", UsageKind::Rest, self.rest);
            row.reclaimable_bytes = reclaimable;
            self.rows.push(row);
        }
        self.rows
    }
}

fn sums_of(row: &UsageRow) -> Sums {
    Sums { bytes: row.bytes, apparent: row.apparent_bytes, files: row.files, newest: row.modified }
}

/// Whether a layer of a project has parts that are known.
pub(super) fn can_open(sums: &ProjectSums, layer: UsageLayer) -> bool {
    match layer {
        UsageLayer::Working => true,
        UsageLayer::Versions => !sums.months.is_empty(),
        UsageLayer::Archives => sums.archives.files > 0,
        _ => false,
    }
}

/// The part of a layer that goes with a project.
pub(super) fn layer_sums(sums: &ProjectSums, layer: UsageLayer) -> Sums {
    match layer {
        UsageLayer::Working => sums.working,
        UsageLayer::Versions => sums.versions,
        UsageLayer::Objects => Sums::of_bytes(sums.objects),
        UsageLayer::Archives => sums.archives,
        UsageLayer::Drafts => sums.drafts,
        _ => Sums::default(),
    }
}

/// A file of a tree, as it is when it is looked into.
pub(super) fn file_at(tree: &undercroft_usage::Tree, path: &TreePath) -> Option<Subject> {
    let (parent, name) = path.split()?;
    let above = tree.folder(&parent, usize::MAX)?;
    let row = above.children.iter().find(|row| row.name == name)?;
    Some(Subject::leaf(UsageKind::File, row_sums(row)))
}

/// The sums of a row of a tree.
pub(super) fn row_sums(row: &undercroft_usage::Row) -> Sums {
    Sums { bytes: row.bytes, apparent: row.apparent, files: row.files, newest: row.newest }
}
