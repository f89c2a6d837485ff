//! Measures the memory layer, reads of hot content and writes of drafts; `npm run bench:history` runs
//! it. It prints one line of JSON. All of it happens in the folder that `MEASURE_IN` names.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a measurement stops on the first surprise, and needs the real clock"
)]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use undercroft_foundation::{ProjectId, TreePath, World};
use undercroft_session::{ReadCache, SessionKey, SessionKind, SessionRules, SessionWork};
use undercroft_testkit::text_bytes;

const ROUNDS: u64 = 20_000;
const SIZES: [(&str, usize); 3] = [("1 KB", 1000), ("10 KB", 10_000), ("200 KB", 200_000)];

fn main() {
    let folder = PathBuf::from(std::env::var_os("MEASURE_IN").unwrap());
    let drafts = SIZES.map(|(name, size)| {
        let library = folder.join(format!("library-{size}"));
        std::fs::create_dir(&library).unwrap();
        (name, drafts(&library, size))
    });
    println!("{}", json!({ "cacheReadMicroseconds": cache(), "drafts": Value::from_iter(drafts) }));
}

fn cache() -> f64 {
    let cache = ReadCache::new(64 << 20);
    let content: Arc<[u8]> = text_bytes(1, 10_000).into();
    (0..100).for_each(|key| cache.write(key, Arc::clone(&content)));
    let began = Instant::now();
    for round in 0..ROUNDS {
        assert!(cache.read(&(round % 100)).is_some());
    }
    began.elapsed().as_secs_f64() * 1e6 / ROUNDS as f64
}

/// Drafts of this size, each written whole as another content and then with a word more.
fn drafts(library: &std::path::Path, size: usize) -> Value {
    let world = World::real();
    let session = SessionWork::open(library, &world, SessionRules::default()).unwrap();
    let project = ProjectId::new(&*world.clock, &*world.random);
    let key = |count: u64| {
        let path = TreePath::new(format!("draft-{}", count % 100).as_bytes()).unwrap();
        SessionKey { project, kind: SessionKind::Draft, path }
    };
    let rounds = ROUNDS / 10;
    let (mut whole, mut edited, mut read) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..rounds {
        let mut content = text_bytes(round, size);
        whole.push(time(|| drop(session.write(&key(round), &content).unwrap())));
        content.splice(size / 2..size / 2, *b"a word");
        edited.push(time(|| drop(session.write(&key(round), &content).unwrap())));
        read.push(time(|| assert!(session.read(&key(round)).unwrap().is_some())));
    }
    json!({ "write": spread(whole), "edit": spread(edited), "read": spread(read) })
}

fn time(work: impl FnOnce()) -> Duration {
    let began = Instant::now();
    work();
    began.elapsed()
}

/// In microseconds.
fn spread(mut times: Vec<Duration>) -> Value {
    times.sort();
    let at = |share: f64| {
        let index = ((times.len() - 1) as f64 * share).round() as usize;
        times[index].as_secs_f64() * 1e6
    };
    json!({ "p50": at(0.5), "p99": at(0.99), "max": at(1.0) })
}
