//! What a member's READMEs and files take, counted so that of uploads side by side no more get in than
//! the quota lets in.
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
/// The uploads under way, by the names of their reservations.
const HELD: &str = "held";
const TURN: &str = "turn";
/// An upload that began so long ago has ended, in milliseconds: no function runs as long.
const UNDER_WAY_MS: u64 = 2 * 60 * 1000;

/// What is counted by itself, in an item of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    Readmes,
    Files,
}

impl Counted {
    /// Each of them, since a member's counts go with the member.
    pub(crate) const ALL: [Self; 2] = [Self::Readmes, Self::Files];

    /// The sort key of the item, and the attributes of how many are counted and of their bytes.
    fn names(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Readmes => (USAGE, "readme_count", "readme_bytes"),
            Self::Files => ("FILES", "file_count", "file_bytes"),
        }
    }

    /// Where the count of a member is.
    pub(crate) fn key(self, member_id: &str) -> Item {
        key(format!("{USAGE}#{member_id}"), self.names().0)
    }
}

/// What READMEs or files take: those of a member, those of one upload, or the most that a member may have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// How many they are.
    pub count: u64,
    pub bytes: u64,
}

impl Usage {
    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            count: self.count.saturating_add(other.count),
            bytes: self.bytes.saturating_add(other.bytes),
        }
    }
}

/// The count as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// What is counted, uploads under way included.
    pub usage: Usage,
    /// Each upload under way: its reservation, what it takes, and when it began or may begin at the latest, in
    /// Unix milliseconds.
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

    /// The uploads under way whose reservations' names begin so.
    pub fn held_for(&self, beginning: &str) -> Vec<(String, Usage)> {
        let held = self.held.iter();
        let held = held.filter(|(name, _, _)| name.starts_with(beginning));
        held.map(|(name, takes, _)| (name.clone(), *takes))
            .collect()
    }

    /// What is taken at most where `there` is stored: with what is under way at `now_ms`.
    pub fn at_most(&self, there: Usage, now_ms: u64) -> Usage {
        let under_way = self.under_way(now_ms).map(|(_, takes, _)| *takes);
        under_way.fold(there, Usage::plus)
    }
}

fn held(of: Counted, usage: Usage, began_ms: u64) -> AttributeValue {
    let (_, count, bytes) = of.names();
    map([
        (count.to_owned(), number(usage.count)),
        (bytes.to_owned(), number(usage.bytes)),
        ("began_ms".to_owned(), number(began_ms)),
    ])
}

impl Members {
    /// Counts an upload that takes `needs` more than is there, before it is stored, under the name
    /// `reservation` that only this upload has. It is taken for ended two minutes after `begins_ms`, in
    /// Unix milliseconds: now, or when its address ends. `false`: by the count it would be more than
    /// `quota`, or nothing was counted yet; see [`Members::recount`].
    pub async fn reserve(
        &self,
        (member_id, of): (&str, Counted),
        reservation: &str,
        needs: Usage,
        quota: Usage,
        begins_ms: u64,
    ) -> Result<bool> {
        let (_, count_name, bytes_name) = of.names();
        let room = |quota: u64, needs: u64| quota.checked_sub(needs);
        let (Some(count), Some(bytes)) = (
            room(quota.count, needs.count),
            room(quota.bytes, needs.bytes),
        ) else {
            return Ok(false);
        };
        let mut condition = format!("attribute_exists({PK})");
        let mut values = HashMap::from([
            (":held".to_owned(), held(of, needs, begins_ms)),
            (":count".to_owned(), number(needs.count)),
            (":bytes".to_owned(), number(needs.bytes)),
            (":one".to_owned(), number(1)),
        ]);
        // Who has more than a quota that was lowered may still replace a document by one as large.
        for (attribute, name, needs, room) in [
            (count_name, ":count_before", needs.count, count),
            (bytes_name, ":bytes_before", needs.bytes, bytes),
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
            .set_key(Some(of.key(member_id)))
            .update_expression(format!(
                "SET {HELD}.#reservation = :held ADD {count_name} :count, {bytes_name} :bytes, {TURN} :one"
            ))
            .condition_expression(condition)
            .expression_attribute_names("#reservation", reservation)
            .set_expression_attribute_values(Some(values))
            .send()
            .await;
        Error::unless_condition("UpdateItem", counted)
    }

    /// Has an upload that is counted under this name, and takes as much as was read, begin as late as `begins_ms`,
    /// in Unix milliseconds. `false`: it isn't counted so any more.
    pub async fn prolong(
        &self,
        (member_id, of): (&str, Counted),
        reservation: &str,
        takes: Usage,
        begins_ms: u64,
    ) -> Result<bool> {
        let (_, count_name, bytes_name) = of.names();
        let prolonged = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(of.key(member_id)))
            .update_expression(format!("SET {HELD}.#reservation = :held ADD {TURN} :one"))
            .condition_expression(format!(
                "{HELD}.#reservation.{count_name} = :count AND {HELD}.#reservation.{bytes_name} = :bytes"
            ))
            .expression_attribute_names("#reservation", reservation)
            .expression_attribute_values(":held", held(of, takes, begins_ms))
            .expression_attribute_values(":count", number(takes.count))
            .expression_attribute_values(":bytes", number(takes.bytes))
            .expression_attribute_values(":one", number(1))
            .send()
            .await;
        Error::unless_condition("UpdateItem", prolonged)
    }

    /// Notes that an upload is stored, or with `gives_back` that it never will be. `false`: it was thought to
    /// have ended, or noted already.
    pub async fn settle_reservation(
        &self,
        (member_id, of): (&str, Counted),
        reservation: &str,
        gives_back: Option<Usage>,
    ) -> Result<bool> {
        let (_, count_name, bytes_name) = of.names();
        let less = |count: u64| AttributeValue::N(format!("-{count}"));
        let mut change = format!("REMOVE {HELD}.#reservation ADD {TURN} :one");
        let mut values = HashMap::from([(":one".to_owned(), number(1))]);
        if let Some(Usage { count, bytes }) = gives_back {
            change = format!("{change}, {count_name} :count, {bytes_name} :bytes");
            values.insert(":count".to_owned(), less(count));
            values.insert(":bytes".to_owned(), less(bytes));
        }
        let settled = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(of.key(member_id)))
            .update_expression(change)
            .condition_expression(format!("attribute_exists({HELD}.#reservation)"))
            .expression_attribute_names("#reservation", reservation)
            .set_expression_attribute_values(Some(values))
            .send()
            .await;
        Error::unless_condition("UpdateItem", settled)
    }

    /// What is counted of a member; `None`: nothing was yet.
    pub async fn count(&self, (member_id, of): (&str, Counted)) -> Result<Option<Count>> {
        let Some(item) = self.get(of.key(member_id)).await? else {
            return Ok(None);
        };
        let (_, count_name, bytes_name) = of.names();
        let usage = |item: &Item| {
            let read = Reader { item, name: USAGE };
            Ok(Usage {
                count: read.number(count_name)?,
                bytes: read.number(bytes_name)?,
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
        (member_id, of): (&str, Counted),
        seen: Option<&Count>,
        there: Usage,
        now_ms: u64,
    ) -> Result<bool> {
        let usage = seen.map_or(there, |seen| seen.at_most(there, now_ms));
        let under_way = seen.into_iter().flat_map(|seen| seen.under_way(now_ms));
        let under_way = under_way.map(|(reservation, takes, began_ms)| {
            (reservation.clone(), held(of, *takes, *began_ms))
        });
        let (_, count_name, bytes_name) = of.names();
        let mut item = of.key(member_id);
        item.extend([
            (count_name.to_owned(), number(usage.count)),
            (bytes_name.to_owned(), number(usage.bytes)),
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
