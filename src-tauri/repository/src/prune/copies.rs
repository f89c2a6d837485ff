//! Of blobs that lie in several packs, the copy that stays.
//!
//! A prune that was broken off leaves what it copied in two packs; so do two writers at once. The
//! copy in the pack that is most of use stays, so that what was copied once is not copied again.

use std::collections::HashMap;

use crate::id::PackId;
use crate::index::{Index, Places};

/// How good it is for a copy to lie in a pack; the greater the better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Standing {
    /// Whether the pack is to stay.
    stays: bool,
    /// Whether it is there, as long as it should be.
    present: bool,
    /// How much of it is needed by somebody, in millionths.
    used: u64,
    bytes: u64,
    /// So that it is the same each time.
    id: PackId,
}

/// Of each needed blob, the place of the copy that stays. `needed` has one place of each; `stands`
/// says of a pack whether it is to stay, and whether it is there.
pub(super) fn choose_copies(
    index: &Index,
    needed: &Places,
    stands: impl Fn(&PackId) -> (bool, bool),
) -> Places {
    let mut kept = needed.clone();
    let mut standings = HashMap::new();
    let mut others = Vec::new();
    for (pack, blobs) in index.packs() {
        let (mut used, mut bytes) = (0, 0);
        for (place, blob) in &blobs {
            bytes += u64::from(blob.length);
            let first = index.place(blob.kind, &blob.id).filter(|first| needed.contains(*first));
            if let Some(first) = first {
                used += u64::from(blob.length);
                if first != *place {
                    others.push((first, *place));
                }
            }
        }
        let (stays, present) = stands(&pack);
        let used = used * 1_000_000 / bytes.max(1);
        standings.insert(pack, Standing { stays, present, used, bytes, id: pack });
    }
    let standing = |place: usize| standings.get(&index.at(place).pack);
    let mut best: HashMap<usize, usize> = HashMap::new();
    for (first, place) in others {
        let best = best.entry(first).or_insert(first);
        if standing(place) > standing(*best) {
            *best = place;
        }
    }
    for (first, best) in best {
        kept.remove(first);
        kept.insert(best);
    }
    kept
}
