//! Syncing the journal in the background.

use std::thread::{self, JoinHandle};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};
use undercroft_foundation::{Code, Error, Result};

/// The delay after which what is written is synced, together with what came meanwhile.
const GATHERING: Duration = Duration::from_millis(500);

/// The thread that syncs; when this goes, it syncs a last time and ends.
#[derive(Debug)]
pub(super) struct Syncer {
    wake: Option<Sender<()>>,
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Syncer {
    /// Starts the thread; `sync` makes durable what was written since.
    pub(super) fn start(sync: impl Fn() -> Result<()> + Send + 'static) -> Result<Self> {
        let ((wake, woken), (stop, stopped)) = (bounded(1), bounded(1));
        let thread = thread::Builder::new()
            .name("session-sync".to_owned())
            .spawn(move || sync_when_woken(&sync, &woken, &stopped))
            .map_err(|source| {
                Error::new(Code::Unavailable, "Cannot start a thread").because(source)
            })?;
        Ok(Self { wake: Some(wake), stop: Some(stop), thread: Some(thread) })
    }

    /// Wakes the thread: there is something to sync.
    pub(super) fn wake(&self) {
        // When it is awake already, it will see it.
        let _ = self.wake.as_ref().map(|wake| wake.try_send(()));
    }
}

impl Drop for Syncer {
    fn drop(&mut self) {
        self.wake = None;
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn sync_when_woken(sync: &impl Fn() -> Result<()>, woken: &Receiver<()>, stopped: &Receiver<()>) {
    while woken.recv().is_ok() {
        // The end of the other side ends the wait, too.
        let _ = stopped.recv_timeout(GATHERING);
        warn_of_failure(sync());
    }
    // What could not be synced before may be now.
    warn_of_failure(sync());
}

fn warn_of_failure(synced: Result<()>) {
    if let Err(error) = synced {
        tracing::warn!(%error, "session work is not synced");
    }
}
