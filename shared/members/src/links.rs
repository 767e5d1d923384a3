//! Which READMEs ask for a name: when a document or a file of that name appears or goes, they are converted
//! again.

use crate::Members;
use crate::accounts::member_key;
use crate::error::{Error, Result};
use crate::item::{Item, PK, Reader, SK, key, string};
use crate::transaction::MOST_WRITES;

const LINK: &str = "LINK#";

/// A README that has a link to some name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Referrer {
    pub member_id: String,
    pub slug: String,
}

impl Referrer {
    fn sort_key(&self) -> String {
        format!("{}#{}", self.member_id, self.slug)
    }

    fn of(&self, name: &str) -> Item {
        key(format!("{LINK}{name}"), self.sort_key())
    }
}

impl Members {
    /// Notes that `referrer` has links to `names`, each once, whether or not there is such a document or file.
    /// `false`: its author goes.
    pub async fn put_links(&self, names: &[String], referrer: &Referrer) -> Result<bool> {
        for names in names.chunks(MOST_WRITES) {
            let puts = names.iter().map(|name| self.put(referrer.of(name)));
            let puts = puts.collect::<Result<Vec<_>>>()?;
            let of_member = member_key(&referrer.member_id);
            if !self.write_beside(of_member, puts).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Forgets a link; one that isn't known is no error.
    pub async fn delete_link(&self, name: &str, referrer: &Referrer) -> Result<()> {
        let deleted = self
            .client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(referrer.of(name)))
            .send()
            .await;
        deleted.map(|_| ()).map_err(Error::store("DeleteItem"))
    }

    /// READMEs that have a link to `name`, up to `most` of them: of one member, or of all.
    pub async fn referrers(
        &self,
        name: &str,
        member_id: Option<&str>,
        most: usize,
    ) -> Result<Vec<Referrer>> {
        let from = member_id.map_or_else(String::new, |id| format!("{id}#"));
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .expression_attribute_values(":pk", string(format!("{LINK}{name}")));
        // A prefix may not be empty.
        let query = if from.is_empty() {
            query.key_condition_expression(format!("{PK} = :pk"))
        } else {
            query
                .key_condition_expression(format!("{PK} = :pk AND begins_with({SK}, :from)"))
                .expression_attribute_values(":from", string(from))
        };
        let mut items = query.into_paginator().items().send();
        let mut referrers = Vec::new();
        while referrers.len() < most {
            let Some(item) = items.next().await else {
                break;
            };
            referrers.push(referrer_from(&item.map_err(Error::store("Query"))?)?);
        }
        Ok(referrers)
    }

    /// READMEs that have a link to the address of any document under `handle`. Reads the whole table: for
    /// administrators.
    pub async fn referrers_of_addresses(&self, handle: &str) -> Result<Vec<Referrer>> {
        let mut items = self
            .client
            .scan()
            .table_name(&self.table)
            .filter_expression(format!("begins_with({PK}, :addresses)"))
            .expression_attribute_values(":addresses", string(format!("{LINK}{handle}/")))
            .into_paginator()
            .items()
            .send();
        let mut referrers = Vec::new();
        while let Some(item) = items.next().await {
            referrers.push(referrer_from(&item.map_err(Error::store("Scan"))?)?);
        }
        Ok(referrers)
    }
}

fn referrer_from(item: &Item) -> Result<Referrer> {
    let read = Reader { item, name: LINK };
    let (member_id, slug) = read
        .string(SK)?
        .split_once('#')
        .ok_or_else(|| read.damaged(SK))?;
    Ok(Referrer {
        member_id: member_id.to_owned(),
        slug: slug.to_owned(),
    })
}
