//! Several writes of which all are done or none.

use std::time::Duration;

use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{ConditionCheck, Delete, Put, TransactWriteItem};

use crate::Members;
use crate::accounts::{handle_key, member_key};
use crate::departures::GONE_SINCE;
use crate::error::{Error, Result};
use crate::item::Item;

/// How often a transaction is tried that meets others at the same item: each takes some milliseconds, and many publish at once.
const ATTEMPTS: u32 = 20;
/// Longest pause before the second attempt, in milliseconds; it doubles up to [`LONGEST_PAUSE_MS`].
const PAUSE_MS: u64 = 20;
const LONGEST_PAUSE_MS: u64 = 320;

/// Most writes beside the one check: DynamoDB takes a hundred in all.
pub(crate) const MOST_WRITES: usize = 99;

/// Why a transaction wasn't done, for each of its writes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    None,
    Condition,
    Conflict,
    Other,
}

impl Members {
    /// Does all of `writes` or none of them. `false`: the condition of one doesn't hold.
    pub(crate) async fn write_all(&self, writes: Vec<TransactWriteItem>) -> Result<bool> {
        Ok(self.refused(writes).await?.is_empty())
    }

    /// Changes an account, and with it who the administrators are. `false`: the account isn't as it was read.
    ///
    /// # Errors
    /// [`Error::LastAdmin`]: no administrator who can sign in would be left.
    pub(crate) async fn write_account(
        &self,
        account: TransactWriteItem,
        administrators: Option<TransactWriteItem>,
        further: Vec<TransactWriteItem>,
    ) -> Result<bool> {
        let asks = administrators.is_some();
        let mut writes = vec![account];
        writes.extend(administrators);
        writes.extend(further);
        writes.extend(self.entry()?);
        match self.refused(writes).await?.as_slice() {
            [] => Ok(true),
            [Refusal::None, Refusal::Condition, ..] if asks => Err(Error::LastAdmin),
            _ => Ok(false),
        }
    }

    /// Does all of `writes` or none of them. Empty where they are done; where the condition of one doesn't hold, what was
    /// said of each.
    async fn refused(&self, writes: Vec<TransactWriteItem>) -> Result<Vec<Refusal>> {
        let (mut attempt, mut pause) = (1, PAUSE_MS);
        loop {
            let written = self
                .client
                .transact_write_items()
                .set_transact_items(Some(writes.clone()))
                .send()
                .await;
            let Err(error) = written else {
                return Ok(Vec::new());
            };
            let refusals = error.as_service_error().map(refusals).unwrap_or_default();
            if refusals.contains(&Refusal::Condition) {
                return Ok(refusals);
            }
            // Two transactions met at one item: the SDK doesn't try that again by itself.
            if attempt == ATTEMPTS || !refusals.contains(&Refusal::Conflict) {
                return Err(Error::store("TransactWriteItems")(error));
            }
            tokio::time::sleep(Duration::from_millis(rand::random_range(0..=pause))).await;
            attempt += 1;
            pause = (pause * 2).min(LONGEST_PAUSE_MS);
        }
    }

    /// Does `write` as long as the member doesn't go. `false`: they do, or are gone, or never were, or
    /// the write's own condition doesn't hold.
    ///
    /// Every item that is a member's is written through here, so that nothing comes after a tombstone.
    pub(crate) async fn write_of_member(
        &self,
        member_id: &str,
        write: TransactWriteItem,
    ) -> Result<bool> {
        self.write_beside(member_key(member_id), vec![write]).await
    }

    /// As [`Members::write_of_member`], for what is known by the member's handle: up to
    /// [`MOST_WRITES`] writes.
    pub(crate) async fn write_of_handle(
        &self,
        handle: &str,
        writes: Vec<TransactWriteItem>,
    ) -> Result<bool> {
        self.write_beside(handle_key(handle), writes).await
    }

    /// Does `writes` as long as the member whose item that is doesn't go, up to [`MOST_WRITES`] of them.
    pub(crate) async fn write_beside(
        &self,
        of_member: Item,
        writes: Vec<TransactWriteItem>,
    ) -> Result<bool> {
        let all = [self.stands(of_member)?].into_iter().chain(writes);
        self.write_all(all.collect()).await
    }

    /// That the member whose item that is doesn't go, for a transaction.
    pub(crate) fn stands(&self, of_member: Item) -> Result<TransactWriteItem> {
        let stands = ConditionCheck::builder()
            .table_name(&self.table)
            .set_key(Some(of_member))
            .condition_expression(format!(
                "attribute_exists(pk) AND attribute_not_exists({GONE_SINCE})"
            ))
            .build()
            .map_err(Error::unbuilt("TransactWriteItems"))?;
        Ok(TransactWriteItem::builder().condition_check(stands).build())
    }

    /// A put of `item` for a transaction, without a condition.
    pub(crate) fn put(&self, item: Item) -> Result<TransactWriteItem> {
        let put = Put::builder().table_name(&self.table).set_item(Some(item));
        let put = put.build().map_err(Error::unbuilt("TransactWriteItems"))?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    /// A deletion for a transaction, of an item that may be there or not.
    pub(crate) fn deletion(&self, key: Item) -> Result<TransactWriteItem> {
        let delete = Delete::builder().table_name(&self.table).set_key(Some(key));
        let delete = delete
            .build()
            .map_err(Error::unbuilt("TransactWriteItems"))?;
        Ok(TransactWriteItem::builder().delete(delete).build())
    }
}

/// Why a transaction was cancelled, for each of its writes; empty for other errors.
pub(crate) fn refusals(error: &TransactWriteItemsError) -> Vec<Refusal> {
    let TransactWriteItemsError::TransactionCanceledException(cancelled) = error else {
        return Vec::new();
    };
    let reasons = cancelled.cancellation_reasons().iter();
    reasons
        .map(|reason| match reason.code() {
            None | Some("None") => Refusal::None,
            Some("ConditionalCheckFailed") => Refusal::Condition,
            Some("TransactionConflict") => Refusal::Conflict,
            Some(_) => Refusal::Other,
        })
        .collect()
}
