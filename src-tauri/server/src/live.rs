//! Events told live: one thread hears of them for all that listen.

use std::sync::{Arc, Once};
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, broadcast, watch};
use undercroft_api::Api;
use undercroft_api::wire::BackendEvent;
use undercroft_foundation::{Code, Error, Result};

/// The number that may listen at once.
const LISTENERS: usize = 32;
/// The distance that one may fall behind before it is cut off.
const BACKLOG: usize = 4096;
/// The time between two looks whether the server is gone.
const PERIOD: Duration = Duration::from_millis(250);

/// An event; nothing where some were missed.
pub(crate) type Payload = Option<Arc<BackendEvent>>;

/// The events that are told live, to all that listen.
#[derive(Debug)]
pub(crate) struct LiveEvents {
    sender: broadcast::Sender<Payload>,
    listeners: Arc<Semaphore>,
    begun: Once,
}

impl Default for LiveEvents {
    fn default() -> Self {
        let (sender, listeners) = (broadcast::channel(BACKLOG).0, Semaphore::new(LISTENERS));
        Self { sender, listeners: Arc::new(listeners), begun: Once::new() }
    }
}

impl LiveEvents {
    /// A place among those that listen, kept until it is dropped.
    ///
    /// # Errors
    /// [`Code::Unavailable`] when all are taken.
    pub(crate) fn take_place(&self) -> Result<OwnedSemaphorePermit> {
        Arc::clone(&self.listeners).try_acquire_owned().map_err(|_| {
            Error::new(Code::Unavailable, "Too many listen already")
                .why(format!("{LISTENERS} streams of events are open"))
                .next("Close pages that are not needed")
        })
    }

    /// Everything that is told from now on.
    pub(crate) fn subscribe(&self) -> broadcast::Receiver<Payload> {
        self.sender.subscribe()
    }

    /// Sets the thread going that hears for all, once. May block: the first subscription reads the
    /// catalog.
    pub(crate) fn begin(&self, api: &Api, stopping: watch::Receiver<bool>) {
        self.begun.call_once(|| {
            let (api, source, sender) = (api.clone(), api.subscribe(), self.sender.clone());
            let thread = std::thread::Builder::new().name("live".to_owned());
            if let Err(error) =
                thread.spawn(move || broadcast_events(&api, source, &sender, &stopping))
            {
                tracing::error!(%error, "nothing can be told live");
            }
        });
    }
}

fn broadcast_events(
    api: &Api,
    mut source: Receiver<BackendEvent>,
    sender: &broadcast::Sender<Payload>,
    stopping: &watch::Receiver<bool>,
) {
    while !*stopping.borrow() {
        let payload: Payload = match source.recv_timeout(PERIOD) {
            Ok(event) => Some(Arc::new(event)),
            Err(RecvTimeoutError::Timeout) => continue,
            // Cut off: those who listen read anew how things stand.
            Err(RecvTimeoutError::Disconnected) => {
                source = api.subscribe();
                None
            }
        };
        // Fails while nobody listens.
        let _ = sender.send(payload);
    }
}
