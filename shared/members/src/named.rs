//! Documents by name: which of a member's published READMEs has a name that a link asks for, found
//! without reading what else the member has.
//!
//! The items are written in one transaction with the report whose names they are, so that they never
//! differ from it.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::{Delete, Put, TransactWriteItem};
use futures::{StreamExt as _, TryStreamExt as _};

use crate::accounts::member_pk;
use crate::error::{Error, Result};
use crate::item::{Item, Reader, SK, key, string};
use crate::{Members, Report};

const NAME: &str = "NAME#";
const FILE_NAME: &str = "file_name";
/// How many names are looked up at the same time.
const AT_ONCE: usize = 8;

/// A published README that has a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    pub name: String,
    pub slug: String,
    /// The uploaded file's name, where it is known.
    pub file_name: Option<String>,
}

/// The sort keys of a report's names, with what the items hold.
fn entries(report: Option<&Report>) -> BTreeMap<String, Option<&String>> {
    let report = report.filter(|report| report.indexed);
    let names = report.into_iter().flat_map(|report| {
        let names = report.names.iter();
        names.map(|name| {
            (
                format!("{NAME}{name}#{}", report.slug),
                report.file_name.as_ref(),
            )
        })
    });
    names.collect()
}

impl Members {
    /// What makes the index of `before` that of `after`.
    pub(crate) fn index_changes(
        &self,
        member_id: &str,
        before: Option<&Report>,
        after: Option<&Report>,
    ) -> Result<Vec<TransactWriteItem>> {
        let (before, after) = (entries(before), entries(after));
        let unbuilt = Error::unbuilt("TransactWriteItems");
        let mut writes = Vec::new();
        for sort_key in before.keys().filter(|name| !after.contains_key(*name)) {
            let delete = Delete::builder()
                .table_name(&self.table)
                .set_key(Some(key(member_pk(member_id), sort_key)))
                .build()
                .map_err(&unbuilt)?;
            writes.push(TransactWriteItem::builder().delete(delete).build());
        }
        for (sort_key, file_name) in &after {
            if before.get(sort_key) == Some(file_name) {
                continue;
            }
            let mut item = key(member_pk(member_id), sort_key);
            if let Some(file_name) = file_name {
                item.insert(FILE_NAME.to_owned(), string(file_name.as_str()));
            }
            let put = Put::builder()
                .table_name(&self.table)
                .set_item(Some(item))
                .build()
                .map_err(&unbuilt)?;
            writes.push(TransactWriteItem::builder().put(put).build());
        }
        Ok(writes)
    }

    /// The member's published READMEs that have one of `names`, each with each of them.
    pub async fn named(&self, member_id: &str, names: &[String]) -> Result<Vec<Named>> {
        let found: Vec<_> = names
            .iter()
            .map(|name| self.of_name(member_id, name))
            .collect();
        let found: Vec<Vec<Named>> = futures::stream::iter(found)
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        Ok(found.into_iter().flatten().collect())
    }

    async fn of_name(&self, member_id: &str, name: &str) -> Result<Vec<Named>> {
        let prefix = format!("{NAME}{name}#");
        let mut items = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression("pk = :pk AND begins_with(sk, :name)")
            .expression_attribute_values(":pk", string(member_pk(member_id)))
            .expression_attribute_values(":name", string(prefix.as_str()))
            .into_paginator()
            .items()
            .send();
        let mut found = Vec::new();
        while let Some(item) = items.next().await {
            let item: Item = item.map_err(Error::store("Query"))?;
            let read = Reader {
                item: &item,
                name: NAME,
            };
            let slug = read.string(SK)?.strip_prefix(&prefix).unwrap_or_default();
            // Names may hold a `#`, which no slug does: another name that begins like this one.
            if !slug.contains('#') {
                found.push(Named {
                    name: name.to_owned(),
                    slug: slug.to_owned(),
                    file_name: read.optional_string(FILE_NAME).map(str::to_owned),
                });
            }
        }
        Ok(found)
    }
}
