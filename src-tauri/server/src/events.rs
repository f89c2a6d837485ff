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

type Told = Result<Event, Infallible>;

pub(crate) async fn events(
    State(shared): State<Shared>,
) -> Result<Sse<impl tokio_stream::Stream<Item = Told>>, Refusal> {
    let (sender, receiver) = channel(WAITING);
    let api = shared.api.clone();
    // Before the answer begins, so that whoever reads it misses nothing from then on; on a thread
    // that may block, because the first subscription reads the catalog.
    let source = tokio::task::spawn_blocking(move || api.subscribe()).await;
    let source = source.map_err(|source| cannot_tell(source.into()))?;
    let thread = std::thread::Builder::new().name("live".to_owned());
    let spawned = thread.spawn(move || hand_on(&shared, &source, &sender));
    spawned.map_err(cannot_tell)?;
    Ok(Sse::new(ReceiverStream::new(receiver)).keep_alive(KeepAlive::new().interval(ALIVE)))
}

fn cannot_tell(source: std::io::Error) -> Error {
    Error::new(Code::Unavailable, "Cannot start telling live").because(source)
}

/// Until the reader leaves, the server stops, or the reader fell so far behind that it was cut
/// off: then the stream ends, and a reader that comes back reads how things stand.
fn hand_on(shared: &Shared, source: &Receiver<BackendEvent>, sender: &Sender<Told>) {
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
