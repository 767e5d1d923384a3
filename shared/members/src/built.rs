//! What the site's builds said of entries: which version of which one they read, and which one the site's own schema refused.
//!
//! It is kept by the shards of what is published, so that no partition has all of a site.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::TransactWriteItem;

use crate::Members;
use crate::error::{Error, Result};
use crate::item::{Item, PK, Reader, SK, key, number, string};
use crate::published::Shard;
use crate::transaction::MOST_WRITES;

const BUILT: &str = "BUILT";
const REFUSED: &str = "REFUSED";

/// An entry as a build last read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Built {
    pub handle: String,
    /// `readme` for the member's own page.
    pub slug: String,
    /// Digest of the bytes, as the manifest has it.
    pub digest: String,
    /// When a build first read these bytes, in Unix seconds.
    pub since: u64,
}

/// An entry that the last build which saw it could not take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    pub handle: String,
    /// `readme` for the member's own page.
    pub slug: String,
    /// Digest of the bytes that were refused, as the manifest has it.
    pub digest: String,
    /// What the site's schema said, in one line.
    pub reason: String,
    /// When a build first said so of these bytes, in Unix seconds.
    pub since: u64,
}

/// Before there were shards, all of a kind was in one partition.
const SITE: &str = "SITE";

/// The partition of what is `kind` of the entries under a handle.
fn pk(kind: &str, handle: &str) -> String {
    format!("{kind}#{}", Shard::of(handle))
}

fn sk(handle: &str, slug: &str) -> String {
    format!("{handle}/{slug}")
}

impl Members {
    /// Notes what a build read of entries of one member, in few writes: each asks for the same item.
    /// Returns how many were noted: of a member who goes, or whom nobody knows, no more. A build that
    /// read the entries before that may say so after it.
    pub async fn put_built(&self, handle: &str, entries: &[Built]) -> Result<usize> {
        let puts = entries.iter().map(|built| {
            let mut item = key(pk(BUILT, handle), sk(handle, &built.slug));
            item.insert("digest".to_owned(), string(built.digest.as_str()));
            item.insert("since".to_owned(), number(built.since));
            self.put(item)
        });
        self.write_in_parts(handle, puts.collect::<Result<_>>()?)
            .await
    }

    /// Notes what the site refused of entries of one member, and forgets that `unbuilt`, slugs of these, are in the site: what
    /// was read before in the same version isn't there any more. Of a member who goes nothing is noted.
    pub async fn put_refused(
        &self,
        handle: &str,
        entries: &[Refused],
        unbuilt: &[&str],
    ) -> Result<()> {
        let puts = entries.iter().map(|refused| {
            let mut item = key(pk(REFUSED, handle), sk(handle, &refused.slug));
            item.insert("digest".to_owned(), string(refused.digest.as_str()));
            item.insert("reason".to_owned(), string(refused.reason.as_str()));
            item.insert("since".to_owned(), number(refused.since));
            self.put(item)
        });
        let deletions = unbuilt
            .iter()
            .map(|slug| self.deletion(key(pk(BUILT, handle), sk(handle, slug))));
        let writes = puts.chain(deletions).collect::<Result<_>>()?;
        self.write_in_parts(handle, writes).await.map(drop)
    }

    /// Does writes that are known by a member's handle, and says how many were done.
    async fn write_in_parts(&self, handle: &str, writes: Vec<TransactWriteItem>) -> Result<usize> {
        let mut done = 0;
        for writes in writes.chunks(MOST_WRITES) {
            if !self.write_of_handle(handle, writes.to_vec()).await? {
                break;
            }
            done += writes.len();
        }
        Ok(done)
    }

    /// Forgets that an entry is in the site, since it is withdrawn; one that isn't known is no error.
    pub async fn forget_built(&self, handle: &str, slug: &str) -> Result<()> {
        self.forget_entry(BUILT, handle, slug).await
    }

    /// Forgets that the site refused an entry, since it took it; one that isn't known is no error.
    pub async fn forget_refused(&self, handle: &str, slug: &str) -> Result<()> {
        self.forget_entry(REFUSED, handle, slug).await
    }

    async fn forget_entry(&self, kind: &str, handle: &str, slug: &str) -> Result<()> {
        let deleted = self
            .client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(key(pk(kind, handle), sk(handle, slug))))
            .send()
            .await;
        deleted.map(|_| ()).map_err(Error::store("DeleteItem"))
    }

    /// A member's entries that builds have read.
    pub async fn built_of(&self, handle: &str) -> Result<Vec<Built>> {
        // `0` is what comes after `/`.
        let (first, last) = (format!("{handle}/"), format!("{handle}0"));
        let pk = pk(BUILT, handle);
        let items = self.entries_between(&pk, &first, &last).await?;
        items.iter().map(built_from).collect()
    }

    /// A member's entries that the site refused.
    pub async fn refused_of(&self, handle: &str) -> Result<Vec<Refused>> {
        let (first, last) = (format!("{handle}/"), format!("{handle}0"));
        let pk = pk(REFUSED, handle);
        let items = self.entries_between(&pk, &first, &last).await?;
        items.iter().map(refused_from).collect()
    }

    /// What is known of all entries from the first to the last of `entries` in each of their shards, handles and slugs in any order: which
    /// ones are built, and which ones were refused.
    pub async fn told_among(&self, entries: &[(&str, &str)]) -> Result<(Vec<Built>, Vec<Refused>)> {
        let mut ranges: BTreeMap<Shard, (String, String)> = BTreeMap::new();
        for (handle, slug) in entries {
            let key = sk(handle, slug);
            let shard = Shard::of(handle);
            let (first, last) = ranges
                .entry(shard)
                .or_insert_with(|| (key.clone(), key.clone()));
            if key < *first {
                *first = key;
            } else if key > *last {
                *last = key;
            }
        }
        let told = ranges.iter().map(|(shard, (first, last))| async move {
            let (built, refused) = (format!("{BUILT}#{shard}"), format!("{REFUSED}#{shard}"));
            futures::try_join!(
                self.entries_between(&built, first, last),
                self.entries_between(&refused, first, last)
            )
        });
        let told = futures::future::try_join_all(told).await?;
        let (built, refused): (Vec<_>, Vec<_>) = told.into_iter().unzip();
        Ok((
            built
                .iter()
                .flatten()
                .map(built_from)
                .collect::<Result<_>>()?,
            refused
                .iter()
                .flatten()
                .map(refused_from)
                .collect::<Result<_>>()?,
        ))
    }

    /// Moves up to `limit` items of each kind that an earlier version wrote to where they are looked for, unless something newer is
    /// there; of a member who is gone they go. Says how many were moved.
    pub async fn move_told(&self, limit: u16) -> Result<usize> {
        let mut moved = 0;
        for kind in [BUILT, REFUSED] {
            let found = self
                .client
                .query()
                .table_name(&self.table)
                .consistent_read(true)
                .limit(i32::from(limit))
                .key_condition_expression(format!("{PK} = :pk"))
                .expression_attribute_values(":pk", string(format!("{kind}#{SITE}")))
                .send()
                .await
                .map_err(Error::store("Query"))?;
            for item in found.items() {
                let read = Reader { item, name: kind };
                let (handle, slug) = entry_of(&read)?;
                let after = key(pk(kind, handle), sk(handle, slug));
                if self.get(after.clone()).await?.is_none() {
                    let mut item = item.clone();
                    item.extend(after);
                    self.write_of_handle(handle, vec![self.put(item)?]).await?;
                }
                let before = key(format!("{kind}#{SITE}"), sk(handle, slug));
                let deleted = self
                    .client
                    .delete_item()
                    .table_name(&self.table)
                    .set_key(Some(before))
                    .send()
                    .await;
                deleted.map_err(Error::store("DeleteItem"))?;
                moved += 1;
            }
        }
        Ok(moved)
    }

    async fn entries_between(&self, pk: &str, first: &str, last: &str) -> Result<Vec<Item>> {
        let mut found = Vec::new();
        let mut items = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression(format!("{PK} = :pk AND {SK} BETWEEN :first AND :last"))
            .expression_attribute_values(":pk", string(pk))
            .expression_attribute_values(":first", string(first))
            .expression_attribute_values(":last", string(last))
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        while let Some(item) = items.next().await {
            found.push(item.map_err(Error::store("Query"))?);
        }
        Ok(found)
    }
}

/// The handle and the slug that an item's sort key names.
fn entry_of<'a>(read: &Reader<'a>) -> Result<(&'a str, &'a str)> {
    read.string(SK)?
        .split_once('/')
        .ok_or_else(|| read.damaged(SK))
}

fn built_from(item: &Item) -> Result<Built> {
    let read = Reader { item, name: BUILT };
    let (handle, slug) = entry_of(&read)?;
    Ok(Built {
        handle: handle.to_owned(),
        slug: slug.to_owned(),
        digest: read.string("digest")?.to_owned(),
        since: read.number("since")?,
    })
}

fn refused_from(item: &Item) -> Result<Refused> {
    let read = Reader {
        item,
        name: REFUSED,
    };
    let (handle, slug) = entry_of(&read)?;
    Ok(Refused {
        handle: handle.to_owned(),
        slug: slug.to_owned(),
        digest: read.string("digest")?.to_owned(),
        reason: read.string("reason")?.to_owned(),
        since: read.number("since")?,
    })
}
