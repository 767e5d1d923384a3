//! A picture that was put to an address, once it is dealt with.
//!
//! An address is signed for what is under the key at that time: nothing, or the object with this ETag.
//! Whatever is put changes that, so the address is good for one put. It stays used since something
//! takes the original's place when that is dealt with: a few random bytes, which no earlier address
//! was signed for.

use blobs::layout::OriginalNote;
use blobs::{Blobs, Condition, Head, Result, Stored, Upload};
use bytes::Bytes;

/// How often an original that another one follows is looked at again.
const ROUNDS: usize = 10;

/// Erases an original that was `seen`, with its older versions, and leaves in its place what says so.
/// `false`: another was put meanwhile, which is not dealt with. `name` is random.
///
/// Cut short in between it leaves the older versions, which whoever looks at the key next erases: S3
/// tells of what took the original's place.
pub async fn put_away(uploads: &Blobs, key: &str, seen: &Head, name: [u8; 16]) -> Result<bool> {
    let mark = Upload {
        bytes: Bytes::copy_from_slice(&name),
        content_type: "application/octet-stream",
        metadata: OriginalNote::dealt_with(),
        ..Upload::default()
    };
    let put = uploads.put(key, mark, Condition::Unchanged(&seen.etag));
    if put.await? == Stored::Changed {
        return Ok(false);
    }
    uploads.erase_seen(key, seen).await?;
    Ok(true)
}

/// Puts away whatever original waits under `key`.
///
/// # Errors
/// A store that failed, or originals that kept coming.
pub async fn put_away_waiting(
    uploads: &Blobs,
    key: &str,
    random: fn() -> [u8; 16],
) -> anyhow::Result<()> {
    for _ in 0..ROUNDS {
        let head = uploads.head(key).await?;
        let Some(head) = head.filter(|head| !OriginalNote::is_dealt_with(&head.metadata)) else {
            return Ok(());
        };
        if put_away(uploads, key, &head, random()).await? {
            return Ok(());
        }
    }
    anyhow::bail!("originals kept coming for {ROUNDS} rounds")
}
