//! Content that is read again and again.

use std::fmt;
use std::hash::Hash;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use moka::notification::RemovalCause;
use moka::sync::Cache;
use undercroft_foundation::Result;

/// The bytes that an entry takes beside its content, roughly.
const ENTRY_BYTES: usize = 200;

/// The state of a cache.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CacheStats {
    /// The number of requests for content that was there.
    pub hits: u64,
    /// The number of requests for content that was not.
    pub misses: u64,
    /// The number of entries.
    pub entries: u64,
    /// The bytes that it takes, bookkeeping included.
    pub size_bytes: u64,
    /// The bytes that it may take.
    pub capacity_bytes: u64,
    /// The number of entries that had to make room, or were not let in.
    pub evictions: u64,
}

/// Content by its key, bounded by bytes. Content that is asked for often is let in and stays; reading
/// a million files once drives nothing out. Clones share it.
pub struct ReadCache<K>(Arc<Parts<K>>);

struct Parts<K> {
    contents: Cache<K, Arc<[u8]>>,
    capacity_bytes: u64,
    hits: AtomicU64,
    misses: AtomicU64,
    evictions: Arc<AtomicU64>,
}

impl<K> Clone for ReadCache<K> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K> fmt::Debug for ReadCache<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadCache")
            .field("capacity_bytes", &self.0.capacity_bytes)
            .finish_non_exhaustive()
    }
}

impl<K: Copy + Eq + Hash + Send + Sync + 'static> ReadCache<K> {
    /// An empty cache that takes at most this much memory.
    pub fn new(capacity_bytes: u64) -> Self {
        let evictions = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&evictions);
        let contents = Cache::builder()
            .max_capacity(capacity_bytes)
            .weigher(|_, content: &Arc<[u8]>| {
                u32::try_from(content.len() + ENTRY_BYTES).unwrap_or(u32::MAX)
            })
            .eviction_listener(move |_, _, cause| {
                if cause == RemovalCause::Size {
                    counter.fetch_add(1, Ordering::Relaxed);
                }
            })
            .build();
        let (hits, misses) = (AtomicU64::new(0), AtomicU64::new(0));
        Self(Arc::new(Parts { contents, capacity_bytes, hits, misses, evictions }))
    }

    /// The content, if it is there.
    pub fn read(&self, key: &K) -> Option<Arc<[u8]>> {
        let content = self.0.contents.get(key);
        let counter = if content.is_some() { &self.0.hits } else { &self.0.misses };
        counter.fetch_add(1, Ordering::Relaxed);
        content
    }

    /// The content; where it is not there, what `load` brings.
    ///
    /// # Errors
    /// The errors of `load`.
    pub fn read_or<F>(&self, key: &K, load: F) -> Result<Arc<[u8]>>
    where
        F: FnOnce() -> Result<Arc<[u8]>>,
    {
        if let Some(content) = self.read(key) {
            return Ok(content);
        }
        let content = load()?;
        self.write(*key, Arc::clone(&content));
        Ok(content)
    }

    /// Offers content.
    pub fn write(&self, key: K, content: Arc<[u8]>) {
        // A weight has 32 bits, so that something larger would be taken for smaller than it is.
        if (content.len() as u64) < self.0.capacity_bytes.min(u64::from(u32::MAX) / 2) {
            self.0.contents.insert(key, content);
        }
    }

    /// Forgets content that is about to be deleted.
    pub fn forget(&self, key: &K) {
        self.0.contents.invalidate(key);
    }

    /// Forgets everything; what was counted stays counted.
    pub fn clear(&self) {
        self.0.contents.invalidate_all();
        self.0.contents.run_pending_tasks();
    }

    /// The state of the cache.
    pub fn stats(&self) -> CacheStats {
        self.0.contents.run_pending_tasks();
        CacheStats {
            hits: self.0.hits.load(Ordering::Relaxed),
            misses: self.0.misses.load(Ordering::Relaxed),
            entries: self.0.contents.entry_count(),
            size_bytes: self.0.contents.weighted_size(),
            capacity_bytes: self.0.capacity_bytes,
            evictions: self.0.evictions.load(Ordering::Relaxed),
        }
    }
}
