//! Accepting connections, and ending them in good order.

use std::error::Error;
use std::future::poll_fn;
use std::io;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep, sleep_until};

use crate::serve::connections::{Asked, Connection, Connections};
use crate::serve::requests::Observed;
use crate::serve::stop::StopSignals;
use crate::serve::together::Together;
use crate::serve::workers::Workers;

/// How long a connection may take for what, and how many there may be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ConnectionLimits {
    /// From being ready for a request to having its headers.
    pub(crate) header_time: Duration,
    /// From being told to stop to the end of the last answer.
    pub(crate) shutdown_time: Duration,
}

/// Serves `app` until it is asked to stop, then lets every answer that is being made be finished. Tells until when
/// what else there is to finish may take.
///
/// # Errors
///
/// When the listener cannot be waited for.
pub(crate) async fn serve(
    listener: TcpListener,
    workers: &Workers,
    app: &Observed,
    limits: ConnectionLimits,
    stop: &mut StopSignals,
) -> io::Result<Instant> {
    let mut http = http1::Builder::new();
    // The time for a request's head is the connections' matter.
    http.header_read_timeout(None).max_headers(MAX_HEADERS).max_buf_size(MAX_HEADER_BYTES);
    let connections = Connections::new(limits.header_time);
    let mut cutting_off = pin!(connections.cut_off_late_ones());

    let first = workers.first();
    let listener = {
        let _of_its_own = first.enter();
        TcpListener::from_std(listener.into_std()?)?
    };
    let entrance =
        Entrance { http, app: app.clone(), connections: connections.clone(), workers: workers.clone() };
    let admitting = first.spawn(entrance.admit(listener));
    tokio::select! {
        () = stop.next() => {}
        () = &mut cutting_off => {}
    }
    admitting.abort();
    // From then on nobody listens.
    let _ = admitting.await;

    let end = Instant::now() + limits.shutdown_time;
    tracing::info!("stopping: no new connections, waiting for the answers that are being made");
    tokio::select! {
        () = connections.finish() => {}
        () = cutting_off => {}
        () = sleep_until(end) => {
            tracing::warn!("stopped with answers unfinished, after {:?}", limits.shutdown_time);
        }
        () = stop.next() => {
            tracing::warn!("stopped with answers unfinished, as asked to a second time");
            return Ok(Instant::now());
        }
    }
    Ok(end)
}

/// What a new connection is given.
struct Entrance {
    http: http1::Builder,
    app: Observed,
    connections: Connections,
    workers: Workers,
}

impl Entrance {
    /// Accepts connections, for ever. It does so on one of the workers: where each request comes over a connection of its own,
    /// every other one need not be handed over.
    async fn admit(self, listener: TcpListener) {
        let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        loop {
            let (stream, peer, place) = accept(&listener, &places).await;
            let (http, app, connection) = (self.http.clone(), self.app.clone(), self.connections.add());
            self.workers.spawn(async move {
                if let Err(error) = answer(stream, peer, &http, &app, &connection).await {
                    tracing::debug!(%error, "a connection broke");
                }
                drop((connection, place));
            });
        }
    }
}

/// The next connection, once there is a place for it.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> (TcpStream, IpAddr, Option<OwnedSemaphorePermit>) {
    // The semaphore is never closed, so there is always a permit in the end.
    let place = Arc::clone(places).acquire_owned().await.ok();
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => return (stream, peer.ip(), place),
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                // Out of file descriptors, most likely: connections that end give some back.
                tracing::error!(%error, "cannot accept connections, trying again in a second");
                sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

/// Answers the requests of one connection until it ends.
async fn answer(
    stream: TcpStream,
    peer: IpAddr,
    http: &http1::Builder,
    app: &Observed,
    connection: &Connection,
) -> Result<(), Box<dyn Error>> {
    // From now on it is this thread that is woken when there is something to read.
    let stream = TcpStream::from_std(stream.into_std()?)?;
    // An answer is one small packet: it should not wait for a second one.
    let _ = stream.set_nodelay(true);
    let requests = connection.requests();
    let answers = service_fn(|request| {
        let answering = requests.begin();
        async move {
            let answer = app.answer(peer, request).await;
            drop(answering);
            answer
        }
    });
    let mut exchange = pin!(http.serve_connection(TokioIo::new(Together::new(stream)), answers));
    poll_fn(|context| {
        match connection.asked(context) {
            Asked::Nothing => {}
            Asked::Finish => exchange.as_mut().graceful_shutdown(),
            Asked::End => return Poll::Ready(Ok(())),
        }
        exchange.as_mut().poll(context)
    })
    .await?;
    Ok(())
}

fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// A token may be 64 KiB long and travels in a header; everything else must fit next to it.
const MAX_HEADER_BYTES: usize = 96 * 1024;
const MAX_HEADERS: usize = 100;
const MAX_CONNECTIONS: usize = 10_000;
