//! Imports under way: a roster becomes members one by one, and until the last of them is there it is noted which ones belong
//! together.
//!
//! Whoever imports takes the note away with the last write. A note whose time is over is of an import that was killed: whoever
//! finds it takes its members back.

use aws_sdk_dynamodb::types::{AttributeValue, Delete, TransactWriteItem, Update};

use crate::error::{Error, Result};
use crate::item::{Item, PK, Reader, SK, key, string};
use crate::{Act, Members};

/// Under which all imports lie that aren't finished, in the order in which their times end.
const IMPORTS: &str = "IMPORTS#SITE";
const IMPORTED: &str = "members";
/// Of an import whose members are being taken back: it can't be finished any more.
const TAKEN_BACK: &str = "taken_back";
/// Most ids in one item: an id has 36 characters, an item at most 400 kB.
const MOST_IDS: usize = 5000;
/// Most imports that are looked at at once.
const MOST_IMPORTS: i32 = 20;

/// An import under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    keys: Vec<String>,
}

/// An import whose time is over, or a part of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Abandoned {
    key: String,
    /// The ids of its members, of whom some were made.
    pub ids: Vec<String>,
}

fn import_key(sort: &str) -> Item {
    key(IMPORTS, sort)
}

impl Members {
    /// Notes that members of these ids are about to be made, all of them or none. Nobody makes one of them later than
    /// `until_ms`, in Unix milliseconds. `random` makes the name of the import.
    pub async fn begin_import(&self, ids: &[String], until_ms: u64, random: u64) -> Result<Import> {
        let mut keys = Vec::new();
        for (number, ids) in ids.chunks(MOST_IDS).enumerate() {
            let sort = format!("{until_ms:013}-{random:016x}-{number}");
            let mut item = import_key(&sort);
            let ids = ids.iter().map(|id| string(id.as_str())).collect();
            item.insert(IMPORTED.to_owned(), AttributeValue::L(ids));
            let put = self
                .client
                .put_item()
                .table_name(&self.table)
                .set_item(Some(item));
            put.send().await.map_err(Error::store("PutItem"))?;
            keys.push(sort);
        }
        Ok(Import { keys })
    }

    /// Until when another import than this one may be under way, in Unix milliseconds: one whose time is over is until its members
    /// are taken back. Of two that began together at least one finds the other.
    pub async fn imports_beside(&self, import: &Import) -> Result<Option<u64>> {
        let mut items = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression(format!("{PK} = :pk"))
            .expression_attribute_values(":pk", string(IMPORTS))
            .projection_expression(SK)
            .into_paginator()
            .items()
            .send();
        let mut until = None;
        while let Some(item) = items.next().await {
            let item = item.map_err(Error::store("Query"))?;
            let read = Reader {
                item: &item,
                name: IMPORTS,
            };
            let sort = read.string(SK)?;
            if import.keys.iter().any(|own| own == sort) {
                continue;
            }
            let (ms, _) = sort.split_once('-').ok_or_else(|| read.damaged(SK))?;
            let ms: u64 = ms.parse().map_err(|_| read.damaged(SK))?;
            until = until.max(Some(ms));
        }
        Ok(until)
    }

    /// Ends an import: its members stay, and what was done to them is entered. `false`: its time is over, its members are being
    /// taken back, and nothing was entered.
    pub async fn finish_import(&self, import: &Import, acts: &[Act]) -> Result<bool> {
        let mut writes = self.entries(acts)?;
        for sort in &import.keys {
            let delete = Delete::builder()
                .table_name(&self.table)
                .set_key(Some(import_key(sort)))
                .condition_expression(format!(
                    "attribute_exists({PK}) AND attribute_not_exists({TAKEN_BACK})"
                ))
                .build()
                .map_err(Error::unbuilt("TransactWriteItems"))?;
            writes.push(TransactWriteItem::builder().delete(delete).build());
        }
        self.write_all(writes).await
    }

    /// Has nobody finish an import any more, so that its members can be taken back. `false`: it is finished.
    pub async fn abandon_import(&self, import: &Import) -> Result<bool> {
        for sort in &import.keys {
            if !self.abandon(sort).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Takes away the note of an import whose members are taken back.
    pub async fn forget_import(&self, import: &Import) -> Result<()> {
        for sort in &import.keys {
            self.delete_import(sort).await?;
        }
        Ok(())
    }

    /// Imports whose time is over at `now_ms`, in Unix milliseconds. From now on nobody finishes them.
    pub async fn abandoned_imports(&self, now_ms: u64) -> Result<Vec<Abandoned>> {
        let found = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression(format!("{PK} = :pk AND {SK} < :now"))
            .expression_attribute_values(":pk", string(IMPORTS))
            .expression_attribute_values(":now", string(format!("{now_ms:013}")))
            .limit(MOST_IMPORTS)
            .send()
            .await
            .map_err(Error::store("Query"))?;
        let mut abandoned = Vec::new();
        for item in found.items() {
            let read = Reader {
                item,
                name: IMPORTS,
            };
            let sort = read.string(SK)?;
            let ids = item.get(IMPORTED).and_then(|ids| ids.as_l().ok());
            let ids = ids.ok_or_else(|| read.damaged(IMPORTED))?;
            let ids = ids.iter().filter_map(|id| id.as_s().ok().cloned());
            // Finished meanwhile where it isn't there.
            if self.abandon(sort).await? {
                abandoned.push(Abandoned {
                    key: sort.to_owned(),
                    ids: ids.collect(),
                });
            }
        }
        Ok(abandoned)
    }

    /// Takes away the note of an import whose members are taken back.
    pub async fn forget_abandoned(&self, abandoned: &Abandoned) -> Result<()> {
        self.delete_import(&abandoned.key).await
    }

    async fn abandon(&self, sort: &str) -> Result<bool> {
        let mark = Update::builder()
            .table_name(&self.table)
            .set_key(Some(import_key(sort)))
            .update_expression(format!("SET {TAKEN_BACK} = :true"))
            .condition_expression(format!("attribute_exists({PK})"))
            .expression_attribute_values(":true", AttributeValue::Bool(true))
            .build()
            .map_err(Error::unbuilt("TransactWriteItems"))?;
        self.write_all(vec![TransactWriteItem::builder().update(mark).build()])
            .await
    }

    async fn delete_import(&self, sort: &str) -> Result<()> {
        let deleted = self
            .client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(import_key(sort)))
            .send()
            .await;
        deleted.map(|_| ()).map_err(Error::store("DeleteItem"))
    }
}
