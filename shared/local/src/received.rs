//! A request's body as it arrives: no slower than it may, and its memory counted.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt as _;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::time::{Instant, Sleep};

use crate::connections::{Connection, Held};

/// A body may take this long, and longer by the time that its bytes take at [`MIN_RATE`].
const GRACE: Duration = Duration::from_secs(20);
/// The slowest that a body may arrive, in bytes a second: the largest picture, 25 MiB, takes less
/// than seven minutes.
const MIN_RATE: u64 = 64 * 1024;
/// How much of a body that is too large is read and thrown away, in bytes, so that the client gets
/// to read the answer instead of a broken connection.
const MAX_DRAINED_BYTES: usize = 64 * 1024 * 1024;

/// Why a body was not read.
#[derive(Debug)]
pub(crate) enum Unread {
    TooLarge,
    /// It ended early or came too slowly.
    Broken,
}

/// The body of a request, as its connection brings it.
pub(crate) struct Received {
    body: Incoming,
    connection: Arc<Connection>,
    started: Instant,
    bytes: u64,
    too_slow: Pin<Box<Sleep>>,
}

impl Received {
    pub(crate) fn new(body: Incoming, connection: Arc<Connection>) -> Self {
        if body.is_end_stream() {
            connection.waits_for_us(true);
        }
        Self {
            body,
            connection,
            started: Instant::now(),
            bytes: 0,
            too_slow: Box::pin(tokio::time::sleep(GRACE)),
        }
    }

    /// The connection that it comes by.
    pub(crate) fn connection(&self) -> Arc<Connection> {
        Arc::clone(&self.connection)
    }

    /// Reads a body of at most `limit` bytes, with the memory that it takes.
    pub(crate) async fn read(mut self, limit: usize) -> Result<(Bytes, Held), Unread> {
        let announced = self
            .body
            .size_hint()
            .exact()
            .and_then(|length| usize::try_from(length).ok());
        let fits = announced.is_none_or(|announced| announced <= limit);
        let (mut read, mut length) = (BytesMut::new(), 0_usize);
        let mut held = self.connection.holding();
        while let Some(frame) = self.frame().await {
            let Ok(data) = frame.map_err(|_| Unread::Broken)?.into_data() else {
                continue;
            };
            length += data.len();
            if fits && length <= limit {
                held.grow(data.len()).await;
                read.extend_from_slice(&data);
            } else if length > MAX_DRAINED_BYTES {
                break;
            }
        }
        if length.max(announced.unwrap_or_default()) > limit {
            Err(Unread::TooLarge)
        } else {
            Ok((read.freeze(), held))
        }
    }

    /// Reads a body that nobody wants, so that the client gets to read the answer.
    pub(crate) async fn drain(self) {
        // However it ends, the answer is the same.
        drop(self.read(0).await);
    }
}

impl Body for Received {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) else {
            ready!(self.too_slow.as_mut().poll(context));
            let error = io::Error::new(io::ErrorKind::TimedOut, "the body came too slowly");
            return Poll::Ready(Some(Err(error)));
        };
        match &frame {
            Some(Ok(frame)) => {
                let length = frame.data_ref().map_or(0, Bytes::len);
                self.bytes += u64::try_from(length).unwrap_or(u64::MAX);
                let allowed = GRACE + Duration::from_secs(self.bytes / MIN_RATE);
                let end = self.started + allowed;
                self.too_slow.as_mut().reset(end);
            }
            Some(Err(_)) => {}
            None => self.connection.waits_for_us(true),
        }
        if self.body.is_end_stream() {
            self.connection.waits_for_us(true);
        }
        Poll::Ready(frame.map(|frame| frame.map_err(io::Error::other)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
