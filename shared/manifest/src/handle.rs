//! Everything under a handle whose member goes.

use blobs::Blobs;
use members::Members;

use crate::{Result, settle, settle_member};

/// Brings all that is kept under a handle in line with what is there, by what is kept alone: to be called once everything of its
/// member was erased.
pub async fn settle_handle(
    content: &Blobs,
    members: &Members,
    handle: &str,
    now_ms: u64,
) -> Result<()> {
    for (id, _) in members.addresses_under(handle, None, usize::MAX).await? {
        settle(content, members, &id, now_ms).await?;
    }
    settle_member(members, handle, now_ms).await?;
    Ok(())
}
