//! What is kept for who asks for it again, up to a limit: what came first makes room first.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

/// Values by key that weigh no more than a limit together, but for the newest.
#[derive(Debug)]
pub(crate) struct Bounded<K, V> {
    values: HashMap<K, (V, usize)>,
    order: VecDeque<K>,
    weight: usize,
    limit: usize,
}

impl<K: Copy + Eq + Hash, V: Clone> Bounded<K, V> {
    /// Nothing yet.
    pub(crate) fn new(limit: usize) -> Self {
        Self { values: HashMap::new(), order: VecDeque::new(), weight: 0, limit }
    }

    /// What is kept by a key.
    pub(crate) fn get(&self, key: &K) -> Option<V> {
        self.values.get(key).map(|(value, _)| value.clone())
    }

    /// Keeps a value, unless there is one by that key.
    pub(crate) fn keep(&mut self, key: K, value: V, weight: usize) {
        if self.values.contains_key(&key) {
            return;
        }
        self.values.insert(key, (value, weight));
        self.order.push_back(key);
        self.weight += weight;
        while self.weight > self.limit && self.order.len() > 1 {
            let Some(oldest) = self.order.pop_front() else { return };
            self.forget(&oldest);
        }
    }

    /// Lets a value go.
    pub(crate) fn remove(&mut self, key: &K) {
        if self.values.contains_key(key) {
            self.order.retain(|other| other != key);
            self.forget(key);
        }
    }

    fn forget(&mut self, key: &K) {
        let gone = self.values.remove(key);
        self.weight -= gone.map_or(0, |(_, weight)| weight);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_make_room() {
        let mut kept = Bounded::new(10);
        for n in 0..8 {
            kept.keep(n, n * 10, 3);
            kept.keep(n, 1000, 3);
        }
        let left: Vec<_> = (0..8).filter_map(|n| kept.get(&n)).collect();
        assert_eq!(left, [50, 60, 70]);
        kept.remove(&6);
        kept.keep(8, 80, 4);
        assert_eq!((kept.get(&5), kept.get(&6), kept.get(&8)), (Some(50), None, Some(80)));
        // What is too large for all of it is there until the next comes.
        kept.keep(9, 90, 100);
        assert_eq!((kept.get(&8), kept.get(&9)), (None, Some(90)));
        kept.keep(10, 100, 1);
        assert_eq!((kept.get(&9), kept.get(&10)), (None, Some(100)));
    }
}
