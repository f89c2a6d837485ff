//! Hands on what happens to all that listen: jobs as they go on, events as they are recorded.

use std::sync::{Arc, Mutex, Once, PoisonError};

use crossbeam_channel::{Receiver, Sender, bounded};
use undercroft_library::Library;

use super::wire::BackendEvent;
use crate::jobs::wire::JobView;

/// The distance that a listener may fall behind before it is cut off.
const BACKLOG: usize = 4096;

#[derive(Debug)]
pub(crate) struct EventHub {
    listeners: Arc<Listeners>,
    pumps: Once,
}

#[derive(Debug, Default)]
struct Listeners(Mutex<Vec<Sender<BackendEvent>>>);

impl Default for EventHub {
    fn default() -> Self {
        Self { listeners: Arc::default(), pumps: Once::new() }
    }
}

impl EventHub {
    /// Listens from now on; the first to do so sets the pumps going.
    pub(crate) fn subscribe(&self, library: &Library) -> Receiver<BackendEvent> {
        let (sender, receiver) = bounded(BACKLOG);
        self.listeners.0.lock().unwrap_or_else(PoisonError::into_inner).push(sender);
        self.pumps.call_once(|| self.start_pumps(library));
        receiver
    }

    pub(crate) fn tell(&self, event: &BackendEvent) {
        self.listeners.tell(event);
    }

    fn start_pumps(&self, library: &Library) {
        let jobs = library.jobs().subscribe();
        pump("jobs", jobs, &self.listeners, |job| BackendEvent::Job { job: JobView::from(job) });
        match library.events().subscribe() {
            Ok(events) => pump("told", events, &self.listeners, |event| BackendEvent::Event {
                event: event.into(),
            }),
            Err(error) => tracing::error!(%error, "events will not be told live"),
        }
    }
}

impl Listeners {
    fn tell(&self, event: &BackendEvent) {
        let mut listeners = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        listeners.retain(|listener| listener.try_send(event.clone()).is_ok());
    }
}

/// Ends when the library is gone, and its senders with it.
fn pump<T: Send + 'static>(
    name: &str,
    source: Receiver<T>,
    listeners: &Arc<Listeners>,
    convert: impl Fn(T) -> BackendEvent + Send + 'static,
) {
    let listeners = Arc::clone(listeners);
    let work = move || source.iter().for_each(|item| listeners.tell(&convert(item)));
    if let Err(error) = std::thread::Builder::new().name(name.to_owned()).spawn(work) {
        tracing::error!(%error, name, "cannot start telling live");
    }
}
