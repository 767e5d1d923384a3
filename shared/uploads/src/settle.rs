//! One upload, looked at until it has been seen whole.

use std::future::Future;
use std::sync::Arc;

use blobs::{Blobs, Head, Object};

/// How often an upload that keeps changing is followed before its message is given back.
pub const ROUNDS: usize = 10;

/// An upload as it was read.
#[derive(Debug)]
pub enum Seen {
    Gone,
    /// Larger than is read; its head, if it was still there.
    TooLarge(Option<Head>),
    Source(Object),
}

impl Seen {
    pub fn head(&self) -> Option<&Head> {
        match self {
            Self::Gone => None,
            Self::TooLarge(head) => head.as_ref(),
            Self::Source(object) => Some(&object.head),
        }
    }

    /// Whether this is what is there now.
    pub fn is_now(&self, now: Option<&Head>) -> bool {
        self.head().map(|head| &head.etag) == now.map(|head| &head.etag)
    }
}

/// Reads the upload under `key`, brings everything in line with it, and looks at it once more:
/// until what was brought in line is what is there. Returns that.
///
/// `bring_in_line` answers `false` where something changed under its hands: then all starts again.
///
/// # Errors
/// What `bring_in_line` failed with, a store that failed, or an upload that kept changing for
/// [`ROUNDS`] rounds.
pub async fn settle<B, F>(
    uploads: &Blobs,
    key: &str,
    max_bytes: usize,
    bring_in_line: B,
) -> anyhow::Result<Arc<Seen>>
where
    B: Fn(Arc<Seen>) -> F,
    F: Future<Output = anyhow::Result<bool>>,
{
    for _ in 0..ROUNDS {
        let seen = Arc::new(match uploads.get(key, max_bytes).await {
            Err(blobs::Error::TooLarge { .. }) => Seen::TooLarge(uploads.head(key).await?),
            other => other?.map_or(Seen::Gone, Seen::Source),
        });
        let done = bring_in_line(Arc::clone(&seen)).await?;
        if done && seen.is_now(uploads.head(key).await?.as_ref()) {
            return Ok(seen);
        }
    }
    anyhow::bail!("the upload kept changing for {ROUNDS} rounds")
}
