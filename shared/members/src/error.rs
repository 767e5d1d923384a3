//! What can go wrong with the table.

use std::fmt::{Debug, Display};

use aws_sdk_dynamodb::error::{BuildError, DisplayErrorContext, ProvideErrorMetadata, SdkError};

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
    /// The table that was configured isn't there.
    #[error("there is no table {table}")]
    NoTable { table: String },
    /// What was asked would leave no administrator who can sign in.
    #[error("no other administrator who can sign in would be left")]
    LastAdmin,
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

    /// A request that lacks a part, which the store would refuse.
    pub(crate) fn unbuilt(operation: &'static str) -> impl Fn(BuildError) -> Self {
        move |cause| Self::Store {
            operation,
            cause: cause.to_string(),
        }
    }

    /// Whether a conditional write was done: `false` where its condition didn't hold.
    pub(crate) fn unless_condition<T, E, R>(
        operation: &'static str,
        written: std::result::Result<T, SdkError<E, R>>,
    ) -> Result<bool>
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
        R: Debug,
        SdkError<E, R>: std::error::Error,
    {
        match written {
            Ok(_) => Ok(true),
            Err(error)
                if matches!(
                    error
                        .as_service_error()
                        .and_then(ProvideErrorMetadata::code),
                    // The latter: a transaction is at the same item.
                    Some("ConditionalCheckFailedException" | "TransactionConflictException")
                ) =>
            {
                Ok(false)
            }
            Err(error) => Err(Self::store(operation)(error)),
        }
    }
}

/// The SDK's error with its chain. It holds the store's words, not the item.
fn describe(cause: &impl std::error::Error) -> String {
    let context: &dyn Display = &DisplayErrorContext(cause);
    context.to_string()
}
