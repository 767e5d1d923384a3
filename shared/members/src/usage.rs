//! What a member's READMEs take, counted so that of uploads side by side no more get in than the
//! quota lets in.
//!
//! The count is never less than what is there: an upload is counted before it is stored. It may be
//! more, after a deletion or after an upload that was cut short. So whoever is refused by it counts
//! what is there, writes that down, and asks again. The count is one item, changed in place, and
//! each change raises its turn: a recount that met another hand is thrown away.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem};

use crate::Members;
use crate::error::{Error, Result};
use crate::item::{Item, PK, Reader, key, map, number};

const USAGE: &str = "USAGE";
/// How many READMEs are counted, and their bytes.
const READMES: &str = "readme_count";
const BYTES: &str = "readme_bytes";
/// The uploads under way, by the names of their reservations.
const HELD: &str = "held";
const TURN: &str = "turn";
/// An upload that began so long ago has ended, in milliseconds: no function runs as long.
const UNDER_WAY_MS: u64 = 2 * 60 * 1000;

/// What READMEs take: those of a member, those of one upload, or the most that a member may have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    pub readmes: u64,
    pub bytes: u64,
}

impl Usage {
    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            readmes: self.readmes.saturating_add(other.readmes),
            bytes: self.bytes.saturating_add(other.bytes),
        }
    }
}

/// The count as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// What is counted, uploads under way included.
    pub usage: Usage,
    /// Each upload under way: its reservation, what it takes, and when it began in Unix milliseconds.
    held: Vec<(String, Usage, u64)>,
    turn: u64,
}

impl Count {
    /// The uploads that may still be under way at `now_ms`, in Unix milliseconds.
    fn under_way(&self, now_ms: u64) -> impl Iterator<Item = &(String, Usage, u64)> {
        self.held
            .iter()
            .filter(move |(_, _, began_ms)| began_ms.saturating_add(UNDER_WAY_MS) > now_ms)
    }

    /// What is taken at most where `there` is stored: with what is under way at `now_ms`.
    pub fn at_most(&self, there: Usage, now_ms: u64) -> Usage {
        let under_way = self.under_way(now_ms).map(|(_, takes, _)| *takes);
        under_way.fold(there, Usage::plus)
    }
}

/// Where the count of a member is; it goes with them.
pub(crate) fn usage_key(member_id: &str) -> Item {
    key(format!("{USAGE}#{member_id}"), USAGE)
}

fn held(usage: Usage, began_ms: u64) -> AttributeValue {
    map([
        (READMES.to_owned(), number(usage.readmes)),
        (BYTES.to_owned(), number(usage.bytes)),
        ("began_ms".to_owned(), number(began_ms)),
    ])
}

impl Members {
    /// Counts an upload that takes `needs` more than is there, before it is stored, under the name
    /// `reservation` that only this upload has. `false`: by the count it would be more than `quota`,
    /// or nothing was counted yet; see [`Members::recount`].
    pub async fn reserve(
        &self,
        member_id: &str,
        reservation: &str,
        needs: Usage,
        quota: Usage,
        now_ms: u64,
    ) -> Result<bool> {
        let room = |quota: u64, needs: u64| quota.checked_sub(needs);
        let (Some(readmes), Some(bytes)) = (
            room(quota.readmes, needs.readmes),
            room(quota.bytes, needs.bytes),
        ) else {
            return Ok(false);
        };
        let mut condition = format!("attribute_exists({PK})");
        let mut values = HashMap::from([
            (":held".to_owned(), held(needs, now_ms)),
            (":readmes".to_owned(), number(needs.readmes)),
            (":bytes".to_owned(), number(needs.bytes)),
            (":one".to_owned(), number(1)),
        ]);
        // Who has more than a quota that was lowered may still replace a document by one as large.
        for (attribute, name, needs, room) in [
            (READMES, ":readmes_before", needs.readmes, readmes),
            (BYTES, ":bytes_before", needs.bytes, bytes),
        ] {
            if needs > 0 {
                condition = format!("{condition} AND {attribute} <= {name}");
                values.insert(name.to_owned(), number(room));
            }
        }
        let counted = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(usage_key(member_id)))
            .update_expression(format!(
                "SET {HELD}.#reservation = :held ADD {READMES} :readmes, {BYTES} :bytes, {TURN} :one"
            ))
            .condition_expression(condition)
            .expression_attribute_names("#reservation", reservation)
            .set_expression_attribute_values(Some(values))
            .send()
            .await;
        Error::unless_condition("UpdateItem", counted)
    }

    /// Notes that an upload is stored, or with `gives_back` that it never will be. One that was
    /// thought to have ended, and isn't noted any more, is no error.
    pub async fn settle_reservation(
        &self,
        member_id: &str,
        reservation: &str,
        gives_back: Option<Usage>,
    ) -> Result<()> {
        let less = |count: u64| AttributeValue::N(format!("-{count}"));
        let mut change = format!("REMOVE {HELD}.#reservation ADD {TURN} :one");
        let mut values = HashMap::from([(":one".to_owned(), number(1))]);
        if let Some(Usage { readmes, bytes }) = gives_back {
            change = format!("{change}, {READMES} :readmes, {BYTES} :bytes");
            values.insert(":readmes".to_owned(), less(readmes));
            values.insert(":bytes".to_owned(), less(bytes));
        }
        let settled = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(usage_key(member_id)))
            .update_expression(change)
            .condition_expression(format!("attribute_exists({HELD}.#reservation)"))
            .expression_attribute_names("#reservation", reservation)
            .set_expression_attribute_values(Some(values))
            .send()
            .await;
        Error::unless_condition("UpdateItem", settled).map(|_| ())
    }

    /// What is counted of a member's READMEs; `None`: nothing was yet.
    pub async fn count(&self, member_id: &str) -> Result<Option<Count>> {
        let Some(item) = self.get(usage_key(member_id)).await? else {
            return Ok(None);
        };
        let usage = |item: &Item| {
            let read = Reader { item, name: USAGE };
            Ok(Usage {
                readmes: read.number(READMES)?,
                bytes: read.number(BYTES)?,
            })
        };
        let read = Reader {
            item: &item,
            name: USAGE,
        };
        let under_way = item.get(HELD).and_then(|held| held.as_m().ok());
        let under_way = under_way.ok_or_else(|| read.damaged(HELD))?;
        let held = under_way.iter().map(|(reservation, held)| {
            let held = held.as_m().map_err(|_| read.damaged(HELD))?;
            let began = Reader {
                item: held,
                name: USAGE,
            };
            Ok((reservation.clone(), usage(held)?, began.number("began_ms")?))
        });
        Ok(Some(Count {
            usage: usage(&item)?,
            held: held.collect::<Result<_>>()?,
            turn: read.number(TURN)?,
        }))
    }

    /// Puts what is `there`, listed after `seen` was read, and what is under way at `now_ms` in the
    /// place of the count. `false`: another hand was faster, or the member is gone.
    pub async fn recount(
        &self,
        member_id: &str,
        seen: Option<&Count>,
        there: Usage,
        now_ms: u64,
    ) -> Result<bool> {
        let usage = seen.map_or(there, |seen| seen.at_most(there, now_ms));
        let under_way = seen.into_iter().flat_map(|seen| seen.under_way(now_ms));
        let under_way = under_way
            .map(|(reservation, takes, began_ms)| (reservation.clone(), held(*takes, *began_ms)));
        let mut item = usage_key(member_id);
        item.extend([
            (READMES.to_owned(), number(usage.readmes)),
            (BYTES.to_owned(), number(usage.bytes)),
            (HELD.to_owned(), map(under_way)),
            (
                TURN.to_owned(),
                number(seen.map_or(0, |seen| seen.turn) + 1),
            ),
        ]);
        match seen {
            Some(seen) => {
                let put = self
                    .client
                    .put_item()
                    .table_name(&self.table)
                    .set_item(Some(item))
                    .condition_expression(format!("{TURN} = :turn"))
                    .expression_attribute_values(":turn", number(seen.turn));
                Error::unless_condition("PutItem", put.send().await)
            }
            None => self.put_first_count(member_id, item).await,
        }
    }

    /// Puts the first count, as long as the member is there: it must not outlive them.
    async fn put_first_count(&self, member_id: &str, item: Item) -> Result<bool> {
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression(format!("attribute_not_exists({PK})"))
            .build()
            .map_err(Error::unbuilt("TransactWriteItems"))?;
        let put = TransactWriteItem::builder().put(put).build();
        self.write_of_member(member_id, put).await
    }
}
