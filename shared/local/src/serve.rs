//! HTTP/1.1 on a socket, with its limits and a clean end.

use std::convert::Infallible;
use std::error::Error;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::{Body, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

/// More clients than this wait to be accepted.
const MAX_CONNECTIONS: usize = 256;
/// A request's head must arrive within this.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// What may be read of a head; well above what the gateway lets pass, so that it is the gateway
/// which refuses, in its own words.
const MAX_HEAD_BYTES: usize = 64 * 1024;
const MAX_HEADERS: usize = 512;
/// Requests under way at the end get this long.
const END_TIMEOUT: Duration = Duration::from_secs(35);
/// After a failed accept, as when the process has no file descriptor left.
const ACCEPT_RETRY: Duration = Duration::from_millis(50);

/// Answers requests on `listener` until `stop`, then finishes those under way.
pub(crate) async fn serve<A, F, B>(listener: TcpListener, stop: CancellationToken, answer: A)
where
    A: Fn(SocketAddr, Request<Incoming>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<Response<B>, Infallible>> + Send + 'static,
    B: Body<Data: Send, Error: Into<Box<dyn Error + Send + Sync>>> + Send + 'static,
{
    let connections = GracefulShutdown::new();
    let room = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    while let Some(accepted) = stop.run_until_cancelled(accept(&listener, &room)).await {
        let (stream, peer, place) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_RETRY).await;
                continue;
            }
        };
        let answer = answer.clone();
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIMEOUT)
            .max_buf_size(MAX_HEAD_BYTES)
            .max_headers(MAX_HEADERS)
            .serve_connection(
                TokioIo::new(stream),
                service_fn(move |request| answer(peer, request)),
            );
        let connection = connections.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(place);
        });
    }
    drop(listener);
    if tokio::time::timeout(END_TIMEOUT, connections.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("requests were cut off at the end");
    }
}

async fn accept(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
) -> std::io::Result<(
    tokio::net::TcpStream,
    SocketAddr,
    tokio::sync::OwnedSemaphorePermit,
)> {
    let place = Arc::clone(room)
        .acquire_owned()
        .await
        .map_err(std::io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    // Only a hint; a client that is gone already is found out by reading.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a socket keeps its delay");
    }
    Ok((stream, peer, place))
}
