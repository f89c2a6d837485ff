//! Folders that are yet to be looked into.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};

use super::inotify::WatchId;

/// The manner in which a folder is looked into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Look {
    /// Whether what is known below it is looked into again, too.
    pub(super) deep: bool,
    /// Whether all that is in it is to be visited anyway, so that what is new needs no mention.
    pub(super) covered: bool,
    /// Whether it can wait until nothing else is to be done.
    pub(super) idle: bool,
}

/// Folders in the order in which they are looked into, each once.
#[derive(Debug, Default)]
pub(super) struct LookQueue {
    order: VecDeque<WatchId>,
    how: HashMap<WatchId, Look>,
}

impl LookQueue {
    pub(super) fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    pub(super) fn add(&mut self, folder: WatchId, look: Look) {
        match self.how.entry(folder) {
            Entry::Occupied(mut known) => {
                let known = known.get_mut();
                known.deep |= look.deep;
                known.covered &= look.covered;
                known.idle &= look.idle;
            }
            Entry::Vacant(place) => {
                place.insert(look);
                self.order.push_back(folder);
            }
        }
    }

    pub(super) fn next(&mut self) -> Option<(WatchId, Look)> {
        let folder = self.order.pop_front()?;
        Some((folder, self.how.remove(&folder)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(deep: bool, covered: bool) -> Look {
        Look { deep, covered, idle: false }
    }

    #[test]
    fn a_folder_that_is_added_twice_is_looked_into_once_and_for_both() {
        let mut looks = LookQueue::default();
        let (shallow, deep) = (look(false, true), look(true, false));
        looks.add(1, shallow);
        looks.add(2, shallow);
        looks.add(1, deep);
        assert_eq!(looks.next(), Some((1, deep)));
        assert_eq!(looks.next().map(|(folder, _)| folder), Some(2));
        assert!(looks.is_empty() && looks.next().is_none());
    }
}
