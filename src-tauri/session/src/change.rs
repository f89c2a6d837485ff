//! The part of a draft that is new when it is written again: mostly little, in one place.

use std::sync::Arc;

/// Content that differs in less than a half from the one before is recorded as a change, unless
/// it is smaller than this, or so many changes came one after the other.
const SMALL_BYTES: usize = 2048;
pub(super) const CHANGES_IN_A_ROW: u8 = 32;

/// Equal bytes are found so many at a time, and then so many.
const BLOCKS: [usize; 3] = [512, 32, 1];

/// New content by the one before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    /// So many bytes stay at the beginning.
    pub(super) kept_start: u32,
    /// So many stay at the end.
    pub(super) kept_end: u32,
    /// The checksum of the new content.
    pub(super) crc: u32,
    /// The bytes between the two.
    pub(super) between: Vec<u8>,
    /// The new content, for whoever made the change.
    pub(super) result: Option<Arc<[u8]>>,
}

impl Change {
    /// The change from `old` to `new`, when it is worth it.
    pub(super) fn between(old: &[u8], new: &Arc<[u8]>) -> Option<Self> {
        if new.len() < SMALL_BYTES {
            return None;
        }
        let start = same_at_start(old, new);
        let end = same_at_end(&old[start..], &new[start..]);
        let between = &new[start..new.len() - end];
        if between.len() > new.len() / 2 {
            return None;
        }
        Some(Self {
            kept_start: u32::try_from(start).ok()?,
            kept_end: u32::try_from(end).ok()?,
            crc: crc32fast::hash(new),
            between: between.to_vec(),
            result: Some(Arc::clone(new)),
        })
    }

    /// The new content; nothing when `old` is not what the change was made from.
    pub(super) fn apply(&self, old: &[u8]) -> Option<Arc<[u8]>> {
        if let Some(result) = &self.result {
            return Some(Arc::clone(result));
        }
        let (start, end) = (self.kept_start as usize, self.kept_end as usize);
        if start.checked_add(end)? > old.len() {
            return None;
        }
        let new = [&old[..start], &self.between, &old[old.len() - end..]].concat();
        (crc32fast::hash(&new) == self.crc).then(|| Arc::from(new))
    }
}

fn same_at_start(a: &[u8], b: &[u8]) -> usize {
    BLOCKS.into_iter().fold(0, |same, block| {
        let pairs = a[same..].chunks_exact(block).zip(b[same..].chunks_exact(block));
        same + pairs.take_while(|(a, b)| a == b).count() * block
    })
}

fn same_at_end(a: &[u8], b: &[u8]) -> usize {
    BLOCKS.into_iter().fold(0, |same, block| {
        let (a, b) = (&a[..a.len() - same], &b[..b.len() - same]);
        let pairs = a.rchunks_exact(block).zip(b.rchunks_exact(block));
        same + pairs.take_while(|(a, b)| a == b).count() * block
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// A change gives what it was made for, and nothing from anything else.
        #[test]
        fn a_change_leads_from_the_old_to_the_new(
            base in prop::collection::vec(0u8..3, 0..6000),
            cut in 0usize..6000,
            gone in 0usize..300,
            put in prop::collection::vec(0u8..3, 0..300),
        ) {
            let cut = cut.min(base.len());
            let end = (cut + gone).min(base.len());
            let new = [&base[..cut], &put, &base[end..]].concat();
            match Change::between(&base, &Arc::from(&new[..])) {
                None => prop_assert!(new.len() < SMALL_BYTES || put.len() > new.len() / 2),
                Some(made) => {
                    prop_assert_eq!(made.apply(&[]), Some(Arc::from(&new[..])));
                    let change = Change { result: None, ..made };
                    prop_assert!(change.between.len() <= put.len());
                    prop_assert_eq!(change.apply(&base), Some(Arc::from(&new[..])));
                    let mut other = base.clone();
                    if let Some(byte) = other.first_mut().filter(|_| change.kept_start > 0) {
                        *byte ^= 1;
                        prop_assert_eq!(change.apply(&other), None);
                    }
                    prop_assert_eq!(change.apply(&[]), (change.kept_start + change.kept_end == 0)
                        .then(|| Arc::from(&new[..])));
                }
            }
        }
    }
}
