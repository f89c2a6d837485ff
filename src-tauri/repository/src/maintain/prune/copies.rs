//! Of blobs that lie in several packs, the copy that stays.
//!
//! A prune that was broken off leaves what it copied in two packs; so do two writers at once. The
//! copy in the pack that is most of use stays, so that what was copied once is not copied again.

use std::collections::HashMap;

use crate::format::id::PackId;
use crate::store::index::{EntrySet, Index};

/// The rank of a pack among those that hold a blob: the copy in the greatest stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct PackRank {
    /// Whether the pack is to stay.
    stays: bool,
    /// Whether it is there, as long as it should be.
    present: bool,
    /// The part of it that is needed by somebody, in millionths.
    used: u64,
    bytes: u64,
    /// So that it is the same each time.
    id: PackId,
}

/// The copy that stays of each needed blob. `needed` has one position of each; `pack_state` says
/// of a pack whether it is to stay, and whether it is there.
pub(super) fn choose_copies(
    index: &Index,
    needed: &EntrySet,
    pack_state: impl Fn(&PackId) -> (bool, bool),
) -> EntrySet {
    let mut kept = needed.clone();
    let mut ranks = HashMap::new();
    let mut others = Vec::new();
    for (pack, blobs) in index.packs() {
        let (mut used, mut bytes) = (0, 0);
        for (position, blob) in &blobs {
            bytes += u64::from(blob.length);
            let first = index.position(blob.kind, &blob.id).filter(|first| needed.contains(*first));
            if let Some(first) = first {
                used += u64::from(blob.length);
                if first != *position {
                    others.push((first, *position));
                }
            }
        }
        let (stays, present) = pack_state(&pack);
        let used = used * 1_000_000 / bytes.max(1);
        ranks.insert(pack, PackRank { stays, present, used, bytes, id: pack });
    }
    let rank = |position: usize| ranks.get(&index.at(position).pack);
    let mut best: HashMap<usize, usize> = HashMap::new();
    for (first, position) in others {
        let best = best.entry(first).or_insert(first);
        if rank(position) > rank(*best) {
            *best = position;
        }
    }
    for (first, best) in best {
        kept.remove(first);
        kept.insert(best);
    }
    kept
}
