//! What was read and cannot change: what is named by its digest is the same for ever.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::id::BlobId;

/// How many bytes of trees are kept.
const TREES_MAX: usize = 16 << 20;

/// What an open repository remembers.
#[derive(Debug, Default)]
pub(crate) struct Known {
    trees: Mutex<TreeTexts>,
}

/// The texts of trees, those that were read last.
#[derive(Debug, Default)]
struct TreeTexts {
    texts: HashMap<BlobId, Arc<[u8]>>,
    /// In the order in which they came.
    order: VecDeque<BlobId>,
    bytes: usize,
}

impl Known {
    /// The text of a tree that was read before.
    pub(crate) fn tree_text(&self, id: &BlobId) -> Option<Arc<[u8]>> {
        self.trees().texts.get(id).cloned()
    }

    /// Keeps the text of a tree; the oldest make room.
    pub(crate) fn keep_tree_text(&self, id: BlobId, text: &Arc<[u8]>) {
        if text.len() > TREES_MAX / 4 {
            return;
        }
        let mut trees = self.trees();
        if trees.texts.insert(id, Arc::clone(text)).is_some() {
            return;
        }
        trees.order.push_back(id);
        trees.bytes += text.len();
        while trees.bytes > TREES_MAX {
            let Some(oldest) = trees.order.pop_front() else { return };
            let gone = trees.texts.remove(&oldest);
            trees.bytes -= gone.map_or(0, |text| text.len());
        }
    }

    fn trees(&self) -> MutexGuard<'_, TreeTexts> {
        self.trees.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_texts_make_room() {
        let known = Known::default();
        let ids: Vec<_> = (0..40u8).map(|n| BlobId::of(&[n])).collect();
        for (n, id) in (0..).zip(&ids) {
            let text: Arc<[u8]> = vec![n; 1 << 20].into();
            known.keep_tree_text(*id, &text);
            known.keep_tree_text(*id, &text);
        }
        let kept: Vec<_> = ids.iter().filter(|id| known.tree_text(id).is_some()).collect();
        assert_eq!(kept, ids[24..].iter().collect::<Vec<_>>());
        assert_eq!(known.tree_text(&ids[30]).map(|text| text[0]), Some(30));
    }
}
