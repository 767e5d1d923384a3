//! What is kept held against what is: the bucket's outputs, and then the accounts.
//!
//! It makes the list of a site that had none, and finds what changed by hand or was forgotten. What differs is settled as any change
//! is, and never written as the comparison has it: it may have changed since.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use blobs::Blobs;
use futures::future::try_join_all;
use members::{Heads, MOST_OF_A_PAGE, Members, Shard, Shown, Whole};

use crate::Result;
use crate::bucket::{self, Told};
use crate::settle::{settle, settle_member, shown};

/// Pages of accounts that are looked at in one step.
const PAGES: usize = 10;
/// When a night begins, in Unix milliseconds after midnight (UTC).
const NIGHT_MS: u64 = 3 * 60 * 60 * 1000;
const DAY_MS: u64 = 24 * 60 * 60 * 1000;
/// A list is compared once more so long after it was begun: while a version that keeps none is replaced, some of its
/// functions may run for a while beside those of the one that does.
const ONCE_MORE_MS: u64 = 30 * 60 * 1000;

/// What a comparison found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Compared {
    /// Addresses and members that were looked at.
    pub looked_at: usize,
    /// How many of them differed, and were settled.
    pub differed: usize,
    /// Whether it came to the end.
    pub is_through: bool,
}

/// Where a comparison goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    /// Behind this entry id, or at the beginning.
    Documents(Option<String>),
    /// Behind this handle, or at the beginning.
    Members(Option<String>),
}

impl Place {
    fn parse(cursor: Option<&str>) -> Self {
        let after = |rest: &str| (!rest.is_empty()).then(|| rest.to_owned());
        match cursor.and_then(|cursor| cursor.split_once(':')) {
            Some(("documents", rest)) => Self::Documents(after(rest)),
            Some(("members", rest)) => Self::Members(after(rest)),
            _ => Self::Documents(None),
        }
    }

    fn cursor(&self) -> String {
        let (what, after) = match self {
            Self::Documents(after) => ("documents", after),
            Self::Members(after) => ("members", after),
        };
        format!("{what}:{}", after.as_deref().unwrap_or_default())
    }
}

/// Whether it is time to compare at `now_ms`: until the list is whole, until what was asked for is through, half an hour after it was begun,
/// where the site has a directory now or no more, and each night. One night may not be enough for a comparison to come to its end; the next goes on.
pub fn is_due(members: &Members, whole: &Whole, now_ms: u64) -> bool {
    let night = |at_ms: u64| at_ms.saturating_sub(NIGHT_MS) / DAY_MS;
    let once_more_ms = whole.begun_at_ms.saturating_add(ONCE_MORE_MS);
    !whole.is_whole
        || whole.is_asked
        || (whole.compared_at_ms < once_more_ms && once_more_ms <= now_ms)
        || whole.has_directory != members.directory().is_on()
        // Also where the clock was set back.
        || night(whole.compared_at_ms) != night(now_ms)
}

/// Has the next runs compare all of it, from the beginning to the end.
pub async fn begin_anew(members: &Members) -> Result<()> {
    loop {
        let whole = members.whole().await?;
        let after = Whole {
            cursor: None,
            is_asked: true,
            ..whole
        };
        if members.put_whole(after.turn, after).await?.is_some() {
            return Ok(());
        }
    }
}

/// Goes on comparing for about `budget`, from where the last run came to, or to the end. How far it came is kept after each step, so
/// that a kill costs one. Of two that run at once one goes on.
pub async fn compare(
    content: &Blobs,
    members: &Members,
    budget: Duration,
    now_ms: u64,
) -> Result<Compared> {
    let begun = Instant::now();
    let mut compared = Compared::default();
    let mut heads = members.published_heads().await?;
    if heads.whole.has_directory != members.directory().is_on() {
        // Those who were compared already are seen otherwise now.
        heads.whole.cursor = None;
        heads.whole.is_asked = true;
    }
    let mut place = Place::parse(heads.whole.cursor.as_deref());
    loop {
        let next = match &place {
            Place::Documents(after) => {
                let last = documents(
                    content,
                    members,
                    &heads,
                    after.as_deref(),
                    now_ms,
                    &mut compared,
                );
                let last = last.await?;
                Some(last.map_or(Place::Members(None), |last| Place::Documents(Some(last))))
            }
            Place::Members(after) => {
                let last = accounts(members, &heads, after.as_deref(), now_ms, &mut compared);
                last.await?.map(|last| Place::Members(Some(last)))
            }
        };
        compared.is_through = next.is_none();
        let seen = heads.whole;
        let after = Whole {
            is_whole: seen.is_whole || compared.is_through,
            cursor: next.as_ref().map(Place::cursor),
            is_asked: seen.is_asked && !compared.is_through,
            compared_at_ms: now_ms,
            begun_at_ms: if seen.begun_at_ms == 0 {
                now_ms
            } else {
                seen.begun_at_ms
            },
            has_directory: members.directory().is_on(),
            ..seen
        };
        let Some(whole) = members.put_whole(after.turn, after).await? else {
            compared.is_through = false;
            return Ok(compared);
        };
        match next {
            Some(next) if begun.elapsed() < budget => place = next,
            _ => return Ok(compared),
        }
        heads = members.published_heads().await?;
        heads.whole = whole;
    }
}

/// Compares the addresses behind `after`, as many as a listing tells. Returns the last one; `None` at the end.
async fn documents(
    content: &Blobs,
    members: &Members,
    heads: &Heads,
    after: Option<&str>,
    now_ms: u64,
    compared: &mut Compared,
) -> Result<Option<String>> {
    let listed = bucket::listed(content, after).await?;
    let last = listed.last;
    let kept = in_all_shards(heads, |shard| {
        members.addresses_after(shard, after, last.as_deref(), usize::MAX)
    });
    let kept = kept.await?.into_iter();
    let kept: BTreeMap<String, Told> = kept.map(|(id, place)| (id, Told::of(&place))).collect();
    let differing = differing(&listed.places, &kept, compared);
    settle_each(differing, Shard::of_entry, |id| async move {
        settle(content, members, &id, now_ms).await
    })
    .await?;
    Ok(last)
}

/// Compares what builds see of the members behind the handle `after`. Returns the last one; `None` at the end.
async fn accounts(
    members: &Members,
    heads: &Heads,
    after: Option<&str>,
    now_ms: u64,
    compared: &mut Compared,
) -> Result<Option<String>> {
    let mut accounts = BTreeMap::new();
    let mut last = after.map(str::to_owned);
    for _ in 0..PAGES {
        let page = members.accounts_after(last.as_deref(), MOST_OF_A_PAGE);
        let page = page.await?;
        for account in &page.accounts {
            accounts.insert(account.handle.clone(), shown(members, account));
        }
        last = page.cursor;
        if last.is_none() {
            break;
        }
    }
    accounts.retain(|_, shown| *shown != Shown::default());
    let kept = in_all_shards(heads, |shard| {
        members.shown_after(shard, after, last.as_deref(), usize::MAX)
    });
    let kept = kept.await?.into_iter();
    let kept = kept.filter(|(_, shown)| *shown != Shown::default());
    let differing = differing(&accounts, &kept.collect(), compared);
    settle_each(differing, Shard::of, |handle| async move {
        settle_member(members, &handle, now_ms).await
    })
    .await?;
    Ok(last)
}

/// What all shards have that were ever written.
async fn in_all_shards<T, F>(heads: &Heads, read: impl Fn(Shard) -> F) -> Result<Vec<T>>
where
    F: Future<Output = members::Result<Vec<T>>>,
{
    let shards = Shard::all().filter(|shard| heads.of(*shard).revision > 0);
    let found = try_join_all(shards.map(read)).await?;
    Ok(found.into_iter().flatten().collect())
}

/// The names under which both maps don't have the same.
fn differing<T: PartialEq>(
    one: &BTreeMap<String, T>,
    other: &BTreeMap<String, T>,
    compared: &mut Compared,
) -> BTreeSet<String> {
    let names: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    let differing = names
        .iter()
        .filter(|name| one.get(**name) != other.get(**name));
    let differing: BTreeSet<String> = differing.map(|name| (*name).clone()).collect();
    compared.looked_at += names.len();
    compared.differed += differing.len();
    differing
}

/// Settles what differs: shards side by side, and what is in one shard one after the other, since it is written over the same head.
async fn settle_each<F>(
    differing: BTreeSet<String>,
    shard: impl Fn(&str) -> Shard,
    settle: impl Fn(String) -> F,
) -> Result<()>
where
    F: Future<Output = Result<bool>>,
{
    let mut by_shard: BTreeMap<Shard, Vec<String>> = BTreeMap::new();
    for name in differing {
        by_shard.entry(shard(&name)).or_default().push(name);
    }
    let settle = &settle;
    let shards = by_shard.into_values().map(|names| async move {
        for name in names {
            settle(name).await?;
        }
        Ok(())
    });
    try_join_all(shards).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_are_read_as_they_are_written() {
        for place in [
            Place::Documents(None),
            Place::Documents(Some("jo/a".to_owned())),
            Place::Members(None),
            Place::Members(Some("jo".to_owned())),
        ] {
            assert_eq!(Place::parse(Some(&place.cursor())), place);
        }
        assert_eq!(Place::parse(None), Place::Documents(None));
    }
}
