//! `GET /api/events`: what happens, as it happens.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use crossbeam_channel::{Receiver, RecvTimeoutError};
use tokio::sync::mpsc::{Sender, channel};
use tokio_stream::wrappers::ReceiverStream;
use undercroft_api::wire::BackendEvent;
use undercroft_foundation::{Code, Error};

use crate::answers::Refusal;
use crate::server::Shared;

/// How many events wait for a slow reader before this end waits for it.
const WAITING: usize = 64;
/// How often to look whether the reader, or the server, is gone.
const PERIOD: Duration = Duration::from_millis(250);
/// How often to send something, so that a reader that is gone is noticed.
const ALIVE: Duration = Duration::from_secs(15);

type Stream = ReceiverStream<Result<Event, Infallible>>;

pub(crate) async fn events(
    State(shared): State<Shared>,
) -> Result<Sse<impl tokio_stream::Stream<Item = Result<Event, Infallible>>>, Refusal> {
    let (sender, receiver) = channel(WAITING);
    // The subscription may read the catalog; it is made on the thread that then waits on it.
    let thread = std::thread::Builder::new().name("live".to_owned());
    let spawned = thread.spawn(move || {
        let source = shared.api.subscribe();
        hand_on(&shared, &source, &sender);
    });
    spawned.map_err(|source| {
        Error::new(Code::Unavailable, "Cannot start telling live").because(source)
    })?;
    let stream: Stream = ReceiverStream::new(receiver);
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(ALIVE)))
}

/// Until the reader leaves, the server stops, or the reader fell so far behind that it was cut
/// off: then the stream ends, and a reader that comes back reads how things stand.
fn hand_on(
    shared: &Shared,
    source: &Receiver<BackendEvent>,
    sender: &Sender<Result<Event, Infallible>>,
) {
    loop {
        match source.recv_timeout(PERIOD) {
            Ok(event) => {
                let Ok(event) = Event::default().json_data(&event) else { continue };
                if sender.blocking_send(Ok(event)).is_err() {
                    return;
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        if sender.is_closed() || shared.is_stopping() {
            return;
        }
    }
}
