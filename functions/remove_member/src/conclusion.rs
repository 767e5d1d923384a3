//! What is to be done once everything of a member is erased, and before the account goes.

use std::collections::BTreeMap;

use blobs::layout::SourceKey;
use frontmatter::names::fold;
use members::{Account, Members};

/// Most READMEs that are converted again for one name.
const MAX_REFERRERS: usize = 1000;

/// The READMEs of others that have a link to the page of a member who goes, or to another document
/// of theirs.
///
/// # Errors
/// A table that doesn't answer.
pub async fn referrers(members: &Members, account: &Account) -> anyhow::Result<Vec<SourceKey>> {
    let mut found = members.referrers_of_addresses(&account.handle).await?;
    for name in [account.handle.clone(), fold(&account.name)] {
        found.extend(members.referrers(&name, None, MAX_REFERRERS).await?);
    }
    let sources = found
        .iter()
        .map(|it| SourceKey::new(&it.member_id, &it.slug))
        .map(|source| (source.key(), source));
    let sources: BTreeMap<String, SourceKey> = sources.collect();
    Ok(sources.into_values().collect())
}
