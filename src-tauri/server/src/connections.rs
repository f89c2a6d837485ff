//! The connections: so many at once and no more, each with so long to ask and to take the answer.
//! Whoever holds connections open keeps others waiting at the door, and never takes what the engine
//! needs to work.

use std::future::Future;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::{Sleep, sleep, timeout};

/// The number of connections at once. Those that come then wait with the system, and take no
/// descriptor.
const MOST: u32 = 96;
/// The time that the head of a request may take, and that a connection may lie idle before one.
const HEAD: Duration = Duration::from_secs(15);
/// The time for which the other end may take nothing of an answer.
const STALL: Duration = Duration::from_secs(60);
/// The time that calls that are under way may take to end when the server stops.
const GRACE: Duration = Duration::from_secs(5);
/// The time to wait when the system gives out no connection.
const PAUSE: Duration = Duration::from_millis(100);

/// Answers until `stop` says so, and lets what is under way then end.
pub(crate) async fn serve(listener: TcpListener, router: Router, stop: watch::Receiver<bool>) {
    let slots = Arc::new(Semaphore::new(MOST as usize));
    let accept = async {
        loop {
            // Never closed.
            let Ok(slot) = Arc::clone(&slots).acquire_owned().await else { return };
            match listener.accept().await {
                Ok((stream, _)) => {
                    let answering = answer(stream, router.clone(), stop.clone());
                    tokio::spawn(async move {
                        answering.await;
                        drop(slot);
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "no connection could be accepted");
                    sleep(PAUSE).await;
                }
            }
        }
    };
    // What is not accepted any more is let go of with the listener.
    tokio::select! {
        () = accept => {}
        () = stopped(stop.clone()) => {}
    }
    drop(listener);
    let _ = timeout(GRACE, slots.acquire_many(MOST)).await;
}

/// Waits until the server stops.
pub(crate) async fn stopped(mut stop: watch::Receiver<bool>) {
    // Nobody is left to say so when this fails.
    let _ = stop.wait_for(|stopped| *stopped).await;
}

async fn answer(stream: TcpStream, router: Router, stop: watch::Receiver<bool>) {
    let stream = TokioIo::new(Impatient { stream, stalled: None });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD);
    let mut connection = pin!(http.serve_connection(stream, TowerToHyperService::new(router)));
    let ended: Result<(), hyper::Error> = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stopped(stop) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection broke off");
    }
}

/// A stream that breaks off when the other end takes nothing for too long.
struct Impatient {
    stream: TcpStream,
    stalled: Option<Pin<Box<Sleep>>>,
}

impl Impatient {
    fn unless_stalled<T>(
        &mut self,
        context: &mut Context<'_>,
        polled: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if polled.is_ready() {
            self.stalled = None;
            return polled;
        }
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(STALL)));
        stalled.as_mut().poll(context).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Impatient {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Impatient {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.unless_stalled(context, written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        self.unless_stalled(context, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
