//! What can wait: READMEs that are converted again because another document or a picture changed.
//!
//! Each gets a message of its own, in a queue of its own, so that neither the document that changed nor
//! what other members upload meanwhile waits for them. The message is asked for by an empty object, of
//! which S3 tells. As long as the object is there, its message has not begun, and asking again would
//! change nothing; it is deleted first of all, so that whoever asks from then on is heard. So a README
//! waits once, however many documents it links to.

use blobs::layout::{LaterKey, SourceKey};
use blobs::{Condition, Upload};
use futures::{StreamExt as _, TryStreamExt as _};

use crate::State;

/// How many are asked for at the same time.
const AT_ONCE: usize = 16;

/// Has each of `sources` looked at again. Asking twice is asking once.
pub(crate) async fn ask(
    state: &State,
    sources: impl IntoIterator<Item = SourceKey>,
) -> anyhow::Result<()> {
    let asked = sources.into_iter().map(|source| async move {
        let nothing = Upload {
            content_type: "application/octet-stream",
            ..Upload::default()
        };
        let key = LaterKey(source).key();
        let put = state.uploads.put(&key, nothing, Condition::Absent);
        put.await.map(|_| ())
    });
    let asked: Vec<_> = asked.collect();
    futures::stream::iter(asked)
        .buffer_unordered(AT_ONCE)
        .try_collect::<()>()
        .await?;
    Ok(())
}

/// Notes that the look that was asked for begins.
pub(crate) async fn begin(state: &State, asked: &LaterKey) -> anyhow::Result<()> {
    let key = asked.key();
    if let Some(seen) = state.uploads.head(&key).await? {
        state.uploads.delete_seen(&key, &seen).await?;
    }
    Ok(())
}
