//! What CloudFront keeps of a handle.

use blobs::layout::{files_prefix, member_content_prefix, pictures_prefix};
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
        let documents = member_content_prefix(handle);
        [
            // The own page and the others as one path, since each costs; what else begins so is asked for again.
            format!("{}*", documents.trim_end_matches('/')),
            format!("{}*", pictures_prefix(handle)),
            format!("{}*", files_prefix(handle)),
        ]
    });
    let keys: Vec<String> = keys.collect();
    let reference = format!("{}-{now_ms}", account.id);
    distribution.forget(&keys, &reference).await
}
