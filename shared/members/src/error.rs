//! What can go wrong with the table.

use std::fmt::{Debug, Display};

use aws_sdk_dynamodb::error::{DisplayErrorContext, SdkError};

pub type Result<T> = std::result::Result<T, Error>;

/// The table didn't do what was asked; nothing is known of why that a client could use.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// DynamoDB refused, failed, throttled or didn't answer in time.
    #[error("{operation}: {cause}")]
    Store {
        operation: &'static str,
        cause: String,
    },
    /// An item that isn't what this code writes. Names the item's sort key and the attribute.
    #[error("the item {item} has no usable attribute {attribute}")]
    Damaged {
        item: String,
        attribute: &'static str,
    },
}

impl Error {
    pub(crate) fn store<E, R>(operation: &'static str) -> impl FnOnce(SdkError<E, R>) -> Self
    where
        E: std::error::Error + 'static,
        R: Debug,
        SdkError<E, R>: std::error::Error,
    {
        move |cause| Self::Store {
            operation,
            cause: describe(&cause),
        }
    }
}

/// The SDK's error with its chain. It holds the store's words, not the item.
fn describe(cause: &impl std::error::Error) -> String {
    let context: &dyn Display = &DisplayErrorContext(cause);
    context.to_string()
}
