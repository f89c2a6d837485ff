//! Work that nobody waits for: it leaves the machine, and the history, to others.

use std::thread;
use std::time::Duration;

use crossbeam_channel::{RecvTimeoutError, bounded};
use undercroft_foundation::{Code, Job, Result};

use crate::store::HistoryStore;

/// The time between two looks whether anybody waits.
const PERIOD: Duration = Duration::from_millis(200);

/// Does what nobody waits for, and leaves the machine to others meanwhile.
pub(crate) fn at_low_priority<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    thread::scope(|threads| {
        let thread = threads.spawn(|| {
            lower_priority();
            work()
        });
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// Gives this thread the lowest priority, and those that it starts.
pub(crate) fn lower_priority() {
    let _ = rustix::process::setpriority_process(None, 19);
}

/// Does work that holds the history's lock, and interrupts it as soon as somebody waits for that;
/// says whether it came to its end.
pub(crate) fn yielding_to_waiters(
    store: &HistoryStore,
    job: &Job,
    work: impl FnOnce() -> Result<()>,
) -> Result<bool> {
    thread::scope(|threads| {
        let (done, is_done) = bounded::<()>(0);
        let looking = threads.spawn(move || {
            while is_done.recv_timeout(PERIOD) == Err(RecvTimeoutError::Timeout) {
                if store.is_awaited() {
                    job.interrupt();
                    return true;
                }
            }
            false
        });
        let worked = work();
        drop(done);
        let gave_way = looking.join().unwrap_or(false);
        match worked {
            Err(error) if gave_way && error.code() == Code::Cancelled => Ok(false),
            worked => worked.map(|()| true),
        }
    })
}
