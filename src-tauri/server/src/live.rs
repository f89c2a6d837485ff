//! Events told live: one thread hears of them for all that listen.

use std::sync::{Arc, Once};

use crossbeam_channel::{Receiver, Sender, bounded, select};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, broadcast};
use undercroft_api::Api;
use undercroft_api::wire::BackendEvent;
use undercroft_foundation::{Code, Error, Result};

/// The number that may listen at once.
const LISTENERS: usize = 32;
/// The distance that one may fall behind before it is cut off.
const BACKLOG: usize = 4096;

/// An event; nothing where some were missed.
pub(crate) type Payload = Option<Arc<BackendEvent>>;

/// The events that are told live, to all that listen.
#[derive(Debug)]
pub(crate) struct LiveEvents {
    sender: broadcast::Sender<Payload>,
    listeners: Arc<Semaphore>,
    begun: Once,
    /// Ends the thread that hears.
    stop: Sender<()>,
    stopped: Receiver<()>,
}

impl Default for LiveEvents {
    fn default() -> Self {
        let (sender, listeners) = (broadcast::channel(BACKLOG).0, Semaphore::new(LISTENERS));
        let (stop, stopped) = bounded(1);
        Self { sender, listeners: Arc::new(listeners), begun: Once::new(), stop, stopped }
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
    pub(crate) fn begin(&self, api: &Api) {
        self.begun.call_once(|| {
            let (api, source, sender) = (api.clone(), api.subscribe(), self.sender.clone());
            let stopped = self.stopped.clone();
            let thread = std::thread::Builder::new().name("live".to_owned());
            if let Err(error) =
                thread.spawn(move || broadcast_events(&api, source, &sender, &stopped))
            {
                tracing::error!(%error, "nothing can be told live");
            }
        });
    }

    /// Ends the thread that hears: nothing is told any more.
    pub(crate) fn end(&self) {
        // Full when it was told before.
        let _ = self.stop.try_send(());
    }
}

fn broadcast_events(
    api: &Api,
    mut source: Receiver<BackendEvent>,
    sender: &broadcast::Sender<Payload>,
    stopped: &Receiver<()>,
) {
    loop {
        let payload: Payload = select! {
            recv(stopped) -> _ => return,
            recv(source) -> event => event.ok().map(Arc::new),
        };
        if payload.is_none() {
            // Cut off: those who listen read anew how things stand.
            source = api.subscribe();
        }
        // Fails while nobody listens.
        let _ = sender.send(payload);
    }
}
