//! Work that several threads share. All of it runs on [`pool`]; what differs is how the threads
//! come by their work.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread::ScopedJoinHandle;

use undercroft_foundation::Result;

/// More would only take memory: a disk is not faster than these.
const THREADS_MAX: usize = 4;

/// Threads for work that no disk holds up.
pub(crate) fn cores() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from)
}

/// Threads that share a piece of work.
pub(crate) fn threads() -> usize {
    cores().min(THREADS_MAX)
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
    in_parallel_with(&mut vec![(); cores()], items, |(), item| work(*item))
}

/// Runs `work` on each item, on a thread for each state; results in the items' order.
pub(crate) fn in_parallel_with<S: Send, T: Sync, R: Send>(
    states: &mut [S],
    items: &[T],
    work: impl Fn(&mut S, &T) -> R + Sync,
) -> Vec<R> {
    let threads = states.len().min(items.len());
    let states = Mutex::new(states.iter_mut());
    let next = AtomicUsize::new(0);
    let work_on = |state: &mut S| {
        let numbers = std::iter::repeat_with(|| next.fetch_add(1, Ordering::Relaxed));
        let taken = numbers.map_while(|number| Some((number, items.get(number)?)));
        taken.map(|(number, item)| (number, work(state, item))).collect::<Vec<_>>()
    };
    let results = pool(threads, || {
        let state = states.lock().unwrap_or_else(PoisonError::into_inner).next();
        state.map(work_on).unwrap_or_default()
    });
    let mut results: Vec<_> = results.into_iter().flatten().collect();
    results.sort_unstable_by_key(|(number, _)| *number);
    results.into_iter().map(|(_, result)| result).collect()
}

/// Runs `work` on so many threads; the first error of any of them, once all are done.
pub(crate) fn on_threads(threads: usize, work: impl Fn() -> Result<()> + Sync) -> Result<()> {
    pool(threads, work).into_iter().collect()
}

/// Runs `work` on so many threads, a single one being this; the results of all.
fn pool<R: Send>(threads: usize, work: impl Fn() -> R + Sync) -> Vec<R> {
    if threads < 2 {
        return (0..threads).map(|_| work()).collect();
    }
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(&work)).collect();
        let join = |thread: ScopedJoinHandle<'_, R>| {
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        running.into_iter().map(join).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_items() {
        let items: Vec<usize> = (0..1000).collect();
        let mut counts = [0; 3];
        let doubled = in_parallel_with(&mut counts, &items, |count, item| {
            *count += 1;
            item * 2
        });
        assert!(doubled.iter().enumerate().all(|(at, double)| *double == at * 2));
        assert_eq!((doubled.len(), counts.iter().sum::<usize>()), (1000, 1000));
        assert_eq!(in_parallel(&[] as &[u8], |item| item), [0; 0]);
    }
}
