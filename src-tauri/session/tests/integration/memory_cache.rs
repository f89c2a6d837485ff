//! The cache of content: bounded, and kept by what is asked for often.

use std::sync::Arc;

use undercroft_foundation::{Code, Error};
use undercroft_session::ReadCache;

/// The digest by which content is known.
fn id(n: u32) -> [u8; 20] {
    let mut bytes = [0; 20];
    bytes[..4].copy_from_slice(&n.to_le_bytes());
    bytes
}

fn content(n: u32, length: usize) -> Arc<[u8]> {
    vec![n as u8; length].into()
}

#[test]
fn content_is_there_until_it_is_forgotten() {
    let cache = ReadCache::new(1 << 20);
    assert_eq!(cache.read(&id(1)), None);
    cache.write(id(1), content(1, 100));
    assert_eq!(cache.read(&id(1)).as_deref(), Some(&[1; 100][..]));
    let other = cache.clone();
    assert_eq!(other.read(&id(1)).as_deref(), Some(&[1; 100][..]), "clones share");
    assert_eq!(cache.read(&[1; 20]), None);
    let stats = cache.stats();
    assert_eq!((stats.hits, stats.misses, stats.entries, stats.evictions), (2, 2, 1, 0));
    assert!(stats.size_bytes >= 100 && stats.size_bytes < 1000, "{}", stats.size_bytes);
    assert_eq!(stats.capacity_bytes, 1 << 20);
    cache.forget(&id(1));
    assert_eq!(cache.read(&id(1)), None);
    cache.write(id(2), content(2, 100));
    cache.clear();
    assert_eq!(cache.read(&id(2)), None);
    assert_eq!((cache.stats().entries, cache.stats().size_bytes), (0, 0));
}

#[test]
fn what_is_missing_is_loaded_once_and_errors_are_not_kept() {
    let cache = ReadCache::new(1 << 20);
    let refuse = || Err(Error::new(Code::Unavailable, "No"));
    assert_eq!(cache.read_or(&id(1), refuse).unwrap_err().code(), Code::Unavailable);
    assert_eq!(cache.read_or(&id(1), || Ok(content(7, 3))).unwrap()[..], [7; 3]);
    assert_eq!(cache.read_or(&id(1), || panic!("loaded twice")).unwrap()[..], [7; 3]);
}

#[test]
fn it_is_bounded_by_bytes() {
    let cache = ReadCache::new(1 << 20);
    for n in 0..2000 {
        cache.write(id(n), content(n, 10_000));
    }
    cache.write(id(9999), content(1, 2 << 20));
    assert_eq!(cache.read(&id(9999)), None, "larger than the cache");
    let stats = cache.stats();
    assert!(stats.size_bytes <= 1 << 20, "{}", stats.size_bytes);
    assert!(stats.entries >= 50 && stats.evictions >= 1800, "{stats:?}");
}

#[test]
fn a_walk_through_everything_drives_out_nothing_that_is_in_use() {
    let cache = ReadCache::new(1 << 20);
    let read = |n| cache.read_or(&id(n), || Ok(content(n, 10_000))).unwrap();
    let mut misses = 0;
    // There is room for about a hundred. Each of sixty is read once in 240 others: what was
    // used last would drive them out every time.
    for n in 0..24_000 {
        read(1_000_000 + n);
        if n % 4 == 0 {
            let wanted = id(n / 4 % 60);
            misses += u32::from(n > 12_000 && cache.read(&wanted).is_none());
            read(n / 4 % 60);
        }
        if n % 16 == 0 {
            cache.stats();
        }
    }
    assert!(misses < 300, "{misses} of 3,000 reads of what is in use found nothing");
}

#[test]
fn many_threads_may_use_it() {
    let cache = ReadCache::new(1 << 18);
    std::thread::scope(|scope| {
        for start in 0..4 {
            let cache = &cache;
            scope.spawn(move || {
                for n in 0..5000 {
                    let n = (n * 7 + start) % 300;
                    let found = cache.read_or(&id(n), || Ok(content(n, 2000))).unwrap();
                    assert_eq!(found[0], n as u8);
                }
            });
        }
    });
    let stats = cache.stats();
    assert_eq!(stats.hits + stats.misses, 20_000);
    assert!(stats.size_bytes <= 1 << 18);
}
