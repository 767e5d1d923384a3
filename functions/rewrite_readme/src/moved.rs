//! Addresses that documents had: each leads to where its document is, as long as that is live and no other has come there.

use std::collections::BTreeSet;

use blobs::layout::{self, MovedKey, OWNER, SourceKey, owner};
use blobs::{Condition, Head, Upload};
use members::{Account, Address, AddressChange};
use uploads::ask_later;

use crate::State;

/// What is remembered of the address of a document that is there, which was `address`. A document that came to an address which another had
/// before ends the memory of that. `None`: the memory changed under our hands.
pub(crate) async fn here(
    state: &State,
    member: &Account,
    source: &SourceKey,
    head: &Head,
    address: Address,
) -> anyhow::Result<Option<Address>> {
    let Some(to) = &address.moved_to else {
        return Ok(Some(address));
    };
    // The document itself, on its way: the source goes last.
    let is_on_its_way = head.version.as_ref().is_some_and(|it| address.has_left(it));
    if is_on_its_way {
        return Ok(Some(address));
    }
    lead(state, member, &source.entry_id(&member.handle), None).await?;
    let of_other = state.members.address(&member.id, to).await?;
    let after = Address {
        moved_to: None,
        ..address.clone()
    };
    let mut others_after = of_other.clone();
    others_after.former.retain(|slug| *slug != source.slug);
    let other = SourceKey::new(&member.id, to);
    let changes = [
        AddressChange {
            slug: source.slug.clone(),
            before: address.clone(),
            after: after.clone(),
        },
        AddressChange {
            slug: to.clone(),
            before: of_other,
            after: others_after,
        },
    ];
    if !state.members.put_addresses(&member.id, &changes).await? {
        return Ok(None);
    }
    // It answers to one address less.
    ask_later(&state.uploads, [other]).await?;
    Ok(Some(after))
}

/// A source is gone: where it has another address, that one is looked at, which leads there from this one; else what led
/// here leads nowhere.
pub(crate) async fn gone(
    state: &State,
    member: &Account,
    source: &SourceKey,
) -> anyhow::Result<()> {
    let address = state.members.address(&member.id, &source.slug).await?;
    if let Some(to) = &address.moved_to {
        ask_later(&state.uploads, [SourceKey::new(&member.id, to)]).await?;
    }
    // The memory may be gone already, and the report still knows what it was.
    let report = state.members.report(&member.id, &source.slug).await?;
    let of_report = report.map_or_else(Vec::new, |report| report.names);
    let own = member.handles().map(|handle| source.entry_id(handle));
    let own: Vec<String> = own.collect();
    let is_former = |name: &String| {
        let of = layout::parse_entry_id(name).map(|(handle, _)| handle);
        member.handles().any(|own| of == Some(own.as_str())) && !own.contains(name)
    };
    let former = address.former.iter();
    let former = former.map(|slug| SourceKey::new(&member.id, slug).entry_id(&member.handle));
    let former: BTreeSet<String> = former
        .chain(of_report.into_iter().filter(is_former))
        .collect();
    for from in former {
        let listed = state.content.list_all(&MovedKey::prefix(&from)).await?;
        let key = MovedKey::new(&from, &source.slug).key();
        if listed.iter().any(|it| it.key == key) {
            state.content.delete(&key).await?;
        }
        settle(state, &from).await?;
    }
    Ok(())
}

/// Has the addresses that the document had lead to it, or nowhere while it isn't live, and its own address nowhere else.
pub(crate) async fn publish(
    state: &State,
    member: &Account,
    source: &SourceKey,
    address: &Address,
    is_live: bool,
) -> anyhow::Result<()> {
    for former in &address.former {
        let from = SourceKey::new(&member.id, former);
        let to = is_live.then_some(source.slug.as_str());
        let id = from.entry_id(&member.handle);
        lead(state, member, &id, to).await?;
        settle(state, &id).await?;
        for handle in &member.former_handles {
            let id = from.entry_id(handle);
            lead(state, member, &id, None).await?;
            settle(state, &id).await?;
        }
    }
    if *address != Address::default() {
        // Settled with the document's own output.
        lead(state, member, &source.entry_id(&member.handle), None).await?;
    }
    Ok(())
}

/// Brings what is kept of a former address in line. Also where nothing changed: whoever changed it may have been killed.
async fn settle(state: &State, from: &str) -> anyhow::Result<()> {
    let now = state.clock.unix_milliseconds();
    manifest::settle(&state.content, &state.members, from, now).await?;
    Ok(())
}

/// Has a former address lead to the slug `to`, or nowhere.
async fn lead(state: &State, member: &Account, from: &str, to: Option<&str>) -> anyhow::Result<()> {
    let wanted = to.map(|to| MovedKey::new(from, to).key());
    let listed = state.content.list_all(&MovedKey::prefix(from)).await?;
    let is_there = listed.iter().any(|it| Some(&it.key) == wanted.as_ref());
    let outdated: Vec<&String> = listed
        .iter()
        .map(|it| &it.key)
        .filter(|key| Some(*key) != wanted.as_ref())
        .collect();
    if outdated.is_empty() && (is_there || wanted.is_none()) {
        return Ok(());
    }
    if let Some(wanted) = wanted.filter(|_| !is_there) {
        let nothing = Upload {
            content_type: "application/octet-stream",
            metadata: [(OWNER.to_owned(), owner(&member.id))].into(),
            ..Upload::default()
        };
        state
            .content
            .put(&wanted, nothing, Condition::Always)
            .await?;
    }
    for key in outdated {
        state.content.delete(key).await?;
    }
    Ok(())
}
