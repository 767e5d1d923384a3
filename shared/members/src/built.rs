//! What the site's builds read: which version of which entry, and since when.

use crate::Members;
use crate::error::{Error, Result};
use crate::item::{Item, PK, Reader, SK, key, number, string};
use crate::transaction::MOST_WRITES;

const BUILT: &str = "BUILT";

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

fn pk() -> String {
    format!("{BUILT}#SITE")
}

fn sk(handle: &str, slug: &str) -> String {
    format!("{handle}/{slug}")
}

impl Built {
    /// What these are ordered by.
    fn sort_key(&self) -> String {
        sk(&self.handle, &self.slug)
    }
}

impl Members {
    /// Notes what a build read of entries of one member, in few writes: each asks for the same item.
    /// Returns how many were noted: of a member who goes, or whom nobody knows, no more. A build that
    /// read the entries before that may say so after it.
    pub async fn put_built(&self, handle: &str, entries: &[Built]) -> Result<usize> {
        let mut noted = 0;
        for entries in entries.chunks(MOST_WRITES) {
            let puts = entries.iter().map(|built| {
                let mut item = key(pk(), sk(handle, &built.slug));
                item.insert("digest".to_owned(), string(built.digest.as_str()));
                item.insert("since".to_owned(), number(built.since));
                self.put(item)
            });
            let puts = puts.collect::<Result<Vec<_>>>()?;
            if !self.write_of_handle(handle, puts).await? {
                break;
            }
            noted += entries.len();
        }
        Ok(noted)
    }

    /// Forgets that an entry is in the site, since it is withdrawn; one that isn't known is no error.
    pub async fn forget_built(&self, handle: &str, slug: &str) -> Result<()> {
        let deleted = self
            .client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(key(pk(), sk(handle, slug))))
            .send()
            .await;
        deleted.map(|_| ()).map_err(Error::store("DeleteItem"))
    }

    /// A member's entries that builds have read.
    pub async fn built_of(&self, handle: &str) -> Result<Vec<Built>> {
        // `0` is what comes after `/`.
        let (first, last) = (format!("{handle}/"), format!("{handle}0"));
        self.built_between(&first, &last).await
    }

    /// What is known of all entries from the first to the last of `entries`, in any order.
    pub async fn built_among(&self, entries: &[Built]) -> Result<Vec<Built>> {
        let keys = || entries.iter().map(Built::sort_key);
        match (keys().min(), keys().max()) {
            (Some(first), Some(last)) => self.built_between(&first, &last).await,
            _ => Ok(Vec::new()),
        }
    }

    async fn built_between(&self, first: &str, last: &str) -> Result<Vec<Built>> {
        let mut found = Vec::new();
        let mut items = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression(format!("{PK} = :pk AND {SK} BETWEEN :first AND :last"))
            .expression_attribute_values(":pk", string(pk()))
            .expression_attribute_values(":first", string(first))
            .expression_attribute_values(":last", string(last))
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        while let Some(item) = items.next().await {
            found.push(built_from(&item.map_err(Error::store("Query"))?)?);
        }
        Ok(found)
    }
}

fn built_from(item: &Item) -> Result<Built> {
    let read = Reader { item, name: BUILT };
    let (handle, slug) = read
        .string(SK)?
        .split_once('/')
        .ok_or_else(|| read.damaged(SK))?;
    Ok(Built {
        handle: handle.to_owned(),
        slug: slug.to_owned(),
        digest: read.string("digest")?.to_owned(),
        since: read.number("since")?,
    })
}
