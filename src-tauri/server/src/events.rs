//! `GET /api/events`: what happens, as it happens. One thread hears of it for all that listen; each
//! of them costs a task and its connection.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::{Arc, Once};
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use crossbeam_channel::{Receiver, RecvTimeoutError};
use tokio::sync::mpsc::{Sender, channel};
use tokio::sync::{Semaphore, broadcast};
use tokio_stream::wrappers::ReceiverStream;
use undercroft_api::wire::BackendEvent;
use undercroft_foundation::{Code, Error};

use crate::connections;
use crate::responses::ErrorResponse;
use crate::server::Shared;

/// The number that may listen at once.
const LISTENERS: usize = 32;
/// The distance that one may fall behind before it is cut off.
const BACKLOG: usize = 4096;
/// The number of events that wait for a slow reader within its own stream.
const WAITING: usize = 64;
/// The time between two looks whether the server is gone.
const PERIOD: Duration = Duration::from_millis(250);
/// The time between two signs of life, sent so that a reader that is gone is noticed.
const ALIVE: Duration = Duration::from_secs(15);

type SseItem = Result<Event, Infallible>;
/// An event as JSON; nothing where some were missed.
type Payload = Option<Arc<str>>;

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

pub(crate) async fn events(
    State(shared): State<Shared>,
) -> Result<Sse<impl tokio_stream::Stream<Item = SseItem>>, ErrorResponse> {
    let Ok(place) = Arc::clone(&shared.live.listeners).try_acquire_owned() else {
        return Err(Error::new(Code::Unavailable, "Too many listen already")
            .why(format!("{LISTENERS} streams of events are open"))
            .next("Close pages that are not needed")
            .into());
    };
    // Before the answer begins, so that whoever reads it misses nothing from then on; on a thread
    // that may block, because the first subscription reads the catalog.
    let began = shared.clone();
    let began = tokio::task::spawn_blocking(move || began.live.begin(&began)).await;
    began.map_err(|source| cannot_tell(source.into()))?;
    let source = shared.live.sender.subscribe();
    let (sender, receiver) = channel(WAITING);
    tokio::spawn(async move {
        forward(&shared, source, &sender).await;
        drop(place);
    });
    Ok(Sse::new(ReceiverStream::new(receiver)).keep_alive(KeepAlive::new().interval(ALIVE)))
}

fn cannot_tell(source: std::io::Error) -> Error {
    Error::new(Code::Unavailable, "Cannot start telling live").because(source)
}

impl LiveEvents {
    /// Sets the thread going that hears for all, once.
    fn begin(&self, shared: &Shared) {
        self.begun.call_once(|| {
            let (shared, source) = (shared.clone(), shared.api.subscribe());
            let thread = std::thread::Builder::new().name("live".to_owned());
            if let Err(error) = thread.spawn(move || broadcast_events(&shared, source)) {
                tracing::error!(%error, "nothing can be told live");
            }
        });
    }
}

fn broadcast_events(shared: &Shared, mut source: Receiver<BackendEvent>) {
    while !shared.is_stopping() {
        let payload: Payload = match source.recv_timeout(PERIOD) {
            Ok(event) => match serde_json::to_string(&event) {
                Ok(text) => Some(text.into()),
                Err(_) => continue,
            },
            Err(RecvTimeoutError::Timeout) => continue,
            // Cut off: those who listen read anew how things stand.
            Err(RecvTimeoutError::Disconnected) => {
                source = shared.api.subscribe();
                None
            }
        };
        // Fails while nobody listens.
        let _ = shared.live.sender.send(payload);
    }
}

/// Until the reader leaves, the server stops, or the reader fell so far behind that it was cut
/// off: then the stream ends, and a reader that comes back reads how things stand.
async fn forward(shared: &Shared, mut source: broadcast::Receiver<Payload>, to: &Sender<SseItem>) {
    let mut stopped = pin!(connections::stopped(shared.stopping()));
    loop {
        let payload = tokio::select! {
            payload = source.recv() => payload,
            () = to.closed() => return,
            () = &mut stopped => return,
        };
        let Ok(Some(text)) = payload else { return };
        if to.send(Ok(Event::default().data(text))).await.is_err() {
            return;
        }
    }
}
