//! What the HTTP parser refuses, in the words of the port.
//!
//! hyper answers what it can't read by itself, by a status without a body, and calls nobody. Its answer
//! is all that is written to a connection while no request of it is being answered.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use hyper::StatusCode;
use hyper::body::{Body, Frame, SizeHint};

/// The header that says that hyper's answer has no body.
const NO_BODY: &str = "content-length: 0\r\n";
/// Where the status stands in the first line of an answer.
const STATUS: std::ops::Range<usize> = 9..12;

/// The text, in JSON, with which a port answers what can't be read.
pub(crate) type Words = fn(StatusCode) -> String;

/// hyper's answer `head` with a body; `None` where it isn't an answer without one.
pub(crate) fn with_words(head: &[u8], words: Words) -> Option<Vec<u8>> {
    let head = str::from_utf8(head).ok()?;
    let status: StatusCode = head.get(STATUS)?.parse().ok()?;
    let (before, after) = head.split_once(NO_BODY)?;
    let body = words(status);
    let length = body.len();
    let answer = format!(
        "{before}content-type: application/json\r\ncontent-length: {length}\r\n\
         cache-control: no-store\r\nx-content-type-options: nosniff\r\n{after}{body}"
    );
    Some(answer.into_bytes())
}

/// Whether a request of a connection is being answered, until the last byte of the answer has left.
#[derive(Debug, Default)]
pub(crate) struct Turn {
    is_ours: AtomicBool,
    is_said: AtomicBool,
}

impl Turn {
    /// Notes that a request was read.
    pub(crate) fn begin(&self) {
        self.is_said.store(false, Ordering::Relaxed);
        self.is_ours.store(true, Ordering::Relaxed);
    }

    /// Notes that everything written so far has left.
    pub(crate) fn flushed(&self) {
        if self.is_said.load(Ordering::Relaxed) {
            self.is_ours.store(false, Ordering::Relaxed);
        }
    }

    pub(crate) fn is_ours(&self) -> bool {
        self.is_ours.load(Ordering::Relaxed)
    }
}

/// The body of an answer, which ends its turn.
pub(crate) struct Said<B> {
    body: B,
    turn: Arc<Turn>,
}

impl<B> Said<B> {
    pub(crate) fn new(body: B, turn: Arc<Turn>) -> Self {
        Self { body, turn }
    }
}

impl<B> Drop for Said<B> {
    fn drop(&mut self) {
        self.turn.is_said.store(true, Ordering::Relaxed);
    }
}

impl<B: Body + Unpin> Body for Said<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
