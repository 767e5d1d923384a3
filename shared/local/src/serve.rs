//! HTTP/1.1 on a socket, with its limits and a clean end.

use std::convert::Infallible;
use std::error::Error;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Body;
use hyper::header::{DATE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use crate::connections::Connections;
use crate::moving::Moving;
use crate::received::Received;
use crate::refused::{Said, Turn, Words};

/// A request's head must arrive within this, and a connection without a request ends after it.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// What may be read of a head; well above what the gateway lets pass, so that it is the gateway
/// which refuses, in its own words.
const MAX_HEAD_BYTES: usize = 64 * 1024;
const MAX_HEADERS: usize = 512;
/// Requests under way at the end get this long.
const END_TIMEOUT: Duration = Duration::from_secs(35);
/// After a failed accept, as when the process has no file descriptor left.
const ACCEPT_RETRY: Duration = Duration::from_millis(50);

/// Answers requests on `listener` until `stop`, then finishes those under way. `words` are for what
/// can't be read as a request; without them, such a client gets a status alone.
pub(crate) async fn serve<A, F, B>(
    listener: TcpListener,
    stop: CancellationToken,
    words: Option<Words>,
    answer: A,
) where
    A: Fn(SocketAddr, Request<Received>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<Response<B>, Infallible>> + Send + 'static,
    B: Body<Data: Send, Error: Into<Box<dyn Error + Send + Sync>>> + Send + Unpin + 'static,
{
    let connections = GracefulShutdown::new();
    let open = Connections::new();
    while let Some(accepted) = stop.run_until_cancelled(accept(&listener, &open)).await {
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Where no file descriptor is left, a connection that waits for its client has one.
                let made_room = open.end_one();
                tracing::warn!(%error, made_room, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_RETRY).await;
                continue;
            }
        };
        let answer = answer.clone();
        let counted = open.open();
        let turn = Arc::new(Turn::default());
        let stream = Moving::new(stream, Arc::clone(&counted), words, Arc::clone(&turn));
        let of_requests = Arc::clone(&counted);
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIMEOUT)
            .max_buf_size(MAX_HEAD_BYTES)
            .max_headers(MAX_HEADERS)
            .serve_connection(
                TokioIo::new(stream),
                service_fn(move |request: Request<hyper::body::Incoming>| {
                    turn.begin();
                    let (counted, turn) = (Arc::clone(&of_requests), Arc::clone(&turn));
                    let received = |body| Received::new(body, Arc::clone(&counted));
                    let answered = answer(peer, request.map(received));
                    async move {
                        let answered = answered.await;
                        counted.waits_for_us(false);
                        answered.map(|answer| {
                            let answer = dated(answer, Timestamp::now());
                            answer.map(|body| Said::new(body, turn))
                        })
                    }
                }),
            );
        let connection = connections.watch(connection);
        tokio::spawn(async move {
            tokio::select! {
                ended = connection => if let Err(error) = ended {
                    tracing::debug!(%error, "a connection ended early");
                },
                () = counted.ended() => {
                    tracing::debug!("a connection that waited for its client made room for others");
                }
            }
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

/// Says when it is answered. hyper would do so by a time that it keeps, and goes on with that for as long as
/// the clock is behind it: who signs requests takes the difference for their own clock's fault, and
/// a clock that was set back would have every request of the functions refused.
fn dated<B>(mut answer: Response<B>, now: Timestamp) -> Response<B> {
    if let Ok(now) = DateTimePrinter::new().timestamp_to_rfc9110_string(&now)
        && let Ok(now) = HeaderValue::try_from(now)
    {
        answer.headers_mut().insert(DATE, now);
    }
    answer
}

async fn accept(
    listener: &TcpListener,
    open: &Connections,
) -> std::io::Result<(TcpStream, SocketAddr)> {
    let (stream, peer) = listener.accept().await?;
    open.room().await;
    // Only a hint; a client that is gone already is found out by reading.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a socket keeps its delay");
    }
    Ok((stream, peer))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_says_the_clock_s_time_also_where_that_was_set_back() {
        let date = |second| {
            let now = Timestamp::from_second(second).unwrap();
            let answer = dated(Response::new(()), now);
            answer.headers()[DATE].to_str().unwrap().to_owned()
        };
        assert_eq!(date(1_767_225_600), "Thu, 01 Jan 2026 00:00:00 GMT");
        assert_eq!(date(1_767_139_200), "Wed, 31 Dec 2025 00:00:00 GMT");
    }
}
