//! `GET /api/events`: what happens, as it happens. Each that listens costs a task and its
//! connection.

use std::convert::Infallible;
use std::pin::pin;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use tokio::sync::broadcast;
use tokio::sync::mpsc::{Sender, channel};
use tokio_stream::wrappers::ReceiverStream;
use undercroft_api::in_language;
use undercroft_foundation::{Code, Error, Language};

use crate::connections;
use crate::live::Payload;
use crate::requests;
use crate::responses::ErrorResponse;
use crate::state::Shared;

/// The number of events that wait for a slow reader within its own stream.
const WAITING: usize = 64;
/// The time between two signs of life, sent so that a reader that is gone is noticed.
const ALIVE: Duration = Duration::from_secs(15);

type SseItem = Result<Event, Infallible>;
pub(crate) async fn events(
    State(shared): State<Shared>,
    headers: HeaderMap,
) -> Result<Sse<impl tokio_stream::Stream<Item = SseItem>>, ErrorResponse> {
    let place = shared.live.take_place()?;
    // Before the answer begins, so that whoever reads it misses nothing from then on; on a thread
    // that may block, because the first subscription reads the catalog.
    let began = shared.clone();
    let began = tokio::task::spawn_blocking(move || began.live.begin(&began.api)).await;
    began.map_err(|source| cannot_tell(source.into()))?;
    let source = shared.live.subscribe();
    let language = requests::language(&headers);
    let (sender, receiver) = channel(WAITING);
    tokio::spawn(async move {
        forward(&shared, source, language, &sender).await;
        drop(place);
    });
    Ok(Sse::new(ReceiverStream::new(receiver)).keep_alive(KeepAlive::new().interval(ALIVE)))
}

fn cannot_tell(source: std::io::Error) -> Error {
    Error::new(Code::Unavailable, "Cannot start telling live").because(source)
}

/// Until the reader leaves, the server stops, or the reader fell so far behind that it was cut
/// off: then the stream ends, and a reader that comes back reads how things stand.
async fn forward(
    shared: &Shared,
    mut source: broadcast::Receiver<Payload>,
    language: Language,
    to: &Sender<SseItem>,
) {
    let mut stopped = pin!(connections::stopped(shared.stopping()));
    loop {
        let payload = tokio::select! {
            payload = source.recv() => payload,
            () = to.closed() => return,
            () = &mut stopped => return,
        };
        let Ok(Some(event)) = payload else { return };
        let text = in_language(language, || serde_json::to_string(&*event));
        let Ok(text) = text else { continue };
        if to.send(Ok(Event::default().data(text))).await.is_err() {
            return;
        }
    }
}
