//! The thread that hands batches over, so that a slow reader of them never makes the watcher miss
//! anything.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crossbeam_channel::Sender;
use undercroft_foundation::{IoContext, Result};

use super::Batch;
use super::control::WatchShared;

/// Hands over one batch at a time.
pub(super) struct BatchWorker {
    batches: Sender<Batch>,
    busy: Arc<AtomicBool>,
}

impl BatchWorker {
    /// Begins; it ends when this is dropped.
    pub(super) fn start(
        root: &Path,
        shared: Arc<WatchShared>,
        mut sink: impl FnMut(Batch) + Send + 'static,
    ) -> Result<Self> {
        let (batches, waiting) = crossbeam_channel::bounded::<Batch>(1);
        let busy = Arc::new(AtomicBool::new(false));
        let worker = Self { batches, busy: Arc::clone(&busy) };
        let serve = move || {
            for batch in waiting {
                // A panic must not leave a watch that looks alive.
                if catch_unwind(AssertUnwindSafe(|| sink(batch))).is_err() {
                    return shared.break_down();
                }
                busy.store(false, Ordering::Release);
                shared.wake();
            }
        };
        thread::Builder::new().name("watch-hand".to_owned()).spawn(serve).at("watch", root)?;
        Ok(worker)
    }

    /// Whether the last batch is still being taken.
    pub(super) fn is_busy(&self) -> bool {
        self.busy.load(Ordering::Acquire)
    }

    /// Hands `batch` over, when not busy.
    pub(super) fn hand_over(&self, batch: Batch) {
        self.busy.store(true, Ordering::Release);
        // Nobody is there to take it only after a breakdown, which ends the watcher, too.
        let _ = self.batches.try_send(batch);
    }
}
