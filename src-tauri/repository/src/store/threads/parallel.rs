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

/// Runs `work` on each item, on as many threads as there are cores; results in the items' order.
pub(crate) fn in_parallel<T: Copy + Sync, R: Send>(
    items: &[T],
    work: impl Fn(T) -> R + Sync,
) -> Vec<R> {
    let threads = std::thread::available_parallelism().map_or(2, usize::from).min(items.len());
    if threads < 2 {
        return items.iter().map(|item| work(*item)).collect();
    }
    let share = items.len().div_ceil(threads);
    std::thread::scope(|scope| {
        let work = &work;
        let run = |part: &'_ [T]| part.iter().map(|item| work(*item)).collect::<Vec<R>>();
        let running: Vec<_> =
            items.chunks(share).map(|part| scope.spawn(move || run(part))).collect();
        running
            .into_iter()
            .flat_map(|thread| match thread.join() {
                Ok(results) => results,
                Err(panic) => std::panic::resume_unwind(panic),
            })
            .collect()
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
