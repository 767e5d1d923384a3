//! What is kept, in ranges and by names.

use std::collections::{BTreeSet, HashMap};

use super::item::{
    Place, Shown, address_from, address_key, address_sk, member_from, member_key, member_sk, pk,
};
use super::{Shard, handle_of};
use crate::Members;
use crate::error::{Error, Result};
use crate::item::{Item, PK, SK, string};
use crate::listing::MOST_OF_A_PAGE;

/// What comes after every address, and after every member: `$` is the next character after `#`.
const ADDRESSES_END: &str = "E$";
const MEMBERS_END: &str = "M$";

impl Members {
    /// Addresses of a shard behind the entry id `after`, in the order of the outputs' keys, with what is there: at most `limit`,
    /// and fewer only where there are no more up to `last` or to the end.
    pub async fn addresses_after(
        &self,
        shard: Shard,
        after: Option<&str>,
        last: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, Place)>> {
        let first = after.map_or_else(|| "E#".to_owned(), address_sk);
        let last = last.map_or_else(|| ADDRESSES_END.to_owned(), address_sk);
        let items = self.published_between(shard, &first, &last, limit).await?;
        let read = |item: &Item| address_from(item).map(|(id, kept)| (id, kept.value));
        items.iter().map(read).collect()
    }

    /// Addresses of one member behind the entry id `after`, in the order of the outputs' keys, with what is there: at most `limit`,
    /// and fewer only where there are no more.
    pub async fn addresses_under(
        &self,
        handle: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, Place)>> {
        let shard = Shard::of(handle);
        let mut found = Vec::new();
        if after.is_none() {
            let own = self.places([handle]).await?;
            found.extend(own);
        }
        // `/` comes before every slug, and `0` after: between both is nobody else's.
        let after = after.filter(|after| after.contains('/'));
        let first = after.map_or_else(|| format!("E#{handle}/"), address_sk);
        let last = format!("E#{handle}0");
        let left = limit.saturating_sub(found.len());
        let items = self.published_between(shard, &first, &last, left).await?;
        for item in &items {
            let (id, kept) = address_from(item)?;
            found.push((id, kept.value));
        }
        Ok(found)
    }

    /// What is at each of the addresses, of those where something is: strongly consistent.
    pub async fn places(
        &self,
        ids: impl IntoIterator<Item = &str>,
    ) -> Result<HashMap<String, Place>> {
        let ids: BTreeSet<&str> = ids.into_iter().collect();
        let items = self.get_each(ids.into_iter().map(address_key)).await?;
        let read = |item: &Item| address_from(item).map(|(id, kept)| (id, kept.value));
        items.iter().map(read).collect()
    }

    /// What a build sees of each of the members, of those of whom something is kept: strongly consistent.
    pub async fn shown(
        &self,
        handles: impl IntoIterator<Item = &str>,
    ) -> Result<HashMap<String, Shown>> {
        let handles: BTreeSet<&str> = handles.into_iter().collect();
        let items = self.get_each(handles.into_iter().map(member_key)).await?;
        items.iter().map(shown_from).collect()
    }

    /// What a build sees of the members of a shard from behind the handle `after` to the handle `last`, or to the end: at most
    /// `limit` in the order of their handles, and fewer only where there are no more.
    pub async fn shown_after(
        &self,
        shard: Shard,
        after: Option<&str>,
        last: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, Shown)>> {
        let first = after.map_or_else(|| "M#".to_owned(), member_sk);
        let last = last.map_or_else(|| MEMBERS_END.to_owned(), member_sk);
        let items = self.published_between(shard, &first, &last, limit).await?;
        items.iter().map(shown_from).collect()
    }

    /// The entry with an id, what a build sees of its member, and whether the list is whole: one request.
    pub async fn published_one(&self, id: &str) -> Result<(Option<Place>, Shown, bool)> {
        let handle = handle_of(id);
        let keys = [
            address_key(id),
            member_key(handle),
            super::whole::whole_key(),
        ];
        let items = self.get_all(keys.into()).await?;
        let (mut place, mut shown, mut is_whole) = (None, Shown::default(), false);
        for item in &items {
            match super::item::sk_of(item)? {
                sk if sk == address_sk(id) => place = Some(address_from(item)?.1.value),
                sk if sk == member_sk(handle) => shown = shown_from(item)?.1,
                _ => is_whole = super::whole::whole_from(item)?.is_whole,
            }
        }
        Ok((place, shown, is_whole))
    }

    /// Items of a shard behind the sort key `first` up to `last`.
    async fn published_between(
        &self,
        shard: Shard,
        first: &str,
        last: &str,
        limit: usize,
    ) -> Result<Vec<Item>> {
        let mut items: Vec<Item> = Vec::new();
        let mut after = first.to_owned();
        while items.len() < limit && *after < *last {
            let most = i32::try_from(limit - items.len()).unwrap_or(i32::MAX);
            let found = self
                .client
                .query()
                .table_name(&self.table)
                .consistent_read(true)
                .limit(most)
                .key_condition_expression(format!("{PK} = :pk AND {SK} BETWEEN :first AND :last"))
                .expression_attribute_values(":pk", string(pk(shard)))
                // Nothing comes between a key and itself with this behind it.
                .expression_attribute_values(":first", string(format!("{after}\u{1}")))
                .expression_attribute_values(":last", string(last))
                .send()
                .await
                .map_err(Error::store("Query"))?;
            let is_more = found.last_evaluated_key().is_some();
            items.extend(found.items.unwrap_or_default());
            match items.last() {
                Some(last) if is_more => after = super::item::sk_of(last)?.to_owned(),
                _ => break,
            }
        }
        Ok(items)
    }

    /// The items under keys, each named once, however many.
    async fn get_each(&self, keys: impl Iterator<Item = Item>) -> Result<Vec<Item>> {
        let keys: Vec<Item> = keys.collect();
        let parts = keys.chunks(usize::from(MOST_OF_A_PAGE));
        let parts = parts.map(|keys| self.get_all(keys.to_vec()));
        let found = futures::future::try_join_all(parts).await?;
        Ok(found.into_iter().flatten().collect())
    }
}

fn shown_from(item: &Item) -> Result<(String, Shown)> {
    let (handle, kept) = member_from(item)?;
    Ok((handle, kept.value.shown))
}
