//! Addresses that a member's documents had: where each leads now, and which versions under it are of which document.
//!
//! A document that gets another address leaves its versions under the former one. So the item of its new address names
//! them, and the item of the former one says with which version it went: what stands above that is of whatever came
//! there later.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::{ConditionCheck, Delete, Put, TransactWriteItem};
use serde::{Deserialize, Serialize};

use crate::accounts::member_key;
use crate::error::{Error, Result};
use crate::item::{Item, PK, Reader, SK, key, string};
use crate::{DecisionMove, Members};

const MOVED: &str = "MOVED#";
/// The attribute that holds an address, as JSON.
const ADDRESS: &str = "address";
/// That the address is still the one that was read.
const UNCHANGED: &str = "#address = :before";

/// Most former addresses of one document that lead to it: the oldest is forgotten. With as many names of its own they are
/// what one transaction takes.
pub const MOST_FORMER: usize = 30;
/// Most parts that a document's history has, of former addresses.
pub const MOST_PARTS: usize = 50;

/// What is remembered of one address of a member.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Address {
    /// The slug of the document that was here last, as long as no other has come.
    pub moved_to: Option<String>,
    /// The versions with which documents went from here, oldest first.
    pub left: Vec<Left>,
    /// Where the versions of before are of the document that is here: newest first.
    pub parts: Vec<Part>,
    /// Former slugs of the document that is here, oldest first.
    pub former: Vec<String>,
}

/// The newest version under an address of a document that went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    pub version: String,
    /// Unix seconds.
    pub at: u64,
}

/// A part of a document's history, under a slug that it had: this version and the older ones, down to one that was
/// another document's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    pub slug: String,
    pub version: String,
    /// When the part ended, in Unix seconds.
    pub at: u64,
    /// Whether the document was deleted then, and another took its address.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deleted: bool,
}

/// A change of one address.
#[derive(Debug, Clone)]
pub struct AddressChange {
    pub slug: String,
    pub before: Address,
    pub after: Address,
}

impl Address {
    /// Where the document went whose source has this version, or none any more: a rename under way has the table remember
    /// that before it takes the former source away.
    pub fn gone_to(&self, version: Option<&str>) -> Option<&str> {
        let left = self.below().map(|left| left.version.as_str());
        let is_gone = version.is_none() || version == left;
        self.moved_to.as_deref().filter(|_| is_gone)
    }

    /// The version below which nothing is of the document that is here now.
    pub fn below(&self) -> Option<&Left> {
        self.left.last()
    }

    /// The version below which nothing is of the document that went from here with `version`.
    pub fn below_part(&self, version: &str) -> Option<&Left> {
        let at = self.left.iter().position(|left| left.version == version)?;
        self.left.get(at.checked_sub(1)?)
    }

    pub fn has_left(&self, version: &str) -> bool {
        self.left.iter().any(|left| left.version == version)
    }
}

/// A part of a document's history, with where it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    pub part: Part,
    /// The version of another document below it.
    pub below: Option<Left>,
}

impl Members {
    /// The parts of the history of the document at `address`, newest first, each with where it ends.
    pub async fn segments(&self, member_id: &str, address: &Address) -> Result<Vec<Segment>> {
        let mut known: BTreeMap<&str, Address> = BTreeMap::new();
        let mut segments = Vec::new();
        for part in &address.parts {
            if !known.contains_key(part.slug.as_str()) {
                known.insert(&part.slug, self.address(member_id, &part.slug).await?);
            }
            let of_slug = known.get(part.slug.as_str());
            segments.push(Segment {
                part: part.clone(),
                below: of_slug.and_then(|it| it.below_part(&part.version)).cloned(),
            });
        }
        Ok(segments)
    }

    /// What is remembered of an address: strongly consistent.
    pub async fn address(&self, member_id: &str, slug: &str) -> Result<Address> {
        let item = self.get(address_key(member_id, slug)).await?;
        item.as_ref()
            .map_or_else(|| Ok(Address::default()), address_from)
    }

    /// What is remembered of the addresses from the slug `first` to the slug `last`; those of which nothing is, are left
    /// out.
    pub async fn addresses(
        &self,
        member_id: &str,
        (first, last): (&str, &str),
    ) -> Result<Vec<(String, Address)>> {
        let mut items = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression(format!("{PK} = :pk AND {SK} BETWEEN :first AND :last"))
            .expression_attribute_values(":pk", string(format!("{MOVED}{member_id}")))
            .expression_attribute_values(":first", string(first))
            .expression_attribute_values(":last", string(last))
            .into_paginator()
            .items()
            .send();
        let mut addresses = Vec::new();
        while let Some(item) = items.next().await {
            let item = item.map_err(Error::store("Query"))?;
            let read = Reader {
                item: &item,
                name: MOVED,
            };
            addresses.push((read.string(SK)?.to_owned(), address_from(&item)?));
        }
        Ok(addresses)
    }

    /// Does all of `changes` or none of them. `false`: an address is another one by now, or the member goes.
    pub async fn put_addresses(&self, member_id: &str, changes: &[AddressChange]) -> Result<bool> {
        self.put_addresses_with(member_id, changes, None).await
    }

    /// The same, and in the same transaction what editors decided goes with the document. `false` also where that is
    /// something else by now.
    pub async fn put_addresses_with(
        &self,
        member_id: &str,
        changes: &[AddressChange],
        moved: Option<&DecisionMove>,
    ) -> Result<bool> {
        let writes = changes
            .iter()
            .filter(|change| change.before != change.after)
            .map(|change| self.address_write(member_id, change));
        let mut writes = writes.collect::<Result<Vec<_>>>()?;
        if writes.is_empty() {
            return Ok(true);
        }
        if let Some(moved) = moved {
            writes.extend(self.decision_moves(member_id, moved)?);
        }
        self.write_beside(member_key(member_id), writes).await
    }

    /// That an address is still as it was read, for a transaction.
    pub(crate) fn address_check(
        &self,
        member_id: &str,
        slug: &str,
        known: &Address,
    ) -> Result<TransactWriteItem> {
        let check = ConditionCheck::builder()
            .table_name(&self.table)
            .set_key(Some(address_key(member_id, slug)));
        let check = if *known == Address::default() {
            check.condition_expression(format!("attribute_not_exists({PK})"))
        } else {
            check
                .condition_expression(UNCHANGED)
                .expression_attribute_names("#address", ADDRESS)
                .expression_attribute_values(":before", string(text(known)?))
        };
        let check = check
            .build()
            .map_err(Error::unbuilt("TransactWriteItems"))?;
        Ok(TransactWriteItem::builder().condition_check(check).build())
    }

    fn address_write(&self, member_id: &str, change: &AddressChange) -> Result<TransactWriteItem> {
        let unbuilt = Error::unbuilt("TransactWriteItems");
        let is_new = change.before == Address::default();
        let before = string(text(&change.before)?);
        if change.after == Address::default() {
            let delete = Delete::builder()
                .table_name(&self.table)
                .set_key(Some(address_key(member_id, &change.slug)))
                .condition_expression(UNCHANGED)
                .expression_attribute_names("#address", ADDRESS)
                .expression_attribute_values(":before", before)
                .build()
                .map_err(&unbuilt)?;
            return Ok(TransactWriteItem::builder().delete(delete).build());
        }
        let mut item = address_key(member_id, &change.slug);
        item.insert(ADDRESS.to_owned(), string(text(&change.after)?));
        let put = Put::builder().table_name(&self.table).set_item(Some(item));
        let put = if is_new {
            put.condition_expression(format!("attribute_not_exists({PK})"))
        } else {
            put.condition_expression(UNCHANGED)
                .expression_attribute_names("#address", ADDRESS)
                .expression_attribute_values(":before", before)
        };
        let put = put.build().map_err(&unbuilt)?;
        Ok(TransactWriteItem::builder().put(put).build())
    }
}

pub(crate) fn address_key(member_id: &str, slug: &str) -> Item {
    key(format!("{MOVED}{member_id}"), slug)
}

fn text(address: &Address) -> Result<String> {
    serde_json::to_string(address).map_err(|_| Error::Damaged {
        item: MOVED.to_owned(),
        attribute: ADDRESS,
    })
}

pub(crate) fn address_from(item: &Item) -> Result<Address> {
    let read = Reader { item, name: MOVED };
    serde_json::from_str(read.string(ADDRESS)?).map_err(|_| read.damaged(ADDRESS))
}
