//! A document erased for good, with its versions under the addresses that it had.

use std::collections::BTreeSet;

use blobs::layout::SourceKey;
use endpoint::Error;
use members::{Address, AddressChange};

use crate::State;

/// How often a document is followed that gets another address meanwhile, and addresses are tried against other hands.
const ROUNDS: usize = 5;

/// Erases every version of a document, those of former addresses included, and the memory of these. Versions of other
/// documents that had or have the same addresses stay. `false`: there was nothing.
///
/// What is remembered goes last, so that saying it again finishes what was cut short.
pub(crate) async fn erase(state: &State, mut source: SourceKey) -> Result<bool, Error> {
    let members = &state.bearer.members;
    let mut is_any = false;
    for _ in 0..ROUNDS {
        let address = members.address(&source.member_id, &source.slug).await?;
        let below = address.below().map(|left| left.version.clone());
        let own = state
            .uploads
            .erase_above(&source.key(), below.as_deref())
            .await;
        is_any |= own.map_err(Error::unavailable)? > 0;
        for segment in members.segments(&source.member_id, &address).await? {
            let key = SourceKey::new(&source.member_id, &segment.part.slug).key();
            let below = segment.below.map(|left| left.version);
            let erased = state
                .uploads
                .erase_part(&key, &segment.part.version, below.as_deref())
                .await;
            is_any |= erased.map_err(Error::unavailable)? > 0;
        }
        let now = members.address(&source.member_id, &source.slug).await?;
        if now.left != address.left
            && let Some(to) = &now.moved_to
        {
            // It went to another address meanwhile.
            source = SourceKey::new(&source.member_id, to);
            continue;
        }
        if forget(state, &source, &now).await? {
            members
                .forget_decision(&source.member_id, &source.slug)
                .await?;
            return Ok(is_any);
        }
    }
    Err(Error::unavailable(anyhow::anyhow!(
        "the document kept changing for {ROUNDS} rounds"
    )))
}

/// Forgets what led to a document and where its versions were. `false`: another hand was faster.
async fn forget(state: &State, source: &SourceKey, address: &Address) -> Result<bool, Error> {
    if address.parts.is_empty() && address.former.is_empty() {
        return Ok(true);
    }
    let members = &state.bearer.members;
    let mut changes = vec![AddressChange {
        slug: source.slug.clone(),
        before: address.clone(),
        after: Address {
            parts: Vec::new(),
            former: Vec::new(),
            ..address.clone()
        },
    }];
    // Those that nobody is led from stand among the parts alone.
    let parts = address.parts.iter().map(|part| &part.slug);
    let known: BTreeSet<&String> = address.former.iter().chain(parts).collect();
    for slug in known.into_iter().filter(|slug| **slug != source.slug) {
        let before = members.address(&source.member_id, slug).await?;
        if before.moved_to.as_ref() == Some(&source.slug) {
            let after = Address {
                moved_to: None,
                ..before.clone()
            };
            changes.push(AddressChange {
                slug: slug.clone(),
                before,
                after,
            });
        }
    }
    Ok(members.put_addresses(&source.member_id, &changes).await?)
}
