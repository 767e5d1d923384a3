//! What may be done so often within a window of time, counted in one item.
//!
//! The count is added to and never replaced, so that the many who share one don't get into each other's way.

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{ReturnValue, ReturnValuesOnConditionCheckFailure};

use super::attempts::{CLOCK_SKEW, LONGEST_WAIT};
use crate::Members;
use crate::error::{Error, Result};
use crate::item::{EXPIRES_AT, Item, Reader, number};

/// How often to look again when windows change under our hands.
const MOST_ROUNDS: usize = 8;

/// What is counted, and how much of it a window takes.
pub(super) struct Limit {
    /// The item that it is counted in.
    pub(super) key: Item,
    /// The attribute with the count.
    pub(super) counted: &'static str,
    pub(super) most: u64,
    /// Length of a window in seconds. It begins with the first that is counted in it.
    pub(super) seconds: u64,
}

impl Limit {
    /// A window that ends later than this, in Unix seconds, was opened before the clock was put back.
    fn latest_end(&self, now: u64) -> u64 {
        now / 1000 + self.seconds + CLOCK_SKEW / 1000
    }

    /// Whether a window that was counted in before still is the one that is counted in. `now` is in Unix milliseconds.
    pub(super) fn is_open(&self, window: Window, now: u64) -> bool {
        window.end > now / 1000 && window.end <= self.latest_end(now)
    }
}

/// A window in which something was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    /// In Unix seconds.
    pub(super) end: u64,
    /// How much was counted in it then.
    pub(super) count: u64,
}

/// What came of counting.
pub(super) enum Counted {
    Counted(Window),
    /// Not before so many milliseconds.
    Wait(u64),
}

impl Members {
    /// Counts one more, unless the window is full. `now` is in Unix milliseconds.
    pub(super) async fn count_in_window(&self, limit: &Limit, now: u64) -> Result<Counted> {
        for _ in 0..MOST_ROUNDS {
            let end = match self.add_to_window(limit, now).await? {
                Ok(window) => return Ok(Counted::Counted(window)),
                Err(end) => end,
            };
            let Some(end) = end else {
                continue;
            };
            let wait = end.saturating_mul(1000).saturating_sub(now);
            if wait > 0 && end <= limit.latest_end(now) {
                return Ok(Counted::Wait(wait.min(LONGEST_WAIT)));
            }
            if let Some(window) = self.open_window(limit, now, end).await? {
                return Ok(Counted::Counted(window));
            }
        }
        Err(Error::Store {
            operation: "UpdateItem",
            cause: "a window kept changing".to_owned(),
        })
    }

    /// Counts one more in the window that is open; without one, that opens the first. The error is
    /// the end of a window that is full or over, or that another time opened.
    async fn add_to_window(
        &self,
        limit: &Limit,
        now: u64,
    ) -> Result<std::result::Result<Window, Option<u64>>> {
        let counted = limit.counted;
        let updated = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(limit.key.clone()))
            .update_expression(format!(
                "SET expires_at = if_not_exists(expires_at, :end) ADD {counted} :one"
            ))
            .condition_expression(format!(
                "attribute_not_exists(pk) OR (expires_at > :now AND expires_at <= :latest AND {counted} < :most)"
            ))
            .expression_attribute_values(":end", number(now / 1000 + limit.seconds))
            .expression_attribute_values(":now", number(now / 1000))
            .expression_attribute_values(":latest", number(limit.latest_end(now)))
            .expression_attribute_values(":most", number(limit.most))
            .expression_attribute_values(":one", number(1))
            .return_values(ReturnValue::UpdatedNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match updated {
            Ok(updated) => {
                let item = updated.attributes.unwrap_or_default();
                let read = Reader {
                    item: &item,
                    name: super::THROTTLE,
                };
                Ok(Ok(Window {
                    end: end_of(&item)?,
                    count: read.number(counted)?,
                }))
            }
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
                    Ok(Err(failed.item().map(end_of).transpose()?))
                }
                _ => Err(Error::store("UpdateItem")(error)),
            },
        }
    }

    /// Opens a new window, with one counted in it, after one that doesn't count any more. `None`: another did.
    async fn open_window(&self, limit: &Limit, now: u64, over: u64) -> Result<Option<Window>> {
        let end = now / 1000 + limit.seconds;
        let opened = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(limit.key.clone()))
            .update_expression(format!("SET {} = :one, expires_at = :end", limit.counted))
            .condition_expression("expires_at = :over")
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":end", number(end))
            .expression_attribute_values(":over", number(over))
            .send()
            .await;
        let opened = Error::unless_condition("UpdateItem", opened)?;
        Ok(opened.then_some(Window { end, count: 1 }))
    }
}

fn end_of(item: &Item) -> Result<u64> {
    let read = Reader {
        item,
        name: super::THROTTLE,
    };
    read.number(EXPIRES_AT)
}
