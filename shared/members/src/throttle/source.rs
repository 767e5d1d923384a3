//! The failures of one source within a quarter of an hour, whatever it guessed at.
//!
//! The count is added to and never replaced, so that the many who share an address don't get into
//! each other's way.

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};

use super::attempts::{CLOCK_SKEW, LONGEST_WAIT};
use crate::error::{Error, Result};
use crate::item::{EXPIRES_AT, Item, Reader, key, number};
use crate::{Members, Source};

/// Failures of one source that are allowed in a window.
const MOST_FAILURES: u64 = 100;
/// Length of a window in seconds. It begins with its first guess.
const WINDOW_SECONDS: u64 = 15 * 60;
/// A window that ends later than this many seconds from now was opened before the clock was put back.
const LATEST_END_SECONDS: u64 = WINDOW_SECONDS + CLOCK_SKEW / 1000;
/// How often to look again when windows change under our hands.
const MOST_ROUNDS: usize = 8;

/// The window in which a guess was counted, by its end in Unix seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window(u64);

/// What came of counting a guess.
pub(super) enum Counted {
    Counted(Window),
    /// Not before so many milliseconds.
    Wait(u64),
}

fn source_key(source: &Source) -> Item {
    key(format!("SOURCE#{}", source.as_str()), super::THROTTLE)
}

impl Members {
    pub(super) async fn count_source(&self, source: &Source, now: u64) -> Result<Counted> {
        for _ in 0..MOST_ROUNDS {
            let end = match self.add_to_window(source, now).await? {
                Ok(window) => return Ok(Counted::Counted(window)),
                Err(end) => end,
            };
            let Some(end) = end else {
                continue;
            };
            let wait = end.saturating_mul(1000).saturating_sub(now);
            if wait > 0 && end <= now / 1000 + LATEST_END_SECONDS {
                return Ok(Counted::Wait(wait.min(LONGEST_WAIT)));
            }
            if let Some(window) = self.open_window(source, now, end).await? {
                return Ok(Counted::Counted(window));
            }
        }
        Err(Error::Store {
            operation: "UpdateItem",
            cause: "the window of a source kept changing".to_owned(),
        })
    }

    /// Counts a guess in the window that is open; without one, that opens the first. The error is
    /// the end of a window that is full or over, or that another time opened.
    async fn add_to_window(
        &self,
        source: &Source,
        now: u64,
    ) -> Result<std::result::Result<Window, Option<u64>>> {
        let updated = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(source_key(source)))
            .update_expression("SET expires_at = if_not_exists(expires_at, :end) ADD failures :one")
            .condition_expression(
                "attribute_not_exists(pk) OR (expires_at > :now AND expires_at <= :latest AND failures < :most)",
            )
            .expression_attribute_values(":end", number(now / 1000 + WINDOW_SECONDS))
            .expression_attribute_values(":now", number(now / 1000))
            .expression_attribute_values(":latest", number(now / 1000 + LATEST_END_SECONDS))
            .expression_attribute_values(":most", number(MOST_FAILURES))
            .expression_attribute_values(":one", number(1))
            .return_values(ReturnValue::UpdatedNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match updated {
            Ok(updated) => {
                let item = updated.attributes.unwrap_or_default();
                Ok(Ok(Window(end_of(&item)?)))
            }
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
                    Ok(Err(failed.item().map(end_of).transpose()?))
                }
                _ => Err(Error::store("UpdateItem")(error)),
            },
        }
    }

    /// Opens a new window, with one guess in it, after one that doesn't count any more. `None`: another did.
    async fn open_window(&self, source: &Source, now: u64, over: u64) -> Result<Option<Window>> {
        let end = now / 1000 + WINDOW_SECONDS;
        let mut item = source_key(source);
        item.insert("failures".to_owned(), number(1));
        item.insert(EXPIRES_AT.to_owned(), number(end));
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("expires_at = :over")
            .expression_attribute_values(":over", number(over))
            .send()
            .await;
        match put {
            Ok(_) => Ok(Some(Window(end))),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(PutItemError::is_conditional_check_failed_exception) =>
            {
                Ok(None)
            }
            Err(error) => Err(Error::store("PutItem")(error)),
        }
    }

    /// Takes a guess back, if its window is still open.
    pub(super) async fn uncount_source(&self, source: &Source, window: Window) -> Result<()> {
        let updated = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(source_key(source)))
            .update_expression("ADD failures :less")
            .condition_expression("expires_at = :end AND failures > :none")
            .expression_attribute_values(":less", AttributeValue::N("-1".to_owned()))
            .expression_attribute_values(":end", number(window.0))
            .expression_attribute_values(":none", number(0))
            .send()
            .await;
        match updated {
            Ok(_) => Ok(()),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(UpdateItemError::is_conditional_check_failed_exception) =>
            {
                Ok(())
            }
            Err(error) => Err(Error::store("UpdateItem")(error)),
        }
    }
}

fn end_of(item: &Item) -> Result<u64> {
    let read = Reader {
        item,
        name: super::THROTTLE,
    };
    read.number(EXPIRES_AT)
}
