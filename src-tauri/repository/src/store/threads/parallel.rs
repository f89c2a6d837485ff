//! Work on many items by several threads.

use std::sync::atomic::{AtomicUsize, Ordering};

use undercroft_foundation::Result;

/// More would only take memory: a disk is not faster than these.
const THREADS_MAX: usize = 4;

/// Threads that share a piece of work.
pub(crate) fn threads() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from).min(THREADS_MAX)
}

/// Works on all items, about in their order, on several threads, each with what `begin` gives it.
/// The first error ends it.
pub(crate) fn for_each<T: Sync, S>(
    items: &[T],
    begin: impl Fn() -> Result<S> + Sync,
    work: impl Fn(&mut S, &T) -> Result<()> + Sync,
) -> Result<()> {
    let next = AtomicUsize::new(0);
    on_threads(threads().min(items.len()), || {
        let mut state = begin()?;
        while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
            if let Err(error) = work(&mut state, item) {
                // The others need not go on.
                next.store(items.len(), Ordering::Relaxed);
                return Err(error);
            }
        }
        Ok(())
    })
}

/// Runs `work` on so many threads; the first error of any of them.
pub(crate) fn on_threads(threads: usize, work: impl Fn() -> Result<()> + Sync) -> Result<()> {
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(&work)).collect();
        let join = |thread: std::thread::ScopedJoinHandle<'_, Result<()>>| {
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        let results: Vec<_> = running.into_iter().map(join).collect();
        results.into_iter().collect()
    })
}
