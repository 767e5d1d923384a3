//! What CloudFront keeps of a handle.

use blobs::layout::{content_key, files_prefix, member_content_prefix, pictures_prefix};
use distribution::Distribution;
use members::Account;

/// Has CloudFront, where there is one, forget what was published under some of a member's handles.
///
/// # Errors
/// CloudFront refused, or didn't answer.
pub async fn forget_copies(
    distribution: &Distribution,
    account: &Account,
    handles: impl IntoIterator<Item = &String>,
    now_ms: u64,
) -> anyhow::Result<()> {
    let keys = handles.into_iter().flat_map(|handle| {
        [
            content_key(handle),
            format!("{}*", member_content_prefix(handle)),
            format!("{}*", pictures_prefix(handle)),
            format!("{}*", files_prefix(handle)),
        ]
    });
    let keys: Vec<String> = keys.collect();
    let reference = format!("{}-{now_ms}", account.id);
    distribution.forget(&keys, &reference).await
}
