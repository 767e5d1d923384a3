//! Asking for READMEs to be looked at again, when there is time: because another document or a picture changed.
//!
//! Each gets a message of its own, in a queue of its own, so that neither the document that changed nor
//! what other members upload meanwhile waits for them. The message is asked for by an empty object, of
//! which S3 tells. As long as the object is there, its message has not begun, and asking again would
//! change nothing; `rewrite_readme` deletes it first of all, so that whoever asks from then on is heard. So a README
//! waits once, however many documents it links to.

use blobs::layout::{LaterKey, SourceKey};
use blobs::{Blobs, Condition, Upload};
use futures::{StreamExt as _, TryStreamExt as _};

/// How many are asked for at the same time.
const AT_ONCE: usize = 16;

/// Has each of `sources` looked at again. Asking twice is asking once.
///
/// # Errors
/// A store that failed; some may have been asked for.
pub async fn ask_later(
    uploads: &Blobs,
    sources: impl IntoIterator<Item = SourceKey>,
) -> anyhow::Result<()> {
    let asked = sources.into_iter().map(|source| async move {
        let nothing = Upload {
            content_type: "application/octet-stream",
            ..Upload::default()
        };
        let key = LaterKey(source).key();
        let put = uploads.put(&key, nothing, Condition::Absent);
        put.await.map(|_| ())
    });
    let asked: Vec<_> = asked.collect();
    futures::stream::iter(asked)
        .buffer_unordered(AT_ONCE)
        .try_collect::<()>()
        .await?;
    Ok(())
}
