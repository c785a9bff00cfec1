//! Accepting connections, and ending them in good order.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep, sleep_until};

use crate::serve::alarm::Alarm;
use crate::serve::requests::Observed;
use crate::serve::stop::StopSignals;

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
pub(crate) async fn serve(
    listener: TcpListener,
    app: &Observed,
    limits: ConnectionLimits,
    stop: &mut StopSignals,
) -> Instant {
    let mut http = http1::Builder::new();
    http.header_read_timeout(limits.header_time).max_headers(MAX_HEADERS).max_buf_size(MAX_HEADER_BYTES);
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let connections = GracefulShutdown::new();
    loop {
        let (stream, peer, place) = tokio::select! {
            accepted = accept(&listener, &places) => accepted,
            () = stop.next() => break,
        };
        // An answer is one small packet: it should not wait for a second one.
        let _ = stream.set_nodelay(true);
        let app = app.clone();
        let answers = service_fn(move |request| app.clone().answer(peer, request));
        let connection = http.clone().timer(Alarm::default()).serve_connection(TokioIo::new(stream), answers);
        let connection = connections.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection broke");
            }
            drop(place);
        });
    }
    drop(listener);
    let end = Instant::now() + limits.shutdown_time;
    tracing::info!("stopping: no new connections, waiting for the answers that are being made");
    tokio::select! {
        () = connections.shutdown() => {}
        () = sleep_until(end) => {
            tracing::warn!("stopped with answers unfinished, after {:?}", limits.shutdown_time);
        }
        () = stop.next() => {
            tracing::warn!("stopped with answers unfinished, as asked to a second time");
            return Instant::now();
        }
    }
    end
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

fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// A token may be 64 KiB long and travels in a header; everything else must fit next to it.
const MAX_HEADER_BYTES: usize = 96 * 1024;
const MAX_HEADERS: usize = 100;
const MAX_CONNECTIONS: usize = 10_000;
