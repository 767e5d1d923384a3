//! Everything under a handle whose member goes.

use blobs::Blobs;
use members::Members;

use crate::settle::Rounds;
use crate::{Result, bucket, settle_member};

/// Brings all that is kept under a handle in line with what is there, by what is kept alone: to be called once everything of its
/// member was erased, again and again until nothing was.
///
/// Nobody looks again at what was written, as [`settle`](crate::settle) does: who still works for a member who goes finds the tombstone, and
/// settles what they erase.
pub async fn settle_handle(
    content: &Blobs,
    members: &Members,
    handle: &str,
    now_ms: u64,
) -> Result<()> {
    for (id, _) in members.addresses_under(handle, None, usize::MAX).await? {
        let mut rounds = Rounds::default();
        loop {
            let seen = members.seen_address(&id).await?;
            let place = bucket::place(content, &id).await?;
            if members.keep_address(&seen, place.as_ref(), now_ms).await? {
                break;
            }
            rounds.pause(&id).await?;
        }
    }
    settle_member(members, handle, now_ms).await?;
    Ok(())
}
