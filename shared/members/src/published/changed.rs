//! What changed, revision by revision: a build that knows a revision reads what came after it.

use super::Shard;
use super::heads::ShardHead;
use super::item::{address_of, address_sk, member_of, member_sk};
use crate::Members;
use crate::error::{Error, Result};
use crate::item::{EXPIRES_AT, Item, PK, Reader, SK, key, number, string};

const CHANGED: &str = "CHANGED";
/// The digits of a revision, so that keys are ordered by it: as many as the largest has.
const DIGITS: usize = 20;
/// How long a record is kept: a site that is built more rarely reads the whole list.
const KEPT_SECONDS: u64 = 30 * 24 * 60 * 60;
const WHAT: &str = "what";

/// What a revision changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// What is at the address of that entry id.
    Address(String),
    /// The picture of the member of that handle, which stands in each of their entries.
    Picture(String),
    /// Nothing that stands in an entry.
    Nothing,
}

/// One revision of a shard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    pub revision: u64,
    pub change: Change,
}

fn pk(shard: Shard) -> String {
    format!("{CHANGED}#{shard}")
}

/// The record of the change that made `head` of its shard.
pub(super) fn record(shard: Shard, head: &ShardHead, change: &Change) -> Item {
    let mut item = key(pk(shard), format!("{:0DIGITS$}", head.revision));
    let what = match change {
        Change::Address(id) => Some(address_sk(id)),
        Change::Picture(handle) => Some(member_sk(handle)),
        Change::Nothing => None,
    };
    if let Some(what) = what {
        item.insert(WHAT.to_owned(), string(what));
    }
    let until = head.changed_at_ms / 1000 + KEPT_SECONDS;
    item.insert(EXPIRES_AT.to_owned(), number(until));
    item
}

fn changed_from(item: &Item) -> Result<Changed> {
    let read = Reader {
        item,
        name: CHANGED,
    };
    let revision = read.string(SK)?.parse().map_err(|_| read.damaged(SK))?;
    let change = match read.optional_string(WHAT) {
        None => Change::Nothing,
        Some(what) => {
            let address = address_of(what).map(|id| Change::Address(id.to_owned()));
            let picture = || member_of(what).map(|handle| Change::Picture(handle.to_owned()));
            address.or_else(picture).ok_or_else(|| read.damaged(WHAT))?
        }
    };
    Ok(Changed { revision, change })
}

impl Members {
    /// What the revisions after `revision` changed, in order, and at most `limit` of them. Each is there that is younger than
    /// 30 days; where one is missing between two, or behind the last as the head has it, more may be.
    pub async fn changed_after(
        &self,
        shard: Shard,
        revision: u64,
        limit: u16,
    ) -> Result<Vec<Changed>> {
        let found = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .limit(i32::from(limit))
            .key_condition_expression(format!("{PK} = :pk AND {SK} > :after"))
            .expression_attribute_values(":pk", string(pk(shard)))
            .expression_attribute_values(":after", string(format!("{revision:0DIGITS$}")))
            .send()
            .await
            .map_err(Error::store("Query"))?;
        found.items().iter().map(changed_from).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::published::MANIFEST;

    #[test]
    fn records_say_what_changed() {
        let head = ShardHead {
            revision: 7,
            changed_at_ms: 5_999,
            ..ShardHead::default()
        };
        for change in [
            Change::Address("jo/a".to_owned()),
            Change::Address("jo".to_owned()),
            Change::Picture("jo".to_owned()),
            Change::Nothing,
        ] {
            let item = record(Shard::of("jo"), &head, &change);
            let read = Reader {
                item: &item,
                name: MANIFEST,
            };
            assert_eq!(read.string(SK).unwrap(), "00000000000000000007");
            assert_eq!(read.number(EXPIRES_AT).unwrap(), 5 + KEPT_SECONDS);
            let read = changed_from(&item).unwrap();
            assert_eq!(
                read,
                Changed {
                    revision: 7,
                    change
                }
            );
        }
    }
}
