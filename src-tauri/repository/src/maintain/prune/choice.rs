//! The decision about each pack.

use std::collections::HashSet;

use super::{PruneOptions, PrunePlan};
use crate::format::blob::BlobKind;
use crate::format::id::PackId;
use crate::format::pack::PackedBlob;
use crate::store::write::{OPEN_DATA_PACKS, index_bytes};

/// The bytes that a blob takes in the header of a pack at most.
const HEADER_ENTRY: u64 = 41;

/// The use of a pack.
pub(super) struct PackUse {
    pub(super) id: PackId,
    pub(super) size: u64,
    pub(super) used_blobs: u64,
    used_bytes: u64,
    unused_blobs: u64,
    unused_bytes: u64,
    /// Whether it holds data, and trees.
    kinds: (bool, bool),
}

impl PackUse {
    pub(super) fn new(id: PackId) -> Self {
        let (used_blobs, used_bytes, unused_blobs, unused_bytes) = (0, 0, 0, 0);
        let kinds = (false, false);
        Self { id, size: 0, used_blobs, used_bytes, unused_blobs, unused_bytes, kinds }
    }

    pub(super) fn add(&mut self, used: bool, blob: &PackedBlob) {
        let (blobs, bytes) = if used {
            (&mut self.used_blobs, &mut self.used_bytes)
        } else {
            (&mut self.unused_blobs, &mut self.unused_bytes)
        };
        *blobs += 1;
        *bytes += u64::from(blob.length);
        match blob.kind {
            BlobKind::Data => self.kinds.0 = true,
            BlobKind::Tree => self.kinds.1 = true,
        }
    }

    fn waste(&self) -> f64 {
        self.unused_bytes as f64 / (self.used_bytes + self.unused_bytes).max(1) as f64
    }
}

/// The limits that a prune has to keep to.
pub(super) struct Limits {
    pub(super) version: u32,
    /// The bytes that index files of all that stays take.
    pub(super) index_bytes: u64,
    /// Bytes that can be written, where that is known.
    pub(super) room: Option<u64>,
}

impl Limits {
    /// The room that a copy of what is needed of a pack takes, with its share of an index.
    fn cost(&self, pack: &PackUse) -> u64 {
        let headers = pack.used_blobs * HEADER_ENTRY;
        pack.used_bytes + headers + index_bytes(self.version, pack.used_blobs)
    }
}

/// Decides about each pack.
pub(super) fn choose(
    packs: &[PackUse],
    options: &PruneOptions,
    limits: &Limits,
    plan: &mut PrunePlan,
) {
    for pack in packs {
        plan.used_blobs += pack.used_blobs;
        plan.used_bytes += pack.used_bytes;
        plan.unused_blobs += pack.unused_blobs;
        plan.unused_bytes += pack.unused_bytes;
        if pack.used_blobs == 0 {
            plan.packs_to_remove.push(pack.id);
            plan.frees_bytes += pack.size;
        }
    }
    plan.needs_free_bytes = limits.index_bytes;
    let worth = worth_copying(packs, options, plan.used_bytes);
    for pack in worth {
        let needs = plan.needs_free_bytes + limits.cost(pack);
        let bytes = plan.repack_bytes + pack.used_bytes;
        if limits.room.is_some_and(|room| needs > room) {
            plan.packs_without_room += 1;
        } else if options.max_repack_bytes.is_none_or(|most| bytes <= most) {
            plan.packs_to_repack.push(pack.id);
            plan.needs_free_bytes = needs;
            plan.repack_bytes = bytes;
            plan.frees_bytes += pack.unused_bytes;
        }
    }
}

/// Packs that are worth being copied: the most wasteful first, then small ones.
fn worth_copying<'a>(
    packs: &'a [PackUse],
    options: &PruneOptions,
    used_bytes: u64,
) -> Vec<&'a PackUse> {
    let small = small_ones(packs, options);
    let is_small = |pack: &&PackUse| small.contains(&pack.id);
    let partly = |pack: &&PackUse| pack.used_blobs > 0 && pack.unused_blobs > 0;
    let mut wasteful: Vec<_> =
        packs.iter().filter(|pack| partly(pack) && !is_small(pack)).collect();
    wasteful.sort_by(|a, b| b.waste().total_cmp(&a.waste()).then(a.id.cmp(&b.id)));
    let allowed = options
        .max_unused_bytes
        .unwrap_or_else(|| used_bytes / 100 * u64::from(options.max_unused_percent));
    let mut left_unused: u64 = wasteful.iter().map(|pack| pack.unused_bytes).sum();
    let mut worth = Vec::new();
    for pack in wasteful {
        if left_unused > allowed {
            left_unused -= pack.unused_bytes;
            worth.push(pack);
        }
    }
    worth.extend(packs.iter().filter(is_small));
    worth
}

/// Small packs that are worth joining. As many as a writer leaves open stay small for ever.
fn small_ones(packs: &[PackUse], options: &PruneOptions) -> HashSet<PackId> {
    let is_small = |pack: &&PackUse| pack.used_blobs > 0 && pack.size < options.join_packs_below;
    let small: Vec<_> = packs.iter().filter(is_small).collect();
    let data = small.iter().filter(|pack| pack.kinds.0).count();
    let trees = small.iter().filter(|pack| pack.kinds.1).count();
    let joined =
        |pack: &&&PackUse| (pack.kinds.0 && data > OPEN_DATA_PACKS) || (pack.kinds.1 && trees > 1);
    small.iter().filter(joined).map(|pack| pack.id).collect()
}
