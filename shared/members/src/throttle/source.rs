//! The failures of one source within a quarter of an hour, whatever it guessed at.

use aws_sdk_dynamodb::types::AttributeValue;

use super::window::{Counted, Limit, Window};
use crate::error::{Error, Result};
use crate::item::{key, number};
use crate::{Members, Source};

/// Failures of one source that are allowed in a window.
const MOST_FAILURES: u64 = 100;
/// Length of a window in seconds. It begins with its first guess.
const WINDOW_SECONDS: u64 = 15 * 60;

fn limit(source: &Source) -> Limit {
    Limit {
        key: key(format!("SOURCE#{}", source.as_str()), super::THROTTLE),
        counted: "failures",
        most: MOST_FAILURES,
        seconds: WINDOW_SECONDS,
    }
}

impl Members {
    pub(super) async fn count_source(&self, source: &Source, now: u64) -> Result<Counted> {
        self.count_in_window(&limit(source), now).await
    }

    /// Takes a guess back, if its window is still open.
    pub(super) async fn uncount_source(&self, source: &Source, window: Window) -> Result<()> {
        let updated = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(limit(source).key))
            .update_expression("ADD failures :less")
            .condition_expression("expires_at = :end AND failures > :none")
            .expression_attribute_values(":less", AttributeValue::N("-1".to_owned()))
            .expression_attribute_values(":end", number(window.0))
            .expression_attribute_values(":none", number(0))
            .send()
            .await;
        Error::unless_condition("UpdateItem", updated).map(|_| ())
    }
}
