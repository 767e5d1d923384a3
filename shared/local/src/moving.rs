//! A socket that knows when its client last got on, gives up on one that doesn't read, and gives the
//! parser's refusals their words.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Sleep;

use crate::connections::Connection;
use crate::refused::{Turn, Words, with_words};

/// A client has to take some of its answer within this.
const STALLED: Duration = Duration::from_secs(20);
/// How long what a refused client goes on sending is read and thrown away, so that it gets to read the
/// answer instead of a broken connection.
const LINGER: Duration = Duration::from_secs(1);

/// A connection's socket.
pub(crate) struct Moving {
    stream: TcpStream,
    connection: Arc<Connection>,
    /// Runs while nothing can be written.
    stalled: Option<Pin<Box<Sleep>>>,
    /// What the port says to what can't be read, if it has words of its own, and when it is time to.
    words: Option<Words>,
    turn: Arc<Turn>,
    /// What is left to write of a refusal.
    refusal: Vec<u8>,
    /// Runs once a refusal was written.
    linger: Option<Pin<Box<Sleep>>>,
}

impl Moving {
    pub(crate) fn new(
        stream: TcpStream,
        connection: Arc<Connection>,
        words: Option<Words>,
        turn: Arc<Turn>,
    ) -> Self {
        Self {
            stream,
            connection,
            stalled: None,
            words,
            turn,
            refusal: Vec::new(),
            linger: None,
        }
    }

    fn written(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if written.is_ready() {
            self.stalled = None;
            self.connection.moved();
            return written;
        }
        let stalled = self
            .stalled
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(STALLED)));
        ready!(stalled.as_mut().poll(context));
        Poll::Ready(Err(io::Error::new(
            io::ErrorKind::TimedOut,
            "the client does not read its answer",
        )))
    }

    /// Takes what the parser answers by itself, to be written with words.
    fn refused(&mut self, head: &[u8]) -> bool {
        let Some(words) = self.words.filter(|_| !self.turn.is_ours()) else {
            return false;
        };
        let Some(refusal) = with_words(head, words) else {
            return false;
        };
        self.refusal = refusal;
        self.linger = Some(Box::pin(tokio::time::sleep(LINGER)));
        true
    }

    fn poll_refusal(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.refusal.is_empty() {
            let written = Pin::new(&mut self.stream).poll_write(context, &self.refusal);
            let written = ready!(self.written(context, written))?;
            self.refusal.drain(..written);
        }
        Poll::Ready(Ok(()))
    }

    /// Throws away what arrives until the client is done, for a while.
    fn poll_linger(&mut self, context: &mut Context<'_>) -> Poll<()> {
        const THROWN_AWAY: usize = 16 * 1024;
        let Some(linger) = &mut self.linger else {
            return Poll::Ready(());
        };
        while linger.as_mut().poll(context).is_pending() {
            let mut space = [0; THROWN_AWAY];
            let mut buffer = ReadBuf::new(&mut space);
            match ready!(Pin::new(&mut self.stream).poll_read(context, &mut buffer)) {
                Ok(()) if !buffer.filled().is_empty() => {}
                _ => break,
            }
        }
        Poll::Ready(())
    }
}

impl AsyncRead for Moving {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = ready!(Pin::new(&mut self.stream).poll_read(context, buffer));
        if buffer.filled().len() > before {
            self.connection.moved();
        }
        Poll::Ready(read)
    }
}

impl AsyncWrite for Moving {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.refused(bytes) {
            return Poll::Ready(Ok(bytes.len()));
        }
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.written(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        // A refusal has no body, so it is in one piece.
        if let [head] = bytes
            && self.refused(head)
        {
            return Poll::Ready(Ok(head.len()));
        }
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, bytes);
        self.written(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_refusal(context))?;
        ready!(Pin::new(&mut self.stream).poll_flush(context))?;
        self.turn.flushed();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_refusal(context))?;
        ready!(Pin::new(&mut self.stream).poll_shutdown(context))?;
        ready!(self.poll_linger(context));
        Poll::Ready(Ok(()))
    }
}
