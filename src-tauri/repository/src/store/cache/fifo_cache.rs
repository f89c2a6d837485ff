//! A FIFO cache bounded by weight.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

/// Values by key that weigh no more than a limit together, but for the newest. The oldest go first.
#[derive(Debug)]
pub(crate) struct FifoCache<K, V> {
    values: HashMap<K, (V, usize)>,
    order: VecDeque<K>,
    weight: usize,
    limit: usize,
}

impl<K: Copy + Eq + Hash, V: Clone> FifoCache<K, V> {
    /// An empty cache.
    pub(crate) fn new(limit: usize) -> Self {
        Self { values: HashMap::new(), order: VecDeque::new(), weight: 0, limit }
    }

    /// The value of a key.
    pub(crate) fn get(&self, key: &K) -> Option<V> {
        self.values.get(key).map(|(value, _)| value.clone())
    }

    /// Inserts a value, unless there is one by that key.
    pub(crate) fn insert(&mut self, key: K, value: V, weight: usize) {
        if self.values.contains_key(&key) {
            return;
        }
        self.values.insert(key, (value, weight));
        self.order.push_back(key);
        self.weight += weight;
        while self.weight > self.limit && self.order.len() > 1 {
            let Some(oldest) = self.order.pop_front() else { return };
            self.evict(&oldest);
        }
    }

    /// Removes a value.
    pub(crate) fn remove(&mut self, key: &K) {
        if self.values.contains_key(key) {
            self.order.retain(|other| other != key);
            self.evict(key);
        }
    }

    fn evict(&mut self, key: &K) {
        let gone = self.values.remove(key);
        self.weight -= gone.map_or(0, |(_, weight)| weight);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_make_room() {
        let mut kept = FifoCache::new(10);
        for n in 0..8 {
            kept.insert(n, n * 10, 3);
            kept.insert(n, 1000, 3);
        }
        let left: Vec<_> = (0..8).filter_map(|n| kept.get(&n)).collect();
        assert_eq!(left, [50, 60, 70]);
        kept.remove(&6);
        kept.insert(8, 80, 4);
        assert_eq!((kept.get(&5), kept.get(&6), kept.get(&8)), (Some(50), None, Some(80)));
        // What is too large for all of it is there until the next comes.
        kept.insert(9, 90, 100);
        assert_eq!((kept.get(&8), kept.get(&9)), (None, Some(90)));
        kept.insert(10, 100, 1);
        assert_eq!((kept.get(&9), kept.get(&10)), (None, Some(100)));
    }
}
