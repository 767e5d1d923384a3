//! Asking for READMEs to be looked at again, though nobody sent them: at once, or when there is time.
//!
//! Each gets a message of its own, so that whatever changed doesn't wait for the others. The message is asked for by an empty
//! object, of which S3 tells.
//!
//! What can wait, because another document or a picture changed, has a queue of its own, so that what members upload meanwhile
//! doesn't wait for it. As long as its object is there, its message has not begun, and asking again would change nothing;
//! `rewrite_readme` deletes it first of all, so that whoever asks from then on is heard. So a README waits once, however many
//! documents it links to. Where a message is lost, its object keeps others from asking until it expires, after a day.
//!
//! What editors decide and whose time has come is for readers to see, and mustn't go unheard for a day: it comes by the queue of
//! what members upload, and each request has a key of its own, which
//! goes when the look is through.

use blobs::layout::{LaterKey, NowKey, SourceKey};
use blobs::{Blobs, Condition, Upload};
use futures::{StreamExt as _, TryStreamExt as _};

/// How many are asked for at the same time.
const AT_ONCE: usize = 16;

/// Has each of `sources` looked at again, when there is time. Asking twice is asking once.
///
/// # Errors
/// A store that failed; some may have been asked for.
pub async fn ask_later(
    uploads: &Blobs,
    sources: impl IntoIterator<Item = SourceKey>,
) -> anyhow::Result<()> {
    let keys = sources.into_iter().map(|source| LaterKey(source).key());
    write_each(uploads, keys.collect()).await
}

/// Has READMEs looked at as soon as those that are uploaded. Asking twice by the same word is asking once.
///
/// # Errors
/// A store that failed; some may have been asked for.
pub async fn ask_now(
    uploads: &Blobs,
    requests: impl IntoIterator<Item = NowKey>,
) -> anyhow::Result<()> {
    let keys = requests.into_iter().map(|request| request.key());
    write_each(uploads, keys.collect()).await
}

async fn write_each(uploads: &Blobs, keys: Vec<String>) -> anyhow::Result<()> {
    let asked = keys.into_iter().map(|key| async move {
        let nothing = Upload {
            content_type: "application/octet-stream",
            ..Upload::default()
        };
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
